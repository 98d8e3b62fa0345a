"""Files as documents for an index, piece by piece, with the records that hold no text."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from dedup import _core
from dedup.errors import InputError
from dedup.fields import look_up
from dedup.formats.jsonl import skipped_lines
from dedup.formats.records import Batch, Lines, Reading, Rows, Torn
from dedup.formats.source import Files
from dedup.index.documents import Given, given
from dedup.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Feed:
    """The documents of some files; `skipped` and `warnings` tell what was not read.

    date_field: of a record's date, passed over where it is none. Ids are those of `dedup scan`.
    """

    def __init__(self, paths: list[Path], reading: Reading, date_field: str) -> None:
        self._paths = paths
        self._reading = replace(reading, extra_fields=(date_field,))
        self._files = Files.found(paths, self._reading)
        self._date_field = date_field
        self._fields: tuple[str, ...] = ()
        self.warnings = self._files.warnings
        self.skipped: list[Skipped] = []

    def keep(self, fields: tuple[str, ...]) -> None:
        """Keep the values of some fields of records, where these have them."""
        if fields:
            self._fields = fields
            asked = tuple(dict.fromkeys((self._date_field, *fields)))
            self._reading = replace(self._reading, extra_fields=asked)
            self._files = Files.found(self._paths, self._reading)

    def __iter__(self) -> Iterator[list[Given]]:
        """The documents of one piece after the other."""
        for piece in self._files.batches():
            if isinstance(piece, Torn):
                self.skipped += piece.skipped(self._reading.max_line)
            elif isinstance(piece, Lines):
                yield self._of_lines(piece)
            else:
                yield self._of_texts(piece)

    def _of_lines(self, lines: Lines) -> list[Given]:
        reading = self._reading
        found = _core.read_records(lines.core(), reading.text_field, reading.id_field)
        raw = lines.pick([number for _, number, _ in found])
        documents = []
        for (own, number, text), record in zip(found, raw, strict=True):
            source = f"{lines.input.name}:{number}"
            documents += self._document(own or source, text, source, self._said_of(record))
        good = {number for _, number, _ in found}
        rest = [number for number in range(lines.first, lines.following) if number not in good]
        lost = zip(rest, lines.pick(rest), strict=True)
        bad = [number for number, line in lost if line.strip()]
        self.skipped += skipped_lines(lines, bad, reading.text_field)
        return documents

    def _of_texts(self, piece: Batch | Rows) -> list[Given]:
        self.skipped += piece.skipped
        said: list[dict[str, Any]] = [{} for _ in piece.texts]
        if isinstance(piece, Rows) and piece.extras:
            names = self._reading.extra_fields
            said = [dict(zip(names, values, strict=False)) for values in piece.extras]
        documents = []
        for id, text, source, values in zip(
            piece.ids, piece.texts, piece.sources, said, strict=True
        ):
            documents += self._document(id or source, text, source, values)
        return documents

    def _document(self, id: str, text: str, source: str, said: dict[str, Any]) -> list[Given]:
        date = said.get(self._date_field)
        fields = {name: said[name] for name in self._fields if said.get(name) is not None}
        try:
            try:
                return [given(id, text, date, source, fields)]
            except InputError:
                if date is None:
                    raise
                return [given(id, text, None, source, fields)]
        except InputError as error:
            self.skipped.append(Skipped(source, None, error.message, text.encode()))
            return []

    def _said_of(self, record: bytes) -> dict[str, Any]:
        said = {}
        with suppress(orjson.JSONDecodeError):
            whole = orjson.loads(record)
            for name in self._reading.extra_fields:
                with suppress(KeyError):
                    said[name] = look_up(whole, name)
        return said
