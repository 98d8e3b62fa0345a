"""impresso_passim: passages of newspapers of 1900 that passim joined, with the errors of OCR.

Silver, not truth: of the pairs inside passim's clusters the share that dedup finds as well, whole
passages, containment of 0.5 and more; and the share that has that much by an exact count.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import dedup
from benchmarks.quality.sets.given import Figure, records
from benchmarks.quality.words import similarities
from dedup._core import normal_form

TEXTS = "impresso_passim.jsonl.zst"
CONTAINMENT = 0.5
QUICK_CLUSTERS = 400

# What dedup asks of a repeat that is to go.
LEAST_WORDS = 8


def figures(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Shares of passim's pairs."""
    documents = list(records(folder / TEXTS))
    clusters = defaultdict(list)
    for number, one in enumerate(documents):
        clusters[one["cluster"]].append(number)
    chosen = [numbers for numbers in clusters.values() if len(numbers) > 1]
    if quick:
        chosen = chosen[:QUICK_CLUSTERS]
    texts = [one["text"] for one in documents]
    pairs = [pair for numbers in chosen for pair in combinations(numbers, 2)]
    alike = [
        pair for pair in pairs
        if similarities(texts[pair[0]], texts[pair[1]])[1] >= CONTAINMENT
    ]  # fmt: skip
    found = found_pairs(texts)
    yield "pairs of passim", "alike by exact count", len(alike) / len(pairs), len(pairs)
    for settings, together in found.items():
        hits = sum(frozenset(pair) in together for pair in pairs)
        yield f"pairs of passim, {settings}", "found", hits / len(pairs), len(pairs)
        hits = sum(frozenset(pair) in together for pair in alike)
        yield f"alike pairs of passim, {settings}", "found", hits / len(alike), len(alike)


def found_pairs(texts: list[str]) -> dict[str, set[frozenset[int]]]:
    """The pairs of passages matched as wholes, and those with passages in one cluster."""
    whole = dedup.matches(texts, unit="document", containment=CONTAINMENT, threshold=CONTAINMENT)
    clusters = dedup.scan(texts, containment=CONTAINMENT, threshold=CONTAINMENT).clusters
    return {
        "whole": among_equals(
            texts, [(number(m.left.source), number(m.right.source)) for m in whole]
        ),
        "parts": {
            frozenset(pair)
            for cluster in clusters
            for pair in combinations(
                {number(one.source) for one in cluster.members if is_part(texts, one)}, 2
            )
        },
    }


def among_equals(texts: list[str], pairs: list[tuple[int, int]]) -> set[frozenset[int]]:
    """Pairs of texts, with all pairs of equal ones: of equal texts a match names one."""
    equals = defaultdict(list)
    forms = [normal_form(text) for text in texts]
    for place, form in enumerate(forms):
        equals[form].append(place)
    found = {
        frozenset((one, two))
        for left, right in pairs
        for one in equals[forms[left]]
        for two in equals[forms[right]]
    }
    same = (combinations(places, 2) for places in equals.values())
    return found | {frozenset(pair) for pairs in same for pair in pairs}


def is_part(texts: list[str], member: dedup.Member) -> bool:
    """Whether a passage is long enough to say something: a line such as Monsieur is in many."""
    start, end = member.span
    return len(texts[number(member.source)][start:end].split()) >= LEAST_WORDS


def number(source: str) -> int:
    """The number of a text in memory."""
    return int(source.strip("[]"))
