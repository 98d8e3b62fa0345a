"""clough_stevenson: 95 answers to five questions, copied more or less closely from five sources.

At default settings: whether a passage of an answer and one of its source are in one cluster. Once
among all texts, where answers that repeat one another may name each other instead of the source,
and once with the source alone.
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
    texts = {row["id"]: row for row in records(folder / TEXTS)}
    found = joined_documents(list(texts.values()))
    whole: Counter[str] = Counter()
    hits: Counter[tuple[str, str]] = Counter()
    for row in records(folder / PAIRS):
        pair = frozenset((row["id1"], row["id2"]))
        whole[row["label"]] += 1
        hits[row["label"], "found"] += pair in found
        alone = joined_documents([texts[row["id1"]], texts[row["id2"]]])
        hits[row["label"], "found beside its source alone"] += pair in alone
    for measure in ("found", "found beside its source alone"):
        for label, name in NAMES.items():
            yield name, measure, hits[label, measure], whole[label]


def joined_documents(documents: list[dict[str, Any]]) -> set[frozenset[str]]:
    """The pairs of documents of which passages are in one cluster."""
    clusters = dedup.scan(documents).clusters
    return {
        frozenset((one.document, two.document))
        for cluster in clusters
        for one in cluster.members
        for two in cluster.members
    }
