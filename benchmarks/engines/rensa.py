"""rensa: the README's `RMinHashDeduplicator` with LSH; it checks candidates by their sketches."""

from pathlib import Path

from rensa import RMinHash, RMinHashDeduplicator

from benchmarks.job import SLOTS, THRESHOLD, keep_first, main, shingles

SEED = 42


def signature(words: list[str]) -> RMinHash:
    minhash = RMinHash(num_perm=SLOTS, seed=SEED)
    minhash.update(shingles(words))
    return minhash


def sign(texts: list[str]) -> list[RMinHash]:
    return [signature(text.split()) for text in texts]


def clean(source: Path, target: Path, unit: str) -> list[int]:
    seen = RMinHashDeduplicator(threshold=THRESHOLD, num_perm=SLOTS, use_lsh=True)

    def is_repeat(number: int, _text: str, words: list[str]) -> bool:
        return not seen.add(str(number), signature(words))

    return keep_first(source, target, unit, is_repeat)


if __name__ == "__main__":
    main("rensa", sign=sign, clean=clean)
