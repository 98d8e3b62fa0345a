"""Merging in the background: small runs become larger ones while documents are added.

Four neighbours of one size become one of the next, so each document is written a few times, however
many commits there are. The core merges in a thread of its own, one merge at a time. What it made is
put into the place of the runs that it holds by whoever adds or commits next; those are named by the
catalogue until the next commit, and their files go then. A crash before leaves a file that nothing
names, which the next writer sweeps.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.index.asking import damage
from dedup.index.catalogue import Run
from dedup.index.folder import runs_folder, sync_folder
from dedup.index.new_run import failures, next_run

if TYPE_CHECKING:
    from dedup import _core
    from dedup.errors import OutputError
    from dedup.index.catalogue import State

_Written = tuple[tuple[int, int], tuple[int, int], int, int]

# Runs of one size that become one.
FANOUT = 4
# Bytes of the runs of the smallest size.
SMALLEST = 64 << 10


def _tier(size: int) -> int:
    tier = 0
    while size > SMALLEST:
        size //= FANOUT
        tier += 1
    return tier


def due(sizes: list[int]) -> int | None:
    """From which run on all of these sizes are to become one; None where none are.

    They are as many as FANOUT that have the largest size among them, or the newest one has it.
    """
    tiers = [_tier(size) for size in sizes]
    for first in range(len(tiers) - FANOUT + 1):
        rest = tiers[first:]
        if rest[-1] == max(rest) or rest.count(max(rest)) >= FANOUT:
            return first
    return None


@dataclass(frozen=True, slots=True)
class _UnderWay:
    places: tuple[int, int]
    file: str
    name: str
    needed: int


class Merging:
    """The merges of one writer, who calls this under its lock."""

    def __init__(self, core: _core.IndexState, path: str) -> None:
        self._core = core
        self._path = path
        self._under_way: _UnderWay | None = None
        self._failure: OutputError | None = None
        self._failed_at = 0
        self.replaced: list[str] = []

    def begin(self, state: State) -> bool:
        """Begin a merge where one is due and none is under way; whether one is under way then."""
        if self._under_way is not None:
            return True
        first = due([run.bytes for run in state.runs])
        # After one that failed for want of room, the next one waits for as many runs again.
        if first is None or len(state.runs) < self._failed_at + FANOUT * bool(self._failed_at):
            return False
        places = (first, len(state.runs))
        file, name = next_run(state, self._path)
        needed = sum(run.bytes for run in state.runs[first:])
        try:
            self._core.begin_merge(places, file)
        except OSError:
            # There is no thread to be had: the next commit asks again.
            return False
        self._under_way = _UnderWay(places, file, name, needed)
        return True

    def take(self, state: State, *, wait: bool = False) -> None:
        """Put what a merge has made into the place of its runs, where it has ended.

        wait: until it has ended. What the system said against it is kept for `check`.
        """
        merge = self._under_way
        if merge is None:
            return
        try:
            with failures(merge.file, merge.needed) as failure, damage(self._path):
                made = self._core.end_merge(wait)
                while made is None and wait:
                    made = self._core.end_merge(wait)
                if made is None:
                    return
                self._replace(state, merge, made)
        except Exception:
            self._under_way = None
            raise
        self._under_way = None
        self._failure = failure.error
        self._failed_at = len(state.runs) if failure.error is not None else 0

    def check(self) -> None:
        """Raise OutputError, once, where there was no room for the last merge."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _replace(self, state: State, merge: _UnderWay, made: _Written) -> None:
        nodes, documents, size, digest = made
        first, last = merge.places
        sync_folder(runs_folder(self._path))
        run = (merge.file, merge.name, nodes, documents)
        self._core.replace(merge.places, False, run)
        self.replaced += [run.name for run in state.runs[first:last]]
        state.runs[first:last] = [Run(merge.name, nodes, documents, size, digest)]

    def forget_replaced(self) -> None:
        """Remove the files of runs that the catalogue names no more."""
        names, self.replaced = self.replaced, []
        for name in names:
            with suppress(OSError):
                (runs_folder(self._path) / name).unlink()

    def stop(self) -> None:
        """End a merge that is under way; nothing is left of it."""
        merge, self._under_way = self._under_way, None
        if merge is not None:
            self._core.stop_merge()
            with suppress(OSError):
                Path(merge.file).unlink()
