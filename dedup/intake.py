"""Pieces into the core, in reading order, and what Python has to remember of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import orjson

from dedup.engines.journal import packed, unpacked
from dedup.engines.local import keeper_order
from dedup.errors import FormatError, PolicyError
from dedup.fields import look_up
from dedup.formats import Batch, Lines, Reading, Rows, Torn
from dedup.formats.jsonl import skipped_lines
from dedup.formats.records import shown
from dedup.model import Document
from dedup.skipped import SkippedRecords
from dedup.stages.scopes import Scopes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dedup import _core
    from dedup.formats import Piece
    from dedup.model import Skipped
    from dedup.policy import Policy
    from dedup.references import Reference
    from dedup.stages.keepers import KeeperOrder


@dataclass(slots=True, eq=False, repr=False)
class Intake:
    """What was read so far.

    references: what the corpus is held against, which comes first: of each where its documents
    end, its name, and how the report lists it. documents: of these and of the corpus. records: some
    of the corpus came from a file of records. weight: of the corpus's pieces, total: of all there
    will be, None where no one knows. position: how many of its inputs were read to their end, and
    how many pieces of the one after them.
    """

    corpus: _core.Corpus
    reading: Reading
    order: KeeperOrder
    scopes: Scopes
    skip_bad: bool
    skipped: SkippedRecords = field(default_factory=SkippedRecords)
    references: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    documents: int = 0
    records: bool = False
    weight: int = 0
    total: int | None = None
    position: tuple[int, int] = (0, 0)
    _told: tuple[int, int] = (0, 0)
    # Where bad records of what the corpus is held against go, while that is read.
    _aside: SkippedRecords | None = None

    @property
    def first(self) -> int:
        """The number of the corpus's first document."""
        return self.references[-1][0] if self.references else 0

    def sides(self) -> bytes:
        """Of each document, as little-endian uint32: 1 if the corpus is held against it, else 0."""
        return b"\1\0\0\0" * self.first + bytes(4 * (self.documents - self.first))

    def begin_reference(self) -> None:
        """What is added from here on is what the corpus is held against."""
        self._aside = SkippedRecords()

    def end_reference(self, reference: Reference) -> None:
        """All of its pieces were added."""
        assert self._aside is not None
        skipped, self._aside = self._aside, None
        entry = {
            **reference.entry(),
            "documents": self.documents - self.first,
            "records_skipped": len(skipped),
        }
        if skipped:
            entry["first_skipped"] = str(skipped[0])
        self.references.append((self.documents, reference.name, entry))

    def add(self, piece: Piece) -> None:
        """Hand a piece to the core."""
        if self.total and not self.references and self._aside is None:
            self.corpus.expect((self.weight + piece.weight) / self.total)
        self._hand_over(piece)
        if self._aside is not None:
            return
        self.weight += piece.weight
        inputs, pieces = self.position
        ended = _inputs_ended(piece)
        self.position = (inputs + ended, 0) if ended else (inputs, pieces + 1)

    def _hand_over(self, piece: Piece) -> None:
        if isinstance(piece, Torn):
            self._note_skipped(piece.skipped(self.reading.max_line))
        elif isinstance(piece, Rows):
            self._add_rows(piece)
        elif isinstance(piece, Batch):
            self._add_batch(piece)
        else:
            self._add_lines(piece)

    def noted_bytes(self) -> int:
        """Bytes that are held of documents and bad records beside what the core made of them."""
        order, scopes = self.order.noted(0), self.scopes.noted(0)
        self.skipped.blocks()
        held = (*order.values(), *self.skipped.after(0), *scopes.pop("names"), *scopes.values())
        return sum(map(len, held))

    def gathered(self) -> dict[str, Any]:
        """What came since the last time, as JSON values."""
        documents, blocks = self._told
        self._told = (self.documents, self.skipped.blocks())
        order, scopes = self.order.noted(documents), self.scopes.noted(documents)
        return {
            "position": self.position,
            "weight": self.weight,
            "references": self.references,
            "documents": self.documents,
            "records": self.records,
            "skipped": [packed(part) for part in self.skipped.after(blocks)],
            "first": order.pop("first"),
            "order": {name: packed(data) for name, data in order.items()},
            "names": scopes.pop("names"),
            "scopes": {name: packed(data) for name, data in scopes.items()},
        }

    def take_back(self, gathered: dict[str, Any]) -> None:
        """Take in again what `gathered` gave; all of it, in order."""
        inputs, pieces = gathered["position"]
        self.position = (inputs, pieces)
        self.weight, self.documents = gathered["weight"], gathered["documents"]
        self.records = gathered["records"]
        self.references = [(end, name, entry) for end, name, entry in gathered["references"]]
        self.skipped.append_all(*map(unpacked, gathered["skipped"]))
        order = {name: unpacked(data) for name, data in gathered["order"].items()}
        self.order.take_back({**order, "first": gathered["first"]})
        scopes = {name: unpacked(data) for name, data in gathered["scopes"].items()}
        self.scopes.take_back({**scopes, "names": gathered["names"]})
        self._told = (self.documents, self.skipped.blocks())

    def _add_rows(self, rows: Rows) -> None:
        self.records = self.records or self._aside is None
        if self.order.function is not None and self._aside is None:
            message = f"keep is a function, and {shown(rows.input.path)} holds rows, not records"
            hint = "read them into dicts, or use earliest:FIELD, latest:FIELD or prefer-field"
            raise PolicyError(message, field="keep", hint=hint)
        self.corpus.add(rows.texts, rows.ids, [rows.input.name] * len(rows), rows.numbers)
        self._note(rows.sources, rows.extras, [rows.input.path] * len(rows))
        self._note_skipped(rows.skipped)
        self.documents += len(rows)

    def _add_batch(self, batch: Batch) -> None:
        self.corpus.add(batch.texts, batch.ids, batch.sources)
        names = self.reading.extra_fields
        values = [[value_of(one, name) for name in names] for one in batch.fields]
        keys = None
        if self.order.function is not None and self._aside is None:
            empty: list[dict[str, Any]] = [{}] * len(batch)
            parts = zip(batch.ids, batch.texts, batch.sources, batch.fields or empty, strict=True)
            keys = [self._key(Document(*one)) for one in parts]
        self._note(batch.sources, values, batch.paths(), keys)
        self._note_skipped(batch.skipped)
        self.documents += len(batch)

    def _add_lines(self, lines: Lines) -> None:
        order, reading = self.order, self.reading
        self.records = self.records or self._aside is None
        first = self.documents
        asked = len(reading.extra_fields)
        count, bad, values = self.corpus.add_lines(
            lines.core(), reading.text_field, reading.id_field, reading.extra_fields
        )
        read = [_value(value) for value in values]
        extras = [read[place * asked : (place + 1) * asked] for place in range(count)]
        if order.by_line:
            sources = [self.corpus.document_name(first + place)[1] for place in range(count)]
        else:
            sources = [lines.input.name] * count
        ranked = order.function is not None and self._aside is None
        keys = self._keys_of(lines) if ranked else None
        self._note(sources, extras, [lines.input.path] * count, keys)
        self._note_skipped(skipped_lines(lines, bad, reading.text_field))
        self.documents += count

    def _note(
        self,
        sources: Sequence[str],
        extras: Sequence[Sequence[Any]],
        typed: Sequence[str],
        keys: list[Any] | None = None,
    ) -> None:
        """Take in the values of documents; extras: of each, those of the fields asked for."""

        def column(name: str | None) -> list[Any]:
            if name is None or not extras:
                return [None] * len(sources)
            place = self.reading.extra_fields.index(name)
            return [values[place] for values in extras]

        order, scopes = self.order, self.scopes
        if self._aside is None:
            order.note(sources, column(order.wanted) if keys is None else keys, typed)
        else:
            order.pass_over(column(order.wanted))
        asked = (scopes.group_field, scopes.time_field, scopes.date_field)
        scopes.note(*map(column, asked))

    def _keys_of(self, lines: Lines) -> list[Any]:
        """What the function of `keep` says of each record."""
        from dedup._core import read_records

        reading = self.reading
        found = read_records(lines.core(), reading.text_field, reading.id_field)
        raw = lines.pick([number for _, number, _ in found])
        keys = []
        for (own, number, text), record in zip(found, raw, strict=True):
            source = f"{lines.input.name}:{number}"
            keys.append(self._key(Document(own or source, text, source, json.loads(record))))
        return keys

    def _key(self, document: Document) -> Any:
        assert self.order.function is not None
        try:
            return self.order.function(document)
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
            name = self.order.arguments[0]
            message = f"keep: {name} fails on {shown(document.source)}: {problem}"
            hint = "it gets a Document; what it returns is sorted, and None comes last"
            raise PolicyError(message, field="keep", hint=hint) from error

    def _note_skipped(self, skipped: Iterable[Skipped]) -> None:
        for one in skipped:
            if not self.skip_bad:
                raise FormatError(str(one), path=one.source, line=one.line)
            (self.skipped if self._aside is None else self._aside).append(one)


def value_of(record: Mapping[str, Any], field: str | None) -> Any:
    """The value of a field; None where there is none."""
    try:
        return None if field is None else look_up(record, field)
    except KeyError:
        return None


def _inputs_ended(piece: Piece) -> int:
    if isinstance(piece, Batch):
        return len(piece.parts)
    return int(not isinstance(piece, Torn) and piece.last)


def asked_fields(order: KeeperOrder, scopes: Scopes) -> tuple[str, ...]:
    """The fields of records that are asked for beside text and id, each once."""
    asked = (order.wanted, scopes.group_field, scopes.time_field, scopes.date_field)
    return tuple(dict.fromkeys(name for name in asked if name is not None))


def reading_for(policy: Policy, reading: Reading) -> Reading:
    """How inputs are read whose documents a policy asks about."""
    scopes = Scopes.of(policy.group_by, policy.window_rule, reading.date_field)
    return replace(reading, extra_fields=asked_fields(keeper_order(policy), scopes))


def _value(value: bytes | None) -> Any:
    """A JSON value; None where there is none, or none that a machine type holds."""
    try:
        return None if value is None else orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
