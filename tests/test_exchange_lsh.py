"""Into a `MinHashLSH` and out of it, in memory and on a real Redis server."""

from __future__ import annotations

import gc
import pickle
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy
import pytest
import redis_server
import strategies
from datasketch import LeanMinHash, MinHash, MinHashLSH, MinHashLSHForest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Document, Index, Policy, exchange
from dedup.errors import IncompatibleSignatureError, InputError
from dedup.exchange import sources

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
NEAR = "The ferry will not sail today, the harbour office said, because of the storm."
OTHER = "Herons have come back to the old harbour this spring, and nobody chases them away."
TEXTS = {"story": STORY, "near": NEAR, "other": OTHER}
BANDS, ROWS = 32, 4

Maker = Callable[..., MinHashLSH]

# datasketch leaves the connections of a session to the collector of garbage.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@pytest.fixture(scope="module")
def socket() -> Iterator[str]:
    with redis_server.running() as socket:
        yield socket
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@pytest.fixture(params=["dict", "redis"])
def make(request: pytest.FixtureRequest) -> Maker:
    """Makes an LSH of 32 bands of 4 rows, unless other settings are given."""
    config: dict[str, Any] = {"type": request.param}
    if request.param == "redis":
        config["redis"] = {"unix_socket_path": request.getfixturevalue("socket")}

    def made(**settings: Any) -> MinHashLSH:
        own = {name: settings.pop(name) for name in ["basename"] if name in settings}
        settings = {"num_perm": 128, "params": (BANDS, ROWS), **settings}
        return MinHashLSH(storage_config={**config, **own}, **settings)

    return made


def content(lsh: MinHashLSH) -> Any:
    """Everything that an LSH holds, however it holds it."""

    def plain(key: Any) -> Any:
        return pickle.loads(key) if lsh.prepickle else key

    keys = {plain(key): list(lsh.keys.get(key)) for key in lsh.keys}
    tables = [
        {band: {plain(key) for key in table.get(band)} for band in table}
        for table in lsh.hashtables
    ]
    return keys, tables


def filled_by_datasketch(lsh: MinHashLSH, texts: dict[Any, str], policy: Policy) -> MinHashLSH:
    """What a user of datasketch would write."""
    for key, text in texts.items():
        made = MinHash(num_perm=lsh.h, seed=policy.seed, hashfunc=exchange.hash_shingle)
        made.update_batch(exchange.shingles(text, policy))
        if not made.is_empty():
            lsh.insert(key, made)
    return lsh


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


@given(st.lists(strategies.paragraphs(), max_size=6))
def test_what_a_filled_one_holds_is_what_went_in(texts: list[str]) -> None:
    filled = MinHashLSH(num_perm=128, params=(BANDS, ROWS))
    lsh = filled_by_datasketch(filled, dict(enumerate(texts)), Policy())
    rows = exchange.signatures(texts)
    found = dict(exchange.stored(lsh))
    assert sorted(found) == [place for place, text in enumerate(texts) if exchange.shingles(text)]
    for place, slots in found.items():
        assert slots.tolist() == rows[place].tolist()


def test_estimates_are_those_of_datasketch_and_the_most_alike_come_first(make: Maker) -> None:
    lsh = make()
    assert exchange.fill(lsh, TEXTS.items()) == 3
    assert content(lsh) == content(filled_by_datasketch(make(), TEXTS, Policy()))
    own = dict(zip(TEXTS, exchange.minhashes(TEXTS.values()), strict=True))
    (found,) = exchange.query(lsh, [STORY.upper()])
    assert [one.key for one in found] == ["story", "near"]
    for one in found:
        assert one.resemblance == own["story"].jaccard(own[one.key])


def test_documents_may_have_several_forms(make: Maker) -> None:
    lsh = make()
    documents = [("a", STORY), Document("b", OTHER, "", {}), {"id": "c", "text": NEAR, "n": 1}]
    assert exchange.fill(lsh, documents) == 3
    assert all(key in lsh for key in "abc")


def test_keys_may_be_of_any_kind(make: Maker) -> None:
    keys = ["a", 7, ("b", 1, 2), b"c", None]
    lsh = make()
    exchange.fill(lsh, [(key, STORY) for key in keys])
    assert {key for key, _ in exchange.stored(lsh)} == set(keys)
    assert {one.key for one in exchange.query(lsh, [STORY])[0]} == set(keys)


