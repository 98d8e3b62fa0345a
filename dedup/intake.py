"""Pieces into the core, in reading order, and what Python has to remember of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from dedup.engines.journal import packed, unpacked
from dedup.errors import FormatError
from dedup.fields import look_up
from dedup.formats import Batch, Lines, Reading, Rows, Torn
from dedup.formats.jsonl import skipped_lines
from dedup.skipped import SkippedRecords

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dedup import _core
    from dedup.formats import Piece
    from dedup.model import Skipped
    from dedup.stages.keepers import KeeperOrder


@dataclass(slots=True)
class Intake:
    """What was read so far.

    records: some of it came from a file of records. weight: of the pieces. position: how many
    inputs were read to their end, and how many pieces of the one after them.
    """

    corpus: _core.Corpus
    reading: Reading
    order: KeeperOrder
    skip_bad: bool
    skipped: SkippedRecords = field(default_factory=SkippedRecords)
    documents: int = 0
    records: bool = False
    weight: int = 0
    position: tuple[int, int] = (0, 0)
    _told: tuple[int, int] = (0, 0)

    def add(self, piece: Piece) -> None:
        """Hand a piece to the core."""
        if isinstance(piece, Torn):
            self._note_skipped(piece.skipped(self.reading.max_line))
        elif isinstance(piece, Rows):
            self._add_rows(piece)
        elif isinstance(piece, Batch):
            self._add_batch(piece)
        else:
            self._add_lines(piece)
        self.weight += piece.weight
        inputs, pieces = self.position
        ended = _inputs_ended(piece)
        self.position = (inputs + ended, 0) if ended else (inputs, pieces + 1)

    def noted_bytes(self) -> int:
        """Bytes that are held of documents and bad records beside what the core made of them."""
        order = self.order.noted(0)
        self.skipped.blocks()
        return sum(map(len, (*order.values(), *self.skipped.after(0))))

    def gathered(self) -> dict[str, Any]:
        """What came since the last time, as JSON values."""
        documents, blocks = self._told
        self._told = (self.documents, self.skipped.blocks())
        order = self.order.noted(documents)
        return {
            "position": self.position,
            "weight": self.weight,
            "documents": self.documents,
            "records": self.records,
            "skipped": [packed(part) for part in self.skipped.after(blocks)],
            "first": order.pop("first"),
            "order": {name: packed(data) for name, data in order.items()},
        }

    def take_back(self, gathered: dict[str, Any]) -> None:
        """Take in again what `gathered` gave; all of it, in order."""
        inputs, pieces = gathered["position"]
        self.position = (inputs, pieces)
        self.weight, self.documents = gathered["weight"], gathered["documents"]
        self.records = gathered["records"]
        self.skipped.append_all(*map(unpacked, gathered["skipped"]))
        order = {name: unpacked(data) for name, data in gathered["order"].items()}
        self.order.take_back({**order, "first": gathered["first"]})
        self._told = (self.documents, self.skipped.blocks())

    def _add_rows(self, rows: Rows) -> None:
        self.records = True
        self.corpus.add(rows.texts, rows.ids, [rows.input.name] * len(rows), rows.numbers)
        self.order.note(rows.sources, rows.extras, [rows.input.path] * len(rows))
        self._note_skipped(rows.skipped)
        self.documents += len(rows)

    def _add_batch(self, batch: Batch) -> None:
        self.corpus.add(batch.texts, batch.ids, batch.sources)
        dates = [value_of(one, self.order.wanted) for one in batch.fields]
        self.order.note(batch.sources, dates, batch.paths())
        self._note_skipped(batch.skipped)
        self.documents += len(batch)

    def _add_lines(self, lines: Lines) -> None:
        order, reading = self.order, self.reading
        self.records = True
        first = self.documents
        count, bad, dates = self.corpus.add_lines(
            lines.core(), reading.text_field, reading.id_field, order.wanted
        )
        if order.by_line:
            sources = [self.corpus.document_name(first + place)[1] for place in range(count)]
        else:
            sources = [lines.input.name] * count
        order.note(sources, [_date(value) for value in dates], [lines.input.path] * count)
        self._note_skipped(skipped_lines(lines, bad, reading.text_field))
        self.documents += count

    def _note_skipped(self, skipped: Iterable[Skipped]) -> None:
        for one in skipped:
            if not self.skip_bad:
                raise FormatError(str(one), path=one.source, line=one.line)
            self.skipped.append(one)


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


def _date(value: bytes | None) -> Any:
    """A JSON value; None where there is none, or none that a machine type holds."""
    try:
        return None if value is None else orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
