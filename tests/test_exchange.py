"""A signature of ours is a datasketch MinHash: made of the same shingles, and taken back."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy
import oracle
import pytest
import strategies
from datasketch import HyperLogLog, LeanMinHash, MinHash, MinHashLSHForest, WeightedMinHash
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import Policy, _core, exchange
from dedup.errors import IncompatibleSignatureError, InputError

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
OTHER = "Herons have come back to the old harbour this spring, and nobody chases them away."


def by_datasketch_alone(text: str, policy: Policy, num_perm: int = 128) -> MinHash:
    """What a user of datasketch would write, with our shingles and our hash."""
    made = MinHash(num_perm=num_perm, seed=policy.seed, hashfunc=exchange.hash_shingle)
    made.update_batch([shingle.encode() for shingle in exchange.shingles(text, policy)])
    return made


@given(
    st.lists(strategies.paragraphs(), max_size=4),
    st.integers(0, 2**32 - 1),
    st.integers(1, 5),
    st.sampled_from(["veto", "mask"]),
    st.sampled_from([1, 2, 64, 127, 128, 129, 200, 256, 300]),
)
def test_a_signature_is_the_minhash_that_datasketch_makes(
    texts: list[str], seed: int, size: int, numbers: str, num_perm: int
) -> None:
    policy = Policy(seed=seed, shingle_size=size, numbers=numbers)
    expected = [by_datasketch_alone(text, policy, num_perm) for text in texts]
    assert exchange.minhashes(texts, policy, num_perm=num_perm, jobs=1) == expected
    lean = exchange.minhashes(texts, policy, num_perm=num_perm, lean=True, jobs=2)
    assert lean == [LeanMinHash(one) for one in expected]
    rows = exchange.signatures(texts, policy, num_perm=num_perm)
    assert rows.shape == (len(texts), num_perm)
    assert rows.dtype == numpy.uint32
    assert rows.tolist() == [one.hashvalues.tolist() for one in expected]
    for objects in (expected, lean):
        assert (exchange.signatures_of(objects, policy, num_perm=num_perm) == rows).all()


@given(strategies.texts(), st.integers(1, 8))
def test_shingles_hash_to_the_items_of_the_oracle(text: str, size: int) -> None:
    found = {
        exchange.hash_shingle(one) for one in exchange.shingles(text, Policy(shingle_size=size))
    }
    assert found == {value >> 32 for value in oracle.shingles(text, size)}


def test_a_minhash_of_ours_goes_on_as_one_of_datasketch() -> None:
    (made,) = exchange.minhashes([STORY])
    made.update_batch(exchange.shingles(OTHER))
    first, second = exchange.minhashes([STORY, OTHER])
    assert made == MinHash.union(first, second)
    assert pickle.loads(pickle.dumps(made)) == made
    made.update(exchange.shingles(STORY)[0])
    assert made == MinHash.union(first, second)


def test_lean_ones_survive_their_bytes() -> None:
    (made,) = exchange.minhashes([STORY], Policy(seed=9), lean=True)
    kept = bytearray(made.bytesize())
    made.serialize(kept)
    back = LeanMinHash.deserialize(kept)
    assert (exchange.signatures_of([back], Policy(seed=9)) == made.hashvalues).all()


def test_they_work_in_a_forest() -> None:
    forest = MinHashLSHForest(num_perm=128)
    for key, one in zip("ab", exchange.minhashes([STORY, OTHER], lean=True), strict=True):
        forest.add(key, one)
    forest.index()
    assert forest.query(exchange.minhashes([STORY.upper()])[0], 1) == ["a"]


def test_nothing_gives_nothing() -> None:
    assert exchange.signatures([]).shape == (0, 128)
    assert exchange.minhashes([]) == []
    assert exchange.signatures_of([]).shape == (0, 128)
    (empty,) = exchange.minhashes(["..."])
    assert empty.is_empty()
    assert exchange.shingles("...") == []


def test_masked_numbers_are_masked_in_signatures_too() -> None:
    texts = ["It cost 1,500 euros in May.", "It cost 7 euros in May."]
    plain = exchange.signatures(texts)
    assert (plain[0] != plain[1]).any()
    masked = exchange.signatures(texts, Policy(numbers="mask"))
    assert (masked[0] == masked[1]).all()


def test_a_policy_draws_as_many_permutations_as_are_wanted() -> None:
    for count in (1, 2, 64, 300):
        theirs = MinHash(num_perm=count, seed=5).permutations
        ours = [numpy.frombuffer(part, "<u4") for part in Policy(seed=5).permutations(count)]
        assert (ours[0] == theirs[0]).all()
        assert (ours[1] == theirs[1]).all()


def test_the_core_signs_masked_numbers_when_asked() -> None:
    parts = Policy().permutations()
    masked = _core.sign_texts(["Room 12 is closed today."], 3, *parts, 1, True)
    assert masked == _core.sign_texts(["Room 0 is closed today."], 3, *parts, 1)


REFUSED = [
    (
        lambda: exchange.minhashes([STORY], Policy(seed=2)),
        "MinHash 0 has seed 2; 1 is wanted",
        "give the policy with that seed, as Policy(seed=...)",
    ),
    (
        lambda: exchange.minhashes([STORY], num_perm=64),
        "MinHash 0 has permutations 64; 128 is wanted",
        "give their number as num_perm=",
    ),
    (
        lambda: [MinHash(scheme="legacy")],
        "MinHash 0 has scheme legacy; affine32 is wanted",
        "sign the texts themselves, with minhashes(texts, policy)",
    ),
    (
        lambda: [LeanMinHash(MinHash(scheme="affine64"))],
        "MinHash 0 has scheme affine64; affine32 is wanted",
        "sign the texts themselves, with minhashes(texts, policy)",
    ),
    (
        lambda: [*exchange.minhashes([STORY]), MinHash()],
        "MinHash 1 has hashfunc sha1_hash32; hash_shingle is wanted",
        "sign the texts themselves, with minhashes(texts, policy), or take its values as they are, "
        "with LeanMinHash(minhash)",
    ),
]


@pytest.mark.parametrize(("make", "message", "hint"), REFUSED, ids=[one[1] for one in REFUSED])
def test_what_was_made_otherwise_is_refused(make, message: str, hint: str) -> None:
    with pytest.raises(IncompatibleSignatureError) as raised:
        exchange.signatures_of(make())
    assert (raised.value.message, raised.value.hint) == (message, hint)
    assert f"has {raised.value.found}; " in message
    assert isinstance(raised.value, ValueError)
    assert isinstance(raised.value, dedup.DedupError)


def test_values_of_ones_own_hash_are_taken_from_a_lean_one() -> None:
    own = MinHash()
    own.update(b"item")
    assert (exchange.signatures_of([LeanMinHash(own)]) == own.hashvalues).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: exchange.signatures(STORY), "the texts are one str; they must be a list"),
        (lambda: exchange.signatures([STORY, None]), "text 1 is a NoneType; it must be a str"),
        (lambda: exchange.signatures(["a", "b\ud800"]), "text 1 has a lone surrogate U+D800 at 1"),
        (
            lambda: exchange.signatures([], num_perm=0),
            "num_perm is 0; it must be a whole number from 1 to 65,536",
        ),
        (
            lambda: exchange.signatures_of([HyperLogLog()]),
            "item 0 is a HyperLogLog; it must be a MinHash or LeanMinHash",
        ),
        (
            lambda: exchange.signatures_of([WeightedMinHash(1, numpy.zeros((128, 2)))]),
            "item 0 is a WeightedMinHash; it must be a MinHash or LeanMinHash",
        ),
        (lambda: exchange.hash_shingle("..."), "'...' has no tokens; a shingle has one at least"),
        (
            lambda: exchange.minhashes_of(numpy.zeros(128, dtype=numpy.uint32)),
            "the signatures are uint32 (128,); they must be uint32 (texts, num_perm)",
        ),
        (
            lambda: exchange.minhashes_of(numpy.full((1, 128), 2**40)),
            "the signatures hold values that are no 32 bits",
        ),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(InputError) as raised:
        call()
    assert raised.value.message == message


def test_datasketch_is_loaded_by_the_first_call_that_needs_it() -> None:
    program = (
        "import sys; from dedup import exchange; exchange.signatures(['one text']); "
        "assert 'datasketch' not in sys.modules; exchange.minhashes(['one text']); "
        "assert 'datasketch' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_name_of_the_module_says_what_it_is() -> None:
    assert exchange.__all__ == sorted(exchange.__all__)
    assert [name for name in exchange.__all__ if not getattr(exchange, name).__doc__] == []
