"""Short blocks: the judge of pairs that are compared by their characters.

The core proposes pairs and filters out those that counting characters rules out; rapidfuzz
decides. Its normalised Indel similarity is 1 - distance / (length + length), where distance
counts insertions and deletions of code points between the two normal forms.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

# Pairs handed over at one time: about 3 MB of normal forms, beside those of the next ones.
PAIRS_AT_ONCE = 1 << 13


def load_judge() -> None:
    """Load what judges, so that it need not be loaded when it is asked."""
    import numpy  # noqa: F401
    from rapidfuzz.distance import Indel  # noqa: F401
    from rapidfuzz.process import cpdist  # noqa: F401


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
    """Judge `count` pairs: `texts(low, high)` gives normal forms, `take(low, scores)` scores.

    The next texts are made, which takes one thread, while others judge.
    """
    starts = range(0, count, PAIRS_AT_ONCE)
    with ThreadPoolExecutor(1, thread_name_prefix="dedup-short") as thread:
        future: Future[bytes] | None = None
        for low in starts:
            texts_of_these = texts(low, min(low + PAIRS_AT_ONCE, count))
            if future is not None:
                take(low - PAIRS_AT_ONCE, future.result())
            future = thread.submit(similarities, *texts_of_these, cutoff, jobs)
        if future is not None:
            take(starts[-1], future.result())
