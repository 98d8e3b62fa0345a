"""Signatures that are held somewhere already: in an index, or in a filled `MinHashLSH`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy

from dedup.errors import InputError
from dedup.exchange.bands import checked_lsh, slots_of, unpacked
from dedup.exchange.signing import signatures
from dedup.policy import PERMUTATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from datasketch import MinHashLSH
    from numpy.typing import NDArray

    from dedup.index import Index

    Signature = NDArray[numpy.uint32]

# Keys that are read, asked about or inserted at one time, and characters of text: one trip to a
# server for each band.
AT_ONCE = 4096
CHARACTERS = 4 << 20

Item = TypeVar("Item")


def stored(lsh: MinHashLSH) -> Iterator[tuple[Any, Signature]]:
    """The keys of a filled LSH, each with what its bands cover of its signature.

    That is `uint32 (bands × rows,)`, the first slots of `num_perm`; all of them where the product
    is that. An LSH on Redis holds its keys pickled: read only those that you trust. Raises
    IncompatibleSignatureError where the LSH hashes its bands or holds another scheme.
    """
    lsh = checked_lsh(lsh)
    for keys in in_parts(list(lsh.keys.keys())):
        for key, slots in zip(keys, slots_of(lsh, keys), strict=True):
            yield unpacked(lsh, key), slots


def held(
    index: Index,
    unit: Literal["block", "document"] = "block",
    *,
    num_perm: int = PERMUTATIONS,
    jobs: int | None = None,
) -> Iterator[tuple[Any, Signature]]:
    """What an index holds, each with its signature by the policy of the index.

    unit "block": its different blocks, under `(document, start, end)`, the place where each stands
    first. "document": its documents under their ids; the signature is that of all shingles of their
    blocks, so none goes across paragraphs unless a block is a whole document. Blocks of fewer than
    `min_tokens` tokens are left out, and documents that have no others.
    """
    if unit not in ("block", "document"):
        raise InputError(f"unit is {unit!r}; it must be block or document")
    policy = index.policy
    if unit == "block":
        for blocks in in_parts(index.blocks(), lambda block: len(block.text)):
            texts = [block.text for block in blocks]
            made = signatures(texts, policy, num_perm=num_perm, jobs=jobs)
            for block, signature in zip(blocks, made, strict=True):
                yield (block.document, *block.span), signature
        return
    full = ((id, texts) for id, texts in index.block_texts() if texts)
    for documents in in_parts(full, lambda document: sum(map(len, document[1]))):
        flat = [text for _, texts in documents for text in texts]
        starts = numpy.cumsum([0, *(len(texts) for _, texts in documents[:-1])])
        made = signatures(flat, policy, num_perm=num_perm, jobs=jobs)
        # The least of each slot: what MinHash.union does.
        for (id, _), signature in zip(documents, numpy.minimum.reduceat(made, starts), strict=True):
            yield id, signature


def in_parts(
    items: Iterable[Item], characters: Callable[[Item], int] | None = None
) -> Iterator[list[Item]]:
    """The items in lists of `AT_ONCE`, or of fewer that have so many characters; none is empty."""
    part: list[Item] = []
    size = 0
    for item in items:
        part.append(item)
        size += 0 if characters is None else characters(item)
        if len(part) == AT_ONCE or size >= CHARACTERS:
            yield part
            part, size = [], 0
    if part:
        yield part
