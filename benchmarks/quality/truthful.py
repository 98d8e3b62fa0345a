"""What is wrong in a report: pairs that are not alike, joins of what was not planted, text lost."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from benchmarks.quality.planted import Place, Planted
from benchmarks.quality.reports import Report
from benchmarks.quality.words import Shingles, ngrams, shingles, similarities, words

ALIKE = 0.5
LEVELS = (0.6, 0.8)


def unlike(planted: Planted, report: Report) -> list[tuple[Place, Place]]:
    """The reported pairs whose two places have both similarities below one half."""
    return [
        pair
        for pair in report.pairs()
        if max(similarities(planted.text(pair[0]), planted.text(pair[1]))) < ALIKE
    ]


def untouched_joins(planted: Planted, report: Report) -> list[tuple[Place, Place]]:
    """The reported pairs neither side of which has a character of anything planted."""
    sides = [(one.left, one.right) for one in planted.repeats]
    sides += [(one.left, one.right) for one in planted.look_alikes]
    by_document = defaultdict(list)
    for place in [*planted.fresh, *(place for both in sides for place in both)]:
        by_document[place.document].append(place)

    def is_untouched(place: Place) -> bool:
        return not any(place.shared(other) for other in by_document[place.document])

    return [pair for pair in report.pairs() if all(map(is_untouched, pair))]


@dataclass(frozen=True, slots=True)
class Lost:
    """A removed line, and how much of it one cleaned document still has.

    shingles: share of its word shingles in the document that has most of them. words: share of
    its words that stand, in their order, in a stretch of that document twice as long.
    """

    place: Place
    shingles: float
    words: float


def lost(texts: list[str], report: Report) -> list[Lost]:
    """The removed lines of whose shingles no cleaned document has LEVELS[-1]; the worst first."""
    gone = list(removed_lines(texts, report))
    sets = {place: shingles(texts[place.document][place.start : place.end]) for place in gone}
    best = best_documents(set(sets.values()), texts, report)
    found = []
    for place, wanted in sets.items():
        if wanted and best[wanted][0] < LEVELS[-1]:
            share, number = best[wanted]
            line = words(texts[place.document][place.start : place.end])
            kept = words(report.cleaned(number, texts[number]))
            found.append(Lost(place, share, in_order(line, kept)))
    return sorted(found, key=lambda one: one.words)


def in_order(line: list[str], kept: list[str]) -> float:
    """The share of a line's words in their order in the best stretch of a document."""
    places = defaultdict(list)
    for place, word in enumerate(kept):
        places[word].append(place)
    votes = Counter(
        (at - place) // 4 for place, word in enumerate(line) for at in places.get(word, ())
    )
    size, share = len(line), 0.0
    for start, _ in votes.most_common(20):
        first = max(0, 4 * start - size // 2)
        stretch = kept[first : 4 * start + size + size // 2 + 4]
        share = max(share, LCSseq.similarity(line, stretch) / size)
    return share


def removed_lines(texts: list[str], report: Report) -> Iterator[Place]:
    """The removed places, line by line."""
    for number, places in report.removed_of.items():
        for place in places:
            start = place.start
            for line in texts[number][place.start : place.end].splitlines(keepends=True):
                if line.strip():
                    yield Place(number, start, start + len(line))
                start += len(line)


def best_documents(
    wanted: set[Shingles], texts: list[str], report: Report
) -> dict[Shingles, tuple[float, int]]:
    """For each set the largest share of it in one cleaned document, and that document."""
    holders: dict[tuple[str, ...], list[Shingles]] = defaultdict(list)
    for one in wanted:
        for shingle in one:
            holders[shingle].append(one)
    best = dict.fromkeys(wanted, (0.0, 0))
    for number, text in enumerate(texts):
        for one, count in counted(words(report.cleaned(number, text)), holders).items():
            if count / len(one) > best[one][0]:
                best[one] = (count / len(one), number)
    return best


def counted(found: list[str], holders: dict[tuple[str, ...], list[Shingles]]) -> Counter[Shingles]:
    """How many shingles of each set stand in a text of these words; of one to three words."""
    there = {shingle for size in (1, 2, 3) for shingle in ngrams(found, size)}
    return Counter(one for shingle in there & holders.keys() for one in holders[shingle])
