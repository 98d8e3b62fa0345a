"""Threads of this process: the core works on one batch while the next one is read."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

# Batches that may wait for a thread: enough that uneven ones do not stop the reader.
AHEAD = 3

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


def ahead(items: Iterable[Item], work: Callable[[Item], Outcome]) -> Iterator[tuple[Item, Outcome]]:
    """`work(item)` for each item in its order, done in a thread while the next items are made.

    At most AHEAD items wait. The first exception of either side ends the iteration.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="dedup-ahead") as thread:
        waiting: deque[tuple[Item, Future[Outcome]]] = deque()
        for item in items:
            waiting.append((item, thread.submit(work, item)))
            while waiting and (len(waiting) > AHEAD or waiting[0][1].done()):
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()


@contextmanager
def alongside(steps: Iterable[object]) -> Iterator[None]:
    """Take the steps in a thread while the body runs; both are done when the context ends.

    An error of the body stops the steps; one of theirs is raised when the body has ended.
    """
    failed = Event()

    def take() -> None:
        for _ in steps:
            if failed.is_set():
                return

    with ThreadPoolExecutor(1, thread_name_prefix="dedup-alongside") as thread:
        future = thread.submit(take)
        try:
            yield
        except BaseException:
            failed.set()
            raise
        future.result()
