"""rensa: `RMinHashDeduplicator` of its README, with LSH; it checks candidates by their sketches."""

from rensa import RMinHash, RMinHashDeduplicator

from benchmarks.quality.paragraphs import SLOTS, Judge, main, shingles

SEED = 42


def make(threshold: float) -> Judge:
    seen = RMinHashDeduplicator(threshold=threshold, num_perm=SLOTS, use_lsh=True)

    def judge(number: int, _text: str, words: list[str]) -> int | None:
        minhash = RMinHash(num_perm=SLOTS, seed=SEED)
        minhash.update(shingles(words))
        if found := seen.get_duplicates(minhash):
            return min(map(int, found))
        seen.add(str(number), minhash)
        return None

    return judge


if __name__ == "__main__":
    main("rensa", make)
