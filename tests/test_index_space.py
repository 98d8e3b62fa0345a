"""What an index takes on the disk, however long it is written to."""

from __future__ import annotations

from pathlib import Path

from index_killed import text_of

import dedup


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
