"""CSV and TSV: rows of separated values (RFC 4180) below a header that names the columns.

A row's bytes, with its line end, are the record; only its text's cell is decoded and, when
something was cut from it, written anew, with quotes or without as it stood. A row may span
lines; its number is that of its first line, and the header's is 1. Blank lines are no rows
and stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, final

from dedup.errors import FormatError
from dedup.formats.compression import InputStream
from dedup.formats.counted import Counted
from dedup.formats.header import Columns, columns_of
from dedup.formats.records import Input, Reading, Row, Rows, Span, Torn, shown
from dedup.formats.torn import stretches
from dedup.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup import _core

DELIMITERS = {"csv": b",", "tsv": b"\t"}

# What the core says of a row, in words.
_UNCLOSED = 2
_FAULTS = {
    1: "text follows the closing quote of a cell",
    _UNCLOSED: "a quote opens in this row that is never closed",
}
# Other cells of a row that the core can be asked for.
MOST_EXTRAS = 4
_BLANK = (b"\n", b"\r\n", b"\r", b"")


class Unit(NamedTuple):
    """A stretch of a piece of rows, with the text's cell in it; None where it holds no record."""

    start: int
    end: int
    cell: tuple[int, int] | None


class Text(NamedTuple):
    """What the writer needs of some rows: their bytes, and which stretches of them stay."""

    data: bytes
    units: list[Unit]


def read_separated(item: Input, reading: Reading) -> Iterator[Rows | Torn]:
    """The input in pieces of whole rows, each of about `batch_bytes` or one longer row.

    The first piece holds the header. A row longer than `max_line` passes by in parts. Raises
    FieldError where no column has the text's name, FormatError where the header cannot be read.
    """
    with InputStream(item, reading.max_expansion) as stream:
        source = Counted(stream, reading.batch_bytes)
        header, rest = _header(item, reading, source)
        columns = columns_of(item, reading, header, DELIMITERS[item.format])
        yield Rows(item, Text(header, [Unit(0, len(header), None)]), weight=len(header))
        table = _Table(item, reading, columns, max(1, header.count(b"\n")) + 1)
        yield from table.pieces(rest, source)
    yield Rows(item, Text(b"", []), last=True, size=source.size, crc32=source.crc32)


def _header(item: Input, reading: Reading, source: Counted) -> tuple[bytes, bytes]:
    """The first row, and what was read beyond it."""
    from dedup._core import RowScanner

    scanner = RowScanner(DELIMITERS[item.format][0], None, None, [None] * MOST_EXTRAS)
    data = b""
    for block in source:
        data += block
        if rows := scanner.feed(block):
            return data[: rows[0][0]], data[rows[0][0] :]
        if len(data) > reading.max_line:
            message = f"{shown(item.path)}:1: the header is longer than {reading.max_line:,} bytes"
            hint = "is this a file of separated values?"
            raise FormatError(message, path=item.path, line=1, hint=hint)
    return data, b""


def scanner_of(item: Input, columns: Columns) -> _core.RowScanner:
    """A scanner before the first row below a header."""
    from dedup._core import RowScanner

    delimiter = DELIMITERS[item.format][0]
    extras = [*columns.extras, *[None] * MOST_EXTRAS][:MOST_EXTRAS]
    return RowScanner(delimiter, columns.text, columns.id, extras)


