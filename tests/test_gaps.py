"""Passages with an edited, inserted or left-out block in the middle: one repeat that says so."""

from __future__ import annotations

from typing import Any

import checker
import pytest
import runs
from hypothesis import given
from hypothesis import strategies as st
from test_runs import sentence

import dedup
from dedup.report_text import Summary, summary_lines

PARAGRAPHS = [sentence(number, 25) for number in range(1, 9)]
OWN = [sentence(900 + number, 25) for number in range(4)]
CUT, NEW = sentence(800, 20), sentence(801, 20)


def page(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


def only_cluster(texts: list[str], **policy: Any) -> dict[str, Any]:
    (cluster,) = (runs.plain(one) for one in dedup.scan(texts, **policy).clusters)
    return cluster


@pytest.mark.parametrize(
    ("kept", "repeat"),
    [
        ([CUT], [NEW]),  # edited beyond recognition
        ([], [NEW]),  # inserted
        ([CUT], []),  # left out
    ],
)
def test_a_passage_goes_on_behind_a_gap(kept: list[str], repeat: list[str]) -> None:
    first, second = PARAGRAPHS[:3], PARAGRAPHS[3:6]
    texts = [page(OWN[0], *first, *kept, *second), page(*first, *repeat, *second, OWN[1])]
    cluster = only_cluster(texts)
    keeper, member = cluster["members"]
    assert texts[0][slice(*keeper["span"])] == page(*first, *kept, *second)
    assert texts[1][slice(*member["span"])] == page(*first, *repeat, *second)
    assert member["blocks"] == [0, 5 + len(repeat)]
    (gap,) = member["gaps"]
    sides = [
        texts[1][slice(*gap.get("span", (0, 0)))],
        texts[0][slice(*gap.get("keeper_span", (0, 0)))],
    ]
    assert sides == ["".join(repeat), "".join(kept)]
    run = runs.clean_texts(texts)
    assert list(checker.problems(run)) == []
    assert list(run.outputs.values()) == [texts[0], page(*repeat, OWN[1])]
    assert {entry["cluster"] for entry in run.ledger} == {cluster["cluster"]}
    assert len(run.ledger) == 2
    (typed,) = dedup.scan(texts).clusters
    assert runs.plain(typed) == cluster


def test_several_gaps_and_pieces_that_others_have() -> None:
    texts = [
        page(*PARAGRAPHS),
        page(*PARAGRAPHS[:3], NEW, *PARAGRAPHS[3:6], *PARAGRAPHS[7:]),
        page(OWN[0], *PARAGRAPHS[4:6]),
    ]
    keeper, one, other = only_cluster(texts)["members"]
    assert texts[0][slice(*keeper["span"])] == texts[0]
    assert [texts[1][slice(*gap["span"])] for gap in one["gaps"] if "span" in gap] == [NEW]
    assert [
        texts[0][slice(*gap["keeper_span"])] for gap in one["gaps"] if "keeper_span" in gap
    ] == [PARAGRAPHS[6]]
    assert "keeper_span" not in one
    assert texts[0][slice(*other["keeper_span"])] == page(*PARAGRAPHS[4:6])
    assert "gaps" not in other


def test_too_much_in_the_middle_is_no_gap() -> None:
    texts = [page(*PARAGRAPHS[:4]), page(*PARAGRAPHS[:2], *OWN, *PARAGRAPHS[2:4])]
    assert len(dedup.scan(texts).clusters) == 2
    # Of another order, or of another document.
    texts = [page(*PARAGRAPHS[:6]), page(*PARAGRAPHS[3:6], NEW, *PARAGRAPHS[:3])]
    assert all(member.gaps is None for one in dedup.scan(texts).clusters for member in one.members)
    texts = [
        page(*PARAGRAPHS[:3]),
        page(*PARAGRAPHS[3:6]),
        page(*PARAGRAPHS[:3], NEW, *PARAGRAPHS[3:6]),
    ]
    assert len(dedup.scan(texts).clusters) == 2


def test_what_stands_between_the_kept_passages_must_stay() -> None:
    """Else the keeper's span would hold what was removed."""
    texts = [
        page(PARAGRAPHS[7], OWN[1]),
        page(*PARAGRAPHS[:3], PARAGRAPHS[7], *PARAGRAPHS[3:6]),
        page(*PARAGRAPHS[:3], NEW, *PARAGRAPHS[3:6]),
    ]
    assert all(member.gaps is None for one in dedup.scan(texts).clusters for member in one.members)


def test_the_summary_tells_gaps() -> None:
    texts = [page(*PARAGRAPHS[:6]), page(*PARAGRAPHS[:3], NEW, *PARAGRAPHS[3:6])]
    result = dedup.scan(texts)
    shown = "\n".join(summary_lines(Summary(report=result.report, largest=result.largest(1))))
    assert "again  [1], blocks 0–6 (1 gap)" in shown


@given(st.lists(st.lists(st.sampled_from([*PARAGRAPHS[:4], CUT, NEW]), max_size=9), max_size=4))
def test_members_never_overlap_their_keeper_and_gaps_stay_inside(pages: list[list[str]]) -> None:
    texts = [page(*one) for one in pages]
    run = runs.clean_texts(texts)
    assert list(checker.problems(run)) == []
    gone = {(entry["source"], *entry["span"]) for entry in run.ledger if "span" in entry}
    for cluster in map(runs.plain, dedup.scan(texts).clusters):
        keeper, *members = cluster["members"]
        low, high = keeper["span"]
        # What both lost is named by each member that has it.
        lost = [part["keeper_span"] for member in members for part in member.get("elsewhere", ())]
        for source, start, end in gone:
            if source == keeper["source"] and start < high and low < end:
                text = texts[int(source[1:-1])]
                left = set(range(max(start, low), min(end, high)))
                left -= {n for span in lost for n in range(*span)}
                assert "".join(text[n] for n in left).strip() == ""
        for member in members:
            start, end = member["span"]
            assert member["source"] != keeper["source"] or end <= low or high <= start
            place = start
            for gap in member.get("gaps", ()):
                assert gap
                if "span" in gap:
                    assert place < gap["span"][0] < gap["span"][1] < end
                    place = gap["span"][1]
