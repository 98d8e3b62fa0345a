"""A writer is killed at any moment: what it had committed is there, and nothing else is."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import index_killed
import pytest

import dedup

PROGRAM = Path(index_killed.__file__)


def kill_a_writer(path: Path, seed: int, moment: float) -> int:
    """How many commits returned before it was killed; a reader asks all the while."""
    command = [sys.executable, str(PROGRAM), str(path), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        end = time.monotonic() + moment
        reader = dedup.Index.open(path, mode="r", jobs=1)
        while time.monotonic() < end:
            reader.refresh()
            held = [int(entry.id) for entry in reader]
            assert len(held) == len(reader)
            if held:
                number = random.choice(held)
                verdict = reader.check(index_killed.text_of(number))
                assert verdict.action == "drop", number
                assert all(int(found.document) in held for found in verdict.matches)
            assert reader.check(index_killed.text_of(10**9)).action == "keep"
        writer.kill()
        rest = writer.stdout.read().split()
        reader.refresh()
        reader.discard()
    return int(rest[-1] if rest else first)


def check_after(path: Path, seed: int, commits: int) -> None:
    """The index holds what it held after the last commit that returned, or after the one under way."""
    states = index_killed.states(seed, commits + 1)
    with dedup.Index.open(path, mode="r", jobs=1) as index:
        held = [int(entry.id) for entry in index]
        assert held in states[commits : commits + 2]
        assert index.verify() == []
    with dedup.Index.open(path, jobs=1) as index:
        assert [int(entry.id) for entry in index] == held
        assert index.verify() == []
        files = list((path / "runs").iterdir())
        assert len(files) == index.stats()["runs"]
        for number in held[-5:]:
            assert index.check(index_killed.text_of(number)).action == "drop"
            again = index.add(str(number), index_killed.text_of(number))
            assert again.action in ("keep", "clean")
        index.add("new", index_killed.text_of(10**8))


@pytest.mark.parametrize("seed", range(12))
def test_what_was_committed_is_there_after_a_kill(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "index"
    moment = random.Random(seed).uniform(0, 0.4)
    check_after(path, seed, kill_a_writer(path, seed, moment))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 600))
def test_five_hundred_kills(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "index"
    moment = random.Random(seed).uniform(0, 1.5)
    check_after(path, seed, kill_a_writer(path, seed, moment))
