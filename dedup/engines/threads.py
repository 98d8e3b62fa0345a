"""Threads of this process: the core works on one batch while the next one is read.

`concurrent.futures` does the same, and loads logging: a twentieth of the time of a small run.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Generic, TypeVar, final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Batches that may wait for a thread: enough that uneven ones do not stop the reader.
AHEAD = 3

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


@final
class _Worker(Generic[Item, Outcome]):
    """A thread that works on what it is given, in order, up to the first error."""

    def __init__(self, work: Callable[[Item], Outcome]) -> None:
        self._work = work
        self._given: SimpleQueue[tuple[Item] | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[Outcome] | BaseException] = SimpleQueue()
        self._thread: Thread | None = None

    def _run(self) -> None:
        while (given := self._given.get()) is not None:
            try:
                self._done.put((self._work(*given),))
            except BaseException as error:
                self._done.put(error)
                return

    def give(self, item: Item) -> None:
        """Take in an item; with the first one the thread starts."""
        self._given.put((item,))
        if self._thread is None:
            # An interrupt while it starts leaves it alone: `end` lets it end.
            thread = Thread(target=self._run, name="dedup-worker")
            thread.start()
            self._thread = thread

    @property
    def is_done(self) -> bool:
        """Whether the next outcome is there."""
        return not self._done.empty()

    def outcome(self) -> Outcome:
        """The outcome of the next item, once it is there; raises what its work raised."""
        done = self._done.get()
        if isinstance(done, BaseException):
            raise done
        return done[0]

    def end(self) -> None:
        """Wait until all that was given is done."""
        self._given.put(None)
        if self._thread is not None:
            self._thread.join()


def ahead(items: Iterable[Item], work: Callable[[Item], Outcome]) -> Iterator[tuple[Item, Outcome]]:
    """`work(item)` for each item in its order, done in a thread while the next items are made.

    At most AHEAD items wait. The first exception of either side ends the iteration.
    """
    waiting: deque[Item] = deque()
    worker = _Worker(work)
    try:
        for item in items:
            worker.give(item)
            waiting.append(item)
            while waiting and (len(waiting) > AHEAD or worker.is_done):
                yield waiting.popleft(), worker.outcome()
        while waiting:
            yield waiting.popleft(), worker.outcome()
    finally:
        worker.end()


@contextmanager
def alongside(steps: Iterable[object]) -> Iterator[None]:
    """Take the steps in a thread while the body runs; both are done when the context ends.

    An error of the body stops the steps; one of theirs is raised when the body has ended.
    """
    failed = Event()

    def take(steps: Iterable[object]) -> None:
        for _ in steps:
            if failed.is_set():
                return

    worker = _Worker(take)
    try:
        worker.give(steps)
        try:
            yield
        except BaseException:
            failed.set()
            raise
        worker.outcome()
    finally:
        worker.end()