def test_a_key_that_is_there_is_an_error_and_nothing_of_the_part_goes_in(make: Maker) -> None:
    lsh = make()
    exchange.fill(lsh, [("story", STORY)])
    before = content(lsh)
    for documents in ([("other", OTHER), ("story", NEAR)], [("other", OTHER), ("other", NEAR)]):
        with pytest.raises(InputError, match=r"'(story|other)' is there already") as raised:
            exchange.fill(lsh, documents)
        assert "skip" in str(raised.value.hint)
        assert content(lsh) == before


def test_a_key_that_is_there_may_be_passed_over(make: Maker) -> None:
    lsh = make()
    exchange.fill(lsh, [("story", STORY)])
    documents = [("story", OTHER), ("near", NEAR), ("near", OTHER)]
    assert exchange.fill(lsh, documents, present="skip") == 1
    assert content(lsh) == content(
        filled_by_datasketch(make(), {"story": STORY, "near": NEAR}, Policy())
    )


def test_a_key_that_is_there_may_be_replaced(make: Maker) -> None:
    lsh = make()
    exchange.fill(lsh, [("story", STORY), ("near", NEAR)])
    documents = [("story", NEAR), ("story", OTHER)]
    assert exchange.fill(lsh, documents, present="replace") == 1
    assert content(lsh) == content(
        filled_by_datasketch(make(), {"story": OTHER, "near": NEAR}, Policy())
    )


