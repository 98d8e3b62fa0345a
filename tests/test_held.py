"""What a run remembers of each document or bad record beside its text: a few bytes, and exactly that."""

from __future__ import annotations

import math
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import _core
from dedup.formats.source import Held
from dedup.model import Skipped
from dedup.settings import KeepRule, WindowRule
from dedup.skipped import BLOCK_CHARACTERS, BLOCK_RECORDS, SkippedRecords
from dedup.stages.keepers import LAST, SOURCES, KeeperOrder, date_key
from dedup.stages.scopes import Scopes

NUMBERS = st.one_of(
    st.integers(),
    st.floats(allow_nan=False),
    st.integers(0, 2**1100),
    st.integers(-3, 3).map(lambda near: 2**53 + near),
    st.integers(-3, 3).map(lambda near: int(sys.float_info.max) + near),
    st.sampled_from([0.0, -0.0, float(2**53), math.inf, -math.inf, sys.float_info.max]),
)
LINE = "the same line of ten words, which stands here three times"
TEXTS = st.text(st.characters(codec=None), max_size=6)
NONE = st.sampled_from([None, True, False, math.nan, [], {}])


def plain(date: Any) -> tuple[int, Any]:
    """Numbers before texts, each as Python compares them."""
    return (1, date) if isinstance(date, str) else (0, date)


@given(st.lists(NUMBERS | TEXTS, max_size=8))
def test_keys_of_dates_stand_in_the_order_of_the_dates(dates: list[Any]) -> None:
    for one, other in pairwise(sorted(dates, key=plain)):
        if plain(one) == plain(other):
            assert date_key(one) == date_key(other)
        else:
            assert date_key(one) < date_key(other)


@pytest.mark.parametrize("rule", ["earliest", "latest"])
@given(dates=st.lists(NUMBERS | TEXTS | NONE, max_size=8), first=st.integers(0, 8))
def test_ranks_are_those_of_the_distinct_dates(dates: list[Any], first: int, rule: str) -> None:
    order = KeeperOrder.of(KeepRule(rule, ("date",)), _core.Strings)
    order.note(["a"] * len(dates), dates)
    good = [date for date in dates if date_key(date)]
    ordered = sorted({plain(date) for date in good}, reverse=rule == "latest")
    expected = [ordered.index(plain(date)) if date_key(date) else LAST for date in dates]
    ranks = order.ranks(bytes)
    assert ranks == b"".join(rank.to_bytes(4, "little") for rank in expected)
    assert (order.warning() is None) == (bool(good) or not dates)
    # What is saved in two parts and taken back is the same.
    first = min(first, len(dates))
    again = KeeperOrder.of(KeepRule(rule, ("date",)), _core.Strings)
    again.note(["a"] * first, dates[:first])
    again.take_back(order.noted(first))
    assert again.ranks(bytes) == ranks


def test_preferences_of_more_sources_than_are_remembered() -> None:
    order = KeeperOrder.of(KeepRule("prefer", ("x:1?", "x:*")), _core.Strings)
    sources = [f"x:{number}" for number in range(2 * SOURCES)] + ["y", "x:12"]
    order.note(sources, [])
    ranks = memoryview(order.ranks(bytes) or b"").cast("I").tolist()
    assert ranks == [int(not 10 <= number <= 19) for number in range(2 * SOURCES)] + [2, 0]


def test_preferred_values_are_held_as_numbers_and_taken_back() -> None:
    rule = KeepRule("prefer-field", ("lang", "fr", "1*"))
    order = KeeperOrder.of(rule, _core.Strings)
    order.note(["a"] * 5, ["en", "fr", 12, None, True])
    again = KeeperOrder.of(rule, _core.Strings)
    again.note(["a"] * 2, ["en", "fr"])
    again.take_back(order.noted(2))
    for one in (order, again):
        assert memoryview(one.ranks(bytes) or b"").cast("I").tolist() == [2, 0, 1, 2, 2]


@given(st.lists(st.tuples(TEXTS, st.none() | st.integers(0, 9)), max_size=9), st.integers(0, 9))
def test_groups_and_times_are_taken_back(documents: list[tuple[str, Any]], first: int) -> None:
    scopes, again = (Scopes.of("site", WindowRule(1, "day")) for _ in range(2))
    scopes.note(*[[document[place] for document in documents] for place in (0, 1)])
    first = min(first, len(documents))
    again.note(*[[document[place] for document in documents[:first]] for place in (0, 1)])
    again.take_back(scopes.noted(first))
    assert (again.groups(), again.times()) == (scopes.groups(), scopes.times())
    again.note(["another"], [1])
    scopes.note(["another"], [1])
    assert again.groups() == scopes.groups()


def test_strings_that_are_not_there_are_errors() -> None:
    strings = _core.Strings()
    strings.append([b"one", b""])
    assert (len(strings), strings.get(0), strings.get(1)) == (2, b"one", b"")
    with pytest.raises(IndexError, match="there is no string 2"):
        strings.get(2)
    with pytest.raises(IndexError, match="there is no string 3"):
        strings.after(3)
    with pytest.raises(ValueError, match="the ends do not ascend"):
        strings.append_all(b"ab", (1).to_bytes(8, "little"))
    assert len(strings) == 2


