"""A sample of files, read in their stead: some of each, from as many places as their kind allows.

Lines of a plain file are taken where they stand, from its start to its end. All else is read from
its beginning, and pieces are passed over to come further. Small inputs are taken whole.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field, replace
from heapq import nlargest
from itertools import chain, groupby, pairwise
from typing import TYPE_CHECKING, final

from dedup.formats.compression import MAGIC_LENGTH, InputStream, open_input, reading
from dedup.formats.excerpts import Excerpt
from dedup.formats.expansion import expansion
from dedup.formats.jsonl import check_plain
from dedup.formats.reader import read
from dedup.formats.records import Batch, Input, Lines, Part, Reading, Rows
from dedup.formats.source import START

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from dedup.formats.discover import Inputs
    from dedup.formats.excerpts import Places
    from dedup.formats.reader import Piece
    from dedup.formats.source import Files, Position

# Text in a sample: it takes about a second, and tells memory and disk within a quarter
# (ARCHITECTURE.md).
SAMPLE_BYTES = 2**23
# Places that it is spread over.
PLACES = 16
# How many times as much may be read through where reading cannot begin anywhere.
FURTHER = 8


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is taken of one input: bytes after decompression.

    every: of so many pieces from the beginning on one is taken. whole: all of it, however much.
    """

    item: Input
    start: int
    end: int
    whole: bool = False
    every: float = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """Stands in for a corpus of files as the source of a run; held in memory.

    total: bytes that all inputs weigh after decompression, estimated where `exact` is false.
    whole: the sample is all there is. pace: seconds that reading a
    byte took, by the clock and of processors.
    """

    inputs: Inputs
    reading: Reading
    pieces: Sequence[Piece]
    total: int
    exact: bool
    whole: bool
    pace: tuple[float, float]
    warnings: Sequence[str] = field(default=())

    @property
    def size(self) -> int:
        """Bytes after decompression."""
        return sum(piece.weight for piece in self.pieces)

    def longest(self, count: int) -> list[int]:
        """Bytes of its longest records, of rows their texts, longest first; none of text files."""
        return nlargest(count, chain.from_iterable(map(_lengths, self.pieces)))

    def parts(self, count: int) -> list[Sample]:
        """The sample dealt out like cards, a piece to each part in turn: all have its mixture."""
        return [replace(self, pieces=self.pieces[first::count]) for first in range(count)]

    def batches(self, *, to_write: bool = False, after: Position = START) -> Iterator[Piece]:
        """The pieces, with all that a writer needs."""
        assert after == START, "a sample is read at one go"
        del to_write
        yield from self.pieces

    def excerpts(self, places: Places) -> list[Excerpt]:
        """No one asks a sample for its texts."""
        return [Excerpt("")] * len(places)

    def text_files(self, sources: Collection[str]) -> set[str]:
        """Nor for its lines."""
        del sources
        return set()


