"""clough_stevenson: 95 answers to five questions, copied more or less closely from five sources.

At default settings: whether a passage of an answer and one of its source are in one cluster.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dedup
from benchmarks.quality.sets.given import Figure, records

TEXTS, PAIRS = "clough_stevenson.docs.jsonl", "clough_stevenson.pairs.jsonl"
NAMES = {
    "cut": "near copies", "light": "light revisions", "heavy": "heavy revisions",
    "non": "written without the source",
}  # fmt: skip


def figures(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Of each kind of answer, how many repeat a passage of their source."""
    del quick  # it takes a moment
    found = joined_documents(list(records(folder / TEXTS)))
    whole: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for row in records(folder / PAIRS):
        whole[row["label"]] += 1
        hits[row["label"]] += frozenset((row["id1"], row["id2"])) in found
    for label, name in NAMES.items():
        yield name, "found", hits[label], whole[label]


def joined_documents(documents: list[dict[str, Any]]) -> set[frozenset[str]]:
    """The pairs of documents of which passages are in one cluster."""
    clusters = dedup.scan(documents).clusters
    return {
        frozenset((one.document, two.document))
        for cluster in clusters
        for one in cluster.members
        for two in cluster.members
    }
