"""What a person reads: safe for a terminal, at most 80 columns, true to the numbers."""

from __future__ import annotations

import dataclasses
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import InputError
from dedup.explanation import Explanation, aligned, compare, explain_texts
from dedup.model.clusters import Cluster, LargeCluster, Member
from dedup.policy import Policy
from dedup.report import COUNTS, RunFacts, build_report, curve, similar_document
from dedup.report_text import Summary, percent, summary_lines
from dedup.terminal import cells, encodable, shorten, visible

HOSTILE = "a\x1b]52;c;x\x07b\x9b31mc\u202ed\u2066e\u200bf\rg\x08h\u2028i\U000e0041j\ud800k\x00l"

TEXT = (
    "Le conseil municipal a voté hier soir le budget de la ville pour l'année 2024 après un "
    "long débat entre les élus de la majorité et ceux de l'opposition."
)


def member(source: str, first: int, last: int, **more: object) -> Member:
    made = Member(source, source, (first, last), (first * 100, last * 100 + 90), False)
    return dataclasses.replace(made, **more)


def place(name: str) -> dict[str, str]:
    return {"document": name, "source": f"{name}.txt"}


def twelve_paragraphs(copies: int = 1, **more: object) -> Cluster:
    again = {"relation": "identical", "resemblance": 1.0, "containment": 1.0, **more}
    members = [member("article-fr.txt", 81, 92, keeper=True)]
    members += [member("article-fr.txt", 93 + 12 * i, 104 + 12 * i, **again) for i in range(copies)]
    return Cluster("9f2c" * 4, "self-repeat", "identical", 609, 1, tuple(members))


def report_of(*, similar: tuple = (), seconds: float = 0.02, **counts: int) -> dict:
    plain = {
        "documents_read": 1,
        "documents_kept": 1,
        "blocks": 113,
        "blocks_repeated": 12,
        "clusters": 1,
        "spans_removed": 1,
        "characters_read": 33245,
        "characters_repeated": 3943,
        "characters_removed": 3944,
    }
    facts = RunFacts(
        seconds={"total": seconds},
        counts={**plain, **counts},
        kinds={"self-repeat": {"clusters": 1, "copies": 1, "characters": 3943}},
        inputs=({"path": "article-fr.txt", "output": "article-fr.txt", "format": "text"},),
        similar_documents=similar,
    )
    return build_report(Policy(), facts)


def summary_of(report: dict, *clusters: Cluster, text: str = TEXT, **more: str) -> str:
    largest = [
        LargeCluster(cluster, len(cluster.members), text, [None] * len(cluster.members))
        for cluster in clusters
    ]
    summary = Summary(report=report, largest=largest, **more)
    return "\n".join(summary_lines(summary))


def test_the_summary_says_what_repeats_where_how_much_and_what_to_do_next():
    command = "dedup clean article-fr.txt -o clean/"
    shown = summary_of(report_of(), twelve_paragraphs(), next_command=command)
    assert (
        shown
        == """\
Read 1 document in 1 file: 113 blocks, 33,245 characters
in 0.02 s

What repeats
  12 of 113 blocks (10.6%)
  3,943 of 33,245 characters (11.9%)

  kind            clusters     repeats  characters
  self-repeat            1           1       3,943  again inside one document

Clusters, largest first
1. self-repeat, identical, 609 tokens: 2 times in 1 document
   "Le conseil municipal a voté hier soir le bud… rité et ceux de l'opposition."
   kept   article-fr.txt, blocks 81–92
   again  article-fr.txt, blocks 93–104

dedup clean would remove 1 passage, 3,944 characters (11.9%)
Next: dedup clean article-fr.txt -o clean/"""
    )


def test_when_nothing_repeats_the_summary_says_so_plainly():
    report = report_of(clusters=0, blocks_repeated=0, characters_repeated=0)
    assert (
        summary_of(report)
        == """\
Read 1 document in 1 file: 113 blocks, 33,245 characters
in 0.02 s

Nothing repeats
No paragraph stands twice, and none of 8 words or more nearly so (threshold 0.7)
Looser matches: --threshold 0.5"""
    )


def test_an_input_without_text_is_said_to_be_empty():
    report = report_of(clusters=0, blocks=0, characters_read=0)
    assert summary_of(report).endswith("Nothing repeats\nThere is no text in the input")


def test_more_places_and_clusters_than_fit_are_counted():
    shown = summary_of(report_of(clusters=7), twelve_paragraphs(copies=5))
    assert "609 tokens: 6 times in 1 document" in shown
    assert shown.count("   again ") == 3
    assert "          and 2 more\n" in shown
    assert "... and 6 more clusters: --top 7, or --format jsonl for all" in shown


def test_a_repeat_that_stays_says_why_and_a_near_one_how_near():
    near = twelve_paragraphs(relation="near", resemblance=0.999, kept="protect")
    assert "blocks 93–104 (near 0.99, stays: protected)" in summary_of(report_of(), near)


