"""Texts to signatures and MinHash objects, and MinHash objects back to signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from dedup import _core
from dedup.engines.local import checked_jobs
from dedup.errors import IncompatibleSignatureError, InputError, kind_of
from dedup.exchange.items import checked_texts, hash_shingle
from dedup.policy import PERMUTATIONS, Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from datasketch import MinHash
    from numpy.typing import NDArray

# What datasketch calls the permutations that ours are.
SCHEME = "affine32"
# What each slot of an empty set holds.
EMPTY = 0xFFFFFFFF
# More slots than any threshold has use for.
_MOST = 1 << 16
_MADE_WITHOUT = "sign the texts themselves, with minhashes(texts, policy)"


def signatures(
    texts: Iterable[str],
    policy: Policy | None = None,
    *,
    num_perm: int = PERMUTATIONS,
    jobs: int | None = None,
) -> NDArray[numpy.uint32]:
    """The signature of each text's word shingles: `uint32 (texts, num_perm)`.

    By the policy's `shingle_size`, `seed` and, where it is "mask", `numbers`. num_perm: 128 is that
    of our own signatures; others are for an LSH that has another one. A text without tokens has
    4294967295 in each slot. Raises InputError for what is no text.
    """
    policy = policy or Policy()
    given, threads, slots = checked_texts(texts), checked_jobs(jobs), checked_slots(num_perm)
    masked = policy.numbers == "mask"
    made = numpy.empty((len(given), slots), dtype=numpy.uint32)
    factors, summands = policy.permutations(slots)
    # The core signs 128 slots at a time; what is lacking to that is filled with zeros and cut off.
    step = PERMUTATIONS * 4
    for start in range(0, slots * 4, step):
        a, b = (part[start : start + step].ljust(step, b"\0") for part in (factors, summands))
        signed = _core.sign_texts(given, policy.shingle_size, a, b, threads, masked)
        rows = numpy.frombuffer(signed, dtype="<u4").reshape(len(given), PERMUTATIONS)
        first = start // 4
        made[:, first : first + PERMUTATIONS] = rows[:, : slots - first]
    return made


def minhashes(
    texts: Iterable[str],
    policy: Policy | None = None,
    *,
    lean: bool = False,
    num_perm: int = PERMUTATIONS,
    jobs: int | None = None,
) -> list[MinHash]:
    """A `datasketch.MinHash` of each text, or a `LeanMinHash`; see `signatures`.

    A MinHash can be updated, with `shingles(text)`. Lean ones are smaller, made faster, and the
    ones to keep: they are serialized as bytes.
    """
    made = signatures(texts, policy, num_perm=num_perm, jobs=jobs)
    return minhashes_of(made, policy, lean=lean)


def minhashes_of(
    signatures: NDArray[numpy.uint32], policy: Policy | None = None, *, lean: bool = False
) -> list[MinHash]:
    """MinHash objects of signatures, one a row."""
    from datasketch import LeanMinHash, MinHash

    policy = policy or Policy()
    rows = checked_rows(signatures)
    if lean:
        return [LeanMinHash(seed=policy.seed, hashvalues=row, scheme=SCHEME) for row in rows]
    parts = policy.permutations(rows.shape[1])
    # One array for all of them: drawing the permutations takes longer than all else.
    shared = numpy.stack([numpy.frombuffer(part, dtype="<u4") for part in parts])
    shared = shared.astype(numpy.uint32)
    return [
        MinHash(
            seed=policy.seed,
            hashfunc=hash_shingle,
            hashvalues=row,
            permutations=shared,
            scheme=SCHEME,
        )
        for row in rows
    ]


def signatures_of(
    minhashes: Sequence[MinHash], policy: Policy | None = None, *, num_perm: int = PERMUTATIONS
) -> NDArray[numpy.uint32]:
    """The signatures that MinHash and LeanMinHash objects hold: `uint32 (objects, num_perm)`.

    Raises IncompatibleSignatureError for one of another scheme, seed or number of permutations than
    the policy's, and for a MinHash that hashes its items otherwise than `hash_shingle`; a
    LeanMinHash does not say how its items were hashed, so its values are taken as they are.
    """
    from datasketch import LeanMinHash, MinHash

    policy = policy or Policy()
    slots = checked_slots(num_perm)
    made = numpy.empty((len(minhashes), slots), dtype=numpy.uint32)
    for place, one in enumerate(minhashes):
        if not isinstance(one, MinHash):
            raise InputError(f"item {place} is {kind_of(one)}; it must be a MinHash or LeanMinHash")
        _check("scheme", getattr(one, "scheme", None), SCHEME, place)
        _check("seed", one.seed, policy.seed, place)
        _check("permutations", len(one), slots, place)
        if not isinstance(one, LeanMinHash):
            _check("hashfunc", one.hashfunc, hash_shingle, place)
        made[place] = one.hashvalues
    return made


_REMEDIES = {
    "scheme": _MADE_WITHOUT,
    "seed": "give the policy with that seed, as Policy(seed=...)",
    "permutations": "give their number as num_perm=",
    "hashfunc": f"{_MADE_WITHOUT}, or take its values as they are, with LeanMinHash(minhash)",
}


def _check(name: str, found: Any, wanted: Any, place: int) -> None:
    if found == wanted:
        return
    told, asked = (getattr(value, "__name__", str(value)) for value in (found, wanted))
    raise IncompatibleSignatureError(
        f"MinHash {place} has {name} {told}; {asked} is wanted",
        found=f"{name} {told}",
        wanted=f"{name} {asked}",
        hint=_REMEDIES[name],
    )


def checked_slots(num_perm: object) -> int:
    """The number of permutations; InputError where it is out of range."""
    if isinstance(num_perm, bool) or not isinstance(num_perm, int) or not 1 <= num_perm <= _MOST:
        raise InputError(f"num_perm is {num_perm!r}; it must be a whole number from 1 to {_MOST:,}")
    return num_perm


def checked_rows(signatures: Any) -> NDArray[numpy.uint32]:
    """Signatures as an array of two dimensions; InputError for anything else."""
    rows = numpy.asarray(signatures)
    if rows.ndim != 2 or rows.dtype.kind not in "iu" or rows.shape[1] == 0:
        shown = f"{rows.dtype} {rows.shape}"
        raise InputError(f"the signatures are {shown}; they must be uint32 (texts, num_perm)")
    if rows.dtype != numpy.uint32 and rows.size and not 0 <= rows.min() <= rows.max() <= EMPTY:
        raise InputError("the signatures hold values that are no 32 bits")
    return numpy.ascontiguousarray(rows, dtype=numpy.uint32)
