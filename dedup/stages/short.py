"""Short blocks: the judge of pairs that are compared by their characters.

The core proposes pairs and filters out those that counting characters rules out; rapidfuzz
decides. Its normalised Indel similarity is 1 - distance / (length + length), where distance
counts insertions and deletions of code points between the two normal forms.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Pairs handed over at one time: about 3 MB of normal forms.
PAIRS_AT_ONCE = 1 << 13


def judge_version() -> str:
    """The version of rapidfuzz, which loads it."""
    import rapidfuzz

    return rapidfuzz.__version__


def similarities(left: Sequence[str], right: Sequence[str], cutoff: float) -> bytes:
    """Similarity of each pair, little-endian `float64`; 0 where it lies below `cutoff`.

    One call a pair costs a third of a microsecond: rapidfuzz's own loop saves a tenth of it, and
    needs numpy, which takes as long to load as 200,000 pairs to judge.
    """
    from rapidfuzz.distance import Indel

    alike = Indel.normalized_similarity
    scores = [alike(*pair, score_cutoff=cutoff) for pair in zip(left, right, strict=True)]
    return struct.pack(f"<{len(scores)}d", *scores)


def judge_pairs(
    count: int,
    texts: Callable[[int, int], tuple[list[str], list[str]]],
    take: Callable[[int, bytes], None],
    *,
    cutoff: float,
) -> None:
    """Judge `count` pairs: `texts(low, high)` gives normal forms, `take(low, scores)` scores."""
    for low in range(0, count, PAIRS_AT_ONCE):
        left, right = texts(low, min(low + PAIRS_AT_ONCE, count))
        take(low, similarities(left, right, cutoff))
