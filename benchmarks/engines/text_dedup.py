"""text-dedup 0.4: its MinHash command; candidates are joined unverified.

It reads JSON lines but writes an Arrow data set, so the clean copy is written here. It keeps
any one of a cluster; its union-find is asked for the clusters, and the first of each counts
as kept, so that precision and recall can be compared.
"""

from pathlib import Path

import numpy as np
from text_dedup import minhash

from benchmarks.job import SHINGLE_SIZE, SLOTS, THRESHOLD, cores, main, without, write_units

RANGES = [(0, SLOTS)]


def sign(texts: list[str]) -> list[object]:
    """What the command maps over the data set: sets of joined 5-grams, 128 slots each."""
    prime = np.uint32((1 << 32) - 5)
    draw = minhash.RNG.randint
    settings = {
        "num_perm": SLOTS,
        "ngram_size": SHINGLE_SIZE,
        "min_length": SHINGLE_SIZE,
        "hashranges": RANGES,
        "permutations": tuple(draw(low, prime, size=(SLOTS,), dtype=np.uint32) for low in (1, 0)),
        "hash_func": minhash.xxh3_32hash,
        "dtype": np.uint32,
        "max_hash": np.uint32((1 << 32) - 1),
        "modulo_prime": prime,
    }
    return [minhash.embed_func(text, number, **settings) for number, text in enumerate(texts)]


def clean(source: Path, target: Path, unit: str) -> list[int]:
    folder = target.with_name("text_dedup")
    folder.mkdir()
    numbers = write_units(source, folder / "units.jsonl", unit)
    options = {
        "path": "json", "data_files": folder / "units.jsonl", "split": "train",
        "cache_dir": folder / "cache", "output": folder / "kept", "column": "text",
        "ngram": SHINGLE_SIZE, "min_length": SHINGLE_SIZE, "num_perm": SLOTS,
        "threshold": THRESHOLD, "hash_func": "xxh3", "hash_bits": 32, "num_proc": cores(),
    }  # fmt: skip
    arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    minhash.main(arguments, standalone_mode=False)
    first: dict[int, int] = {}
    joined = sorted(minhash.uf.parent)
    repeats = {row for row in joined if first.setdefault(minhash.uf.find(row), row) != row}
    return without(source, target, unit, {numbers[row] for row in repeats})


if __name__ == "__main__":
    main("text-dedup", sign=sign, clean=clean)
