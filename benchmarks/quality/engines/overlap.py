"""Paragraphs by n-gram overlap, the method of onion (Pomikálek 2011), bff and dolma.

A line goes when more than half of its word 7-grams were seen anywhere before, which is what corpus
builders set onion to (dolma and bff keep the n-grams in a Bloom filter, here they are exact). A
line of fewer words is one n-gram, as in dolma. Every line, also one that goes, adds what it has.
The method knows no partner: here it is given the line that was first with most of the n-grams.
"""

from collections import Counter

from benchmarks.quality.paragraphs import Judge, main

SIZE, SHARE = 7, 0.5


def make(_threshold: float) -> Judge:
    holders: dict[int, int] = {}

    def judge(number: int, _text: str, words: list[str]) -> int | None:
        size = min(SIZE, len(words))
        grams = [hash(tuple(words[n : n + size])) for n in range(len(words) - size + 1)]
        seen = [holders[gram] for gram in grams if gram in holders]
        for gram in grams:
            holders.setdefault(gram, number)
        return Counter(seen).most_common(1)[0][0] if len(seen) > SHARE * len(grams) else None

    return judge


if __name__ == "__main__":
    main("", make)
