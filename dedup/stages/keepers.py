"""Keeper order: which block is visited first, and so stays when others match it.

`first` needs no order. The others give every block a rank; lower ranks are visited first,
ties by position, which the core adds.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Larger than any rank: documents without the wanted field come last.
LAST = 2**32 - 1


def rank_longest(tokens: bytes) -> bytes:
    """Ranks by tokens, most first. tokens: `uint32` of each block."""
    import numpy

    counts = numpy.frombuffer(tokens, "<u4")
    return (LAST - counts).astype("<u4").tobytes()


def rank_by_document(documents: bytes, ranks: Sequence[int]) -> bytes:
    """Give every block its document's rank. documents: `uint32` document of each block."""
    import numpy

    numbers = numpy.frombuffer(documents, "<u4")
    return numpy.asarray(ranks, "<u4")[numbers].tobytes() if len(ranks) else b""


def earliest_ranks(dates: Sequence[Any]) -> list[int]:
    """Ranks of documents by date, earliest first; equal dates share a rank.

    Numbers compare as numbers and come before texts; texts compare as they stand, which is
    the order of time for ISO 8601. None and other values come last.
    """
    ordered = sorted({_date_key(date) for date in dates if _is_date(date)})
    places = {key: place for place, key in enumerate(ordered)}
    return [places[_date_key(date)] if _is_date(date) else LAST for date in dates]


def _is_date(date: Any) -> bool:
    return isinstance(date, (str, int, float)) and not isinstance(date, bool) and date == date


def _date_key(date: Any) -> tuple[int, Any]:
    return (1, date) if isinstance(date, str) else (0, date)


def preferred_ranks(patterns: Sequence[str]) -> Callable[[Sequence[str]], list[int]]:
    """A function from sources to ranks: the first pattern that a source matches counts."""

    def ranks(sources: Sequence[str]) -> list[int]:
        return [
            next(
                (place for place, one in enumerate(patterns) if fnmatchcase(source, one)),
                len(patterns),
            )
            for source in sources
        ]

    return ranks