def test_as_many_ranks_are_needed_as_there_are_documents() -> None:
    from dedup.engines.local import open_corpus
    from dedup.policy import Policy

    corpus = open_corpus(Policy(), 1)
    corpus.add(["One.", "Two."], ["1", "2"], ["a", "b"])
    corpus.match()
    with pytest.raises(ValueError, match="1 ranks were given; 2 are needed"):
        corpus.cluster(b"1234", of_documents=True)
    with pytest.raises(ValueError, match="3 groups were given; 2 are needed"):
        corpus.cluster(None, bytes(12))
    with pytest.raises(ValueError, match="1 times were given; 2 are needed"):
        corpus.cluster(None, None, bytes(8))


def skipped(count: int, first: int = 0) -> list[Skipped]:
    aside = [None, (300, 2)]
    return [
        Skipped(f"é{n % 3}:{n}", n or None, f"bad at {n * 7}", b"", aside[n % 2])
        for n in range(first, first + count)
    ]


@pytest.mark.parametrize("count", [0, 1, BLOCK_RECORDS - 1, BLOCK_RECORDS, 3 * BLOCK_RECORDS + 5])
def test_skipped_records_are_a_sequence(count: int) -> None:
    expected = skipped(count)
    found = SkippedRecords()
    for one in expected:
        found.append(Skipped(one.source, one.line, one.reason, b"the bytes go", one.aside))
    assert len(found) == count
    assert list(found) == expected
    assert found == expected
    assert expected == found
    assert [found[place] for place in range(-count, count)] == expected * 2
    assert found[1::1000] == expected[1::1000]
    assert bool(found) == bool(expected)
    assert found != [*expected, *skipped(1)]
    with pytest.raises(IndexError):
        found[count]


def test_skipped_records_are_saved_and_taken_back_in_parts() -> None:
    found, again = SkippedRecords(), SkippedRecords()
    taken = 0
    for count in (5, 0, BLOCK_RECORDS, 2 * BLOCK_RECORDS + 1):
        for one in skipped(count, len(found)):
            found.append(one)
        blocks = found.blocks()
        again.append_all(*found.after(taken))
        taken = blocks
        assert again == found
    again.append(skipped(1)[0])
    assert again[-1] == skipped(1)[0]


def test_long_reasons_make_short_blocks() -> None:
    found = SkippedRecords()
    for one in skipped(3):
        found.append(Skipped(one.source, one.line, "x" * BLOCK_CHARACTERS, b""))
    assert found.blocks() == 3
    assert [len(one.reason) for one in found] == [BLOCK_CHARACTERS] * 3


GROWTH = """
import resource, sys, dedup
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
small, large, output, keep = sys.argv[1:]
dedup.clean(small, output + "1", keep=keep)
before = peak()
result = dedup.clean(large, output + "2", keep=keep)
assert result.report["counts"]["documents_read"] > 250_000
print(peak() - before)
"""


@pytest.mark.parametrize(
    ("line", "keep", "most"),
    [
        # 5 bytes in blocks; 250 were held, and that twice while they were written.
        (b'{"id": %d, "tex\n', "first", 60),
        # 36 of documents without blocks, 30 and ranks of dates; 250 were held more.
        (b'{"text": "", "date": "2026-01-01T00:00:%dZ"}\n', "earliest", 250),
    ],
)
def test_bad_records_and_dates_take_few_bytes_each(
    line: bytes, keep: str, most: int, tmp_path: Path
) -> None:
    files = []
    for count in (30_000, 300_000):
        files.append(tmp_path / f"{count}.jsonl")
        files[-1].write_bytes(b"".join(line % number for number in range(count)))
    command = [sys.executable, "-c", GROWTH, *map(str, files), str(tmp_path / "out"), keep]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < most * 270_000


def test_an_excerpt_is_cut_by_code_points_whatever_escapes_there_are() -> None:
    text = 'a😀é\n"\\ü b😀' * 3
    lines = orjson.dumps({"text": text}) + b"\n" + b'{"text": "\\ud83d\\ude00\\u00e9x"}\n{"no": 1}'
    piece = (lines, "a.jsonl", 5, None)
    places = [(5, start, end) for start in range(31) for end in range(start, 31)]
    found = _core.excerpts(piece, "text", places)
    assert found == [text[start:end] for _, start, end in places]
    rest = [(6, 0, 1), (6, 1, 3), (6, 1, 9), (7, 0, 1), (8, 0, 1)]
    assert _core.excerpts(piece, "text", rest) == ["😀", "éx", "", "", ""]


def test_the_size_of_a_corpus_is_not_counted_for_each_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # It is a sum over all texts: 300,000 of them took 19 microseconds each, and more of them more.
    asked: list[Held] = []
    size = Held.size.fget

    def counted(held: Held) -> int:
        asked.append(held)
        return size(held)

    monkeypatch.setattr(Held, "size", property(counted))
    texts = [f"{number} {'x' * 2**20}" for number in range(30)]  # a batch each
    assert len(dedup.clean(texts).documents) == 30
    assert len(asked) < 10


def test_the_ledger_of_texts_is_made_when_it_is_asked_for() -> None:
    result = dedup.clean([LINE, "another text", LINE])
    lines = b"".join(result.ledger).splitlines()
    assert len(lines) == len(result.removed) == 2
    assert result.removed is result.removed
    assert result.removed[0]["text"] == LINE
