"""An index that is closed says so, whatever it is asked; and a name that can be no folder's is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dedup
from dedup import Index

STORY = "The ferry did not sail on Monday because of a storm, the harbour office said."

ASKED: dict[str, Callable[[Index], Any]] = {
    "check": lambda index: index.check(STORY),
    "add": lambda index: index.add("b", STORY),
    "update": lambda index: index.update("b", STORY),
    "add_many": lambda index: index.add_many([("b", STORY)]),
    "add_many of nothing": lambda index: index.add_many([]),
    "remove": lambda index: index.remove("a"),
    "expire": lambda index: index.expire("2020-01-01"),
    "commit": lambda index: index.commit(),
    "compact": lambda index: index.compact(),
    "verify": lambda index: index.verify(),
    "stats": lambda index: index.stats(),
    "refresh": lambda index: index.refresh(),
    "text": lambda index: index.text("a"),
    "export": lambda index: index.export("/nowhere/out.jsonl"),
    "entries": lambda index: index.entries(),
    "blocks": lambda index: index.blocks(),
    "block_texts": lambda index: index.block_texts(),
    "matches": lambda index: index.matches(),
    "snapshot": lambda index: index.snapshot(),
    "asked_fields": lambda index: index.asked_fields,
    "is_settled": lambda index: index.is_settled,
    "iter": iter,
    "len": len,
    "in": lambda index: "a" in index,
    "with": lambda index: index.__enter__(),
}


def test_everything_public_is_asked() -> None:
    named = {name for name in dir(Index) if not name.startswith("_")}
    assert named - {"open", "close", "discard"} <= set(ASKED)


@pytest.mark.parametrize("mode", ["w", "r"])
@pytest.mark.parametrize("name", ASKED)
def test_a_closed_index_says_so(name: str, mode: Any, tmp_path: Path) -> None:
    with Index.open(tmp_path / "i") as index:
        index.add("a", STORY)
    index = Index.open(tmp_path / "i", mode=mode)
    index.close()
    index.close()
    with pytest.raises(dedup.IndexError_, match="the index is closed") as told:
        ASKED[name](index)
    assert told.value.hint == "open it again with Index.open"
    index.discard()


@pytest.mark.parametrize("mode", ["w", "r"])
@pytest.mark.parametrize(("path", "message"), [("", "is empty"), ("a\0b", r"'a\\x00b': .* NUL")])
def test_a_name_that_no_folder_can_have(path: str, message: str, mode: Any) -> None:
    with pytest.raises(dedup.IndexError_, match=message) as told:
        Index.open(path, mode=mode)
    assert told.value.hint


def test_what_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no index")
    for name in ("file", "file/index", "x" * 300):
        for mode, kind in (("w", dedup.OutputError), ("r", dedup.IndexError_)):
            with pytest.raises(kind) as told:
                Index.open(tmp_path / name, mode=mode)  # type: ignore[arg-type]
            assert told.value.hint, (name, mode)
