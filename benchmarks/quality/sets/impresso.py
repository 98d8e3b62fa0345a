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

TEXTS = "impresso_passim.jsonl.zst"
CONTAINMENT = 0.5
QUICK_CLUSTERS = 400


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
        "whole": {frozenset((number(m.left.source), number(m.right.source))) for m in whole},
        "parts": {
            frozenset((number(one.source), number(two.source)))
            for cluster in clusters
            for one in cluster.members
            for two in cluster.members
        },
    }


def number(source: str) -> int:
    """The number of a text in memory."""
    return int(source.strip("[]"))
