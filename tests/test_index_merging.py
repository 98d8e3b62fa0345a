"""Runs are merged in the background: nothing waits for it, nothing that is answered depends on it."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from pathlib import Path

import index_killed
import pytest

import dedup
from dedup import Index
from dedup.index.merging import FANOUT, SMALLEST, due


def documents(first: int, count: int) -> list[tuple[str, str]]:
    return [(str(number), index_killed.text_of(number)) for number in range(first, first + count)]


def files(path: Path) -> int:
    return len(list((path / "runs").iterdir()))


def verdicts(index: Index) -> list[dict[str, object]]:
    return [index.check(index_killed.text_of(number)).to_dict() for number in range(0, 200, 7)]


def commit_and_wait(index: Index, path: Path, runs: int) -> None:
    """Commit until so many runs are left, in the catalogue too."""
    end = time.monotonic() + 30
    index.commit()
    while index.stats()["runs"] > runs or files(path) > runs:
        assert time.monotonic() < end
        time.sleep(0.01)
        index.commit()


@pytest.mark.parametrize(
    ("sizes", "first"),
    [
        ([], None),
        ([9] * (FANOUT - 1), None),
        ([9] * FANOUT, 0),
        ([9 * SMALLEST, 9, 9, 9], None),
        ([9 * SMALLEST, 9, 9, 9, 9], 1),
        # The larger ones were due while a merge was under way.
        ([99 * SMALLEST, *[9 * SMALLEST] * 4, 9, 9], 1),
        ([9, 9, 9, 9 * SMALLEST], 0),
    ],
)
def test_which_runs_become_one(sizes: list[int], first: int | None) -> None:
    assert due(sizes) == first


def test_however_many_commits_there_are_runs_stay_few(tmp_path: Path) -> None:
    path = tmp_path / "index"
    with Index.open(path, jobs=1) as index:
        for number in range(60):
            index.add_many(documents(number * 4, 4))
            index.commit()
        before = verdicts(index)
        generation = index.stats()["generation"]
        commit_and_wait(index, path, 2 * FANOUT)
        assert verdicts(index) == before
        index.add("new", "A paragraph of nine words that was never seen before.")
        index.commit()
        assert index.stats()["generation"] > generation
        assert len(index) == 241
    # Whoever closes it waits for what is due.
    with Index.open(path, mode="r") as index:
        assert index.stats()["runs"] == files(path) < 2 * FANOUT
        assert index.verify() == []
        assert [entry.id for entry in index][:240] == [str(number) for number in range(240)]


def test_what_is_removed_while_runs_are_merged_stays_removed(tmp_path: Path) -> None:
    path = tmp_path / "index"
    with Index.open(path, jobs=1) as index:
        for number in range(FANOUT):
            index.add_many(documents(number * 50, 50))
            index.commit()
        assert index.remove("0")
        assert index.remove("170")
        index.add("0", index_killed.text_of(1000))
        commit_and_wait(index, path, 2)
        assert (len(index), index.remove("170"), "0" in index) == (199, False, True)
        assert index.check(index_killed.text_of(170)).action != "drop"
        index.compact()
        assert files(path) == index.stats()["runs"] == 1
        assert index.verify() == []
        assert index.check(index_killed.text_of(1000)).matches[0].document == "0"


def test_what_is_discarded_while_runs_are_merged_leaves_the_last_commit(tmp_path: Path) -> None:
    path = tmp_path / "index"
    for _ in range(3):
        index = Index.open(path, jobs=1)
        held = len(index)
        for number in range(FANOUT):
            index.add_many(documents(held + number * 40, 40))
            index.commit()
        index.remove("3")
        index.add("not", "A paragraph of nine words that is not committed.")
        index.discard()
        with Index.open(path, mode="r") as reader:
            assert len(reader) == held + 40 * FANOUT
            assert reader.verify() == []
            assert "3" in reader
    Index.open(path, jobs=1).close()
    with Index.open(path, mode="r") as reader:
        assert files(path) == reader.stats()["runs"]


@pytest.mark.usefixtures("small_files")
def test_where_there_is_no_room_for_a_merge_all_is_committed_nevertheless(tmp_path: Path) -> None:
    path = tmp_path / "index"
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    index = Index.open(path, jobs=1)
    for number in range(FANOUT):
        index.add_many(documents(number * 150, 150))
        if number == FANOUT - 1:
            largest = max(file.stat().st_size for file in (path / "runs").iterdir())
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest * 2, hard))
        index.commit()
    before = verdicts(index)
    index.add("last", "A paragraph of nine words that is committed with an error.")
    end = time.monotonic() + 30
    with pytest.raises(dedup.OutputError, match="file too large") as error:
        while time.monotonic() < end:
            index.commit()
    assert "make room for about" in str(error.value)
    assert str(path) in error.value.path
    assert files(path) == FANOUT + 1
    with Index.open(path, mode="r") as reader:
        assert len(reader) == 150 * FANOUT + 1
        assert verdicts(reader) == before
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    # It is tried again when there are more of them.
    for number in range(FANOUT):
        index.add_many(documents(5000 + number * 150, 150))
        index.commit()
    index.close()
    with Index.open(path, mode="r") as reader:
        assert reader.stats()["runs"] == files(path) < FANOUT
        assert reader.verify() == []


def close_in_a_fork(index: Index, queue: multiprocessing.Queue[object]) -> None:
    actions = [index.check(index_killed.text_of(number)).action for number in (0, 199)]
    # Twice: the second time nothing tells any more that it is a fork.
    index.discard()
    index.discard()
    queue.put(actions)


def test_a_fork_asks_and_leaves_while_runs_are_merged(tmp_path: Path) -> None:
    path = tmp_path / "index"
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[object] = context.Queue()
    with Index.open(path, jobs=1) as index:
        for number in range(FANOUT):
            index.add_many(documents(number * 50, 50))
            index.commit()
        child = context.Process(target=close_in_a_fork, args=(index, queue))
        child.start()
        assert queue.get(timeout=30) == ["drop", "drop"]
        child.join()
        commit_and_wait(index, path, 1)
    with Index.open(path, mode="r") as reader:
        assert (len(reader), reader.verify()) == (200, [])


def test_a_process_ends_while_runs_are_merged(tmp_path: Path) -> None:
    path = tmp_path / "index"
    child = os.fork()
    if child == 0:
        index = Index.open(path, jobs=1)
        for number in range(FANOUT):
            index.add_many(documents(number * 50, 50))
            index.commit()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    with Index.open(path, jobs=1) as index:
        assert (len(index), index.verify()) == (200, [])
        assert files(path) == index.stats()["runs"]


class _Core:
    """A core of which one step of merging goes wrong."""

    def __init__(self, core: object, **steps: object) -> None:
        self._core = core
        self.__dict__.update(steps)

    def __getattr__(self, name: str) -> object:
        return getattr(self._core, name)


def test_where_there_is_no_thread_for_a_merge_none_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_thread(*_: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    path = tmp_path / "index"
    with Index.open(path) as index:
        monkeypatch.setattr(
            index._merging, "_core", _Core(index._merging._core, begin_merge=no_thread)
        )
        for number in range(2 * FANOUT):
            index.add_many(documents(5 * number, 5))
            index.commit()
        assert index.stats()["runs"] == 2 * FANOUT
    with Index.open(path) as index:
        index.add_many(documents(1000, 5))
        commit_and_wait(index, path, FANOUT)


@pytest.mark.filterwarnings("ignore")
def test_a_merge_that_ends_by_a_defect_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index"
    index = Index.open(path)
    core = index._merging._core

    def beyond(_: object, file: str) -> None:
        core.begin_merge((70, 90), file)

    monkeypatch.setattr(index._merging, "_core", _Core(core, begin_merge=beyond))
    for number in range(FANOUT):
        index.add_many(documents(5 * number, 5))
        index.commit()
    with pytest.raises(dedup.DedupError, match="ended by a defect"):
        index.close()
    index = Index.open(path, mode="r")
    assert index.check(index_killed.text_of(3)).action == "drop"
    index.close()
