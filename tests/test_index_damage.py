"""Damaged files: every changed byte and every truncation is noticed, or changes no answer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import index_killed
import pytest

import dedup

ASKED = [index_killed.text_of(number) for number in (0, 3, 11, 900)]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two runs, with a document that was removed."""
    path = tmp_path_factory.mktemp("sound") / "index"
    for numbers in (range(4), range(4, 12)):
        with dedup.Index.open(path, jobs=1) as index:
            index.add_many([(str(number), index_killed.text_of(number)) for number in numbers])
    with dedup.Index.open(path, jobs=1) as index:
        index.remove("3")
    return path


def answers_of(index: dedup.Index) -> list[tuple[str, int]]:
    """What an open index says of some texts."""
    verdicts = [index.check(text) for text in ASKED]
    return [(verdict.action, len(verdict.matches)) for verdict in verdicts]


def answers(path: Path) -> list[tuple[str, int]] | None:
    """What the index says of some texts; None where it says that it is damaged."""
    try:
        with dedup.Index.open(path, mode="r", jobs=1) as index:
            return answers_of(index)
    except dedup.DedupError:
        return None


def damages(path: Path) -> list[str] | None:
    """What verify finds; None where the index does not even open."""
    try:
        with dedup.Index.open(path, mode="r", jobs=1) as index:
            return index.verify()
    except dedup.DedupError:
        return None


def flipped(file: Path, every: int) -> Iterator[int]:
    """The places of the file, one byte changed at each in turn."""
    whole = file.read_bytes()
    for place in range(0, len(whole), every):
        with file.open("r+b") as stream:
            stream.seek(place)
            stream.write(bytes([whole[place] ^ (1 << place % 8)]))
        yield place
    file.write_bytes(whole)


def restore(sound: Path, path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(sound, path)


def check_flips(sound: Path, path: Path, every: int) -> None:
    expected = answers(sound)
    assert expected is not None
    restore(sound, path)
    for file in sorted((path / "runs").iterdir()):
        whole = file.read_bytes()
        for place in flipped(file, every):
            assert answers(path) in (expected, None), (file.name, place)
            assert damages(path) != [], (file.name, place)
            file.write_bytes(whole)
    catalogue = path / "catalogue.db"
    whole = catalogue.read_bytes()
    for place in flipped(catalogue, every):
        assert answers(path) in (expected, None), place
        restore_catalogue(path, whole)


def restore_catalogue(path: Path, whole: bytes) -> None:
    for file in path.glob("catalogue.db*"):
        file.unlink()
    (path / "catalogue.db").write_bytes(whole)


def told_of(path: Path) -> Iterator[str]:
    """The messages about damage of those who open an index, ask it and list it."""
    try:
        with dedup.Index.open(path, mode="r", jobs=1) as index:
            for use in (lambda: answers_of(index), lambda: list(index.entries(texts=True))):
                try:
                    use()
                except dedup.CorruptIndexError as error:
                    yield error.message
    except dedup.CorruptIndexError as error:
        yield error.message


def test_a_damaged_run_is_named_once(sound: Path, tmp_path: Path) -> None:
    path, told = tmp_path / "index", set[str]()
    restore(sound, path)
    first, *_ = sorted((path / "runs").iterdir())
    whole = first.read_bytes()
    for _ in flipped(first, 97):
        told.update(told_of(path))
        first.write_bytes(whole)
    assert len(told) > 5
    for message in told:
        assert message.startswith(f"{first}: ")
        assert message.count(".run") == 1


def test_changed_bytes_are_noticed(sound: Path, tmp_path: Path) -> None:
    check_flips(sound, tmp_path / "index", 97)


@pytest.mark.slow
def test_every_changed_byte_is_noticed(sound: Path, tmp_path: Path) -> None:
    check_flips(sound, tmp_path / "index", 1)


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.slow), 61])
def test_truncated_files_are_noticed(sound: Path, tmp_path: Path, step: int) -> None:
    expected, path = answers(sound), tmp_path / "index"
    restore(sound, path)
    for file in [*sorted((path / "runs").iterdir()), path / "catalogue.db"]:
        whole = file.read_bytes()
        for size in range(0, len(whole), step):
            file.write_bytes(whole[:size])
            assert answers(path) in (expected, None), (file.name, size)
            if file.suffix == ".run":
                assert damages(path) is None, (file.name, size)
        if file.suffix == ".run":
            file.write_bytes(whole)


def test_a_run_of_another_index_or_another_run_is_noticed(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "index"
    restore(sound, path)
    first, second, *_ = sorted((path / "runs").iterdir())
    whole = first.read_bytes()
    first.write_bytes(second.read_bytes())
    assert answers(path) is None
    with dedup.Index.open(tmp_path / "other", jobs=1) as index:
        index.add_many([(str(number), index_killed.text_of(number)) for number in range(4)])
    (other,) = (tmp_path / "other" / "runs").iterdir()
    first.write_bytes(other.read_bytes())
    assert answers(path) is None
    first.unlink()
    with pytest.raises(dedup.CorruptIndexError, match="is missing"):
        dedup.Index.open(path, mode="r")
    first.write_bytes(whole)
    assert answers(path) == answers(sound)