def test_parts_are_as_one(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make()
    texts = {number: f"{STORY} {number} {OTHER}" for number in range(20)}
    exchange.fill(whole, texts.items())
    expected = exchange.query(whole, texts.values())
    for at_once, characters in ((3, 1 << 20), (1000, 400)):
        monkeypatch.setattr(sources, "AT_ONCE", at_once)
        monkeypatch.setattr(sources, "CHARACTERS", characters)
        parts = make()
        assert exchange.fill(parts, iter(texts.items())) == 20
        assert content(parts) == content(whole)
        assert exchange.query(parts, texts.values()) == expected
        assert dict(exchange.stored(parts)).keys() == texts.keys()
        with pytest.raises(InputError, match="key '4' is there already"):
            exchange.fill(parts, [*((number + 100, STORY) for number in range(9)), (4, STORY)])


def test_a_fill_that_was_broken_off_is_given_again(make: Maker, monkeypatch: Any) -> None:
    monkeypatch.setattr(sources, "AT_ONCE", 2)

    def broken() -> Iterator[tuple[str, str]]:
        yield from list(TEXTS.items())[:2]
        raise OSError("the feed ended")

    lsh = make()
    with pytest.raises(OSError, match="the feed ended"):
        exchange.fill(lsh, broken())
    assert exchange.fill(lsh, TEXTS.items(), present="skip") == 1
    assert content(lsh) == content(filled_by_datasketch(make(), TEXTS, Policy()))


def test_what_a_session_holds_back_is_known(make: Maker, monkeypatch: Any) -> None:
    # Each text is a part of its own, and nothing is sent before the session ends or its buffer is full.
    monkeypatch.setattr(sources, "AT_ONCE", 1)
    twice = [("a", STORY), ("b", OTHER), ("a", NEAR)]
    lsh = make()
    with pytest.raises(InputError, match="key 'a' is there already"):
        exchange.fill(lsh, twice)
    expected = {"skip": {"a": STORY, "b": OTHER}, "replace": {"a": NEAR, "b": OTHER}}
    for present, texts in expected.items():
        lsh = make()
        exchange.fill(lsh, twice, present=present)
        assert content(lsh) == content(filled_by_datasketch(make(), texts, Policy()))


def test_of_what_a_session_holds_back_nothing_is_forgotten(make: Maker) -> None:
    # Two commands a key go into a buffer of 50,000: when the keys come again, some were sent.
    lsh = make(num_perm=2, params=(2, 1))
    keys = list(range(26_000))
    rows = numpy.zeros((2 * len(keys), 2), dtype=numpy.uint32)
    assert exchange.fill_signatures(lsh, [*keys, *keys], rows, present="skip") == len(keys)
    assert sum(1 for _ in exchange.stored(lsh)) == len(keys)


def test_one_lsh_fills_another(make: Maker) -> None:
    source = make(params=(16, 8))
    exchange.fill(source, TEXTS.items(), Policy(seed=3))
    for params in [(32, 4), (16, 8), (9, 13)]:
        target = make(params=params)
        assert exchange.transfer(source, target) == 3
        assert content(target) == content(
            filled_by_datasketch(make(params=params), TEXTS, Policy(seed=3))
        )
    narrow = make(params=(5, 5))
    exchange.transfer(source, narrow)
    assert [len(slots) for _, slots in exchange.stored(narrow)] == [25] * 3
    with pytest.raises(InputError) as raised:
        exchange.transfer(narrow, make())
    assert raised.value.message == (
        "the target has num_perm 128 and 32 bands of 4 rows; of num_perm 128 the source holds the "
        "first 25 slots"
    )
    with pytest.raises(InputError, match="num_perm 64"):
        exchange.transfer(source, make(num_perm=64, params=(8, 8)))


def test_from_a_server_into_memory(socket: str) -> None:
    config = {"type": "redis", "basename": b"moved", "redis": {"unix_socket_path": socket}}
    server = MinHashLSH(num_perm=128, params=(BANDS, ROWS), storage_config=config)
    exchange.fill(server, TEXTS.items())
    # Another process opens what is there; it knows no scheme yet.
    again = MinHashLSH(num_perm=128, params=(BANDS, ROWS), storage_config=config)
    memory = MinHashLSH(num_perm=128, params=(BANDS, ROWS))
    assert exchange.transfer(again, memory) == 3
    assert content(memory) == content(server)
    assert exchange.query(again, [STORY]) == exchange.query(memory, [STORY])


def test_a_server_is_asked_once_a_band_for_many_texts(socket: str) -> None:
    redis = pytest.importorskip("redis")
    config = {"type": "redis", "redis": {"unix_socket_path": socket}}
    lsh = MinHashLSH(num_perm=128, params=(BANDS, ROWS), storage_config=config)
    exchange.fill(lsh, ((number, f"{STORY} {number}") for number in range(200)))
    with redis.Redis(unix_socket_path=socket) as client:

        def transactions() -> int:
            return client.info("commandstats").get("cmdstat_exec", {"calls": 0})["calls"]

        before = transactions()
        found = exchange.query(lsh, [f"{STORY} {number}" for number in range(200)])
        assert transactions() - before == BANDS + 1
    assert [some[0].key for some in found] == list(range(200))


def test_keys_that_are_not_pickled_must_be_bytes(socket: str) -> None:
    config = {"type": "redis", "redis": {"unix_socket_path": socket}}
    lsh = MinHashLSH(num_perm=128, storage_config=config, prepickle=False)
    with pytest.raises(InputError, match="key 'a' is a str; on a server it must be bytes"):
        exchange.fill(lsh, [(b"b", STORY), ("a", STORY)])
    assert exchange.fill(lsh, [(b"a", STORY)]) == 1
    assert [key for key, _ in exchange.stored(lsh)] == [b"a"]


# --- indexes ---------------------------------------------------------------------------------


def test_the_blocks_of_an_index_fill_an_lsh(make: Maker, tmp_path: Any) -> None:
    policy = Policy(seed=5, shingle_size=2)
    with Index.open(tmp_path / "seen.dedup", policy) as index:
        index.add("a", f"{STORY}\n\nShare\n\n{OTHER}")
        index.commit()
        index.add("b", f"Share\n\n{STORY.upper()}\n\n{NEAR}")
        lsh = make()
        assert exchange.fill_from_index(lsh, index) == 3
        places = {("a", 0, 80): STORY, ("a", 89, 171): OTHER, ("b", 89, 166): NEAR}
        assert content(lsh) == content(filled_by_datasketch(make(), places, policy))
        found = exchange.query(lsh, [STORY], index.policy)[0]
        assert [one.key for one in found] == [("a", 0, 80), ("b", 89, 166)]
        index.remove("a")
        again = make()
        exchange.fill_from_index(again, index)
        assert {key for key, _ in exchange.stored(again)} == {("b", 7, 87), ("b", 89, 166)}
        assert exchange.fill_from_index(lsh, index, present="skip") == 1


def test_the_documents_of_an_index_are_the_union_of_their_blocks(
    make: Maker, tmp_path: Any
) -> None:
    documents = {"a": f"{STORY}\n\nShare\n\n{OTHER}", "b": f"{OTHER.upper()}\n\n{NEAR}"}
    with Index.open(tmp_path / "seen.dedup") as index:
        index.add_many([*documents.items(), ("c", "Share")])
        lsh = make()
        assert exchange.fill_from_index(lsh, index, "document") == 2
        union = {
            "a": MinHash.union(*exchange.minhashes([STORY, OTHER])),
            "b": MinHash.union(*exchange.minhashes([OTHER, NEAR])),
        }
        for key, slots in exchange.stored(lsh):
            assert (slots == union[key].hashvalues).all()


def test_where_a_block_is_a_document_its_signature_is_that_of_the_text(tmp_path: Any) -> None:
    policy = Policy(unit="document")
    texts = {str(number): f"{STORY}\n\n{number} {OTHER}\n\nShare" for number in range(5)}
    with Index.open(tmp_path / "seen.dedup", policy) as index:
        index.add_many(texts.items())
        found = dict(exchange.held(index, "document", num_perm=64))
        rows = exchange.signatures(texts.values(), policy, num_perm=64)
        assert list(found) == list(texts)
        assert [slots.tolist() for slots in found.values()] == rows.tolist()
        with pytest.raises(InputError, match="unit is 'line'; it must be block or document"):
            next(exchange.held(index, "line"))  # type: ignore[arg-type]


# --- what cannot be ---------------------------------------------------------------------------


def test_an_lsh_of_another_scheme_is_refused(make: Maker) -> None:
    lsh = make(basename=b"old")
    old = MinHash(scheme="legacy")
    old.update(b"item")
    lsh.insert("old", old)
    for call in (
        lambda: exchange.fill(lsh, TEXTS.items()),
        lambda: exchange.query(lsh, [STORY]),
        lambda: list(exchange.stored(lsh)),
    ):
        with pytest.raises(IncompatibleSignatureError) as raised:
            call()
        assert (
            raised.value.message
            == "the LSH holds signatures of scheme legacy; ours are of affine32"
        )
    # One that was opened anew does not know its scheme: the slots tell.
    lsh._minhash_scheme = None
    with pytest.raises(IncompatibleSignatureError) as raised:
        list(exchange.stored(lsh))
    assert raised.value.message == (
        "key 'old' has slots of 64 bits, as of scheme legacy or affine64; ours are of affine32"
    )


def test_an_lsh_that_hashes_its_bands_answers_but_gives_nothing_back(make: Maker) -> None:
    lsh = make(hashfunc=lambda band: band[:6])
    exchange.fill(lsh, TEXTS.items())
    expected = make(hashfunc=lambda band: band[:6])
    assert content(lsh) == content(filled_by_datasketch(expected, TEXTS, Policy()))
    assert exchange.query(lsh, [STORY]) == [[("near", None), ("story", None)]]
    with pytest.raises(IncompatibleSignatureError, match="keeps hashes of its bands"):
        list(exchange.stored(lsh))


def test_a_key_that_was_inserted_twice_or_in_part_is_named(make: Maker) -> None:
    lsh = make()
    (story,) = exchange.minhashes([STORY], lean=True)
    lsh.insert("twice", story)
    lsh.insert("twice", story, check_duplication=False)
    with pytest.raises(InputError) as raised:
        list(exchange.stored(lsh))
    assert raised.value.message == (
        "key 'twice' has 64 bands of [16] bytes; the LSH has 32 of 16: it was inserted more than once, "
        "in part, or with other params"
    )
    assert exchange.query(lsh, [STORY]) == [[("twice", None)]]


def test_an_lsh_that_is_opened_with_other_params_is_noticed(socket: str) -> None:
    config = {"type": "redis", "basename": b"params", "redis": {"unix_socket_path": socket}}
    exchange.fill(MinHashLSH(num_perm=128, params=(32, 4), storage_config=config), TEXTS.items())
    with pytest.raises(InputError, match=r"the LSH has 16 of 32: .* with other params"):
        list(exchange.stored(MinHashLSH(num_perm=128, params=(16, 8), storage_config=config)))


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
            "document 1: the text is a NoneType; it must be a str",
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


def test_signatures_of_ones_own_items_are_looked_up(make: Maker) -> None:
    lsh, own = make(), {}
    for key, text in TEXTS.items():
        own[key] = MinHash()
        own[key].update_batch([word.encode() for word in text.split()])
    rows = exchange.signatures_of([LeanMinHash(one) for one in own.values()])
    assert exchange.fill_signatures(lsh, list(own), rows) == 3
    for row, one in zip(rows, own.values(), strict=True):
        (found,) = exchange.query_signatures(lsh, row[numpy.newaxis])
        assert {candidate.key for candidate in found} == set(lsh.query(one))
