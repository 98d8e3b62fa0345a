"""opentermsarchive: versions of policy texts, with the exact Jaccard of word 5-grams of pairs.

Documents: how many of the listed pairs are found at a threshold just below them. Paragraphs: lines
of eight tokens and more against a complete exact join over the tokens of the normal form.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import dedup
from benchmarks.quality.sets import join
from benchmarks.quality.sets.given import Figure, records
from benchmarks.quality.words import ngrams
from dedup._core import normal_form
from dedup.model.matches import Side

TEXTS, PAIRS = "opentermsarchive.dev.jsonl.zst", "opentermsarchive.dev.pairs.jsonl"
# The listed resemblance from which on a pair must be found, and the threshold of the search: the
# labels count words in another way, and differ by up to .02.
LEVELS = ((0.82, 0.8), (0.52, 0.5))
SHINGLE_SIZE = 5  # of documents, as the labels have it
LEAST_WORDS = 8
PARAGRAPHS = Fraction(7, 10)
QUICK_DOCUMENTS = 300
ALIKE_ONLY: dict[str, Any] = {
    "containment": 1.0, "numbers": "keep", "short_tokens": 0, "min_tokens": 1,
}  # fmt: skip


def figures(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Recall of documents, recall and precision of paragraphs."""
    documents = list(records(folder / TEXTS))
    labels = list(records(folder / PAIRS))
    texts = {one["id"]: one["text"] for one in documents}
    for search in ("lsh", "exhaustive"):
        for least, threshold in LEVELS:
            found = document_pairs(documents, threshold, search)
            wanted = [(row["id1"], row["id2"]) for row in labels if row["jaccard_word5"] >= least]
            missed = [pair for pair in wanted if not found.has(*pair)]
            recall = 1 - len(missed) / len(wanted)
            yield f"documents, {threshold}, {search}", "recall", recall, len(wanted)
            # The others are below the threshold when words are counted as tokens.
            real = sum(
                tokens_shared(*(texts[name] for name in pair)) >= threshold for pair in missed
            )
            yield f"documents, {threshold}, {search}", "missed though alike", real, len(missed)
    few = documents[:QUICK_DOCUMENTS] if quick else documents
    yield from paragraph_figures([one["text"] for one in few])


def tokens_shared(left: str, right: str) -> float:
    """The resemblance of two texts by 5-grams of the tokens of their normal forms."""
    one, two = (set(ngrams(normal_form(text).split(" "), SHINGLE_SIZE)) for text in (left, right))
    return len(one & two) / len(one | two)


class Pairs:
    """Pairs of documents that were found, equal ones through the normal form."""

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        forms: dict[str, int] = {}
        self.same = {
            one["id"]: forms.setdefault(normal_form(one["text"]), number)
            for number, one in enumerate(documents)
        }
        self.order = [self.same[one["id"]] for one in documents]
        self.found: set[frozenset[int]] = set()

    def has(self, left: str, right: str) -> bool:
        """Whether two documents were found, by their ids."""
        pair = frozenset((self.same[left], self.same[right]))
        return len(pair) == 1 or pair in self.found


def document_pairs(documents: list[dict[str, Any]], threshold: float, search: str) -> Pairs:
    """What dedup matches among whole documents by word 5-grams."""
    pairs = Pairs(documents)
    settings = {"unit": "document", "threshold": threshold, "search": search}
    texts = [one["text"] for one in documents]
    for match in dedup.matches(texts, shingle_size=SHINGLE_SIZE, **ALIKE_ONLY, **settings):
        left, right = (int(side.source.strip("[]")) for side in (match.left, match.right))
        pairs.found.add(frozenset((pairs.order[left], pairs.order[right])))
    return pairs


def paragraph_figures(texts: list[str]) -> Iterator[Figure]:
    """Lines against the complete join; each different text counts once."""
    wanted = set(exact_pairs(texts))
    for search in ("lsh", "exhaustive"):
        found = line_pairs(texts, search)
        right = len(found & wanted)
        yield (
            f"paragraphs, {float(PARAGRAPHS)}, {search}",
            "recall",
            right / len(wanted),
            len(wanted),
        )
        yield (
            f"paragraphs, {float(PARAGRAPHS)}, {search}",
            "precision",
            right / len(found),
            len(found),
        )


def line_pairs(texts: list[str], search: str) -> set[frozenset[str]]:
    """What dedup matches among lines, as pairs of normal forms."""
    settings = {**ALIKE_ONLY, "unit": "line", "threshold": float(PARAGRAPHS), "search": search}
    settings["min_tokens"] = LEAST_WORDS

    def form(side: Side) -> str:
        return normal_form(texts[int(side.source.strip("[]"))][slice(*side.span)])

    return {
        frozenset((form(match.left), form(match.right)))
        for match in dedup.matches(texts, **settings)
        if match.relation == "near"
    }


def exact_pairs(texts: list[str]) -> Iterator[frozenset[str]]:
    """The pairs of different lines of eight tokens and more with a resemblance of 0.7 and more.

    Marks of quotation before a line are none of it, but one before a number compares.
    """
    lines = [
        re.sub(r"\A(?!\s*>\s*[0-9])[\s>]+", "", line)
        for text in texts
        for line in text.splitlines()
    ]
    forms = {normal_form(line) for line in lines if line}
    known = sorted(form for form in forms if len(form.split(" ")) >= LEAST_WORDS)
    sets = [frozenset(map(hash, ngrams(form.split(" "), 3))) for form in known]
    for left, right, _ in join.pairs(sets, PARAGRAPHS):
        yield frozenset((known[left], known[right]))
