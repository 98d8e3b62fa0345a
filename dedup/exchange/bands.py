"""How a `MinHashLSH` keeps signatures: its keys, and the bytes of their bands.

Of each key it keeps the bands one after the other, each as the bytes of its slots with the highest
first. So what the bands cover of a signature can be read back, unless the LSH hashes its bands.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import numpy

from dedup.errors import IncompatibleSignatureError, InputError, kind_of
from dedup.exchange.signing import SCHEME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datasketch import MinHashLSH
    from numpy.typing import NDArray

# Bytes of a slot: 32 bits. Those of other schemes have 8.
_SLOT = 4


def checked_lsh(lsh: Any) -> MinHashLSH:
    """The LSH; an error where it is none, or holds signatures of another scheme.

    An LSH on Redis that was not inserted into since it was opened does not know its scheme.
    """
    from datasketch import MinHashLSH

    if not isinstance(lsh, MinHashLSH):
        raise InputError(f"the LSH is {kind_of(lsh)}; it must be a datasketch.MinHashLSH")
    scheme = getattr(lsh, "_minhash_scheme", None) or SCHEME
    if scheme != SCHEME:
        raise _other_scheme(f"the LSH holds signatures of scheme {scheme}", f"scheme {scheme}")
    return lsh


def _other_scheme(told: str, found: str) -> IncompatibleSignatureError:
    return IncompatibleSignatureError(
        f"{told}; ours are of {SCHEME}",
        found=found,
        wanted=f"scheme {SCHEME}",
        hint="fill a new MinHashLSH, since hash values of two schemes have nothing in common",
    )


def bands_of(signatures: NDArray[numpy.uint32], lsh: MinHashLSH) -> list[list[bytes]]:
    """Of each band the bytes under which an LSH keeps each signature."""
    covered = signatures[:, : lsh.b * lsh.r].byteswap()
    width, made = lsh.r * _SLOT, []
    rows = [row.tobytes() for row in covered]
    for start in range(0, lsh.b * width, width):
        band = [row[start : start + width] for row in rows]
        made.append([lsh.hashfunc(one) for one in band] if lsh.hashfunc else band)
    return made


def packed(lsh: MinHashLSH, keys: Sequence[Any]) -> list[Any]:
    """Keys as the storage has them; InputError for one that it cannot have."""
    if getattr(lsh, "_require_bytes_keys", False):
        other = [key for key in keys if not isinstance(key, bytes)]
        if other:
            kind = kind_of(other[0])
            raise InputError(
                f"key {str(other[0])[:60]!r} is {kind}; on a server it must be bytes",
                hint="leave prepickle out, and keys of every kind are pickled",
            )
    return [pickle.dumps(key) for key in keys] if lsh.prepickle else list(keys)


def unpacked(lsh: MinHashLSH, key: Any) -> Any:
    """A key as its caller gave it."""
    return pickle.loads(key) if lsh.prepickle else key


def slots_of(lsh: MinHashLSH, keys: Sequence[Any]) -> NDArray[numpy.uint32]:
    """What the bands cover of the signatures of some keys: `uint32 (keys, bands × rows)`.

    keys: as the storage has them, all of them held. Raises IncompatibleSignatureError where the LSH
    hashes its bands or holds another scheme, InputError where a key was not inserted just once.
    """
    if lsh.hashfunc:
        raise IncompatibleSignatureError(
            "the LSH keeps hashes of its bands, so their values are gone",
            found=f"hashfunc {getattr(lsh.hashfunc, '__name__', lsh.hashfunc)}",
            wanted="hashfunc None",
            hint="make a MinHashLSH without hashfunc, and fill it from the texts",
        )
    kept = lsh.keys.getmany(*keys)
    for key, bands in zip(keys, kept, strict=True):
        if not fit(lsh, bands):
            raise _misfit(lsh, key, bands)
    return joined(lsh, kept)


def fit(lsh: MinHashLSH, bands: Sequence[bytes]) -> bool:
    """Whether the bands that are kept of a key are those of one signature."""
    return len(bands) == lsh.b and all(len(band) == lsh.r * _SLOT for band in bands)


def joined(lsh: MinHashLSH, kept: Sequence[Sequence[bytes]]) -> NDArray[numpy.uint32]:
    """The slots of keys whose bands fit."""
    whole = b"".join(band for bands in kept for band in bands)
    slots = numpy.frombuffer(whole, dtype=numpy.uint32).byteswap()
    return slots.reshape(len(kept), lsh.b * lsh.r)


def _misfit(lsh: MinHashLSH, key: Any, bands: Sequence[bytes]) -> InputError:
    shown = repr(unpacked(lsh, key))[:60]
    width = lsh.r * _SLOT
    if len(bands) == lsh.b and all(len(band) == 2 * width for band in bands):
        told = f"key {shown} has slots of 64 bits, as of scheme legacy or affine64"
        return _other_scheme(told, "slots of 64 bits")
    sizes = sorted({len(band) for band in bands})
    return InputError(
        f"key {shown} has {len(bands)} bands of {sizes} bytes; "
        f"the LSH has {lsh.b} of {width}: it was inserted more than once, in part, or with other "
        "params",
        hint="remove the key and insert it again, or open the LSH as it was filled",
    )
