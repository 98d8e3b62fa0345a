"""What a filled `MinHashLSH` or an index holds, as signatures: read back, moved, refused."""

from __future__ import annotations

from typing import Any

import pytest
import strategies
from datasketch import MinHash, MinHashLSH
from hypothesis import given
from hypothesis import strategies as st
from lsh import BANDS, NEAR, OTHER, ROWS, STORY, TEXTS, Maker, content, filled_by_datasketch

from dedup import Index, Policy, exchange
from dedup.errors import IncompatibleSignatureError, InputError

# datasketch leaves the connections of a session to the collector of garbage.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@given(st.lists(strategies.paragraphs(), max_size=6))
def test_what_a_filled_one_holds_is_what_went_in(texts: list[str]) -> None:
    filled = MinHashLSH(num_perm=128, params=(BANDS, ROWS))
    lsh = filled_by_datasketch(filled, dict(enumerate(texts)), Policy())
    rows = exchange.signatures(texts)
    found = dict(exchange.stored(lsh))
    assert sorted(found) == [place for place, text in enumerate(texts) if exchange.shingles(text)]
    for place, slots in found.items():
        assert slots.tolist() == rows[place].tolist()


def test_one_lsh_fills_another(make_lsh: Maker) -> None:
    source = make_lsh(params=(16, 8))
    exchange.fill(source, TEXTS.items(), Policy(seed=3))
    for params in [(32, 4), (16, 8), (9, 13)]:
        target = make_lsh(params=params)
        assert exchange.transfer(source, target) == 3
        assert content(target) == content(
            filled_by_datasketch(make_lsh(params=params), TEXTS, Policy(seed=3))
        )
    narrow = make_lsh(params=(5, 5))
    exchange.transfer(source, narrow)
    assert [len(slots) for _, slots in exchange.stored(narrow)] == [25] * 3
    with pytest.raises(InputError) as raised:
        exchange.transfer(narrow, make_lsh())
    assert raised.value.message == (
        "the target has num_perm 128 and 32 bands of 4 rows; of num_perm 128 the source holds the "
        "first 25 slots"
    )
    with pytest.raises(InputError, match="num_perm 64"):
        exchange.transfer(source, make_lsh(num_perm=64, params=(8, 8)))


def test_from_a_server_into_memory(redis_socket: str) -> None:
    config = {"type": "redis", "basename": b"moved", "redis": {"unix_socket_path": redis_socket}}
    server = MinHashLSH(num_perm=128, params=(BANDS, ROWS), storage_config=config)
    exchange.fill(server, TEXTS.items())
    # Another process opens what is there; it knows no scheme yet.
    again = MinHashLSH(num_perm=128, params=(BANDS, ROWS), storage_config=config)
    memory = MinHashLSH(num_perm=128, params=(BANDS, ROWS))
    assert exchange.transfer(again, memory) == 3
    assert content(memory) == content(server)
    assert exchange.query(again, [STORY]) == exchange.query(memory, [STORY])


# --- indexes ---------------------------------------------------------------------------------


def test_the_blocks_of_an_index_fill_an_lsh(make_lsh: Maker, tmp_path: Any) -> None:
    policy = Policy(seed=5, shingle_size=2)
    with Index.open(tmp_path / "seen.dedup", policy) as index:
        index.add("a", f"{STORY}\n\nShare\n\n{OTHER}")
        index.commit()
        index.add("b", f"Share\n\n{STORY.upper()}\n\n{NEAR}")
        lsh = make_lsh()
        assert exchange.fill_from_index(lsh, index) == 3
        places = {("a", 0, 80): STORY, ("a", 89, 171): OTHER, ("b", 89, 166): NEAR}
        assert content(lsh) == content(filled_by_datasketch(make_lsh(), places, policy))
        found = exchange.query(lsh, [STORY], index.policy)[0]
        assert [one.key for one in found] == [("a", 0, 80), ("b", 89, 166)]
        index.remove("a")
        again = make_lsh()
        exchange.fill_from_index(again, index)
        assert {key for key, _ in exchange.stored(again)} == {("b", 7, 87), ("b", 89, 166)}
        assert exchange.fill_from_index(lsh, index, present="skip") == 1


def test_the_documents_of_an_index_are_the_union_of_their_blocks(
    make_lsh: Maker, tmp_path: Any
) -> None:
    documents = {"a": f"{STORY}\n\nShare\n\n{OTHER}", "b": f"{OTHER.upper()}\n\n{NEAR}"}
    with Index.open(tmp_path / "seen.dedup") as index:
        index.add_many([*documents.items(), ("c", "Share")])
        lsh = make_lsh()
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


def test_an_lsh_of_another_scheme_is_refused(make_lsh: Maker) -> None:
    lsh = make_lsh(basename=b"old")
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


def test_an_lsh_that_hashes_its_bands_answers_but_gives_nothing_back(make_lsh: Maker) -> None:
    lsh = make_lsh(hashfunc=lambda band: band[:6])
    exchange.fill(lsh, TEXTS.items())
    expected = make_lsh(hashfunc=lambda band: band[:6])
    assert content(lsh) == content(filled_by_datasketch(expected, TEXTS, Policy()))
    assert exchange.query(lsh, [STORY]) == [[("near", None), ("story", None)]]
    with pytest.raises(IncompatibleSignatureError, match="keeps hashes of its bands"):
        list(exchange.stored(lsh))


def test_a_key_that_was_inserted_twice_or_in_part_is_named(make_lsh: Maker) -> None:
    lsh = make_lsh()
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


def test_an_lsh_that_is_opened_with_other_params_is_noticed(redis_socket: str) -> None:
    config = {"type": "redis", "basename": b"params", "redis": {"unix_socket_path": redis_socket}}
    exchange.fill(MinHashLSH(num_perm=128, params=(32, 4), storage_config=config), TEXTS.items())
    with pytest.raises(InputError, match=r"the LSH has 16 of 32: .* with other params"):
        list(exchange.stored(MinHashLSH(num_perm=128, params=(16, 8), storage_config=config)))
