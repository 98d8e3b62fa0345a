"""Copies of whole documents: nothing of them is left, whatever the other one repeats of itself."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import checker
import oracle
import pytest
import runs
import strategies
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import Index, Policy

LANGUAGES = ["Svenska", "Türkçe", "Русский", "للغة العربية", "日本語"]
# Its own repeat goes, and breaks the run; what is left of a copy then is too short to go.
PAGE = "\n".join([*LANGUAGES, "Nederland", *LANGUAGES, "Deutschland", "España", "France"])
STORY = strategies.SENTENCES[3]


def left(documents: list[dict[str, Any]], **settings: Any) -> dict[str, str]:
    return {one.id: one.text for one in dedup.clean(documents, **settings).documents}


def whole(text: str) -> list[bytes]:
    """What a copy of a text shares with it."""
    return [block.fingerprint for block in oracle.blocks_of([text], oracle.Rules())]


def copies(texts: list[str]) -> list[int]:
    """Places of texts that are one before them block by block, and long enough to go."""
    seen: list[list[bytes]] = []
    found = []
    for place, text in enumerate(texts):
        blocks = oracle.blocks_of([text], oracle.Rules())
        tokens = sum(len(block.tokens) for block in blocks)
        if whole(text) in seen and tokens >= oracle.Rules().min_tokens and len(blocks) > 1:
            found.append(place)
        seen.append(whole(text))
    return found


def test_a_page_that_repeats_a_part_of_itself_goes_for_its_copy(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    runs.write_texts(folder, [PAGE, PAGE])
    run = runs.clean_folder(folder, tmp_path / "out")
    assert list(checker.problems(run)) == []
    (dropped,) = [entry for entry in run.ledger if entry.get("dropped")]
    assert dropped["source"] == "001.txt"
    assert len([entry for entry in run.ledger if entry["source"] == "001.txt"]) == 4
    with Index.open(tmp_path / "index") as index:
        assert index.add("a", PAGE).action == "clean"
        assert index.check(PAGE).action == "drop"
        assert index.add("b", PAGE).action == "drop"
        index.commit()
    with Index.open(tmp_path / "index", mode="r") as index:
        verdict = index.check(PAGE)
        assert (verdict.action, verdict.novelty) == ("drop", 0)
        assert {found.document for found in verdict.matches} == {"a"}


def test_of_a_document_whose_blocks_all_stood_elsewhere_copies_are_found(tmp_path: Path) -> None:
    """No block leads to it: each of them stood in another document first."""
    short = ["Share", "Print", "Lire aussi", "Comments closed", "Next page", "Subscribe now"]
    texts = [*short, "\n".join(short), "\n".join(short)]
    documents = [{"id": str(place), "text": text} for place, text in enumerate(texts)]
    assert list(left(documents)) == [str(place) for place in range(7)]
    for size in (1, 7, 8):
        with Index.open(tmp_path / f"{size}") as index:
            verdicts = []
            for place in range(0, len(documents), size):
                verdicts += index.add_many(documents[place : place + size])
                index.commit()
            assert [verdict.action for verdict in verdicts] == ["keep"] * 7 + ["drop"]


def test_what_was_removed_is_no_copy_of_anything(tmp_path: Path) -> None:
    with Index.open(tmp_path / "index") as index:
        index.add("a", PAGE)
        index.remove("a")
        assert index.check(PAGE).action == "clean"
        index.add("b", PAGE)
        index.compact()
        assert index.check(PAGE).action == "drop"
        index.remove("b")
        index.compact()
        assert index.check(PAGE).action == "clean"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ["0"]),
        ({"keep": "latest:day"}, ["2"]),
        ({"keep": "longest"}, ["0"]),
        ({"scope": "within"}, ["0", "1", "2"]),
        ({"group_by": "site"}, ["0", "1"]),
        ({"group_by": "site", "group_scope": "across"}, ["0", "2"]),
        ({"window": "1d:day"}, ["0", "2"]),
        ({"protect": "España"}, ["0", "1", "2"]),
        ({"min_run": 0}, ["0"]),
        ({"boilerplate": "all"}, ["0"]),
        ({"min_kept": 0.9}, []),
    ],
)
def test_copies_go_where_the_policy_lets_them(
    settings: dict[str, Any], expected: list[str]
) -> None:
    documents = [
        {"id": "0", "text": PAGE, "site": "a", "day": "2026-01-01"},
        {"id": "1", "text": PAGE, "site": "b", "day": "2026-01-02"},
        {"id": "2", "text": PAGE, "site": "a", "day": "2026-01-03"},
    ]
    assert list(left(documents, **settings)) == expected


def test_a_copy_of_what_the_corpus_is_held_against_goes() -> None:
    result = dedup.clean([f"{PAGE}\n{STORY}", PAGE], against=[PAGE])
    assert [one.text for one in result.documents] == [STORY]


@pytest.mark.parametrize("changes", [{}, {"min_run": 0}, {"keep": "longest"}, {"unit": "line"}])
@given(st.one_of(strategies.any_corpora(), strategies.loose_corpora()), st.data())
def test_nothing_is_left_of_any_copy(
    changes: dict[str, Any], texts: list[str], data: st.DataObject
) -> None:
    repeated = data.draw(st.lists(st.sampled_from(texts), max_size=3))
    every = [*texts, *repeated]
    run = runs.clean_texts(every, **changes)
    assert list(checker.problems(run)) == []
    kept = {int(source[1:-1]) for source in run.outputs}
    by_text: dict[tuple[bytes, ...], list[int]] = {}
    for place, text in enumerate(every):
        by_text.setdefault(tuple(whole(text)), []).append(place)
    for place in copies(every):
        same = by_text[tuple(whole(every[place]))]
        assert len(kept.intersection(same)) <= 1


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"min_run": 0},
        {"group_by": "site"},
        {"group_by": "site", "group_scope": "across"},
        {"window": "7d:day"},
    ],
)
@given(strategies.loose_corpora(), st.data())
def test_an_index_drops_the_copies_that_a_scan_drops(
    changes: dict[str, Any], texts: list[str], data: st.DataObject
) -> None:
    """Where all of them meet; where not, of two groups and two weeks, it says something at least."""
    repeated = data.draw(st.lists(st.sampled_from(texts), min_size=1, max_size=3))
    every = [*texts, *repeated]
    places = copies(every)
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    with tempfile.TemporaryDirectory() as folder:
        verdicts: list[dedup.Verdict] = []
        with Index.open(f"{folder}/index", Policy(**changes), jobs=1) as index:
            place = 0
            while place < len(every):
                for size in sizes:
                    part = enumerate(every[place : place + size], place)
                    verdicts += index.add_many(
                        {
                            "id": str(n),
                            "text": text,
                            "site": n % 2,
                            "day": f"2026-01-{1 + 7 * (n % 2):02}",
                        }
                        for n, text in part
                    )
                    place += size
                index.commit()
    if "site" not in str(changes) and "window" not in changes:
        assert [verdicts[place].action for place in places] == ["drop"] * len(places)
    assert len(verdicts) == len(every)


COVERED = [
    "\n".join(strategies.SENTENCES[:3]),
    "\n".join(
        [strategies.SENTENCES[3], " ".join(strategies.SENTENCES[:2]), strategies.SENTENCES[4]]
    ),
]


@pytest.mark.parametrize("changes", [{}, {"group_by": "site"}, {"window": "7d:day"}])
def test_a_copy_of_what_a_run_covers_goes(changes: dict[str, Any], tmp_path: Path) -> None:
    said = {"site": "a", "day": "2026-01-01"}
    with Index.open(tmp_path / "index", Policy(**changes)) as index:
        for number, text in enumerate([*COVERED, COVERED[1]]):
            verdict = index.add(str(number), text, fields=said)
            index.commit()
    assert verdict.action == "drop"
    assert {found.document for found in verdict.matches} == {"0", "1"}


def test_of_a_page_a_day_one_a_window_stays() -> None:
    days = [{"id": str(day), "text": PAGE, "day": f"2026-01-{day + 1:02}"} for day in range(20)]
    assert list(left(days, window="7d:day")) == ["0", "8", "16"]


@pytest.mark.parametrize("search", ["lsh", "exhaustive"])
@given(st.one_of(strategies.any_corpora(), strategies.loose_corpora()), st.integers(0, 99))
def test_what_is_left_depends_on_dates_and_not_on_the_order(
    search: str, texts: list[str], seed: int
) -> None:
    """Each text is spelled in one way: names are read in the one that comes first."""
    settings = {"keep": "earliest", "search": search, "names": "keep", "numbers": "keep"}
    documents = [
        {"id": str(place), "text": text, "date": f"2026-01-{place + 1:02}"}
        for place, text in enumerate(texts)
    ]
    shuffled = list(documents)
    random.Random(seed).shuffle(shuffled)
    one, other = (dedup.clean(order, **settings) for order in (documents, shuffled))
    if one.report["hot"]["buckets"] == 0:
        assert {two.id: two.text for two in one.documents} == {
            two.id: two.text for two in other.documents
        }


TERMS = (
    " under the terms of the GNU Lesser General Public License as\n published by the Free Software "
    "Foundation; either version 3 of\n the License, or (at your option) any later version."
)
AGAIN = (
    " License as published by the Free Software Foundation; either\n version 3 of the License, or "
    "(at your option) any later version."
)
NOTICE = "\n\n".join(
    [
        "The files of the library may be copied by everybody who has a copy of it.",
        " License as published by the Free Software Foundation; either",
        " version 2 of the License, or (at your option) any later version.",
        "The end of the notice that stands in all of the files of it.",
    ]
)


def test_a_copy_of_what_stays_beside_a_part_of_another_text_names_what_stays() -> None:
    """The line with version 2 stays; it named a part of the first text, and so did its copy."""
    result = dedup.clean([TERMS, AGAIN, NOTICE, NOTICE])
    gone = [entry for entry in result.removed if entry["source"] == "[3]" and "span" in entry]
    for entry in gone:
        start, end = entry["keeper"]["span"]
        kept = {"[0]": TERMS, "[2]": NOTICE}[entry["keeper"]["source"]][start:end]
        assert oracle.tokens(entry["text"]) == oracle.tokens(kept)
    assert any("version 2" in entry["text"] for entry in gone)
    for cluster in result.clusters:
        assert cluster.tokens > 0
        assert all(max(member.blocks) < 4 for member in cluster.members)
