"""gaoya: its string index over word 5-grams made in Rust; it checks candidates by their sketches.

It takes all texts without a whole 5-gram for equal (and a line of Chinese has one word or two):
these are compared as they stand, without which it would lose half of what it removes.
"""

from gaoya.minhash import MinHashStringIndex

from benchmarks.quality.paragraphs import SHINGLE_SIZE, SLOTS, Judge, main


def make(threshold: float) -> Judge:
    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=threshold, num_bands=None, band_size=None,
        num_hashes=SLOTS, analyzer="word", lowercase=True,
        ngram_range=(SHINGLE_SIZE, SHINGLE_SIZE), id_container="smallvec",
    )  # fmt: skip
    short: dict[str, int] = {}

    def judge(number: int, text: str, _words: list[str]) -> int | None:
        if len(text.split()) < SHINGLE_SIZE:
            first = short.setdefault(text, number)
            return first if first != number else None
        if found := index.query(text):
            return int(min(found))
        index.insert_document(number, text)
        return None

    return judge


if __name__ == "__main__":
    main("gaoya", make)
