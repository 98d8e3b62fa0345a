"""Every pair of sets at a threshold, complete and exact: a prefix filter and a count.

Sets that share `need` of their members share one of each one's `size - need + 1` rarest
(Bayardo, Ma, Srikant 2007). Knows nothing of the core.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction


def pairs(sets: Sequence[frozenset[int]], threshold: Fraction) -> Iterator[tuple[int, int, float]]:
    """The pairs with a resemblance of at least the threshold, lower number first; and that."""
    counts = Counter(member for one in sets for member in one)
    holders: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(sets):
        rarest = sorted(one, key=lambda member: (counts[member], member))
        need = math.ceil(threshold * len(one))
        prefix = rarest[: len(one) - need + 1] if one else []
        candidates = {other for member in prefix for other in holders[member]}
        for other in sorted(candidates):
            if len(sets[other]) >= need and len(one) >= threshold * len(sets[other]):
                shared = len(one & sets[other])
                whole = len(one) + len(sets[other]) - shared
                if shared >= threshold * whole:
                    yield other, number, shared / whole
        for member in prefix:
            holders[member].append(number)
