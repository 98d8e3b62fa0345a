"""Which keys of a filled `MinHashLSH` may be like our texts, and how alike they look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy

from dedup.errors import InputError
from dedup.exchange.bands import bands_of, checked_lsh, fit, joined, unpacked
from dedup.exchange.signing import EMPTY, checked_rows, signatures
from dedup.exchange.sources import in_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from datasketch import MinHashLSH
    from numpy.typing import NDArray

    from dedup.policy import Policy


class Candidate(NamedTuple):
    """A key that shares a band with a text.

    resemblance: the share of equal slots, of those that the bands cover: an estimate, with a
    standard error of at most .045 for 128 slots. None where the LSH hashes its bands, or holds the
    key in part.
    """

    key: Any
    resemblance: float | None


def query(
    lsh: MinHashLSH,
    texts: Iterable[str],
    policy: Policy | None = None,
    *,
    jobs: int | None = None,
) -> list[list[Candidate]]:
    """Of each text the keys that `lsh.query` finds, the most alike first.

    policy: that of the signatures in the LSH, which cannot tell. A server is asked once a band for
    some thousand texts. A text without tokens has no candidates.
    """
    lsh = checked_lsh(lsh)
    return query_signatures(lsh, signatures(texts, policy, num_perm=lsh.h, jobs=jobs))


def query_signatures(lsh: MinHashLSH, signatures: NDArray[numpy.uint32]) -> list[list[Candidate]]:
    """The same of signatures: `uint32 (n, num_perm)`, also of items hashed in your own way."""
    lsh, rows = checked_lsh(lsh), checked_rows(signatures)
    if rows.shape[1] != lsh.h:
        raise InputError(f"the signatures have {rows.shape[1]} slots; the LSH has {lsh.h}")
    found = []
    for places in in_parts(range(len(rows))):
        found += _query_part(lsh, rows[places[0] : places[-1] + 1])
    return found


def _query_part(lsh: MinHashLSH, rows: NDArray[numpy.uint32]) -> list[list[Candidate]]:
    full = numpy.flatnonzero(rows.min(axis=1) != EMPTY).tolist()
    found: list[set[Any]] = [set() for _ in rows]
    if full:
        for table, band in zip(lsh.hashtables, bands_of(rows[full], lsh), strict=True):
            for place, keys in zip(full, table.getmany(*band), strict=True):
                found[place].update(keys)
    known = _Known(lsh, set().union(*found))
    return [known.candidates(keys, row) for keys, row in zip(found, rows, strict=True)]


class _Known:
    """What an LSH keeps of some keys: their slots, where these can be read."""

    def __init__(self, lsh: MinHashLSH, keys: set[Any]) -> None:
        self._keys = {key: unpacked(lsh, key) for key in keys}
        bands = [] if lsh.hashfunc or not keys else lsh.keys.getmany(*self._keys)
        read = [(key, one) for key, one in zip(self._keys, bands, strict=False) if fit(lsh, one)]
        self._places = {key: place for place, (key, _) in enumerate(read)}
        self._slots = joined(lsh, [one for _, one in read])

    def candidates(self, keys: set[Any], row: NDArray[numpy.uint32]) -> list[Candidate]:
        """The most alike first; equal ones in the order of their keys as text."""
        whole = [key for key in keys if key in self._places]
        theirs = self._slots[[self._places[key] for key in whole]]
        alike = (theirs == row[: theirs.shape[1]]).mean(axis=1).tolist()
        made = [Candidate(self._keys[key], one) for key, one in zip(whole, alike, strict=True)]
        made += [Candidate(self._keys[key], None) for key in keys if key not in self._places]
        return sorted(made, key=lambda one: (-(one.resemblance or 0.0), str(one.key)))
