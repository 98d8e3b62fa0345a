"""JSON arrays: one array of records in a file, streamed; a record may span lines.

A record's bytes are all that stands between two commas of the array, white space included;
its number counts from 1. What stands before the first one and after the last one passes
untouched. Files named `.json` that hold lines of JSON, as many corpora do, are read as such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from dedup.errors import FormatError
from dedup.formats.compression import InputStream
from dedup.formats.counted import Counted
from dedup.formats.jsonl import BLANK, check_plain, read_jsonl
from dedup.formats.records import BYTE_ORDER_MARK, Input, Lines, Reading, Torn, shown
from dedup.formats.torn import stretches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Bytes that are looked at, at one time, to tell an array from lines.
FIRST_LOOK = 4096


def read_json(item: Input, reading: Reading) -> Iterator[Lines | Torn]:
    """The records of an array in pieces of whole ones; of lines, where the file holds lines.

    Raises FormatError where the array is broken or does not end. Only the array's own brackets and
    commas are looked at here: a record that is no sound JSON is a bad record.
    """
    if not begins_with_bracket(item, reading):
        yield from read_jsonl(item, reading)
        return
    with InputStream(item, reading.max_expansion) as stream:
        source = Counted(stream, reading.batch_bytes)
        head, rest = _head(source)
        array = _Array(item, reading, head)
        yield from array.pieces(rest, source)
        yield array.end(source)


def begins_with_bracket(item: Input, reading: Reading) -> bool:
    """Whether a file holds an array: `[` is its first character that is not white space."""
    with InputStream(item, reading.max_expansion) as stream:
        check_plain(item, stream.start())
        mark = BYTE_ORDER_MARK
        while block := stream.some(FIRST_LOOK):
            start = block.removeprefix(mark).lstrip(BLANK)
            if start:
                return start.startswith(b"[")
            mark = b""
    return False


def _head(source: Counted) -> tuple[bytes, bytes]:
    """The bytes up to the opening bracket, and what was read beyond it."""
    data = b""
    for block in source:
        data += block
        if b"[" in data:
            break
    end = data.index(b"[") + 1
    return data[:end], data[end:]


@final
class _Array:
    """The records that were found so far; number: of the next one."""

    def __init__(self, item: Input, reading: Reading, head: bytes) -> None:
        from dedup._core import ArrayScanner

        self._item = item
        self._most = reading.max_line
        self._scanner = ArrayScanner()
        self._number = 1
        self._head = head
        self._tail = b""
        self._waiting: list[bytes] = []
        self._held = 0
        self._passed = 0

    def pieces(self, rest: bytes, source: Counted) -> Iterator[Lines | Torn]:
        """All records; `rest` holds the first bytes of them."""
        yield Lines(self._item, b"", 1, 1, ends=[], before=self._head)
        for block in source.after(rest):
            ends, end = self._feed(block)
            if end is None and not ends:
                self._waiting.append(block)
                self._held += len(block)
                if self._held > self._most:
                    yield Torn(self._item, self._forget(), self._number)
                continue
            yield from self._records(block, ends, end)
            if end is not None:
                return
        message = f"{self._place()}: cut JSON: the file ends inside the array"
        raise FormatError(
            message, path=self._item.path, line=self._number, hint="fetch the file again"
        )

    def end(self, source: Counted) -> Lines:
        """The closing bracket and what follows it, which may only be white space."""
        _, _, beyond = self._tail.partition(b"]")
        tail = [self._tail.removesuffix(beyond)]
        for block in source.after(beyond):
            if block.strip(BLANK):
                message = f"{shown(self._item.path)}: something follows the end of the JSON array"
                raise FormatError(message, path=self._item.path, hint="one array makes a file")
            tail.append(block)
        number = self._number
        return Lines(
            self._item,
            b"",
            number,
            number,
            last=True,
            size=source.size,
            crc32=source.crc32,
            ends=[],
            after=b"".join(tail),
        )

    def _feed(self, block: bytes) -> tuple[list[int], int | None]:
        try:
            return self._scanner.feed(block)
        except ValueError as error:
            message = f"{self._place()}: the JSON array is broken: {error}"
            hint = "mend the file; nothing of it was read beyond here"
            raise FormatError(
                message, path=self._item.path, line=self._number, hint=hint
            ) from error

    def _place(self) -> str:
        return f"{shown(self._item.path)}:{self._number}"

    def _forget(self) -> bytes:
        data = b"".join(self._waiting)
        self._waiting, self._held = [], 0
        self._passed += len(data)
        return data

    def _records(
        self, block: bytes, ends: Sequence[int], end: int | None
    ) -> Iterator[Lines | Torn]:
        """The records that end in a block, at commas or, the last one, at the array's end."""
        data = b"".join([*self._waiting, block])
        self._waiting = []
        places = [self._held + place for place in ends]
        if end is not None:
            end += self._held
            start = places[-1] + 1 if places else 0
            # Between the brackets of an array without records is white space at most.
            if self._number > 1 or places or self._passed or data[start:end].strip(BLANK):
                places.append(end)
            self._tail = data[places[-1] if places else 0 :]
        if places and self._passed:
            [first, *places] = places
            length = self._passed + first
            yield Torn(self._item, data[:first], self._number, numbers=1, length=length)
            self._number += 1
            self._passed = 0
            yield from self._stretches(data, first + 1, places)
        else:
            yield from self._stretches(data, 0, places)
        if end is None:
            rest = data[self._held + ends[-1] + 1 :]
            self._waiting, self._held = [rest], len(rest)

    def _stretches(self, data: bytes, start: int, places: list[int]) -> Iterator[Lines | Torn]:
        for low, count, long in stretches(places, start, self._most, gap=1):
            these = places[low : low + count]
            first = places[low - 1] + 1 if low else start
            piece = data[first : these[-1]]
            number, self._number = self._number, self._number + count
            if long:
                yield Torn(self._item, piece, number, numbers=1, length=len(piece))
            else:
                ends = [place - first for place in these]
                yield Lines(self._item, piece, number, self._number, ends=ends)
