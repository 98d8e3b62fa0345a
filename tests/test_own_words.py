"""A text with words of its own stays, however much of it stands elsewhere."""

from __future__ import annotations

from itertools import cycle, islice, product
from typing import Any

import oracle
import pytest
import runs
from runs import rules_of
from what_goes import LONG, OTHER, WORDS, cleaned, reasons

import dedup

STORY = " ".join(WORDS.split()[:50])
NEWS = "the ferry did not run today because of the strong wind and"


def test_a_text_with_a_sentence_of_its_own_stays_and_says_so() -> None:
    """They resemble each other by the threshold, but a fifth of the longer one stands in it alone."""
    longer = STORY.replace("wordba", f"{NEWS} wordba")
    pair = oracle.blocks_of([STORY, longer], oracle.Rules())
    assert oracle.verdict(*pair).relation == "near"  # type: ignore[union-attr]
    assert cleaned([STORY, longer]) == [STORY, longer]
    assert reasons([STORY, longer]) == {None, "contained"}
    assert cleaned([longer, STORY]) == [longer]


def test_a_text_with_a_few_words_changed_goes() -> None:
    words = STORY.split()
    edited = " ".join("other" if n in (10, 25, 40) else word for n, word in enumerate(words))
    assert cleaned([STORY, edited]) == [STORY]


@pytest.mark.parametrize(("count", "left"), [(7, 1), (8, 2)])
@pytest.mark.parametrize("place", [0, 60, 120])
def test_eight_words_of_its_own_keep_a_long_text(count: int, left: int, place: int) -> None:
    words = [f"{a}and{b}" for a in "abcdefghijkl" for b in "mnopqrstuv"]
    longer = [*words[:place], *(f"new{a}" for a in "abcdefgh"[:count]), *words[place:]]
    texts = [" ".join(words), " ".join(longer)]
    result = dedup.clean(texts)
    assert len(result.documents) == left
    (member,) = (member for member in result.clusters[0].members if not member.keeper)
    assert member.kept == ("contained" if left == 2 else None)
    # Whole documents are alike or not.
    assert len(dedup.clean(texts, unit="document").documents) == 1


@pytest.mark.parametrize("separator", [" | ", " • ", " +++ ", " / "])
def test_new_headlines_of_a_ticker_without_gaps_are_never_lost(separator: str) -> None:
    heads = [
        " ".join(f"{word}{a}{b}" for word in "each head has its words".split())
        for a in "abcde"
        for b in "vwxyz"
    ]
    texts = [separator.join(heads[:23]), separator.join(heads[2:])]
    assert dedup.clean(texts).removed == []


def test_half_a_text_never_goes_whatever_containment_is_asked_for() -> None:
    half = f"{STORY} {' '.join(f'x{word}' for word in STORY.split()[:30])}"
    texts = [f"{STORY} {' '.join(f'y{word}' for word in STORY.split()[:40])}", half]
    assert cleaned(texts, containment=0.5, min_run=0) == texts
    assert reasons(texts, containment=0.5, min_run=0) == {None, "contained"}


def test_of_a_contained_pair_only_the_contained_side_goes() -> None:
    part, whole = " ".join(WORDS.split()[:30]), WORDS
    assert cleaned([whole, part]) == [whole]
    assert cleaned([part, whole]) == [part, whole]
    assert "contained" in reasons([part, whole])
    assert cleaned([part, whole], keep="longest") == [whole]


@pytest.mark.parametrize("settings", [{}, {"unit": "line"}, {"unit": "document"}, {"min_run": 0}])
def test_what_stands_in_a_longer_text_but_for_a_number_stays(settings: dict[str, Any]) -> None:
    ends = "until {} May, and after that the market moves to the square behind the old school again"
    longer = f"{WORDS} {ends.format(12)} {LONG} {OTHER}"
    for place, smaller in enumerate((f"{WORDS} until 13", f"{WORDS} until 13 June", "7 " + WORDS)):
        texts = [longer if place < 2 else f"{OTHER} {LONG} 8 {WORDS} {LONG}", smaller]
        assert cleaned(texts, **settings) == texts
        # May and June are names.
        assert cleaned(texts, numbers="keep", names="keep", **settings) == texts[:1]


@pytest.mark.parametrize("settings", [{}, {"unit": "line"}, {"unit": "document"}, {"min_run": 0}])
def test_what_stands_in_a_longer_text_but_for_a_name_stays(settings: dict[str, Any]) -> None:
    words = f"{WORDS}, and the prize went this year, after a long debate, to the poet"
    ends = "{} and the second one to a writer of novels who came from the islands for the evening"
    longer = f"{words} {ends.format('Bertha Quint')} {LONG} {OTHER}"
    for place, smaller in enumerate(
        (f"{words} Anna", f"{words} Anna Weber", f"Last week Anna said {words}")
    ):
        texts = [longer if place < 2 else f"{LONG} Last week Bertha said {words} {OTHER}", smaller]
        assert cleaned(texts, **settings) == texts
        assert cleaned(texts, names="keep", **settings) == texts[:1]
        assert list(dedup.unique(texts)) == texts


MEETING = (
    "The council met in the hall on 4 July 2026 and the mayor of the town spoke about roads, bridges, "
    "schools and water for a long while before anybody else was asked to say what they thought of the "
    "plan for the harbour, which has waited for repairs since the storm that took the old pier away and "
    "left the fishermen without a place to land their boats in winter when the wind comes from the north."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Correction: Smith resigned on 4 July 2026 after fraud charges.",
        "Police later arrested and charged the mayor of the town with fraud and theft.",
        "ha " * 40,
        "0 " * 30,
        "no, " * 12 + "yes.",
    ],
)
def test_a_sentence_of_its_own_keeps_a_text_whatever_phrases_it_shares(sentence: str) -> None:
    for longer in (f"{MEETING} {sentence}", f"{sentence} {MEETING}"):
        run = runs.clean_texts([MEETING, longer])
        assert not run.ledger, sentence


def test_a_line_that_stands_here_and_there_in_a_long_text_stays() -> None:
    """Among thousands of words each three of it come by chance, and nowhere more of them."""
    words = ("".join(letters) for letters in product("bdfg", "aeio", "klmn", "aeio", "rst"))
    line = list(islice(words, 20))
    threes = [line[start : start + 3] for start in range(18)]
    other = cycle(list(words))
    scattered = [[*three, *(next(other) for _ in range(20))] for three in threes]
    long = " ".join(word for part in scattered for word in part)
    together = f"{long} {' '.join(line)} {long}"
    settings = {"short_tokens": 0, "containment": 0.8, "min_run": 0, "search": "exhaustive"}
    for longer, goes in ((long, False), (together, True)):
        one, two = oracle.blocks_of([longer, " ".join(line)], rules_of(settings))
        found = oracle.verdict(one, two)
        assert found is not None
        assert found.relation == "contained"
        assert oracle.may_replace(one, two) == goes
        result = dedup.scan([longer, " ".join(line)], **settings)
        assert [match.relation for match in result.matches] == ["contained"]
        assert bool(result.report["counts"]["spans_removed"]) == goes
