"""How alike short texts are by their characters."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel
from what_goes import cleaned, kinds

import dedup
from dedup import _core


def test_short_texts_as_alike_as_asked_for_match() -> None:
    """Three characters of twenty differ on either side: .85, of which a quotient may fall short."""
    texts = ["ce fb ac fc e b c fd", "ce fg ac gc e b c ff"]
    found = dedup.scan(texts, short_threshold=0.85, search="exhaustive").matches
    assert [one.relation for one in found] == ["near"]
    assert dedup.explain(*texts, short_threshold=0.85).similarity == 0.85
    assert dedup.scan(texts, short_threshold=0.86, search="exhaustive").matches == []


def test_one_endless_word_is_judged_in_time() -> None:
    chance = random.Random(1)
    word = "".join(chance.choices("abcdefghijklmnop", k=100_000))
    other = "".join(one if chance.random() < 0.88 else "x" for one in word)
    texts = [f"the picture of this page stands here as text: {one}" for one in (word, other)]
    assert list(dedup.unique(texts)) == texts
    assert dedup.scan(texts).matches == []


def edited(text: str, share: float, seed: int) -> str:
    """The text with about that share of its characters left out, changed, or with another one behind them."""
    chance = random.Random(seed)
    made = []
    for one in text:
        if chance.random() >= share:
            made.append(one)
        else:
            made.append(chance.choice(["", "é", one + "中"]))
    return "".join(made)


@given(
    st.text("abcdé中 🙂", max_size=400),
    st.floats(0, 0.6),
    st.integers(0, 99),
    st.sampled_from([0.0, 0.3, 0.5, 0.8, 0.85, 0.9, 1.0]),
)
def test_similarities_are_those_of_rapidfuzz(
    text: str, share: float, seed: int, least: float
) -> None:
    other = edited(text, share, seed)
    wanted = Indel.normalized_similarity(text, other)
    assert _core.similarity(text, other, least) == (wanted if wanted >= least else None)


@given(st.text("abé中", max_size=90), st.text("abé中", max_size=90))
def test_so_are_those_of_any_texts(left: str, right: str) -> None:
    assert _core.similarity(left, right, 0.0) == Indel.normalized_similarity(left, right)


def test_two_words_of_a_short_text_are_too_many() -> None:
    texts = ["(P)=1: event is certain to occur", "(P)=0: event is certain NOT to occur"]
    assert cleaned(texts) == texts
    assert list(dedup.unique(texts)) == texts
    assert cleaned([texts[0], texts[0].replace("event", "events")]) == [texts[0]]


def test_spaces_between_single_characters_do_not_make_texts_alike() -> None:
    """Of eleven characters two differ, each of them decisive."""
    texts = ["担任师级职务的，五十五岁；", "担任排级职务的，三十五岁。"]
    assert kinds(texts) == []
    assert list(dedup.unique(texts)) == texts
    assert "stays below 0.9" in dedup.explain(*texts).reason
    assert cleaned([texts[0], texts[0].replace("师", "排")]) == [texts[0]]
