"""Shingles are the oracle's, signatures are datasketch's, the band plan keeps its promise."""

from __future__ import annotations

import datasketch
import numpy
import oracle
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import _core

SIZES = (1, 2, 3, 4, 7, 8, 9, 16, 20, 31, 100, 1000)


def permutations(seed: int) -> tuple[bytes, bytes]:
    a, b = oracle.permutations(seed)
    return a.tobytes(), b.tobytes()


def read_signatures(buffer: bytes) -> numpy.ndarray:
    return numpy.frombuffer(buffer, dtype="<u4").reshape(-1, 128)


def identity(value: int) -> int:
    return value


def datasketch_signature(items: list[int], seed: int) -> list[int]:
    sketch = datasketch.MinHash(num_perm=128, seed=seed, scheme="affine32", hashfunc=identity)
    if items:
        sketch.update_batch(items)
    return sketch.hashvalues.tolist()


@given(strategies.texts(), st.integers(1, 8))
def test_shingles_are_the_oracles(text: str, size: int) -> None:
    found = numpy.frombuffer(_core.shingles(text, size), dtype="<u8").tolist()
    assert found == sorted(oracle.shingles(text, size))


def test_a_text_of_fewer_tokens_than_a_shingle_has_one_shingle() -> None:
    assert len(_core.shingles("two words", 3)) == 8
    assert _core.shingles("...", 3) == b""
    assert _core.shingles("two words", 3) == _core.shingles("two words", 2)


def test_shingles_of_long_texts_are_the_oracles() -> None:
    text = " ".join(f"word{number % 701}" for number in range(5000))
    found = numpy.frombuffer(_core.shingles(text, 5), dtype="<u8").tolist()
    assert found == sorted(oracle.shingles(text, 5))


@pytest.mark.parametrize("seed", [0, 1, 2, 7, 42, 1234, 99_991, 2**31 - 1, 2**32 - 1])
def test_signatures_are_datasketch_min_hashes_for_every_set_size(seed: int) -> None:
    random = numpy.random.RandomState(seed ^ 0x5EED)
    sets = [numpy.unique(random.randint(0, 1 << 32, size, dtype=numpy.uint32)) for size in SIZES]
    sets += [numpy.array([value], dtype=numpy.uint32) for value in (0, 1, 2**31, 2**32 - 1)]
    found = read_signatures(
        _core.signatures([items.astype("<u4").tobytes() for items in sets], *permutations(seed))
    )
    for items, row in zip(sets, found, strict=True):
        assert row.tolist() == datasketch_signature(items.tolist(), seed), len(items)


@given(
    st.lists(st.sets(st.integers(0, 2**32 - 1), max_size=40), max_size=5), st.integers(0, 2**32 - 1)
)
def test_signatures_are_the_oracles(sets: list[set[int]], seed: int) -> None:
    a, b = oracle.permutations(seed)
    buffers = [numpy.array(sorted(items), dtype="<u4").tobytes() for items in sets]
    found = read_signatures(_core.signatures(buffers, *permutations(seed)))
    assert found.tolist() == [oracle.signature(items, a, b) for items in sets]


def test_the_signature_of_pinned_items_never_changes() -> None:
    row = read_signatures(
        _core.signatures([numpy.array([1, 2, 3], dtype="<u4").tobytes()], *permutations(1))
    )[0]
    assert row[:4].tolist() == datasketch_signature([1, 2, 3], 1)[:4]


@given(st.lists(strategies.paragraphs(), max_size=5), st.integers(1, 5), st.integers(1, 3))
def test_signed_texts_are_the_signatures_of_their_shingles(
    texts: list[str], size: int, threads: int
) -> None:
    found = read_signatures(_core.sign_texts(texts, size, *permutations(1), threads))
    for text, row in zip(texts, found, strict=True):
        items = sorted({value >> 32 for value in oracle.shingles(text, size)})
        assert row.tolist() == datasketch_signature(items, 1)


def test_the_estimate_from_signatures_is_unbiased() -> None:
    # 400 independent pairs of resemblance 1/2: the mean of their estimates has the standard
    # error sqrt(s(1-s)/(128*400)) = 0.0022; four of them are allowed.
    random = numpy.random.RandomState(11)
    buffers = []
    for _ in range(400):
        values = random.randint(0, 1 << 32, 120, dtype=numpy.uint32).astype("<u4")
        buffers += [values[:90].tobytes(), values[30:].tobytes()]
    rows = read_signatures(_core.signatures(buffers, *permutations(3)))
    estimate = (rows[0::2] == rows[1::2]).mean()
    assert abs(estimate - 0.5) < 4 * (0.25 / (128 * 400)) ** 0.5


@pytest.mark.parametrize(("threshold", "bands", "rows"), [(0.8, 21, 6), (0.7, 32, 4)])
def test_the_band_plans_of_the_design_hold(threshold: float, bands: int, rows: int) -> None:
    assert oracle.band_plan(threshold) == (bands, rows)
    policy = dedup.Policy(threshold=threshold)
    assert (policy.bands, policy.rows) == (bands, rows)


@given(st.floats(0.05, 1.0))
def test_the_band_plan_finds_99_percent_at_the_threshold_with_the_most_rows(
    threshold: float,
) -> None:
    policy = dedup.Policy(threshold=threshold)
    assert (policy.bands, policy.rows) == oracle.band_plan(threshold)
    if threshold > 0.08:
        assert oracle.candidate_chance(threshold, policy.bands, policy.rows) >= 0.99
