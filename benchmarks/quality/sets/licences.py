"""licence_variants: licences under their names. Texts of two names say two things, however alike.

Whole documents at default settings: how many would go, and how many of them in favour of a licence
of another name (a fact that is lost, unless the texts are equal).
"""

from collections.abc import Iterator
from pathlib import Path

import dedup
from benchmarks.quality.sets.given import Figure, records

TEXTS = "licence_variants.jsonl"


def figures(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Removed documents, by the name of what stays."""
    del quick  # it takes a moment
    documents = list(records(folder / TEXTS))
    labels = {one["id"]: one["label"] for one in documents}
    removed = [
        (cluster.members[0].document, member.document, member.relation)
        for cluster in dedup.scan(documents, unit="document").clusters
        for member in cluster.members[1:]
        if not member.kept
    ]
    other = [(one, two, how) for one, two, how in removed if labels[one] != labels[two]]
    equal = sum(how in ("identical", "equal") for _, _, how in other)
    yield "documents", "removed", len(removed), len(documents)
    yield "removed for one of another name", "equal", equal, len(removed)
    yield "removed for one of another name", "near or contained", len(other) - equal, len(removed)
