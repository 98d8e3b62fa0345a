"""A `MinHashLSH` is filled and asked, in memory and on a real Redis server."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import numpy
import pytest
import strategies
from datasketch import LeanMinHash, MinHash, MinHashLSH, MinHashLSHForest
from hypothesis import given
from hypothesis import strategies as st
from lsh import BANDS, NEAR, OTHER, ROWS, STORY, TEXTS, Maker, content, filled_by_datasketch

from dedup import Document, Policy, exchange
from dedup.errors import InputError
from dedup.exchange import sources

# datasketch leaves the connections of a session to the collector of garbage.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@given(
    st.lists(strategies.paragraphs(), max_size=6),
    st.integers(0, 9),
    st.sampled_from([(128, (32, 4)), (128, (9, 13)), (64, (8, 8)), (200, (20, 10))]),
)
def test_filling_is_what_datasketch_does(
    texts: list[str], seed: int, shape: tuple[int, tuple[int, int]]
) -> None:
    policy, documents = Policy(seed=seed), dict(enumerate(texts))
    num_perm, params = shape
    theirs = MinHashLSH(num_perm=num_perm, params=params)
    filled_by_datasketch(theirs, documents, policy)
    ours = MinHashLSH(num_perm=num_perm, params=params)
    full = [text for text in texts if exchange.shingles(text)]
    assert exchange.fill(ours, documents.items(), policy) == len(full)
    assert content(ours) == content(theirs)
    # Each finds in the other's what it finds in its own.
    asked = exchange.minhashes(full, policy, num_perm=num_perm)
    for lsh in (ours, theirs):
        found = exchange.query(lsh, full, policy)
        assert [{one.key for one in some} for some in found] == [
            set(lsh.query(one)) for one in asked
        ]
    assert exchange.query(ours, ["...", ""], policy) == [[], []]


def test_estimates_are_those_of_datasketch_and_the_most_alike_come_first(make_lsh: Maker) -> None:
    lsh = make_lsh()
    assert exchange.fill(lsh, TEXTS.items()) == 3
    assert content(lsh) == content(filled_by_datasketch(make_lsh(), TEXTS, Policy()))
    own = dict(zip(TEXTS, exchange.minhashes(TEXTS.values()), strict=True))
    (found,) = exchange.query(lsh, [STORY.upper()])
    assert [one.key for one in found] == ["story", "near"]
    for one in found:
        assert one.resemblance == own["story"].jaccard(own[one.key])


def test_documents_may_have_several_forms(make_lsh: Maker) -> None:
    lsh = make_lsh()
    documents = [("a", STORY), Document("b", OTHER, "", {}), {"id": "c", "text": NEAR, "n": 1}]
    assert exchange.fill(lsh, documents) == 3
    assert all(key in lsh for key in "abc")


def test_keys_may_be_of_any_kind(make_lsh: Maker) -> None:
    keys = ["a", 7, ("b", 1, 2), b"c", None]
    lsh = make_lsh()
    exchange.fill(lsh, [(key, STORY) for key in keys])
    assert {key for key, _ in exchange.stored(lsh)} == set(keys)
    assert {one.key for one in exchange.query(lsh, [STORY])[0]} == set(keys)


def test_a_key_that_is_there_is_an_error_and_nothing_of_the_part_goes_in(make_lsh: Maker) -> None:
    lsh = make_lsh()
    exchange.fill(lsh, [("story", STORY)])
    before = content(lsh)
    for documents in ([("other", OTHER), ("story", NEAR)], [("other", OTHER), ("other", NEAR)]):
        with pytest.raises(InputError, match=r"'(story|other)' is there already") as raised:
            exchange.fill(lsh, documents)
        assert "skip" in str(raised.value.hint)
        assert content(lsh) == before


def test_a_key_that_is_there_may_be_passed_over(make_lsh: Maker) -> None:
    lsh = make_lsh()
    exchange.fill(lsh, [("story", STORY)])
    documents = [("story", OTHER), ("near", NEAR), ("near", OTHER)]
    assert exchange.fill(lsh, documents, present="skip") == 1
    assert content(lsh) == content(
        filled_by_datasketch(make_lsh(), {"story": STORY, "near": NEAR}, Policy())
    )


def test_a_key_that_is_there_may_be_replaced(make_lsh: Maker) -> None:
    lsh = make_lsh()
    exchange.fill(lsh, [("story", STORY), ("near", NEAR)])
    documents = [("story", NEAR), ("story", OTHER)]
    assert exchange.fill(lsh, documents, present="replace") == 1
    assert content(lsh) == content(
        filled_by_datasketch(make_lsh(), {"story": OTHER, "near": NEAR}, Policy())
    )


def test_a_text_without_tokens_replaces_what_a_key_had_by_nothing(make_lsh: Maker) -> None:
    lsh = make_lsh()
    exchange.fill(lsh, TEXTS.items())
    documents = [("story", "..."), ("new", NEAR), ("new", ""), ("near", "..."), ("near", OTHER)]
    assert exchange.fill(lsh, documents, present="replace") == 1
    left = {"other": OTHER, "near": OTHER}
    assert content(lsh) == content(filled_by_datasketch(make_lsh(), left, Policy()))
    assert exchange.fill(lsh, [("near", "...")], present="skip") == 0
    assert exchange.fill(lsh, [("near", "...")]) == 0
    assert "near" in lsh


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_of_garbage_is_left_as_it_was(enabled: bool) -> None:
    before = gc.isenabled()
    lsh = MinHashLSH(num_perm=128)
    try:
        (gc.enable if enabled else gc.disable)()
        exchange.fill(lsh, TEXTS.items())
        assert gc.isenabled() == enabled
        lsh.hashtables[3].insert = None
        with pytest.raises(TypeError):
            exchange.fill(lsh, [("more", STORY), ("and more", STORY)])
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_what_a_kill_left_on_a_server_is_made_whole(redis_socket: str) -> None:
    config = {"type": "redis", "basename": b"kill", "redis": {"unix_socket_path": redis_socket}}
    lsh = MinHashLSH(num_perm=128, params=(BANDS, ROWS), storage_config=config)
    exchange.fill(lsh, TEXTS.items())
    whole = content(lsh)
    # Of what a session holds back each storage gets its own part, one after the other.
    for table in lsh.hashtables[5:]:
        table.remove(*table.keys())
    lsh.keys.remove(next(iter(lsh.keys)))
    assert content(lsh) != whole
    exchange.fill(lsh, TEXTS.items(), present="replace")
    assert content(lsh) == whole


def test_parts_are_as_one(make_lsh: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make_lsh()
    texts = {number: f"{STORY} {number} {OTHER}" for number in range(20)}
    exchange.fill(whole, texts.items())
    expected = exchange.query(whole, texts.values())
    for at_once, characters in ((3, 1 << 20), (1000, 400)):
        monkeypatch.setattr(sources, "AT_ONCE", at_once)
        monkeypatch.setattr(sources, "CHARACTERS", characters)
        parts = make_lsh()
        assert exchange.fill(parts, iter(texts.items())) == 20
        assert content(parts) == content(whole)
        assert exchange.query(parts, texts.values()) == expected
        assert dict(exchange.stored(parts)).keys() == texts.keys()
        with pytest.raises(InputError, match="key '4' is there already"):
            exchange.fill(parts, [*((number + 100, STORY) for number in range(9)), (4, STORY)])


def test_a_fill_that_was_broken_off_is_given_again(make_lsh: Maker, monkeypatch: Any) -> None:
    monkeypatch.setattr(sources, "AT_ONCE", 2)

    def broken() -> Iterator[tuple[str, str]]:
        yield from list(TEXTS.items())[:2]
        raise OSError("the feed ended")

    lsh = make_lsh()
    with pytest.raises(OSError, match="the feed ended"):
        exchange.fill(lsh, broken())
    assert exchange.fill(lsh, TEXTS.items(), present="skip") == 1
    assert content(lsh) == content(filled_by_datasketch(make_lsh(), TEXTS, Policy()))


def test_what_a_session_holds_back_is_known(make_lsh: Maker, monkeypatch: Any) -> None:
    # Each text is a part of its own, and nothing is sent before the session ends or its buffer is full.
    monkeypatch.setattr(sources, "AT_ONCE", 1)
    twice = [("a", STORY), ("b", OTHER), ("a", NEAR)]
    lsh = make_lsh()
    with pytest.raises(InputError, match="key 'a' is there already"):
        exchange.fill(lsh, twice)
    expected = {"skip": {"a": STORY, "b": OTHER}, "replace": {"a": NEAR, "b": OTHER}}
    for present, texts in expected.items():
        lsh = make_lsh()
        exchange.fill(lsh, twice, present=present)
        assert content(lsh) == content(filled_by_datasketch(make_lsh(), texts, Policy()))


def test_of_what_a_session_holds_back_nothing_is_forgotten(make_lsh: Maker) -> None:
    # Two commands a key go into a buffer of 50,000: when the keys come again, some were sent.
    lsh = make_lsh(num_perm=2, params=(2, 1))
    keys = list(range(26_000))
    rows = numpy.zeros((2 * len(keys), 2), dtype=numpy.uint32)
    assert exchange.fill_signatures(lsh, [*keys, *keys], rows, present="skip") == len(keys)
    assert sum(1 for _ in exchange.stored(lsh)) == len(keys)


def test_a_server_is_asked_once_a_band_for_many_texts(redis_socket: str) -> None:
    redis = pytest.importorskip("redis")
    config = {"type": "redis", "redis": {"unix_socket_path": redis_socket}}
    lsh = MinHashLSH(num_perm=128, params=(BANDS, ROWS), storage_config=config)
    exchange.fill(lsh, ((number, f"{STORY} {number}") for number in range(200)))
    with redis.Redis(unix_socket_path=redis_socket) as client:

        def transactions() -> int:
            return client.info("commandstats").get("cmdstat_exec", {"calls": 0})["calls"]

        before = transactions()
        found = exchange.query(lsh, [f"{STORY} {number}" for number in range(200)])
        assert transactions() - before == BANDS + 1
    assert [some[0].key for some in found] == list(range(200))


def test_keys_that_are_not_pickled_must_be_bytes(redis_socket: str) -> None:
    config = {"type": "redis", "redis": {"unix_socket_path": redis_socket}}
    lsh = MinHashLSH(num_perm=128, storage_config=config, prepickle=False)
    with pytest.raises(InputError, match="key 'a' is a str; on a server it must be bytes"):
        exchange.fill(lsh, [(b"b", STORY), ("a", STORY)])
    assert exchange.fill(lsh, [(b"a", STORY)]) == 1
    assert [key for key, _ in exchange.stored(lsh)] == [b"a"]


def test_signatures_of_ones_own_items_are_looked_up(make_lsh: Maker) -> None:
    lsh, own = make_lsh(), {}
    for key, text in TEXTS.items():
        own[key] = MinHash()
        own[key].update_batch([word.encode() for word in text.split()])
    rows = exchange.signatures_of([LeanMinHash(one) for one in own.values()])
    assert exchange.fill_signatures(lsh, list(own), rows) == 3
    for row, one in zip(rows, own.values(), strict=True):
        (found,) = exchange.query_signatures(lsh, row[numpy.newaxis])
        assert {candidate.key for candidate in found} == set(lsh.query(one))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda lsh: exchange.fill(MinHashLSHForest(), TEXTS.items()),
            "the LSH is a MinHashLSHForest; it must be a datasketch.MinHashLSH",
        ),
        (
            lambda lsh: exchange.fill(lsh, [STORY]),
            "document 0 is a str; it must be a pair of key and text, a Document, or a dict with id and text",
        ),
        (
            lambda lsh: exchange.fill(lsh, [("a", STORY), ("b", None)]),
            "the text of document 1 is a NoneType; it must be a str",
        ),
        (
            lambda lsh: exchange.fill(lsh, [("a", STORY), ("b", "b\ud800")]),
            "the text of document 1 has a lone surrogate U+D800 at 1",
        ),
        (
            lambda lsh: exchange.fill(lsh, [], present="ignore"),
            "present is 'ignore'; it must be error, skip or replace",
        ),
        (
            lambda lsh: exchange.fill(lsh, [(["a"], STORY)]),
            "a key cannot be looked up: unhashable type: 'list'",
        ),
        (
            lambda lsh: exchange.fill_signatures(lsh, ["a"], exchange.signatures([STORY, NEAR])),
            "the signatures are (2, 128); for 1 keys and an LSH of num_perm 128 they must be (1, 128)",
        ),
        (
            lambda lsh: exchange.query_signatures(lsh, exchange.signatures([STORY], num_perm=64)),
            "the signatures have 64 slots; the LSH has 128",
        ),
    ],
)
def test_bad_input_is_named(call: Any, message: str) -> None:
    with pytest.raises(InputError) as raised:
        call(MinHashLSH(num_perm=128))
    assert raised.value.message.startswith(message)