def test_near_duplicate_documents_are_listed_first_five():
    similar = tuple(similar_document(place(f"b{i}"), place("a"), 0.947) for i in range(7))
    shown = summary_of(report_of(similar=similar), twelve_paragraphs())
    assert "   94% of b0.txt repeats a.txt\n" in shown
    assert "b4.txt" in shown
    assert "b5.txt" not in shown
    assert "  and 2 more\n" in shown


def test_dropped_documents_and_text_without_a_copy_are_told():
    shown = summary_of(
        report_of(documents_dropped=2, characters_without_copy=10), twelve_paragraphs()
    )
    assert "and 2 documents of which nothing else is left" in shown
    assert "10 characters of that have no copy that stays" in shown


def test_only_a_run_of_some_length_has_a_speed():
    slow = summary_of(report_of(seconds=2.0, characters_read=80_000_000), twelve_paragraphs())
    assert "in 2.00 s, 40.0 million characters a second" in slow


def test_rows_of_kinds_that_share_much_say_so():
    note = "(what several repeats share counts in each)"
    assert note not in summary_of(report_of(), twelve_paragraphs())
    assert note in summary_of(report_of(characters_repeated=3000), twelve_paragraphs())


@pytest.mark.parametrize("name", [HOSTILE, "x" * 300, "長い名前" * 60, "a\nb.txt"])
def test_hostile_names_and_texts_neither_act_nor_break_the_lines(name):
    cluster = dataclasses.replace(
        twelve_paragraphs(), members=(member(name, 0, 1, keeper=True), member(name, 2, 3))
    )
    named = {"document": name, "source": name}
    similar = (similar_document(named, named, 0.9),)
    shown = summary_of(report_of(similar=similar), cluster, text=name * 9, next_command="dedup x")
    assert_safe(shown)
    assert all(cells(line) <= 80 for line in shown.split("\n"))


@pytest.mark.parametrize("name", [HOSTILE, "x" * 300, "長い名前" * 60, "a\nb"])
def test_names_of_what_it_is_held_against_do_not_either(name):
    keeper = member(name, 0, 1, keeper=True, against=name)
    cluster = dataclasses.replace(twelve_paragraphs(), members=(keeper, member(name, 2, 3)))
    named = {"document": name, "source": name}
    report = report_of(similar=(similar_document(named, {**named, "against": name}, 0.9),))
    report["against"] = [{"name": name, "documents": 1234567, "blocks_repeated": 7654321}]
    shown = summary_of(report, cluster)
    assert "Held against 1,234,567 documents of" in shown
    assert "  7,654,321 of these blocks repeat" in shown
    assert_safe(shown)
    assert all(cells(line) <= 80 for line in shown.split("\n"))


def assert_safe(text: str) -> None:
    for character in text:
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs"), (
            f"U+{ord(character):04X}"
        )


def test_hostile_characters_are_shown_as_escapes():
    assert visible("\x1b[31m\x9b\u202e\u200b\U000e0041\ud800\n") == (
        r"\x1b[31m\x9b\u202e\u200b\U000e0041\ud800\n"
    )
    assert visible("né, 中文, ❤️, \\") == "né, 中文, ❤️, \\"


@given(st.text(), st.integers(min_value=4, max_value=100))
def test_shortened_text_is_safe_and_fits(text, width):
    shown = shorten(text, width)
    assert cells(shown) <= width
    assert "\n" not in shown
    # Numbers and punctuation of format class are visible signs of their scripts.
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f]", shown)


def test_a_short_text_is_not_shortened_and_a_long_one_keeps_both_ends():
    assert shorten("a  b\u00a0\n c", 20) == "a b c"
    assert shorten(f"start {'x' * 10**6} end", 20).startswith("start xxxx")
    assert shorten(f"start {'x' * 10**6} end", 20).endswith("end")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_every_console_gets_what_it_can_encode(encoding):
    shown = encodable(f"{summary_of(report_of(), twelve_paragraphs())} 中文 █", encoding)
    shown.encode(encoding)
    if encoding == "ascii":
        assert "blocks 93-104" in shown
        assert r"vot\xe9 hier soir" in shown
        assert "bu... ité" not in shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 5, "0%"), (5, 5, "100%"), (1, 8, "12.5%"), (1, 10**6, "under 0.1%")],
)
def test_shares_never_round_to_nothing_or_to_everything(part, whole, shown):
    assert percent(part, whole) == shown


def test_the_report_has_every_count_and_the_fields_of_the_contract():
    report = build_report(Policy(), RunFacts(seconds={"total": 1.23456}, counts={"blocks": 3}))
    assert list(report) == [
        "policy",
        "digest",
        "versions",
        "reading",
        "seconds",
        "recall",
        "hot",
        "state",
        "counts",
        "kinds",
        "inputs",
        "against",
        "similar_documents",
    ]
    assert report["counts"] == {**dict.fromkeys(COUNTS, 0), "blocks": 3}
    assert report["seconds"] == {"total": 1.235}
    assert report["recall"] == {
        "at_threshold": 0.9998,
        "short": 0.97,
        "known_by": "sample",
        "precision": 1.0,
        "curve": curve(Policy()),
    }
    assert report["digest"] == Policy().digest


