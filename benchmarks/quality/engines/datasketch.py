"""datasketch: `MinHashLSH` at the threshold, query, then insert what was not found; unverified."""

import xxhash
from datasketch import MinHash, MinHashLSH

from benchmarks.quality.paragraphs import SLOTS, Judge, main, shingles


def make(threshold: float) -> Judge:
    index = MinHashLSH(threshold=threshold, num_perm=SLOTS)
    empty = MinHash(num_perm=SLOTS, hashfunc=xxhash.xxh32_intdigest)

    def judge(number: int, _text: str, words: list[str]) -> int | None:
        minhash = empty.copy()
        minhash.update_batch([shingle.encode() for shingle in set(shingles(words))])
        if found := index.query(minhash):
            return int(min(found))
        index.insert(number, minhash, check_duplication=False)
        return None

    return judge


if __name__ == "__main__":
    main("datasketch", make)