@dataclass(slots=True, eq=False, repr=False)
class _Table:
    """Makes records of rows; number: the line of the next row."""

    item: Input
    reading: Reading
    columns: Columns
    number: int

    def pieces(self, rest: bytes, source: Counted) -> Iterator[Rows | Torn]:
        """All rows: `rest` holds the first bytes of them."""
        scanner = scanner_of(self.item, self.columns)
        waiting = _Waiting()
        for block in source.after(rest):
            rows = scanner.feed(block)
            waiting.add(block)
            if rows:
                yield from self._pieces(waiting, rows)
            elif waiting.held > self.reading.max_line:
                yield Torn(self.item, waiting.forget(), self.number)
        last = scanner.finish()
        while last is not None and last[3] == _UNCLOSED and waiting.whole:
            # Only the line with the open quote is bad: what follows it is read again.
            line, rest = waiting.first_line()
            yield self._unclosed(line)
            scanner, waiting = scanner_of(self.item, self.columns), _Waiting()
            waiting.add(rest)
            if rows := scanner.feed(rest):
                yield from self._pieces(waiting, rows)
            last = scanner.finish()
        if last is not None:
            yield from self._pieces(waiting, [last])

    def _unclosed(self, line: bytes) -> Rows:
        piece = Rows(self.item, Text(line, []), weight=len(line))
        piece.skipped.append(self._skipped(_FAULTS[_UNCLOSED], line))
        self.number += 1
        return piece

    def _skipped(self, reason: str, record: bytes) -> Skipped:
        return Skipped(f"{self.item.name}:{self.number}", self.number, reason, record)

    def _pieces(self, waiting: _Waiting, rows: Sequence[Row]) -> Iterator[Rows | Torn]:
        """The rows that end in what waits; it then holds what follows them."""
        base, start = waiting.base, waiting.start
        data = waiting.take(rows[-1][0])
        for low, count, long in stretches([row[0] for row in rows], start, self.reading.max_line):
            these = rows[low : low + count]
            first = rows[low - 1][0] if low else start
            if long:
                [row] = these
                part = data[max(first, base) - base : row[0] - base]
                numbers = max(1, row[2])
                yield Torn(self.item, part, self.number, numbers=numbers, length=row[0] - first)
                self.number += numbers
            else:
                yield self._records(data[first - base : these[-1][0] - base], first, these)

    def _records(self, data: bytes, base: int, rows: Sequence[Row]) -> Rows:
        """The rows that stand in some bytes, which begin at the place `base`."""
        start = base
        units: list[Unit] = []
        piece = Rows(self.item, Text(data, units), weight=len(data))
        sound = _is_utf8(data)
        for row in rows:
            end, _, line_feeds, _, cell, *_ = row
            low, high = start - base, end - base
            start = end
            if data[low:high] in _BLANK:
                units.append(Unit(low, high, None))
            elif reason := self._why_bad(row, data[low:high], sound=sound):
                piece.skipped.append(self._skipped(reason, data[low:high]))
            else:
                assert cell is not None
                units.append(Unit(low, high, (cell[0] - base, cell[1] - base)))
                self._take(piece, row, data, base)
            self.number += line_feeds
        return piece

    def _take(self, piece: Rows, row: Row, data: bytes, base: int) -> None:
        text, own = (_value(data, cell, base) for cell in row[4:6])
        piece.texts.append(text or "")
        piece.ids.append(own or f"{self.item.name}:{self.number}")
        piece.numbers.append(self.number)
        if asked := len(self.reading.extra_fields):
            piece.extras.append([_value(data, cell, base) for cell in row[6][:asked]])

    def _why_bad(self, row: Row, line: bytes, *, sound: bool) -> str | None:
        if row[3]:
            return _FAULTS[row[3]]
        if row[1] != self.columns.count:
            cells = "one cell" if row[1] == 1 else f"{row[1]} cells"
            return f"{cells} where the header has {self.columns.count}"
        if not sound and not _is_utf8(line):
            return why_no_utf8(line)
        return None


@final
class _Waiting:
    """Bytes whose row has not ended; places count from the first row's start.

    base: of the first byte held. start: of the row in it; less than base where its beginning
    was forgotten, because it is too long.
    """

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self.base = 0
        self.start = 0
        self.held = 0

    @property
    def whole(self) -> bool:
        """Whether the row is held from its start, with a line end inside."""
        return self.base == self.start and any(b"\n" in block for block in self._blocks)

    def add(self, block: bytes) -> None:
        """Append the next bytes."""
        self._blocks.append(block)
        self.held += len(block)

    def forget(self) -> bytes:
        """The bytes, which are then no longer held: their row is too long to be read."""
        data = b"".join(self._blocks)
        self.base += self.held
        self._blocks, self.held = [], 0
        return data

    def take(self, end: int) -> bytes:
        """The bytes up to a place, where a row ends; what follows stays."""
        data = b"".join(self._blocks)
        taken, rest = data[: end - self.base], data[end - self.base :]
        self._blocks, self.held = [rest], len(rest)
        self.base = self.start = end
        return taken

    def first_line(self) -> tuple[bytes, bytes]:
        """The bytes up to the first line end, and the others."""
        data = b"".join(self._blocks)
        end = data.index(b"\n") + 1
        return data[:end], data[end:]


def _value(data: bytes, cell: Span | None, base: int) -> str | None:
    """What a cell says; None where the column is not asked for."""
    if cell is None:
        return None
    return decoded(data[cell[0] - base : cell[1] - base])


def decoded(cell: bytes) -> str:
    """The text that the bytes of a sound cell stand for."""
    if cell.startswith(b'"'):
        cell = cell[1:-1].replace(b'""', b'"')
    return cell.decode()


def encoded(text: str, *, quoted: bool) -> bytes:
    """The bytes of a cell with this text."""
    data = text.encode()
    return b'"' + data.replace(b'"', b'""') + b'"' if quoted else data


def _is_utf8(data: bytes) -> bool:
    return data.isascii() or why_no_utf8(data) is None


def why_no_utf8(data: bytes) -> str | None:
    """Where the bytes of a row are no UTF-8; None where they are."""
    try:
        data.decode()
    except UnicodeDecodeError as wrong:
        return f"invalid UTF-8 at byte {wrong.start} of the row (0x{data[wrong.start]:02x})"
    return None
