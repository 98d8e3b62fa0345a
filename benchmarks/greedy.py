"""Greedy keep-first over sets: which units a reader drops who keeps the first of each kind.

Every pair that could reach the threshold is looked at (prefix filter of set-similarity
joins, Bayardo, Ma, Srikant 2007), each exactly. tests/test_benchmarks.py holds it to the
obvious double loop. Memory is bounded by the sets; time by the kept pairs that share a rare
5-gram, some microseconds each.
"""

import numpy as np

from benchmarks.job import THRESHOLD_FRACTION
from benchmarks.shingle_sets import Ranks, ShingleSets

PARTS, WHOLE = THRESHOLD_FRACTION


def keep_first(given: ShingleSets) -> tuple[list[int], list[int]]:
    """The numbers of the dropped units, and of those among them that no earlier unit equals."""
    search = Search(given)
    removed, edited = [], []
    seen = 0  # Rows are numbered as they first appear.
    for number, row in zip(given.numbers, given.sets, strict=True):
        if row < seen:
            # What it equals was kept, or was dropped for something that it resembles as well.
            removed.append(number)
            continue
        seen += 1
        if search.resembles_kept(row):
            removed.append(number)
            edited.append(number)
        else:
            search.keep(row)
    return removed, edited


class Search:
    """The kept rows, to be found by the rare 5-grams of their prefixes."""

    def __init__(self, given: ShingleSets) -> None:
        self.rows = given.rows
        self.alone = given.alone
        self.holders: dict[int, list[int]] = {}
        highest = max((int(row[-1]) for row in given.rows), default=-1)
        self.marked = np.zeros(highest + 1, dtype=np.bool_)

    def prefix(self, row: int) -> list[int]:
        """The 5-grams of which a row that reaches the threshold must share one.

        Sets that share `need` of `size` members share one of each one's rarest
        size - need + 1; those that stand in one row only are shared with none.
        """
        values = self.rows[row]
        need = -(-PARTS * len(values) // WHOLE)
        first = values[: len(values) - need + 1]
        shared: list[int] = first[np.searchsorted(first, self.alone) :].tolist()
        return shared

    def keep(self, row: int) -> None:
        """Let later rows find this one."""
        for value in self.prefix(row):
            self.holders.setdefault(value, []).append(row)

    def resembles_kept(self, row: int) -> bool:
        """Whether a kept row reaches the threshold with this one."""
        values = self.rows[row]
        least, most = PARTS * len(values), WHOLE * len(values)
        candidates = {
            kept
            for value in self.prefix(row)
            for kept in self.holders.get(value, ())
            if least <= WHOLE * len(self.rows[kept]) and PARTS * len(self.rows[kept]) <= most
        }
        if not candidates:
            return False
        self.marked[values] = True
        found = any(self.reaches(values, self.rows[kept]) for kept in candidates)
        self.marked[values] = False
        return found

    def reaches(self, marked: Ranks, other: Ranks) -> bool:
        """Whether the marked row and another reach the threshold, in whole numbers."""
        shared = int(np.count_nonzero(self.marked[other]))
        return shared * WHOLE >= PARTS * (len(marked) + len(other) - shared)
