"""What repeated a removed document, once it is gone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import dedup
from dedup import Index, Policy

SYLLABLES = "ka lo mi ren tu sha pel dor nim vas que bri ost ula fen".split()
SHORT = ["Share", "Read also", "Comments"]


def paragraph(chance: random.Random) -> str:
    return " ".join("".join(chance.choices(SYLLABLES, k=3)) for _ in range(14))


def test_the_next_copy_stands_for_what_was_removed(tmp_path: Path) -> None:
    """Passages with short blocks in them, in many documents; each round the first one is removed."""
    chance = random.Random(4)
    passage = "\n".join(
        [paragraph(chance), SHORT[0], paragraph(chance), SHORT[1], paragraph(chance)]
    )
    texts = [f"{paragraph(chance)}\n{passage}\n{SHORT[2]}" for _ in range(12)]
    with Index.open(tmp_path / "index") as index:
        for number, text in enumerate(texts):
            index.add(str(number), text)
        for number in range(10):
            index.remove(str(number))
            if number % 3 == 2:
                index.commit()
            if number == 7:
                index.compact()
            rest = [{"id": str(place), "text": texts[place]} for place in range(number + 1, 12)]
            for asked in (passage, f"{paragraph(chance)}\n{passage}", SHORT[0]):
                verdict = index.check(asked)
                cleaned = dedup.clean([*rest, {"id": "new", "text": asked}]).documents
                wanted = {one.id: one.text for one in cleaned}.get("new")
                assert (None if verdict.action == "drop" else verdict.clean_text) == wanted
                held = {found.document for found in verdict.matches}
                assert held <= {str(number + 1)}, "the first that is left stands for it"


def test_a_document_whose_copies_are_removed_one_by_one_is_seen_till_the_last(
    tmp_path: Path,
) -> None:
    chance = random.Random(5)
    text = "\n".join(paragraph(chance) for _ in range(4))
    with Index.open(tmp_path / "index") as index:
        index.add_many((str(number), text) for number in range(5))
        for number in range(5):
            verdict = index.check(text)
            assert verdict.action == "drop"
            assert {found.document for found in verdict.matches} == {str(number)}
            index.remove(str(number))
        assert index.check(text).action == "keep"


@pytest.mark.parametrize("min_run", [0, 20])
def test_two_near_blocks_of_removed_documents_meet_in_a_new_one(
    min_run: int, tmp_path: Path
) -> None:
    """Both are known, and nothing that is held keeps either: they were not compared."""
    one = "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima"
    other = one.replace("golf", "gulf")
    new = "Something else that stands here for the first time and repeats nothing at all."
    with Index.open(tmp_path / "index", Policy(min_run=min_run)) as index:
        assert index.add("a", f"{one}\n{other}").action == "clean"
        verdict = index.add("a", f"{one}\n{other}\n{new}")
        assert verdict.clean_text == f"{one}\n{new}"
        index.remove("a")
        index.add("b", one)
        index.add("c", other.upper())
        index.remove("b")
        index.remove("c")
        assert index.check(f"{one}\n{other}").clean_text == one
