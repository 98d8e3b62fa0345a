"""datasketch 2: `MinHashLSH` at the threshold, query, then insert what was not found."""

from pathlib import Path

import xxhash
from datasketch import MinHash, MinHashLSH

from benchmarks.job import SLOTS, THRESHOLD, keep_first, main, shingles

# Copied for each text: drawing the permutations again would take most of the time.
EMPTY = MinHash(num_perm=SLOTS, hashfunc=xxhash.xxh32_intdigest)


def signature(words: list[str]) -> MinHash:
    minhash = EMPTY.copy()
    minhash.update_batch([shingle.encode() for shingle in set(shingles(words))])
    return minhash


def sign(texts: list[str]) -> list[MinHash]:
    """The library's own generator, which spares it an object set-up per text."""
    tokens = ([shingle.encode() for shingle in set(shingles(text.split()))] for text in texts)
    return list(MinHash.generator(tokens, num_perm=SLOTS, hashfunc=xxhash.xxh32_intdigest))


def clean(source: Path, target: Path, unit: str) -> list[int]:
    index = MinHashLSH(threshold=THRESHOLD, num_perm=SLOTS)

    def is_repeat(number: int, _text: str, words: list[str]) -> bool:
        minhash = signature(words)
        if index.query(minhash):
            return True
        index.insert(str(number), minhash, check_duplication=False)
        return False

    return keep_first(source, target, unit, is_repeat)


if __name__ == "__main__":
    main("datasketch", sign=sign, clean=clean)
