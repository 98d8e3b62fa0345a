"""Short blocks: the judge of pairs that are compared by their characters.

The core proposes pairs and filters out those that counting characters rules out; rapidfuzz
decides. Its normalised Indel similarity is 1 - distance / (length + length), where distance
counts insertions and deletions of code points between the two normal forms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Pairs handed over at one time: about 6 MB of normal forms.
PAIRS_AT_ONCE = 1 << 14


def similarities(left: Sequence[str], right: Sequence[str], cutoff: float, jobs: int) -> bytes:
    """Similarity of each pair, `float64` bytes; 0 where it lies below `cutoff`."""
    import numpy
    from rapidfuzz.distance import Indel
    from rapidfuzz.process import cpdist

    scores = cpdist(
        left,
        right,
        scorer=Indel.normalized_similarity,
        score_cutoff=cutoff,
        dtype=numpy.float64,
        workers=jobs,
    )
    return scores.tobytes()


def judge_pairs(
    count: int,
    texts: Callable[[int, int], tuple[list[str], list[str]]],
    take: Callable[[int, bytes], None],
    *,
    cutoff: float,
    jobs: int,
) -> None:
    """Judge `count` pairs: `texts(low, high)` gives normal forms, `take(low, scores)` scores."""
    for low in range(0, count, PAIRS_AT_ONCE):
        left, right = texts(low, min(low + PAIRS_AT_ONCE, count))
        take(low, similarities(left, right, cutoff, jobs))
