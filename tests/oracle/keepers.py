"""Keepers: which block stays of those that match, in scope, and which go for it."""

from __future__ import annotations

import xxhash

from oracle.corpus import Block
from oracle.covers import may_replace


def in_scope(left: Block, right: Block, scope: str) -> bool:
    """`within` asks for one document, `across` for two; groups likewise; a window for near times."""
    rules, same = left.rules, left.document == right.document
    return (
        (scope == "both" or same == (scope == "within"))
        and (left.group == right.group) == (rules.group_scope == "within")
        and (rules.window is None or same or are_near(left.time, right.time, rules.window))
    )


def are_near(left: int | None, right: int | None, window: int) -> bool:
    """Two times, at most so many seconds apart; without a time nothing is near."""
    return left is not None and right is not None and abs(left - right) <= window


def content(blocks: list[Block], document: int) -> int:
    """What breaks ties of rank: a hash of a document's normal forms."""
    prints = [block.fingerprint for block in blocks if block.document == document]
    return xxhash.xxh3_64_intdigest(b"".join(prints))


def greedy(
    blocks: list[Block], rank: list[int] | None = None, references: int = 0
) -> list[int | None]:
    """For every block the number of the kept block it repeats, None where it is kept itself.

    Blocks are visited by rank, then by the content of their documents, then by position; by default
    in input order. Each goes in favour of the first block already kept that it matches. Blocks of the
    first so many documents, which the others are held against, come before all that, and all stay.
    """
    if rank is not None:
        contents = {block.document: content(blocks, block.document) for block in blocks}
        keys = [(rank[n], contents[block.document]) for n, block in enumerate(blocks)]
        rank = [sorted(set(keys)).index(key) for key in keys]
    repeat_of: list[int | None] = [None] * len(blocks)
    kept = [number for number, block in enumerate(blocks) if block.document < references]
    others = range(len(kept), len(blocks))
    for number in sorted(others, key=lambda n: n if rank is None else rank[n]):
        block = blocks[number]
        for other in kept:
            if in_scope(blocks[other], block, block.rules.scope) and may_replace(
                blocks[other], block
            ):
                repeat_of[number] = other
                break
        else:
            kept.append(number)
    return repeat_of
