"""Who may write to an index, and what readers, forks and threads see of it meanwhile."""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import index_killed
import pytest
from stories import OTHER, STORY

import dedup
from dedup import Index


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "seen.dedup")


def test_one_writes_and_another_one_is_told(path: str) -> None:
    with Index.open(path):
        started = time.monotonic()
        with pytest.raises(dedup.IndexLockedError, match="this process has the index open") as told:
            Index.open(path, lock_timeout=0.2)
        assert "close it first" in (told.value.hint or "")
        assert time.monotonic() - started >= 0.2
        Index.open(path, mode="r").close()
    Index.open(path).close()


def test_a_lock_goes_with_its_process(path: str) -> None:
    # Without a name it would be collected, and its lock with it, at some time.
    code = (
        f"import dedup, time; i = dedup.Index.open({path!r}); print(1, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.read(1)
        for _ in range(2):  # who was refused once holds no lock
            with pytest.raises(dedup.IndexLockedError, match="another process writes"):
                Index.open(path)
        writer.send_signal(signal.SIGKILL)
        Index.open(path, lock_timeout=10).close()


def test_a_reader_sees_its_snapshot_until_it_is_refreshed(path: str) -> None:
    with Index.open(path) as writer:
        writer.add("a", STORY)
        writer.commit()
        with Index.open(path, mode="r") as reader:
            writer.add("b", OTHER)
            writer.remove("a")
            assert not reader.refresh()
            for _ in range(5):  # merged away while the reader has the old files open
                writer.add("c", index_killed.text_of(1))
                writer.compact()
                writer.remove("c")
            assert [entry.id for entry in reader] == ["a"]
            assert reader.check(STORY).action == "drop"
            assert reader.check(OTHER).action == "keep"
            assert reader.refresh()
            assert reader.check(STORY).action == "keep"
            assert reader.check(OTHER).action == "drop"
            for forbidden in (reader.commit, reader.compact, lambda: reader.add("d", OTHER)):
                with pytest.raises(dedup.IndexError_, match="read only"):
                    forbidden()


def test_what_is_not_committed_is_gone(path: str) -> None:
    with pytest.raises(KeyboardInterrupt), Index.open(path) as index:
        index.add("a", STORY)
        raise KeyboardInterrupt
    with Index.open(path) as index:
        assert len(index) == 0
        index.add("a", STORY)
        index.discard()
        with pytest.raises(dedup.IndexError_, match="closed"):
            index.add("b", STORY)
    with Index.open(path, mode="r") as index:
        assert len(index) == 0


def asked_in_a_fork(index: Index, queue: multiprocessing.Queue[object]) -> None:
    answers: list[object] = [index.check(STORY).action]
    try:
        index.add("b", OTHER)
    except dedup.IndexError_ as error:
        answers.append("is a fork of it" in error.message)
    queue.put(answers)


def opened_in_a_fork(path: str, queue: multiprocessing.Queue[object]) -> None:
    try:
        Index.open(path)
    except dedup.IndexLockedError as error:
        queue.put(error.message)


def test_to_a_fork_of_the_writer_it_is_another_process(path: str) -> None:
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[object] = context.Queue()
    with Index.open(path):
        child = context.Process(target=opened_in_a_fork, args=(path, queue))
        child.start()
        assert "another process writes" in str(queue.get(timeout=30))
        child.join()
        with pytest.raises(dedup.IndexLockedError, match="this process"):
            Index.open(path)


@pytest.mark.parametrize("mode", ["r", "w"])
def test_a_fork_may_ask(path: str, mode: str) -> None:
    with Index.open(path) as index:
        index.add("a", STORY)
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[object] = context.Queue()
    with Index.open(path, mode=mode) as index:  # type: ignore[arg-type]
        assert index.check(STORY).action == "drop"
        child = context.Process(target=asked_in_a_fork, args=(index, queue))
        child.start()
        assert queue.get(timeout=30) == (["drop", True] if mode == "w" else ["drop", False])
        child.join()
        assert index.check(STORY).action == "drop"


def test_many_threads_ask_while_one_adds(path: str) -> None:
    wrong: list[object] = []

    def ask(index: Index) -> None:
        for _ in range(60):
            verdicts = index.check(STORY), index.check(OTHER)
            wrong.extend(verdicts if [one.action for one in verdicts] != ["drop", "keep"] else ())

    with Index.open(path, jobs=1) as index:
        index.add("a", STORY)
        threads = [threading.Thread(target=ask, args=(index,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(40):
            index.add(str(number), index_killed.text_of(number))
            if number % 8 == 0:
                index.commit()
        for thread in threads:
            thread.join()
    assert wrong == []
