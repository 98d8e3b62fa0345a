"""gaoya: its string index (21 bands of 6, word 5-grams in Rust), query, then insert.

It has no call that only signs one text: `sign` inserts into an index, which costs it more.
"""

from pathlib import Path

from gaoya.minhash import MinHashStringIndex

from benchmarks.job import SHINGLE_SIZE, SLOTS, THRESHOLD, keep_first, main


def empty_index() -> MinHashStringIndex:
    return MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=THRESHOLD,
        num_bands=None,
        band_size=None,
        num_hashes=SLOTS,
        analyzer="word",
        ngram_range=(SHINGLE_SIZE, SHINGLE_SIZE),
        id_container="smallvec",
    )


def sign(texts: list[str]) -> MinHashStringIndex:
    index = empty_index()
    for number, text in enumerate(texts):
        index.insert_document(number, text)
    return index


def clean(source: Path, target: Path, unit: str) -> list[int]:
    index = empty_index()

    def is_repeat(number: int, text: str, _words: list[str]) -> bool:
        if index.query(text):
            return True
        index.insert_document(number, text)
        return False

    return keep_first(source, target, unit, is_repeat)


if __name__ == "__main__":
    main("gaoya", sign=sign, clean=clean)
