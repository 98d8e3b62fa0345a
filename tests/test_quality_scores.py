"""The quality benchmark: scores are what they say, of reports that engines make."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.quality import paragraphs, reports, score, tables, truthful
from benchmarks.quality.engines import dedup as dedup_engine
from benchmarks.quality.engines import lines, overlap
from benchmarks.quality.planted import LookAlike, Place, Planted, Repeat
from benchmarks.quality.reports import Cluster, Report
from benchmarks.quality.sets import join


def report_of(*pairs: tuple[Place, ...], removed: tuple[Place, ...] = ()) -> Report:
    return Report("test", "0", [Cluster("shared", pair) for pair in pairs], list(removed))


def repeat(left: Place, right: Place, kind: str = "identical") -> Repeat:
    return Repeat(kind, 1, left, right, True, left, (left, right))


# --- scores ----------------------------------------------------------------------------------

LEFT, RIGHT = Place(0, 100, 200), Place(1, 0, 100)


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        (LEFT, RIGHT, True),
        (Place(0, 120, 200), RIGHT, True),
        (Place(0, 121, 200), RIGHT, False),
        (Place(0, 100, 225), RIGHT, True),
        (Place(0, 100, 226), RIGHT, False),
        (LEFT, Place(1, 100, 200), False),
        (LEFT, Place(2, 0, 100), False),
    ],
)
def test_a_repeat_is_found_when_both_members_are_covered_by_little_else(left, right, found):
    planted = Planted(repeats=[repeat(LEFT, RIGHT)])
    row = score.rows(planted, report_of((left, right)), ["identical"])["identical"]
    assert (row.found, row.in_pieces, row.as_one) == (found, found, found)


def test_pieces_count_together_and_not_as_one():
    halves = [(Place(0, 100, 150), Place(1, 0, 50)), (Place(0, 150, 200), Place(1, 50, 100))]
    planted = Planted(repeats=[repeat(LEFT, RIGHT)])
    row = score.rows(planted, report_of(*halves), ["identical"])["identical"]
    assert (row.found, row.in_pieces, row.as_one, row.touched) == (0, 1, 0, 1)
    row = score.rows(planted, report_of((LEFT, RIGHT), *halves), ["identical"])["identical"]
    assert (row.found, row.in_pieces, row.as_one) == (1, 1, 0)


def test_one_place_over_both_members_finds_nothing():
    left, right = Place(0, 0, 100), Place(0, 100, 200)
    planted = Planted(repeats=[repeat(left, right)])
    report = report_of((Place(0, 0, 200), Place(3, 0, 200)))
    assert score.rows(planted, report, ["identical"])["identical"].found == 0
    report = report_of((left, right))
    assert score.rows(planted, report, ["identical"])["identical"].found == 1


def test_of_a_family_all_copies_but_one_should_go():
    places = [Place(number, 0, 10) for number in range(4)]
    planted = Planted(repeats=[repeat(places[0], place) for place in places[1:]])
    report = report_of(removed=(places[0], Place(1, 0, 4)))
    row = score.rows(planted, report, ["identical"])["identical"]
    assert (row.should_go, row.left_in) == (30, 16)


def test_look_alikes_are_joined_by_a_common_cluster():
    given = [LookAlike("a", LEFT, RIGHT), LookAlike("a", LEFT, Place(2, 0, 9))]
    report = report_of((Place(0, 190, 260), Place(1, 99, 120)), (Place(2, 0, 3), Place(4, 0, 3)))
    assert score.joined(given, report) == given[:1]


def test_new_headlines_are_lost_with_half_of_their_characters():
    planted = Planted(fresh=[Place(0, 0, 10), Place(0, 20, 30)])
    assert score.fresh_lost(planted, report_of(removed=(Place(0, 5, 24),))) == [Place(0, 0, 10)]


def test_a_pair_that_is_not_alike_is_told():
    planted = Planted(texts=["a b c d", "a b c d", "e f g h"])
    alike, unlike = (Place(0, 0, 7), Place(1, 0, 7)), (Place(0, 0, 7), Place(2, 0, 7))
    assert truthful.unlike(planted, report_of(alike, unlike)) == [unlike]
    planted.repeats = [repeat(*alike)]
    assert truthful.untouched_joins(planted, report_of(alike, unlike)) == []
    other = (Place(2, 0, 3), Place(2, 4, 7))
    assert truthful.untouched_joins(planted, report_of(other)) == [other]


LINE = "a b c d e f g h i j"


@pytest.mark.parametrize(
    ("copy", "shingles", "kept"),
    [
        (LINE, None, None),
        ("a b c d e X g h i j", 5 / 8, 0.9),
        ("a b c d e X Y Z Q R", 3 / 8, 0.5),
        ("k l m n", 0.0, 0.0),
    ],
)
def test_text_is_lost_where_no_document_has_it(copy, shingles, kept):
    texts = [f"{LINE}\nsomething else", f"so it goes\n{copy}\nand on"]
    found = truthful.lost(texts, report_of(removed=(Place(0, 0, len(LINE) + 1),)))
    assert [(one.shingles, one.words) for one in found] == (
        [] if kept is None else [(shingles, kept)]
    )


def test_cleaned_text_is_what_is_not_removed():
    report = report_of(removed=(Place(0, 4, 6), Place(0, 5, 8), Place(0, 0, 1)))
    assert report.cleaned(0, "0123456789") == "12389"
    assert report.gone(Place(0, 0, 5)) == 2
    assert report.cleaned(1, "abc") == "abc"


def test_the_tables_and_the_record_have_every_class(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "RECORD", tmp_path)
    texts = [f"{'x' * 100}{LINE * 5} and", f"{LINE * 5}     rest"]
    planted = Planted(["a/0", "a/1"], ["a", "a"], texts, [repeat(LEFT, RIGHT)])
    planted.look_alikes = [LookAlike("lists", Place(0, 0, 9), RIGHT)]
    report = report_of((LEFT, RIGHT), removed=(RIGHT,))
    results = [tables.Result(planted, report, report, ["identical", "lists"])]
    shown = [line.split() for line in tables.whole(results)]
    assert ["identical", "1", "1.00"] in shown
    assert ["joined:", "lists", "1", "0"] in shown
    path = tables.record(results, {"set": [("class", "found", 0.5, 4)]}, 7)
    rows = path.read_text().splitlines()
    assert rows[0].split(",") == tables.COLUMNS
    today = date.today().isoformat()
    assert f"{today},7,test,0,planted,identical,found,1,1" in rows
    assert rows[-1].split(",")[4:] == ["set", "class", "found", "0.5", "4"]
    assert list(tables.failures(results, 1)) == ["\nFailures of test"]


# --- engines and sets ------------------------------------------------------------------------


def corpus(folder: Path, texts: list[str]) -> Path:
    path = folder / "corpus.jsonl"
    rows = ({"id": str(number), "text": text} for number, text in enumerate(texts))
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


PARAGRAPH = "One two three four five six seven eight nine ten eleven twelve."


def test_dedup_is_scored_by_what_its_files_say(tmp_path):
    source = corpus(tmp_path, [f"first\n{PARAGRAPH}\nlast", f"{PARAGRAPH}\nother"])
    report = reports.loaded("dedup", dedup_engine.report(source, None), 0)
    assert report.clusters[0].places == (Place(0, 6, 69), Place(1, 0, 63))
    assert report.cleaned(1, f"{PARAGRAPH}\nother") == "other"


@pytest.mark.parametrize("engine", [lines, overlap])
def test_the_recipe_of_the_peers_keeps_the_first_line(engine, tmp_path):
    source = corpus(tmp_path, [f"first\r\n  {PARAGRAPH}", f"{PARAGRAPH}\nother"])
    report = reports.loaded("test", paragraphs.keep_first(source, "", engine.make(0.7)), 0)
    assert report.clusters == [Cluster("near", (Place(0, 9, 72), Place(1, 0, 63)))]
    assert report.removed == [Place(1, 0, 63)]


def test_overlap_takes_a_line_that_is_half_seen():
    judge = overlap.make(0)
    assert judge(0, "", list("abcdefghijklmnopqrst")) is None
    assert judge(1, "", list("abcdefghijklmnop123")) == 0
    assert judge(2, "", list("123456789abcdefgh")) is None


@given(st.lists(st.frozensets(st.integers(0, 9), max_size=9), max_size=12), st.integers(5, 10))
def test_the_join_finds_every_pair(sets, tenths):
    threshold = Fraction(tenths, 10)
    wanted = {
        (one, two): len(sets[one] & sets[two]) / len(sets[one] | sets[two])
        for one, two in combinations(range(len(sets)), 2)
        if sets[one] and sets[two]
        and Fraction(len(sets[one] & sets[two]), len(sets[one] | sets[two])) >= threshold
    }  # fmt: skip
    assert {(a, b): score for a, b, score in join.pairs(sets, threshold)} == wanted