def explanation(left: str, right: str, **settings: object) -> Explanation:
    return explain_texts(left, right, Policy(**settings), names=("a.txt", "b.txt"))


@pytest.mark.parametrize(
    ("left", "right", "settings", "relation"),
    [
        (TEXT, TEXT, {}, "identical"),
        (TEXT, TEXT.upper(), {}, "equal"),
        (TEXT, TEXT.replace("hier", "avant-hier"), {}, "near"),
        (TEXT, f"{TEXT} {' '.join(map(str, range(40)))}", {}, "contained"),
        (TEXT[:80], TEXT[:79] + "x", {}, "near"),
        (TEXT[:80], TEXT, {}, None),
        (TEXT, "short", {}, None),
        ("", "", {}, "identical"),
        ("", "  ", {}, None),
        (
            "Une autre phrase tout à fait différente, longue de plus de vingt mots, et qui ne "
            "parle ni de ville ni de budget ni de rien qui y touche.",
            TEXT,
            {},
            None,
        ),
        (TEXT, TEXT.replace("2024", "2025"), {"numbers": "keep"}, "near"),
        (TEXT, TEXT.replace("2024", "2025"), {"numbers": "mask"}, "equal"),
    ],
)
def test_two_texts_match_by_the_rule_of_the_pipeline(left, right, settings, relation):
    assert compare(left, right, Policy(**settings)).relation == relation
    assert compare(right, left, Policy(**settings)).relation == relation


def test_texts_that_differ_in_numbers_only_are_a_template():
    scores = compare(TEXT, TEXT.replace("2024", "2025"), Policy())
    assert scores.template
    assert scores.relation == "near"


def test_an_explanation_shows_scores_and_the_aligned_difference():
    assert (
        str(explanation(TEXT, TEXT.replace("hier", "avant-hier")))
        == """\
a.txt and b.txt: near
  resemblance reaches the threshold 0.7
  resemblance 0.84, containment 0.93

Difference: - only in a.txt, + only in b.txt
  Le conseil municipal a voté
- hier
+ avant-hier
  soir le budget de la ville pour l'année 2024 a… orité et ceux de l'opposition."""
    )


def test_the_difference_keeps_to_the_passages_that_are_shared():
    first = (
        "The council met on Tuesday evening to discuss the new bridge over the river of the town."
    )
    second = (
        "Members of the opposition asked for a new study of the costs before any of it is signed."
    )
    own = "A paragraph about the weather in the north of the country and of the islands beside it."
    other = "Something else about the music of the capital, and of the theatre, written at night."
    left = "\n\n".join([first, own, second])
    right = "\n\n".join([first, second.replace("a new", "a fresh"), other])
    spans = {
        "left": [len(f"{first}{own}") + 4, len(left)],
        "right": [len(first) + 2, len(first) + len(second) + 4],
    }
    whole = {"left": [0, len(first)], "right": [0, len(first)]}
    again = {"left": [0, 5], "right": [100, 105]}
    for passages in ([whole, spans, again], [spans, again, whole]):
        diff = aligned(left, right, passages)
        assert "".join(edit[1] for edit in diff) == left
        assert "".join(edit[2] for edit in diff) == right
        changes = [edit for edit in diff if edit[0] != "equal"]
        assert [(before.strip(), after.strip()) for _, before, after in changes] == [
            (own, ""),
            ("new", "fresh"),
            ("", other),
        ]


def test_lines_that_share_little_are_not_compared_word_by_word():
    left, right = "one of the first of them\n", "all that is left of the others\n"
    assert aligned(left, right) == [("replace", left, right)]
    assert aligned("one of the first\n", "one of the last\n")[1][0] == "replace"


def test_a_lone_surrogate_is_refused_by_name_and_place():
    with pytest.raises(InputError) as caught:
        explanation("ab\ud800", "ab")
    assert caught.value.message == "a.txt: lone surrogate U+D800 at 2"


@pytest.mark.parametrize("times", [1, 99])
def test_hostile_texts_are_explained_safely(times):
    text = HOSTILE.replace("\ud800", "") * times
    made = explain_texts(text, f"{text} {TEXT}\n{text}", Policy(), names=(text, text))
    assert_safe(str(dataclasses.replace(made, relation="near")))


@given(st.text("ab \n\r\u2028", max_size=80), st.text("ab \n\r\u2028", max_size=80))
def test_a_difference_gives_both_texts_back(left, right):
    edits = aligned(left, right)
    assert "".join(edit[1] for edit in edits) == left
    assert "".join(edit[2] for edit in edits) == right
    assert all((tag == "equal") == (before == after) for tag, before, after in edits)


def test_a_difference_of_endless_repeats_stays_cheap():
    edits = aligned("x\ny\n" * 20_000, "z\n" + "x\n" * 20_000)
    assert len(edits) < 5
