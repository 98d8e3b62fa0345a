"""In what templates differ: the core tells the numbers and names that the oracle tells."""

from __future__ import annotations

import random
from typing import Any

import oracle
import pytest

import dedup
from dedup import _core
from dedup.report_text import differing_line

NAMES = ["Ann", "Ann Lee", "Mary Jane Watson", "Óscar", "Ulm", "XIV", "Ⅷ", "New York", "Лев", "Ζωή"]
NUMBERS = ["7", "1 500", "−3,5", "2,000.25", "x12y", "٣", "½", "12\u202f000", "二十", "〇"]
FRAME = (
    "tomorrow the guests of {} will walk from {} to the harbour, where {} boats wait for the "
    "{} guests of {}; \u00abthe wind\u00bb comes with {} knots, says {}, and {} more than last year. "
    "the same as ever they will sing"
)


def filled(chance: random.Random, names: bool, numbers: bool) -> str:
    def pick(values: list[str], vary: bool) -> str:
        return chance.choice(values) if vary else values[0]

    return FRAME.format(
        *(
            pick(
                NAMES if slot in (0, 1, 4, 6) else NUMBERS,
                names if slot in (0, 1, 4, 6) else numbers,
            )
            for slot in range(8)
        )
    )


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("numbers", ["veto", "keep", "mask"])
def test_differences_are_those_of_the_oracle(seed: int, numbers: str) -> None:
    chance = random.Random(seed)
    texts = [
        "\n\n".join(
            filled(chance, seed % 3 > 0, numbers == "veto" and seed % 3 < 2) for _ in range(2)
        )
        for _ in range(3)
    ]
    rules = oracle.Rules(numbers=numbers, threshold=0.3)
    blocks = oracle.blocks_of(texts, rules)
    result = dedup.scan(texts, numbers=numbers, threshold=0.3, min_run=0)
    by_place = {(block.document, block.span): block for block in blocks}
    for cluster in result.clusters:
        for member in cluster.members:
            assert (member.differences is not None) == (member.kept == "numbers")
            if member.kept != "numbers" or member.differences is None:
                continue
            check_member(texts, by_place, member, rules)


def check_member(texts: list[str], by_place: Any, member: Any, rules: oracle.Rules) -> None:
    """Every difference stands where it says, and is one that the oracle finds."""
    document = int(member.source[1:-1])
    inside = [
        block
        for (home, (start, end)), block in by_place.items()
        if home == document and member.span[0] <= start and end <= member.span[1]
    ]
    # Whichever blocks the keeper is: there is a way to pair them that gives just these.
    told = [(one.span, one.keeper_span) for one in member.differences]
    assert member.differing >= len(told) > 0
    assert len(told) == min(5, member.differing)
    homes = [
        text
        for text in texts
        if all(text[slice(*one.keeper_span)] == one.keeper_text for one in member.differences)
    ]
    assert homes
    for one in member.differences:
        assert texts[document][slice(*one.span)] == one.text
    expected = []
    for block in inside:
        for other in by_place.values():
            judged = oracle.verdict(other, block)
            if judged is not None and judged.template:
                expected.append(
                    [
                        (shifted(own, block.span[0]), shifted(his, other.span[0]))
                        for own, his in oracle.differences(block, other)
                    ]
                )
    if len(inside) == 1:
        assert told in [found[:5] for found in expected]
        assert member.differing in map(len, expected)
    else:
        pieces = [pair for found in expected for pair in found]
        assert set(told) <= set(pieces)


def shifted(span: tuple[int, int], start: int) -> tuple[int, int]:
    return span[0] + start, span[1] + start


@pytest.mark.parametrize("seed", range(40))
def test_differences_of_two_texts_are_those_of_the_oracle(seed: int) -> None:
    chance = random.Random(seed)
    for numbers in ("veto", "keep", "mask"):
        left, right = (filled(chance, seed % 3 > 0, seed % 3 < 2) for _ in range(2))
        rules = oracle.Rules(numbers=numbers)
        one, other = oracle.blocks_of([left, right], rules)
        alike = (numbers == "veto" and oracle.only_numbers_differ(one, other)) or (
            oracle.only_runs_differ(one.by_names, other.by_names, with_words=True)
        )
        found = _core.differences(left, right, numbers)
        assert found == (oracle.differences(one, other) if alike else [])


WEATHER = "Between {} and {} degrees, wind from the west at {} km/h, and {} mm of rain by {} o'clock, {} %."


def test_without_runs_and_names_they_are_told_too() -> None:
    texts = [WEATHER.format(1, 2, 3, 4, 5, 6), WEATHER.format(11, 2, 13, 14, 15, 16)]
    for settings in ({}, {"min_run": 0, "names": "keep"}, {"search": "exhaustive"}):
        (cluster,) = dedup.scan(texts, threshold=0.2, **settings).clusters
        member = cluster.members[1]
        told = [(one.text, one.keeper_text) for one in member.differences or ()]
        assert told == [("11", "1"), ("13", "3"), ("14", "4"), ("15", "5"), ("16", "6")]
        assert member.differing == 5


def test_a_few_are_told_and_all_are_counted() -> None:
    things = "apples boats chairs doors eggs forks gates hats irons jars".split()
    one, other = (
        " ".join(f"{n + more} of the {what} that we have seen" for n, what in enumerate(things))
        for more in (0, 100)
    )
    (cluster,) = dedup.scan([one, other], threshold=0.2).clusters
    member = cluster.members[1]
    assert (len(member.differences or ()), member.differing) == (5, 10)
    assert cluster.to_dict()["members"][1]["differences"][0] == {
        "text": "100",
        "span": [0, 3],
        "keeper": {"text": "0", "span": [0, 1]},
    }


def test_long_ones_are_cut() -> None:
    number = "1" * 300
    texts = [WEATHER.format(number, 2, 3, 4, 5, 6), WEATHER.format(7, 2, 3, 4, 5, 6)]
    (cluster,) = dedup.scan(texts, threshold=0.2, short_threshold=0.2).clusters
    (found,) = cluster.members[1].differences or ()
    assert found.keeper_text == "1" * 40 + "…"
    assert found.keeper_span == (8, 308)


def test_explain_tells_them() -> None:
    left = "tomorrow the guests of Ann Lee walk to the harbour, where 12 boats will wait for them"
    right = "tomorrow the guests of Sue walk to the harbour, where 7 boats will wait for them"
    found = dedup.explain(left, right)
    assert [(one["left"]["text"], one["right"]["text"]) for one in found.differences] == [
        ("Ann Lee", "Sue"),
        ("12", "7"),
    ]
    for one in found.to_dict()["differences"]:
        assert left[slice(*one["left"]["span"])] == one["left"]["text"]
        assert right[slice(*one["right"]["span"])] == one["right"]["text"]
    assert "Ann Lee / Sue, 12 / 7" in str(found)
    assert dedup.explain(left, left.upper()).differences == ()


def test_a_line_of_differences_fits_and_says_how_many_are_left() -> None:
    pairs = [(f"the long number {n}", f"another long number {n}") for n in range(9)]
    shown = differing_line(pairs, 12, " for ", 72)
    assert len(shown) <= 72
    assert shown.endswith(" more")
    assert differing_line([("a\x1b", "b")], 1, " for ", 60) == "a\\x1b for b"
