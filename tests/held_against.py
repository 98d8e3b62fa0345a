"""What tests of corpora that are held against others share: files, indexes, and what went."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import runs
from files import put
from stories import OTHER, STORY, THIRD

from dedup import Index


def own_and_eval(folder: Path) -> Path:
    """A corpus `own` with files of two formats, and `eval`, which has texts and an id of it."""
    own = [{"id": "x", "text": f"{STORY}\n{OTHER}"}, {"id": "y", "text": STORY}]
    own += [{"id": "z", "text": THIRD, "rank": 9}]
    seen = [
        {"id": "x", "text": f"Headline\n{STORY.upper()}", "rank": 1},
        {"id": "q", "text": STORY},
    ]
    runs.write_lines(folder / "own" / "a.jsonl", own)
    put(folder / "own", {"b.txt": THIRD.encode()})
    runs.write_lines(folder / "eval" / "a.jsonl", seen)
    return folder


def index_of(path: Path, documents: list[Any]) -> Path:
    with Index.open(path) as index:
        index.add_many(documents)
    return path


def removed(output: Path) -> list[dict[str, Any]]:
    return runs.read_lines(output / "_dedup" / "removed.jsonl")


def enumerate_texts(found: list[str]) -> list[tuple[str, str]]:
    return [(str(number), text) for number, text in enumerate(found)]
