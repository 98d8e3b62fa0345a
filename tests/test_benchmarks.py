"""The small pure parts of the benchmarks: what they measure is only as good as these."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import truth
from benchmarks.job import LEAST_WORDS, SHINGLE_SIZE, parts


def obvious(texts: list[str], unit: str) -> list[int]:
    """Units a greedy reader drops: every pair of units, sets of tuples, fractions."""
    kept: list[set[tuple[str, ...]]] = []
    removed = []
    units = [part for text in texts for part in parts(text, unit)]
    for number, text in enumerate(units):
        words = text.split()
        if len(words) < LEAST_WORDS[unit]:
            continue
        grams = {tuple(words[i : i + SHINGLE_SIZE]) for i in range(len(words) - SHINGLE_SIZE + 1)}
        if any(Fraction(len(grams & old), len(grams | old)) >= Fraction(4, 5) for old in kept):
            removed.append(number)
        else:
            kept.append(grams)
    return removed


def written(folder: Path, texts: list[str]) -> Path:
    path = folder / "corpus.jsonl"
    path.write_bytes(b"".join(orjson.dumps({"text": text}) + b"\n" for text in texts))
    return path


BASE = [f"word{i}" for i in range(60)]


@st.composite
def families(draw: st.DrawFn) -> list[str]:
    """Texts cut from one row of words with a few exchanged: resemblances around the threshold."""
    texts = []
    for _ in range(draw(st.integers(0, 14))):
        start, length = draw(st.integers(0, 8)), draw(st.integers(3, 50))
        words = BASE[start : start + length]
        for place in draw(st.lists(st.integers(0, length - 1), max_size=2)):
            words[place : place + 1] = [draw(st.sampled_from(["other", "word1", "\n"]))]
        texts.append(" ".join(words))
    return texts


@pytest.mark.parametrize("unit", ["document", "line"])
@given(texts=families())
def test_the_exact_answer_is_that_of_the_obvious_double_loop(unit, texts, tmp_path_factory):
    source = written(tmp_path_factory.mktemp("corpus"), texts)
    assert truth.exact(source, unit, "space").removed == obvious(texts, unit)


def test_precision_and_recall_count_only_judged_units():
    answer = truth.Truth(judged=[0, 1, 2, 3], removed=[1, 3], edited=[3])
    score = truth.score([1, 2, 9], answer)
    assert (score.removed, score.precision, score.recall) == (2, 0.5, 0.5)
    assert score.recall_edited == 0
