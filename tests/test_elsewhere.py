"""A repeat of which a part went from both sides, for a third text: one repeat that says so."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import checker
import pytest
import runs
from test_gaps import NEW, OWN, PARAGRAPHS, page

import dedup
from dedup.report_text import Summary, summary_lines

THIRD = page(OWN[0], PARAGRAPHS[2], OWN[1])


def clusters(texts: list[str]) -> list[dict[str, Any]]:
    """All of them, once it was proven that nothing is lost."""
    assert list(checker.problems(runs.clean_texts(texts))) == []
    return [runs.plain(one) for one in dedup.scan(texts).clusters]


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_what_both_sides_lost_parts_no_repeat(place: int) -> None:
    """A paragraph of a page that stands twice stood in an older text: in the middle or at an edge."""
    own = [*PARAGRAPHS[3:]][:3]
    own.insert(place, PARAGRAPHS[2])
    texts = [THIRD, page(OWN[2], *own), page(*own, OWN[3])]
    third, twice = clusters(texts)
    assert [member["source"] for member in third["members"]] == ["[0]", "[1]", "[2]"]
    keeper, member = twice["members"]
    assert texts[1][slice(*keeper["span"])] == texts[2][slice(*member["span"])] == page(*own)
    assert member["blocks"] == [0, 3]
    (part,) = member["elsewhere"]
    assert part["cluster"] == third["cluster"]
    assert texts[1][slice(*part["keeper_span"])] == PARAGRAPHS[2]
    assert texts[2][slice(*part["span"])] == PARAGRAPHS[2]
    assert "gaps" not in member
    assert "keeper_span" not in member


def test_a_page_pasted_twice() -> None:
    twice = clusters([THIRD, page(*PARAGRAPHS[1:5], *PARAGRAPHS[1:5])])[1]
    assert [member["blocks"] for member in twice["members"]] == [[0, 3], [4, 7]]
    assert len(twice["members"][1]["elsewhere"]) == 1


def test_several_parts_and_a_gap() -> None:
    """What is told elsewhere is no gap, and each part names its own cluster."""
    older = [page(OWN[0], PARAGRAPHS[2]), page(OWN[1], PARAGRAPHS[5])]
    texts = [*older, page(*PARAGRAPHS), page(*PARAGRAPHS[:4], NEW, *PARAGRAPHS[4:])]
    *others, whole = clusters(texts)
    keeper, member = whole["members"]
    assert keeper["blocks"] == [0, 7]
    assert member["blocks"] == [0, 8]
    assert [part["cluster"] for part in member["elsewhere"]] == [one["cluster"] for one in others]
    assert [texts[3][slice(*gap["span"])] for gap in member["gaps"]] == [NEW]


def test_what_is_told_elsewhere_is_not_the_larger_part() -> None:
    older = page(OWN[0], *PARAGRAPHS[:4])
    own = page(*PARAGRAPHS[:4], PARAGRAPHS[6])
    whole = clusters([older, page(own, OWN[1]), page(own, OWN[2])])[-1]
    assert [member["blocks"] for member in whole["members"]] == [[3, 4], [3, 4]]


def test_what_went_for_the_repeat_itself_is_no_part_of_it() -> None:
    (cluster,) = clusters([page(*[PARAGRAPHS[0]] * 4)])
    assert [member["blocks"] for member in cluster["members"]] == [[n, n] for n in range(4)]


def test_the_summary_says_so() -> None:
    result = dedup.scan([THIRD, page(*PARAGRAPHS[1:5], OWN[2]), page(*PARAGRAPHS[1:5], OWN[3])])
    shown = "\n".join(summary_lines(Summary(report=result.report, largest=result.largest(2))))
    assert "blocks 0–3 (1 part told elsewhere)" in shown


def test_no_more_is_told_elsewhere_than_of_the_rest() -> None:
    """Half may be lost in the middle, and then nothing more at an edge."""
    first, second, third, *halves = PARAGRAPHS[:5]
    long = " ".join(halves)
    texts = [
        page(first, OWN[0], long),
        page(OWN[1], long, second, first, third),
        page(long, second, first, third, OWN[2]),
    ]
    for cluster in clusters(texts):
        for member in cluster["members"]:
            text = texts[int(member["source"][1:-1])]
            parts = [part["span"] for part in member.get("elsewhere", ())]
            lost = sum(len(text[slice(*part)].split()) for part in parts)
            assert 2 * lost <= len(text[slice(*member["span"])].split())


@pytest.mark.parametrize("count", [2, 3])
def test_no_repeat_meets_the_keeper_of_its_cluster(count: int) -> None:
    """What both lost beside them is told only where each place is told once."""
    one, other = PARAGRAPHS[2:4]
    often = page(*[one, other] * count, other.upper(), one)
    for cluster in clusters([one, often]):
        places = [member["span"] for member in cluster["members"] if member["source"] == "[1]"]
        assert all(before[1] <= after[0] for before, after in pairwise(sorted(places)))
