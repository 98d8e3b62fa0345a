"""Files as documents for an index, piece by piece, with the records that hold no text."""

from __future__ import annotations

from contextlib import suppress
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
        self._reading = Reading(
            text_field=reading.text_field,
            id_field=reading.id_field,
            input_format=reading.input_format,
            max_line=reading.max_line,
            max_expansion=reading.max_expansion,
            extra_fields=(date_field,),
        )
        self._files = Files.found(paths, self._reading)
        self._date_field = date_field
        self.warnings = self._files.warnings
        self.skipped: list[Skipped] = []

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
            documents += self._document(own or source, text, source, self._date_of(record))
        good = {number for _, number, _ in found}
        rest = [number for number in range(lines.first, lines.following) if number not in good]
        lost = zip(rest, lines.pick(rest), strict=True)
        bad = [number for number, line in lost if line.strip()]
        self.skipped += skipped_lines(lines, bad, reading.text_field)
        return documents

    def _of_texts(self, piece: Batch | Rows) -> list[Given]:
        self.skipped += piece.skipped
        dates: list[Any] = [None] * len(piece)
        if isinstance(piece, Rows) and piece.extras:
            dates = [values[0] for values in piece.extras]
        documents = []
        columns = zip(piece.ids, piece.texts, piece.sources, dates, strict=True)
        for id, text, source, date in columns:
            documents += self._document(id or source, text, source, date)
        return documents

    def _document(self, id: str, text: str, source: str, date: Any) -> list[Given]:
        try:
            try:
                return [given(id, text, date, source, None)]
            except InputError:
                if date is None:
                    raise
                return [given(id, text, None, source, None)]
        except InputError as error:
            self.skipped.append(Skipped(source, None, error.message, text.encode()))
            return []

    def _date_of(self, record: bytes) -> Any:
        with suppress(orjson.JSONDecodeError, KeyError):
            return look_up(orjson.loads(record), self._date_field)
        return None
