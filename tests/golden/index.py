"""Writes the golden indexes and what they answer: `python tests/golden/index.py`.

Only where the format of an index, or what a release says of its documents, changes on purpose: then the
number of the format in the names goes up with it, and the golden index of a release stays.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import dedup
from dedup import _core

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from index_killed import text_of  # noqa: E402


def documents() -> list[dict[str, Any]]:
    """Documents that share paragraphs, copies, edited ones, and paragraphs that are broken anew."""
    texts = [text_of(number) for number in range(8)]
    words = texts[3].split()
    words[5] = "another"
    rewrapped = texts[4].replace("\n\n", " ", 2)
    ends = texts[5].split("\n\n")
    texts += [
        " ".join(words[:40]) + "\n\nShare\n\n" + texts[6],
        text_of(100) + "\n\n" + rewrapped,
        text_of(101) + "\n\nShare\n\n" + ends[0].upper(),
        f"{text_of(102)} {ends[1]} {text_of(103)}",
    ]
    return [
        {
            "id": str(number),
            "text": text,
            "date": number * 86400,
            "source": f"feed:{number}" if number != 7 else "",
            "n": number,
        }
        for number, text in enumerate(texts)
    ]


def asked() -> list[str]:
    """Texts that are asked about: known, known in part, broken anew, quoting, new."""
    paragraphs = text_of(0).split("\n\n")
    return [
        text_of(0),
        text_of(900) + "\n\n" + paragraphs[4],
        text_of(7),
        " ".join(text_of(5).split()),
        f"{text_of(901)} {paragraphs[1]} {text_of(902)}",
        text_of(1000),
        "Share",
    ]


# Where and when all is asked about that is asked of an index with groups and a window.
SAID: dict[str, Any] = {"date": 8 * 86400, "fields": {"side": 1}}


def write(name: str, policy: dedup.Policy | None, held: list[dict[str, Any]], **said: Any) -> None:
    """Write one index, and what it answers."""
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    for part in (held[:7], held[7:]):
        with dedup.Index.open(folder, policy, jobs=1) as index:
            index.add_many(part)
    with dedup.Index.open(folder, jobs=1) as index:
        index.remove("2")
    with dedup.Index.open(folder, mode="r", jobs=1) as index:
        texts = asked()
        told = {
            "entries": [entry.to_dict() for entry in index],
            "asked": texts,
            "verdicts": [index.check(text, **said).to_dict() for text in texts],
        }
    for file in folder.iterdir():
        if file.name not in ("catalogue.db", "runs"):
            file.unlink()
    written = json.dumps(told, ensure_ascii=False, indent=1)
    (HERE / f"{name}.json").write_text(written + "\n", encoding="utf-8")


def main() -> None:
    """Write an index of the default policy, and one of groups and times."""
    name = f"index-{_core.INDEX_FORMAT}"
    write(name, None, documents())
    sided = [{**one, "side": number % 2} for number, one in enumerate(documents())]
    write(f"{name}-scoped", dedup.Policy(group_by="side", window="5d"), sided, **SAID)


if __name__ == "__main__":
    main()
