"""gaoya: its string index over word 5-grams made in Rust; it checks candidates by their sketches."""

from gaoya.minhash import MinHashStringIndex

from benchmarks.quality.paragraphs import SHINGLE_SIZE, SLOTS, Judge, main


def make(threshold: float) -> Judge:
    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=threshold, num_bands=None, band_size=None,
        num_hashes=SLOTS, analyzer="word", lowercase=True,
        ngram_range=(SHINGLE_SIZE, SHINGLE_SIZE), id_container="smallvec",
    )  # fmt: skip

    def judge(number: int, text: str, _words: list[str]) -> int | None:
        if found := index.query(text):
            return int(min(found))
        index.insert_document(number, text)
        return None

    return judge


if __name__ == "__main__":
    main("gaoya", make)
