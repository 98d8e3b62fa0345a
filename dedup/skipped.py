"""Records that could not be read, as many as there are, in little memory."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, final, overload

import orjson

from dedup import _core
from dedup.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.formats import Lines

# Records of a block, which are packed together: their reasons and sources are alike.
BLOCK_RECORDS = 1024
# Characters that make a block of fewer: a reason may name fields of any length.
BLOCK_CHARACTERS = 2**20

# Sources, lines, reasons and what lies aside, each of as many records.
Columns = tuple[Sequence[Any], ...]
NONE: Columns = ((), (), (), ())


@final
class SkippedRecords(Sequence[Skipped]):
    """Skipped records without their bytes, in reading order.

    A few bytes each, in blocks that the core holds in the memory that `--memory` bounds; a
    `Skipped` is made when it is asked for.
    """

    def __init__(self) -> None:
        self._blocks = _core.Strings()
        # How many records there are up to the end of each block.
        self._ends = array("Q")
        self._waiting: list[Skipped] = []
        self._characters = 0
        self._last: tuple[int, Columns] = (-1, NONE)

    def append(self, one: Skipped) -> None:
        """Take in the next one; its bytes are not kept."""
        self._waiting.append(one)
        self._characters += len(one.source) + len(one.reason)
        if len(self._waiting) >= BLOCK_RECORDS or self._characters >= BLOCK_CHARACTERS:
            self._pack()

    def blocks(self) -> int:
        """How many blocks there are, of all records; what is appended later begins another one."""
        self._pack()
        return len(self._ends)

    def after(self, block: int) -> tuple[bytes, bytes, bytes]:
        """The blocks from a number on: bytes, `uint64` ends of these, records up to each end."""
        return (*self._blocks.after(block), self._ends[block:].tobytes())

    def append_all(self, data: bytes, ends: bytes, records: bytes) -> None:
        """Take in what `after` gave, where as many blocks came before it."""
        self._blocks.append_all(data, ends)
        self._ends.frombytes(records)

    def __len__(self) -> int:
        return self._packed() + len(self._waiting)

    def __iter__(self) -> Iterator[Skipped]:
        block = 0
        while block < len(self._ends):
            yield from map(_skipped, *self._read(block))
            block += 1
        yield from map(_bare, self._waiting)

    @overload
    def __getitem__(self, place: int) -> Skipped: ...
    @overload
    def __getitem__(self, place: slice) -> list[Skipped]: ...
    def __getitem__(self, place: int | slice) -> Skipped | list[Skipped]:
        places = range(len(self))[place]
        return self._at(places) if isinstance(places, int) else [self._at(one) for one in places]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(Skipped.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self):,} skipped records>"

    def _at(self, place: int) -> Skipped:
        if place >= self._packed():
            return _bare(self._waiting[place - self._packed()])
        block = bisect_right(self._ends, place)
        number, columns = self._last
        if number != block:
            columns = self._read(block)
            self._last = (block, columns)
        start = self._ends[block - 1] if block else 0
        return _skipped(*(column[place - start] for column in columns))

    def _read(self, block: int) -> Columns:
        from zstandard import decompress

        return tuple(orjson.loads(decompress(self._blocks.get(block))))

    def _packed(self) -> int:
        return self._ends[-1] if self._ends else 0

    def _pack(self) -> None:
        if not self._waiting:
            return
        from zstandard import compress

        rows = [(one.source, one.line, one.reason, one.aside) for one in self._waiting]
        columns = list(zip(*rows, strict=True))
        self._blocks.append([compress(orjson.dumps(columns), 1)])
        self._ends.append(len(self))
        self._waiting, self._characters = [], 0


def _skipped(source: str, line: int | None, reason: str, aside: list[int] | None) -> Skipped:
    return Skipped(source, line, reason, b"", None if aside is None else (aside[0], aside[1]))


def _bare(one: Skipped) -> Skipped:
    return Skipped(one.source, one.line, one.reason, b"", one.aside)


@final
class Waiting:
    """Skipped records that wait to be met again, with their bytes, in reading order."""

    def __init__(self, skipped: Iterable[Skipped]) -> None:
        self._rest = iter(skipped)
        self._next = next(self._rest, None)

    def take(self, bad: Iterable[Skipped]) -> Iterator[Skipped]:
        """As many records as were met, with the bytes of these."""
        for one in bad:
            yield replace(self._take(), record=one.record)

    def take_lines(self, lines: Lines) -> Iterator[Skipped]:
        """The records that are some of the lines."""
        taken: list[Skipped] = []

        def numbers() -> Iterator[int]:
            while (number := self._number_in(lines)) is not None:
                taken.append(self._take())
                yield number

        for line in lines.pick(numbers()):
            yield replace(taken.pop(), record=line)

    def _number_in(self, lines: Lines) -> int | None:
        """The number of the next record where that is one of the lines."""
        number = None if self._next is None else self._next.line
        if self._next is None or not number or number >= lines.following:
            return None
        return number if self._next.source == f"{lines.input.name}:{number}" else None

    def _take(self) -> Skipped:
        assert self._next is not None, "every record was met before"
        one, self._next = self._next, next(self._rest, None)
        return one
