"""The records of a cleaned file, one by one, and how each becomes whole again."""

from __future__ import annotations

import io
import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, final

from dedup.formats.array import begins_with_bracket, read_json
from dedup.formats.header import columns_of
from dedup.formats.jsonl import BLANK, read_jsonl
from dedup.formats.records import BYTE_ORDER_MARK, Input, Lines, Reading, Rows
from dedup.formats.separated import DELIMITERS, decoded, encoded, read_separated, scanner_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.formats.records import Span


class Cleaned(Protocol):
    """A cleaned file. What it raises as ValueError says that it was changed since."""

    def units(self) -> Iterator[bytes]:
        """Everything in the file, in order; what stands before record 1 comes first."""

    def numbers(self, unit: bytes) -> int:
        """How many numbers a unit takes: lines, or one for a record."""

    def holds_text(self, unit: bytes) -> bool:
        """Whether a unit is a record."""

    def whole(self, unit: bytes, number: int, ledger: Sequence[bytes]) -> bytes:
        """The record with this number, its ledger's passages put back."""

    def text(self, unit: bytes) -> str:
        """The text of a record, when what stands before record 1 was read."""

    def between(self, number: int) -> bytes:
        """What stands before the record with this number, after the one before it."""

    def end(self) -> bytes:
        """What stands after the last unit, when all of them were read."""


def cleaned_file(item: Input, entry: Mapping[str, Any]) -> Cleaned:
    """The cleaned file of an input; entry: its object in `report.json`."""
    field = entry.get("text_field", "text")
    # Our own output: what was let in once may come back.
    reading = Reading(text_field=field, max_line=sys.maxsize, max_expansion=math.inf)
    if item.format == "json" and begins_with_bracket(item, reading):
        return JsonArray(item, reading)
    if item.format in ("json", "jsonl"):
        return JsonLines(item, reading)
    return SeparatedRows(item, reading, frozenset(entry.get("requoted", ())))


@final
@dataclass(frozen=True, slots=True)
class JsonLines:
    """Lines of JSON."""

    item: Input
    reading: Reading

    def units(self) -> Iterator[bytes]:
        """The lines; first the byte order mark, or nothing."""
        lines = (line for part in read_jsonl(self.item, self.reading) for line in _each(part.data))
        first = next(lines, b"")
        mark = BYTE_ORDER_MARK if first.startswith(BYTE_ORDER_MARK) else b""
        yield mark
        if rest := first[len(mark) :]:
            yield rest
        yield from lines

    def numbers(self, unit: bytes) -> int:
        """One for each line; the mark before them has none."""
        return int(unit not in (b"", BYTE_ORDER_MARK))

    def holds_text(self, unit: bytes) -> bool:
        """Whether a line is not blank."""
        return bool(unit.strip(BLANK))

    def whole(self, unit: bytes, number: int, ledger: Sequence[bytes]) -> bytes:
        """The line with raw passages put back into its text's literal."""
        return _whole_json(unit, self.reading, ledger)

    def text(self, unit: bytes) -> str:
        """The text's literal, unescaped."""
        return _text_of_json(unit, self.reading)

    def between(self, number: int) -> bytes:
        """Nothing: lines hold their ends."""
        return b""

    def end(self) -> bytes:
        """Nothing."""
        return b""


@final
class JsonArray:
    """The records of an array."""

    def __init__(self, item: Input, reading: Reading) -> None:
        self._item = item
        self._reading = reading
        self._end = b""

    def units(self) -> Iterator[bytes]:
        """What stands up to the opening bracket, then the records without commas."""
        for lines in read_json(self._item, self._reading):
            assert isinstance(lines, Lines), "no record is too long"
            if lines.before:
                yield lines.before
            yield from lines.pick(range(lines.first, lines.following))
            self._end = lines.after

    def numbers(self, unit: bytes) -> int:
        """One for each record."""
        return 0 if unit.endswith(b"[") else 1

    def holds_text(self, unit: bytes) -> bool:
        """Whether a unit is a record."""
        return bool(self.numbers(unit))

    def whole(self, unit: bytes, number: int, ledger: Sequence[bytes]) -> bytes:
        """The record with raw passages put back into its text's literal."""
        return _whole_json(unit, self._reading, ledger)

    def text(self, unit: bytes) -> str:
        """The text's literal, unescaped."""
        return _text_of_json(unit, self._reading)

    def between(self, number: int) -> bytes:
        """A comma before every record but the first."""
        return b"," if number > 1 else b""

    def end(self) -> bytes:
        """The closing bracket and what follows it."""
        return self._end


def _whole_json(record: bytes, reading: Reading, ledger: Sequence[bytes]) -> bytes:
    from dedup import _core

    [made] = _core.restore_records([record], reading.text_field, [ledger])
    return made


def _text_of_json(record: bytes, reading: Reading) -> str:
    from dedup import _core

    lines = (record, "", 1, [len(record)])
    found = _core.read_records(lines, reading.text_field, reading.id_field)
    if not found:
        raise ValueError("the record has no text")
    return found[0][2]


def _each(data: bytes) -> Iterator[bytes]:
    yield from io.BytesIO(data)


@final
class SeparatedRows:
    """Rows of separated values; requoted: numbers of rows whose cell had no quotes before."""

    def __init__(self, item: Input, reading: Reading, requoted: frozenset[int]) -> None:
        self._item = item
        self._reading = reading
        self._requoted = requoted

    def units(self) -> Iterator[bytes]:
        """The header, then rows and blank lines."""
        pieces = read_separated(self._item, self._reading)
        first = next(pieces)
        assert isinstance(first, Rows)
        header = first.content.data
        self._columns = columns_of(self._item, self._reading, header, DELIMITERS[self._item.format])
        yield header
        for rows in pieces:
            assert isinstance(rows, Rows), "no row is too long"
            if rows.skipped:
                raise ValueError(str(rows.skipped[0]))
            for unit in rows.content.units:
                yield rows.content.data[unit.start : unit.end]

    def numbers(self, unit: bytes) -> int:
        """One for each line."""
        return max(1, unit.count(b"\n"))

    def holds_text(self, unit: bytes) -> bool:
        """Whether a line is not blank."""
        return bool(unit.strip(b"\r\n"))

    def whole(self, unit: bytes, number: int, ledger: Sequence[bytes]) -> bytes:
        """The row with passages put back into its text's cell."""
        from dedup import _core

        start, end = self._text_cell(unit)
        [text] = _core.restore_texts([decoded(unit[start:end])], [ledger])
        quoted = unit[start : start + 1] == b'"' and number not in self._requoted
        return unit[:start] + encoded(text, quoted=quoted) + unit[end:]

    def text(self, unit: bytes) -> str:
        """The text's cell, without quotes."""
        start, end = self._text_cell(unit)
        return decoded(unit[start:end])

    def between(self, number: int) -> bytes:
        """Nothing: rows hold their ends."""
        return b""

    def end(self) -> bytes:
        """Nothing."""
        return b""

    def _text_cell(self, row: bytes) -> Span:
        scanner = scanner_of(self._item, self._columns)
        found = next(iter(scanner.feed(row)), None) or scanner.finish()
        if found is None or found[4] is None:
            raise ValueError("the row has no cell for the text")
        return found[4]
