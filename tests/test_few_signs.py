"""Texts of few signs, as rows of yes and no: all their shingles are those of any other row."""

from __future__ import annotations

import random

import oracle
import pytest
from runs import rules_of

import dedup

SIGNS = {
    "yes and no": (["yes", "no"], 20),
    "left and right": (["L", "R"], 40),
    "是 and 否": (["是", "否"], 20),
    "chords": (["C |", "G |", "Am |", "F |"], 40),
    "bases": (list("ACGT"), 300),
}


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize("search", ["lsh", "exhaustive"])
def test_another_row_stays(name: str, search: str) -> None:
    signs, length = SIGNS[name]
    chance = random.Random(name)
    rows = [" ".join(chance.choice(signs) for _ in range(length)) for _ in range(30)]
    result = dedup.clean(rows, search=search)
    assert [document.text for document in result.documents] == rows
    # Not for want of a match.
    assert result.matches


def test_the_same_row_goes() -> None:
    row = " ".join(random.Random(1).choice(["yes", "no"]) for _ in range(40))
    documents = dedup.clean(
        [row, f"{row.upper()}.", "Another text of more than eight words, all of them its own."]
    ).documents
    assert [document.id for document in documents] == ["0", "2"]


def test_a_text_that_says_each_thing_twice_goes() -> None:
    page = " ".join(f"word{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(60))
    twice = f"{page} and once more, {page}"
    one, other = oracle.blocks_of([twice, twice.replace("wordba", "else")], rules_of({}))
    assert oracle.may_replace(one, other)
    assert len(dedup.clean([one.text, other.text]).documents) == 1
