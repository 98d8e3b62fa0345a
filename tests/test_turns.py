"""Text that repeats itself again and again: what is told of it grows with it, not with its square."""

from __future__ import annotations

import random

import checker
import pytest
import runs
import strategies

import dedup

WORDS = (strategies.FRENCH + strategies.ENGLISH)[:120]


def pattern(length: int) -> list[str]:
    """So many words, which repeat nothing among them for long."""
    choices = random.Random(length)
    return [choices.choice(WORDS) for _ in range(length)]


@pytest.mark.parametrize("length", [20, 100])
def test_each_turn_is_told_a_few_times(length: int) -> None:
    text = " ".join(pattern(length) * 200)
    told: set[int] = set()
    members = 0
    for cluster in dedup.scan([text]).clusters:
        for member in cluster.members:
            members += 1
            told.update(range(*member.span))
    assert members < 80
    assert len(told) > 0.99 * len(text)


def test_turns_of_other_documents_are_told_a_few_times() -> None:
    words = pattern(60)
    texts = [
        " ".join([f"{name} begins here", *words * turns])
        for name, turns in (("one", 120), ("two", 200))
    ]
    found = [member for cluster in dedup.scan(texts).clusters for member in cluster.members]
    assert len(found) < 100
    told = {place for member in found if member.document == "1" for place in range(*member.span)}
    assert len(told) > 0.99 * len(texts[1]) - 20


def test_paragraphs_of_a_text_that_repeats_itself_go() -> None:
    words = pattern(100) * 30
    parts = [" ".join(words[start : start + 37]) for start in range(0, len(words), 37)]
    run = runs.clean_texts(["\n\n".join(parts)])
    assert list(checker.problems(run)) == []
    (left,) = run.outputs.values()
    # Three of them have all words of the pattern; of a few others all places that are tried go themselves.
    assert left.startswith("\n\n".join(parts[:3]))
    assert len(left.split("\n\n")) < 8 < len(parts) // 4
