"""daft: its minhash expression; 9 bands of 13 and union-find are the caller's, unverified.

daft splits at single spaces only, so line feeds are made spaces first (in daft).
"""

from pathlib import Path

import daft
import numpy as np

from benchmarks.job import SHINGLE_SIZE, SLOTS, main, units, without

BANDS, ROWS = 9, 13


def sign(texts: list[str]) -> np.ndarray:
    """uint32 (n, 128), row i belongs to texts[i]."""
    text = daft.col("text").replace("\n", " ")
    minhash = text.minhash(
        num_hashes=SLOTS, ngram_size=SHINGLE_SIZE, seed=1, hash_function="xxhash"
    )
    table = daft.from_pydict({"text": texts}).select(minhash).to_arrow()
    values = table.column(0).combine_chunks().flatten()
    matrix: np.ndarray = values.to_numpy(zero_copy_only=False)
    return matrix.reshape(-1, SLOTS)


def first_of_component(signatures: np.ndarray) -> list[int]:
    """For each row the smallest row it is joined with by shared bands."""
    parent = list(range(len(signatures)))

    def find(node: int) -> int:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for band in range(BANDS):
        keys = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS])
        rows = keys.view(np.dtype((np.void, keys.dtype.itemsize * ROWS))).ravel()
        first: dict[object, int] = {}
        for row, key in enumerate(rows.tolist()):
            left, right = find(first.setdefault(key, row)), find(row)
            parent[max(left, right)] = min(left, right)
    return [find(row) for row in range(len(parent))]


def clean(source: Path, target: Path, unit: str) -> list[int]:
    numbers, texts = zip(*units(source, unit), strict=True)
    firsts = first_of_component(sign(list(texts)))
    repeats = {numbers[row] for row, first in enumerate(firsts) if first != row}
    return without(source, target, unit, repeats)


if __name__ == "__main__":
    main("daft", sign=sign, clean=clean)
