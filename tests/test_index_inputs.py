"""What an index takes: any id and any text, at any time; what is no index and no document is refused."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from stories import OTHER, STORY

import dedup
from dedup import Index


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "seen.dedup")


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    for name, mode, words in [
        ("absent", "r", "does not exist"),
        ("file", "w", "file exists"),
        ("file", "r", "is a file"),
        ("empty", "r", "it is empty"),
        ("foreign", "r", "has no catalogue.db"),
        ("foreign", "w", "it holds a.txt"),
        ("damaged", "r", "file is not a database"),
        ("damaged", "w", "file is not a database"),
    ]:
        path = tmp_path / name
        if name == "file":
            path.write_text("x")
        elif name != "absent":
            path.mkdir(exist_ok=True)
        if name == "foreign":
            (path / "a.txt").write_text("x")
        if name == "damaged":
            (path / "catalogue.db").write_text("x" * 5000)
        with pytest.raises(dedup.DedupError, match=words):
            Index.open(path, mode=mode)  # type: ignore[arg-type]
    with Index.open(tmp_path / "empty") as index:
        assert len(index) == 0
    with pytest.raises(dedup.IndexError_, match="mode is 'a'"):
        Index.open(tmp_path / "empty", mode="a")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("id", "text", "words"),
    [
        ("", STORY, "an id is empty"),
        ("x" * 70_000, STORY, "70,000 characters long"),
        (7, STORY, "an id is an int"),
        ("a\ud800", STORY, "lone surrogate U\\+D800 at 1"),
        ("a", None, "a: the text is a NoneType"),
        ("a", "x\udc80", "lone surrogate"),
        ("a", b"x", "the text is a bytes"),
    ],
)
def test_what_is_no_document_is_refused(path: str, id: str, text: str, words: str) -> None:
    with Index.open(path) as index:
        with pytest.raises(dedup.InputError, match=words):
            index.add(id, text)
        assert len(index) == 0
        for wrong in ({"id": "a"}, 7, ("a", "b", "c")):
            with pytest.raises(dedup.InputError, match="document 0 of the batch"):
                index.add_many([wrong])
        with pytest.raises(dedup.InputError, match="date is soon"):
            index.add("a", STORY, date="soon")
        with pytest.raises(dedup.InputError, match="fields are no JSON"):
            index.add("a", STORY, fields={"x": object()})


def test_ids_are_any_text(path: str) -> None:
    ids = ["\0", "a\nb", "../../etc/passwd", "/abs", "C:\\x", "é" * 500, "'; DROP TABLE runs; --"]
    with Index.open(path) as index:
        index.add_many([(id, f"{STORY} {place}") for place, id in enumerate(ids)])
    with Index.open(path) as index:
        assert [entry.id for entry in index] == ids
        assert all(id in index for id in ids)
        assert all(index.remove(id) for id in ids)
    assert sorted(item.name for item in Path(path).iterdir()) == ["catalogue.db", "runs"]


def test_large_and_empty_texts(path: str) -> None:
    large = "\n".join(f"{STORY} It is story {place} of many others." for place in range(10_000))
    with Index.open(path) as index:
        assert index.add("empty", "").action == "keep"
        assert index.add("large", large).matches != ()
        assert index.check(large).action == "drop"


def test_a_clock_that_goes_backwards_gives_no_earlier_dates(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Index.open(path) as index:
        monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
        index.add("a", STORY)
        index.commit()
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    with Index.open(path) as index:
        index.add("b", OTHER)
        dates = [entry.date for entry in index]
    assert dates == ["2033-05-18T03:33:20+00:00"] * 2
