"""An index whose process forks, or is interrupted by its user, while it is changed."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from test_index import OTHER, STORY

from dedup import Index, Policy


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "index")


def test_a_fork_waits_for_who_changes_the_index(path: str) -> None:
    """Else the child would have the lock, and not the thread that gives it back."""
    with Index.open(path) as index:
        index.add("a", STORY)
        begun = threading.Event()

        def change() -> None:
            with index._alone:
                begun.set()
                time.sleep(0.3)

        thread = threading.Thread(target=change)
        thread.start()
        begun.wait()
        context = multiprocessing.get_context("fork")
        child = context.Process(target=index.stats)
        child.start()
        thread.join()
        child.join(timeout=20)
        code = child.exitcode
        child.kill()
        assert code == 0


def test_what_an_interruption_left_can_be_removed(path: str) -> None:
    documents = [(str(n), f"{STORY} {OTHER} Number {n} of all these notices.") for n in range(4000)]
    former = signal.getsignal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for delay in (0.02, 0.1, 0.2, 0.3):
            with Index.open(path, Policy(min_run=0)) as index:
                with suppress(KeyboardInterrupt):
                    signal.setitimer(signal.ITIMER_REAL, delay)
                    index.add_many(documents)
                signal.setitimer(signal.ITIMER_REAL, 0)
                listed = [entry.id for entry in index]
                assert len(index) == len(listed)
                assert all(index.remove(id) for id in listed)
                assert list(index) == []
    finally:
        signal.signal(signal.SIGALRM, former)
