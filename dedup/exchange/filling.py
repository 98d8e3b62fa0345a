"""Into a `MinHashLSH`: texts, what an index holds, signatures, or what another LSH holds.

Keys go in by one of datasketch's own insertion sessions, in parts; before a part goes in all of its
keys are looked up in one trip. What went in before an error stays.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import numpy

from dedup.errors import InputError, kind_of
from dedup.exchange.bands import bands_of, checked_lsh, packed
from dedup.exchange.items import checked_text
from dedup.exchange.signing import EMPTY, SCHEME, checked_rows, signatures
from dedup.exchange.sources import held, in_parts, stored
from dedup.model import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from datasketch import MinHashLSH
    from numpy.typing import NDArray

    from dedup.index import Index
    from dedup.policy import Policy

    Present = Literal["error", "skip", "replace"]


# Commands that a session on Redis holds back, whatever buffer it is asked for (datasketch 2.0.0).
BUFFER = 50_000


def fill(
    lsh: MinHashLSH,
    documents: Iterable[tuple[Any, str] | Document | Mapping[str, Any]],
    policy: Policy | None = None,
    *,
    present: Present = "error",
    jobs: int | None = None,
) -> int:
    """Insert the signatures of documents; how many went in.

    documents: pairs of a key and a text, Documents, or dicts with `id` and `text`, whose ids are
    the keys. The LSH's `num_perm` is that of the signatures; of its seed it knows nothing, so all
    that goes in must be of one policy. Texts without tokens are left out: they resemble nothing.
    present: what to do with a key that is there already, or comes twice: "error", or "skip" it, so
    that a fill which an error ended can be given again, or "replace" what it had, as after a kill:
    a server may have got a part of what a session held back. A text without tokens replaces it by
    nothing.
    """
    lsh = checked_lsh(lsh)
    numbered = (_document(one, place) for place, one in enumerate(documents))
    with _Filling(lsh, present) as filling:
        for part in in_parts(numbered, lambda pair: len(pair[1])):
            made = signatures([text for _, text in part], policy, num_perm=lsh.h, jobs=jobs)
            filling.insert([key for key, _ in part], made)
    return filling.count


def fill_from_index(
    lsh: MinHashLSH,
    index: Index,
    unit: Literal["block", "document"] = "block",
    *,
    present: Present = "error",
    jobs: int | None = None,
) -> int:
    """Insert what an index holds, by the policy of the index; how many signatures went in.

    For the keys, and what they are signatures of, see `held`; for `present` see `fill`.
    """
    lsh = checked_lsh(lsh)
    return _insert_pairs(lsh, held(index, unit, num_perm=lsh.h, jobs=jobs), present)


def fill_signatures(
    lsh: MinHashLSH,
    keys: Sequence[Any],
    signatures: NDArray[numpy.uint32],
    *,
    present: Present = "error",
) -> int:
    """Insert signatures under their keys; how many went in. For `present` see `fill`.

    signatures: `uint32 (keys, num_perm)`. Raises InputError where that is not the LSH's num_perm,
    or there are more or fewer keys.
    """
    lsh, rows = checked_lsh(lsh), checked_rows(signatures)
    if rows.shape != (len(keys), lsh.h):
        raise InputError(
            f"the signatures are {rows.shape}; for {len(keys)} keys and an LSH of num_perm {lsh.h} "
            f"they must be {(len(keys), lsh.h)}"
        )
    return _insert_pairs(lsh, zip(keys, rows, strict=True), present)


def transfer(source: MinHashLSH, target: MinHashLSH, *, present: Present = "error") -> int:
    """Insert what a filled LSH holds into another one; how many signatures went in.

    From Redis into memory or back, or to another threshold: the target must have the same num_perm,
    and bands that need no slot which those of the source leave out; else InputError. For `present`
    see `fill`, for what else can be wrong `stored`.
    """
    source, target = checked_lsh(source), checked_lsh(target)
    covered, needed = source.b * source.r, target.b * target.r
    if source.h != target.h or needed > covered:
        raise InputError(
            f"the target has num_perm {target.h} and {target.b} bands of {target.r} rows; "
            f"of num_perm {source.h} the source holds the first {covered} slots",
            hint=f"params=(bands, rows) with a product of at most {covered}",
        )
    # What no band of the target covers is looked at by nobody.
    lack = numpy.full(target.h - covered, EMPTY, dtype=numpy.uint32)
    whole = ((key, numpy.concatenate([slots, lack])) for key, slots in stored(source))
    return _insert_pairs(target, whole, present)


def _document(value: Any, place: int) -> tuple[Any, str]:
    if isinstance(value, Document):
        key, text = value.id, value.text
    elif isinstance(value, dict) and {"id", "text"} <= value.keys():
        key, text = value["id"], value["text"]
    elif isinstance(value, (tuple, list)) and len(value) == 2:
        key, text = value
    else:
        reason = "it must be a pair of key and text, a Document, or a dict with id and text"
        raise InputError(f"document {place} is {kind_of(value)}; {reason}")
    return key, checked_text(text, f"the text of document {place}")


def _insert_pairs(lsh: MinHashLSH, pairs: Iterable[tuple[Any, Any]], present: Present) -> int:
    with _Filling(lsh, present) as filling:
        for part in in_parts(pairs):
            rows = numpy.stack([signature for _, signature in part])
            filling.insert([key for key, _ in part], rows)
    return filling.count


class _Filling:
    """One session of inserting; `count` is how many signatures went in.

    A session holds back what it was given last, and an LSH on a server does not see that: fewer
    keys than there may be commands in a buffer, so as many are remembered here.
    """

    def __init__(self, lsh: MinHashLSH, present: Present) -> None:
        if present not in ("error", "skip", "replace"):
            raise InputError(f"present is {present!r}; it must be error, skip or replace")
        self.count = 0
        self._lsh = lsh
        self._present = present
        self._recent: dict[Any, None] = {}

    def __enter__(self) -> _Filling:
        self._session = self._lsh.insertion_session(self._lsh.buffer_size)
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def insert(self, keys: Sequence[Any], rows: NDArray[numpy.uint32]) -> None:
        """Insert one part, but texts without tokens; all of it or, where a key may not, nothing."""
        chosen = self._chosen(keys, packed(self._lsh, keys), rows.min(axis=1) != EMPTY)
        places = list(chosen.values())
        if self.count == 0 and places:
            self._insert_first(keys[places[0]], rows[places[0]])
        names, rest = list(chosen), int(self.count == 0)
        self._insert_all(names[rest:], rows[places[rest:]])
        self.count += len(names)
        self._recent.update(dict.fromkeys(names))
        for name in list(self._recent)[: -max(self._lsh.buffer_size, BUFFER)]:
            del self._recent[name]

    def _insert_first(self, key: Any, row: NDArray[numpy.uint32]) -> None:
        """By datasketch itself, which learns the scheme from it and looks at the key's kind."""
        from datasketch import LeanMinHash

        # No LSH looks at the seed.
        signature = LeanMinHash(seed=0, hashvalues=row, scheme=SCHEME)
        self._session.insert(key, signature, check_duplication=False)

    def _insert_all(self, names: Sequence[Any], rows: NDArray[numpy.uint32]) -> None:
        """What `session.insert` does, band by band instead of key by key, in a third of the time.

        The keys go in last: of a part that is broken off none is taken for held.
        """
        bands = bands_of(rows, self._lsh)
        with _uncollected():
            for table, band in zip(self._lsh.hashtables, bands, strict=True):
                for name, one in zip(names, band, strict=True):
                    table.insert(one, name, buffer=True)
            for name, *own in zip(names, *bands, strict=True):
                self._lsh.keys.insert(name, *own, buffer=True)

    def _chosen(
        self, keys: Sequence[Any], there: Sequence[Any], full: NDArray[numpy.bool_]
    ) -> dict[Any, int]:
        """What is to go in: keys as the storage has them, and their places."""
        known = self._known(there)
        if self._present == "replace":
            last = {key: place for place, key in enumerate(there)}
            self._remove([keys[place] for key, place in last.items() if key in known])
            return {key: place for key, place in last.items() if full[place]}
        chosen: dict[Any, int] = {}
        for place, key in enumerate(there):
            if not full[place]:
                continue
            if key not in known and key not in chosen:
                chosen[key] = place
            elif self._present == "error":
                raise _is_there(keys[place])
        return chosen

    def _known(self, there: Sequence[Any]) -> set[Any]:
        try:
            held = self._lsh.keys.getmany(*there)
            known = {key for key, bands in zip(there, held, strict=True) if bands}
        except TypeError as error:
            raise InputError(f"a key cannot be looked up: {error}") from error
        return known.union(self._recent.keys() & set(there))

    def _remove(self, keys: Sequence[Any]) -> None:
        if not keys:
            return
        # What is held back cannot be removed.
        self.__exit__()
        self.__enter__()
        self._recent.clear()
        for key in keys:
            self._lsh.remove(key)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cyclic garbage, which would look at all sets of an LSH again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _is_there(key: Any) -> InputError:
    return InputError(
        f"key {str(key)[:60]!r} is there already",
        hint='present="skip" passes over such keys, "replace" puts the new signatures in',
    )
