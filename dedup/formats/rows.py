"""Writing records that Python holds: what is left of rows, in the format they came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, final

import orjson

from dedup.formats.separated import Text, encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dedup.formats.output import OutputStream
    from dedup.formats.records import Input, Rows


_DROPPED = b',"dropped":true,"record":'


class RowWriter(Protocol):
    """Writes one input's rows, piece by piece, in order."""

    def write(self, rows: Rows, cleaned: Sequence[str | None]) -> None:
        """Write the rows; cleaned: the text of each, None where it goes."""

    def finish(self) -> dict[str, Any]:
        """Write what ends the file; what `restore` must know, for the report."""


def row_writer(item: Input, stream: OutputStream, aside: Callable[[], OutputStream]) -> RowWriter:
    """The writer of an input's format; aside: makes a file for rows that are no text."""
    if item.format == "parquet":
        from dedup.formats.parquet_writer import ParquetRows

        return ParquetRows(stream, aside)
    return SeparatedWriter(stream)


def whole_records(rows: Rows, cleaned: Sequence[str | None], ledger: bytes) -> bytes:
    """The ledger lines of some rows, with the whole record of each that was dropped.

    The core knows texts alone, so it notes these as the records.
    """
    if None not in cleaned or not isinstance(rows.content, Text):
        return ledger
    units = (unit for unit in rows.content.units if unit.cell is not None)
    gone = (unit for unit, rest in zip(units, cleaned, strict=True) if rest is None)
    lines = ledger.splitlines(keepends=True)
    for place, line in enumerate(lines):
        # Inside a string the quotes would be escaped.
        head, found, _ = line.partition(_DROPPED)
        if found:
            unit = next(gone)
            record = orjson.dumps(rows.content.data[unit.start : unit.end].decode())
            lines[place] = head + found + record + b"}\n"
    return b"".join(lines)


@final
class SeparatedWriter:
    """Writes rows of separated values: their own bytes, but for the cells that were cut."""

    def __init__(self, stream: OutputStream) -> None:
        self._stream = stream
        self._requoted: list[int] = []

    def write(self, rows: Rows, cleaned: Sequence[str | None]) -> None:
        """Write the rows and the blank lines between them."""
        content: Text = rows.content
        pieces: list[bytes] = []
        records = zip(rows.texts, cleaned, rows.numbers, strict=True)
        for unit in content.units:
            whole = content.data[unit.start : unit.end]
            if unit.cell is None:
                pieces.append(whole)
                continue
            text, rest, number = next(records)
            if rest is None:
                continue
            if rest == text:
                pieces.append(whole)
                continue
            start, end = unit.cell
            quoted = content.data[start : start + 1] == b'"'
            pieces.append(content.data[unit.start : start])
            pieces.append(self._cell(rest, number, quoted=quoted))
            pieces.append(content.data[end : unit.end])
        self._stream.write(b"".join(pieces))

    def finish(self) -> dict[str, Any]:
        """The rows whose text's cell got quotes that it did not have."""
        return {"requoted": self._requoted} if self._requoted else {}

    def _cell(self, text: str, number: int, *, quoted: bool) -> bytes:
        # What is left of a cell without quotes may begin with one, and would be read as if
        # it stood in quotes.
        if not quoted and text.startswith('"'):
            self._requoted.append(number)
            quoted = True
        return encoded(text, quoted=quoted)
