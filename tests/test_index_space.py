"""What an index takes on the disk and of open files, however long it is written to, and on a full disk."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path

import pytest
from index_killed import text_of
from stories import STORY

import dedup
from dedup import Index


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "seen.dedup")


def size_of(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def test_many_small_commits_leave_no_large_journal(tmp_path: Path) -> None:
    path = tmp_path / "index"
    with dedup.Index.open(path, jobs=1) as index:
        for number in range(300):
            index.add(str(number), f"{number} words of no other document", date=number)
            index.commit()
        journal = path / "catalogue.db-wal"
        assert journal.stat().st_size < 1 << 20


def test_what_expires_as_fast_as_it_comes_takes_no_more_than_what_is_held(tmp_path: Path) -> None:
    path, largest = tmp_path / "index", 0
    with dedup.Index.open(path, jobs=1) as index:
        for number in range(1200):
            index.add(str(number), text_of(number), date=number)
            if number % 5 == 0:
                index.expire(before=number - 300)
                index.commit()
            if number > 600:
                largest = max(largest, size_of(path))
        held = [(entry.id, entry.text) for entry in index.entries(texts=True)]
    with dedup.Index.open(tmp_path / "new", jobs=1) as new:
        new.add_many(held)
    assert largest < 2.5 * size_of(tmp_path / "new") + (1 << 20)


def open_files_of(path: str) -> int:
    """How many files of an index this process has open; other tests' files are none of it."""
    count = 0
    for link in list(Path("/proc/self/fd").iterdir()):
        # Some are closed meanwhile.
        with suppress(FileNotFoundError):
            count += str(link.readlink()).startswith(path)
    return count


def test_it_stays_as_large_as_what_it_holds(path: str) -> None:
    with Index.open(path, jobs=1) as index:
        sizes = []
        for number in range(150):
            index.add(str(number), text_of(number), date=number)
            index.expire(before=number - 20)
            index.commit()
            assert index.stats()["removed"] <= 64 + len(index)
            sizes.append(sum(file.stat().st_size for file in Path(path, "runs").iterdir()))
            assert open_files_of(path) < 30
        index.compact()
        live = sum(file.stat().st_size for file in Path(path, "runs").iterdir())
    assert open_files_of(path) == 0
    # Small runs have heads of their own, which a large one shares.
    assert max(sizes[75:]) < 8 * live


def test_a_closed_reader_has_no_file_open(path: str) -> None:
    with Index.open(path, jobs=1) as index:
        index.add("a", "One paragraph of nine words that is held here.")
    reader = Index.open(path, mode="r")
    begun = reader.entries()
    assert open_files_of(path) > 0
    reader.close()
    # What was asked before is still told.
    assert [entry.id for entry in begun] == ["a"]
    del begun
    assert open_files_of(path) == 0


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_leaves_the_last_commit(path: str) -> None:
    documents = [(str(number), text_of(number)) for number in range(100)]
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Index.open(path, jobs=1) as index:
        index.add("a", STORY)
        index.commit()
        index.add_many(documents)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        with pytest.raises(dedup.OutputError, match="file too large") as error:
            index.commit()
        assert "make room for about" in str(error.value)
        assert error.value.path
        with Index.open(path, mode="r") as reader:
            assert [entry.id for entry in reader] == ["a"]
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        index.commit()
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        with pytest.raises(dedup.OutputError):
            index.compact()
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert index.check(documents[50][1]).action == "drop"
    with Index.open(path) as index:
        assert len(index) == 101
        assert index.verify() == []
        index.compact()
        assert index.check(documents[50][1]).action == "drop"
