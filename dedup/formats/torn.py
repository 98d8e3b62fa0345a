"""Records that are too long to be read, told apart from those around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def stretches(
    ends: Sequence[int], start: int, most: int, *, gap: int = 0
) -> Iterator[tuple[int, int, bool]]:
    """Consecutive records: the first of a stretch, how many, and whether it is one long one.

    ends: where each record ends; the first begins at `start`, and each of the others `gap` bytes
    after the one before. A record of more than `most` bytes is long and a stretch of its own.

    >>> list(stretches([2, 4, 9, 10], 0, 3))
    [(0, 2, False), (2, 1, True), (3, 1, False)]
    """
    if ends and ends[-1] - start <= most:
        yield 0, len(ends), False
        return
    low = 0
    for place, end in enumerate(ends):
        if end - start > most:
            if place > low:
                yield low, place - low, False
            yield place, 1, True
            low = place + 1
        start = end + gap
    if len(ends) > low:
        yield low, len(ends) - low, False
