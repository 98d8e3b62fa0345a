"""What tests of a `MinHashLSH` share: texts, one that datasketch filled, and what one holds."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from datasketch import MinHash, MinHashLSH

from dedup import Policy, exchange

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
NEAR = "The ferry will not sail today, the harbour office said, because of the storm."
OTHER = "Herons have come back to the old harbour this spring, and nobody chases them away."
TEXTS = {"story": STORY, "near": NEAR, "other": OTHER}
BANDS, ROWS = 32, 4

Maker = Callable[..., MinHashLSH]


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
