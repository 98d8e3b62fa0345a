"""What stays of crowded buckets is compared again: cleaning what was cleaned takes nothing more."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from test_match import family
from test_runs import sentence

import dedup

NAMES = "next get prev char word line list item node tree map set key value fold scan read write".split()


def frames(count: int) -> list[str]:
    """Lines of one frame, many of which are alike by their characters."""
    chance = random.Random(4)
    names = [" ".join(chance.choices(NAMES, k=chance.choice([1, 1, 2, 3]))) for _ in range(count)]
    places = chance.choices(
        ["parse", "parse more", "parse anew", "fusion core", "math core"], k=count
    )
    return [
        f"libs {place.partition(' ')[0]} include common {place} {name} hpp"
        for place, name in zip(places, names, strict=True)
    ]


def notices(count: int) -> list[str]:
    """Paragraphs of one template of sixty words with other words here and there."""
    chance, words = random.Random(7), sentence(3, 60).split()
    made = []
    for number in range(count):
        own = list(words)
        for place in chance.sample(range(60), chance.choice([2, 4, 6, 8])):
            own[place] = f"w{chance.choice('abcdefgh')}x{'abcdefghij'[number % 10]}"
        made.append(" ".join(own))
    return made


@pytest.mark.parametrize("keep", ["first", "longest"])
@pytest.mark.parametrize("texts", [frames(1500), notices(600)], ids=["frames", "notices"])
def test_cleaning_again_takes_nothing_of_crowds(texts: list[str], keep: str) -> None:
    once = dedup.clean(texts, keep=keep)
    assert once.report["hot"]["buckets"] > 0
    assert len(once.removed) > 100
    again = dedup.clean(once.documents, keep=keep)
    assert [entry["text"] for entry in again.removed if "text" in entry] == []


def mistyped(count: int) -> list[str]:
    """Lines of one notice, each with a few letters of its own and, in half, a word."""
    chance = random.Random(4)
    notice = "Please note that the office at the harbour stays closed until further notice today"
    made = []
    for _ in range(count):
        words = notice.split()
        if chance.random() < 0.5:
            words[chance.randrange(len(words))] = chance.choice(NAMES)
        letters = list(" ".join(words))
        for _ in range(chance.randint(0, 4)):
            letters[chance.randrange(len(letters))] = chance.choice("abcdefghij")
        made.append("".join(letters))
    return made


def test_cleaning_again_takes_next_to_nothing_of_larger_crowds() -> None:
    """Compared with what has come side by side alone, they left 37 to a second cleaning."""
    once = dedup.clean(mistyped(6000))
    assert once.report["counts"]["documents_dropped"] > 3000
    again = dedup.clean(once.documents)
    assert again.report["counts"]["documents_dropped"] <= 2


@pytest.mark.parametrize("scope", ["across", "within"])
def test_nor_where_only_some_may_go_for_others(scope: str) -> None:
    lines = frames(1500)
    texts = ["\n\n".join(lines[place : place + 6]) for place in range(0, len(lines), 6)]
    once = dedup.clean(texts, scope=scope)
    assert once.report["hot"]["buckets"] > 0
    assert len(once.removed) > 100
    again = dedup.clean(once.documents, scope=scope)
    assert [entry["text"] for entry in again.removed if "text" in entry] == []


def test_matches_do_not_hang_on_what_stays() -> None:
    """What was looked for because both stay says what goes, and is not listed."""
    texts = frames(1500)
    pairs = []
    for keep in ("first", "longest"):
        found = dedup.scan(texts, keep=keep).matches
        pairs.append([(one.left.document, one.right.document) for one in found])
    assert pairs[0] == pairs[1]


def test_a_template_is_settled_by_a_few_comparisons_of_each() -> None:
    """Each goes for what stays two matches away; before, sixteen turns compared what would go anyway."""
    texts = family(3000, seed=11)
    once = dedup.clean(texts)
    assert once.report["hot"]["buckets"] > 0
    assert once.report["counts"]["candidates"] < 30 * len(texts)
    assert once.report["counts"]["documents_dropped"] > 0.99 * len(texts)
    assert dedup.clean(once.documents).removed == []


def test_an_index_compares_each_of_a_template_with_some_of_those_before(tmp_path: Path) -> None:
    with dedup.Index.open(tmp_path / "index", mode="w") as index:
        verdicts = index.add_many(
            (str(number), text) for number, text in enumerate(family(400, seed=11))
        )
        gone = sum(verdict.action == "drop" for verdict in verdicts)
        pairs = [(one["left"]["document"], one["right"]["document"]) for one in index.matches()]
        earlier = Counter(max(map(int, pair)) for pair in pairs)
    assert gone > 350
    # Sixty-four for their bands, some for their anchors.
    assert 30 < max(earlier.values()) < 100
