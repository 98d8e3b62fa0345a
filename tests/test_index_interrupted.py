"""An index whose process forks, or is interrupted by its user, while it is changed."""

from __future__ import annotations

import json
import multiprocessing
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from stories import STORY

from dedup import Index

PROGRAM = Path(__file__).parent / "index_interrupted.py"


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


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.1, 0.2, 0.4])
def test_what_an_interruption_left_can_be_removed(path: str, delay: float) -> None:
    command = [sys.executable, str(PROGRAM), path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        time.sleep(delay)
        program.send_signal(signal.SIGINT)
        listed, counted, removed, left = json.loads(program.stdout.readline())
    assert (counted, removed, left) == (listed, listed, 0)
    with Index.open(path, mode="r") as index:
        assert list(index) == []
        assert len(index) == 0