def sample_of(files: Files, most: int = SAMPLE_BYTES) -> Sample:
    """About `most` bytes of the files, after decompression; each gives as it takes on the disk."""
    items = files.inputs.files
    sizes = {item: item.stamp[2] if item.stamp else 0 for item in items}
    packed = sum(sizes.values())
    piece = max(1, min(packed, most) // PLACES)
    if packed <= most:
        grown = most / max(1, packed)
        stretches = [
            Stretch(item, 0, int(size * grown) if item.compression else size, not item.compression)
            for item, size in sizes.items()
        ]
    else:
        stretches = list(_spread(sizes, piece, (packed - piece) / (PLACES - 1)))
    total, exact, stretches = _weighed(sizes, stretches, files.reading.max_expansion)
    whole = len(stretches) == len(sizes) and all(one.whole for one in stretches)
    # Whole, it is read as a run reads it; else in pieces small enough to be dealt out.
    how = files.reading if whole else replace(files.reading, batch_bytes=piece)
    begun = time.perf_counter(), time.process_time()
    pieces, passed = [], 0
    for one, taken in _pieces(stretches, how):
        passed += one.weight
        if taken:
            pieces.append(one)
    clock, effort = time.perf_counter() - begun[0], time.process_time() - begun[1]
    pace = clock / max(1, passed), effort / max(1, passed)
    if whole:
        total = passed
    return Sample(files.inputs, how, pieces, total, exact or whole, whole, pace, files.warnings)


def _lengths(piece: Piece) -> Iterable[int]:
    """Bytes of each record."""
    if isinstance(piece, Rows):
        return (len(text.encode()) for text in piece.texts)
    if not isinstance(piece, Lines):
        return ()
    if piece.ends is not None:
        return (end - start - 1 for start, end in pairwise((-1, *piece.ends)))
    return map(len, piece.data.split(b"\n"))


def _has_places(item: Input) -> bool:
    """Whether reading may begin anywhere, at the next line."""
    return item.format in ("jsonl", "text") and not item.compression


def _spread(sizes: dict[Input, int], piece: int, step: float) -> Iterator[Stretch]:
    """Stretches of `piece` bytes, `step` bytes apart, over the files laid end to end."""
    below = 0
    places = [int(number * step) for number in range(PLACES)]
    for item, size in sizes.items():
        within = [
            (max(place, below) - below, min(place + piece, below + size) - below)
            for place in places
            if place < below + size and place + piece > below
        ]
        below += size
        length = sum(end - start for start, end in within)
        if length and length < size and _has_places(item):
            yield from (Stretch(item, start, end) for start, end in within)
        elif length:
            # A short text is not worth being cut.
            whole = length == size or (item.format == "text" and size <= 2 * piece)
            yield Stretch(item, 0, length, whole and not item.compression)


def _weighed(
    sizes: dict[Input, int], stretches: Iterable[Stretch], max_expansion: float
) -> tuple[int, bool, list[Stretch]]:
    """Bytes of all inputs after decompression, whether that is exact, and the stretches.

    These now know whether they are whole inputs, and how far apart their pieces lie.
    """
    known, found = {}, []
    exact, made, used = True, 0, 0
    for one in stretches:
        size = sizes[one.item]
        if one.item.compression:
            grown, taken, ended = expansion(one.item, one.end * FURTHER, max_expansion)
            made, used, exact = made + grown, used + taken, exact and ended
            size = known[one.item] = grown if ended else size * grown // max(1, taken)
            one = replace(one, whole=ended and grown <= one.end)
        if one.start == 0 and not one.whole and not _has_places(one.item):
            one = replace(one, every=min(max(1, size / max(1, one.end)), FURTHER))
        found.append(one)
    total = 0
    for item, size in sizes.items():
        if item.compression and item not in known:
            exact, size = False, size * made // max(1, used)
        total += known.get(item, size)
    return total, exact, found


def _pieces(stretches: Iterable[Stretch], how: Reading) -> Iterator[tuple[Piece, bool]]:
    """All that is read for the stretches, and whether it is taken."""
    numbers = _Numbers()
    for whole, group in groupby(stretches, lambda one: one.whole):
        if whole:
            yield from (
                (piece, True) for piece in read([one.item for one in group], how, to_write=True)
            )
            continue
        for one in group:
            if _has_places(one.item):
                data = _lines_at(one, how)
                if data:
                    yield _piece(one.item, data, numbers), True
            else:
                yield from _up_to(one, how, numbers)


@final
class _Numbers:
    """Line numbers for lines whose own are not known: ascending in each input."""

    def __init__(self) -> None:
        self._item: Input | None = None
        self._next = 1

    def take(self, item: Input, count: int) -> int:
        """The first of `count` numbers."""
        if item is not self._item:
            self._item, self._next = item, 1
        first = self._next
        self._next += count
        return first


def _piece(item: Input, data: bytes, numbers: _Numbers) -> Piece:
    """Some lines of a file; of a text file they stand for a document."""
    if item.format == "jsonl":
        lines = data.count(b"\n") + (not data.endswith(b"\n"))
        first = numbers.take(item, lines)
        return Lines(item, data, first, first + lines)
    part = Part(item, document=True, size=len(data), crc32=0)
    text = data.decode(errors="replace")
    return Batch([text], [item.id], [item.name], parts=[part], weight=len(data))


def _lines_at(stretch: Stretch, how: Reading) -> bytes:
    """The lines that begin inside a stretch."""
    item = stretch.item
    longest = how.max_line if item.format == "jsonl" else how.batch_bytes
    with reading(item.path), open_input(item) as raw, io.BufferedReader(raw) as file:  # type: ignore[type-var]
        if stretch.start:
            file.seek(stretch.start - 1)
            file.readline(longest)
        elif item.format == "jsonl":
            check_plain(item, file.peek()[:MAGIC_LENGTH])
        data = file.read(max(0, stretch.end - file.tell()))
        return data + file.readline(longest) if data else b""


def _up_to(stretch: Stretch, how: Reading, numbers: _Numbers) -> Iterator[tuple[Piece, bool]]:
    """Pieces from an input's beginning on, until those that are taken weigh enough."""
    weight = 0
    if stretch.item.format == "text":
        pieces = _cut_text(stretch.item, how, numbers)
    else:
        pieces = read([stretch.item], how, to_write=True)
    for number, piece in enumerate(pieces):
        taken = number % stretch.every < 1
        yield piece, taken
        weight += piece.weight * taken
        if weight >= stretch.end:
            return


def _cut_text(item: Input, how: Reading, numbers: _Numbers) -> Iterator[Piece]:
    """A text file from its beginning on, cut where lines end."""
    with InputStream(item, how.max_expansion) as stream:
        rest = b""
        while data := stream.some(how.batch_bytes):
            whole, end, rest = (rest + data).rpartition(b"\n")
            yield _piece(item, (whole + end) or rest, numbers)
            rest = rest if whole or end else b""
        if rest:
            yield _piece(item, rest, numbers)
