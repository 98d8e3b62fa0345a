"""A thread that asks an index often works by itself from then on: its answers, its forks, its end."""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

import pytest
from stories import OTHER, STORY

import dedup
from dedup import Index

# More than a thread asks before it works by itself (`rust/src/py/here.rs`).
OFTEN = 1200


@pytest.fixture
def path(tmp_path: Path) -> str:
    path = str(tmp_path / "index")
    with Index.open(path) as index:
        index.add("a", STORY)
    return path


def actions(index: Index) -> list[str]:
    edited = STORY.replace(".", ", they said.", 1)
    return [index.check(text).action for text in (STORY, OTHER, f"{OTHER}\n\n{STORY}", edited)]


def ask_often(index: Index) -> list[str]:
    first = actions(index)
    for _ in range(OFTEN):
        assert index.check(STORY).action == "drop"
    assert actions(index) == first
    return first


def cleaned() -> int:
    result = dedup.clean([STORY, f"{OTHER}\n\n{STORY}", OTHER], jobs=2)
    return len(result.removed)


def asked_in_a_fork(index: Index, queue: multiprocessing.Queue[object]) -> None:
    queue.put((actions(index), cleaned()))


@pytest.mark.parametrize("jobs", [1, 2])
def test_it_forks_scans_and_adds_as_others_do(path: str, jobs: int) -> None:
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[object] = context.Queue()
    removed = cleaned()
    with Index.open(path, jobs=jobs) as index:
        expected = ask_often(index)
        assert cleaned() == removed
        child = context.Process(target=asked_in_a_fork, args=(index, queue))
        child.start()
        assert queue.get(timeout=30) == (expected, removed)
        child.join()
        index.add("b", OTHER)
        verdicts = index.add_many([(str(number), f"{OTHER} {number}") for number in range(300)])
        assert len(verdicts) == 300
        index.commit()
        assert index.check(OTHER).action == "drop"


def test_threads_come_and_go(path: str) -> None:
    told: list[list[str]] = []
    with Index.open(path, jobs=2) as index:
        for _ in range(2):
            asking = [lambda: told.append(ask_often(index))] * 3
            threads = [threading.Thread(target=ask) for ask in asking]
            for thread in threads:
                thread.start()
            for number in range(20):
                index.add_many([(f"{number}-{part}", OTHER[:40]) for part in range(3)])
            for thread in threads:
                thread.join()
    assert len(told) == 6
    assert {tuple(one) for one in told} == {tuple(told[0])}
