"""scan: the recall of LSH against the exhaustive search, by the paragraphs of real text."""

from collections.abc import Iterator
from pathlib import Path

import dedup
from benchmarks.quality.sets.given import Figure, records

TEXTS = "scan.jsonl.zst"
MEGABYTES, QUICK_MEGABYTES = 24, 12
Side = tuple[str, int, int]
SAMPLE = 5  # one document of so many, so that all collections take part


def figures(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """The share of pairs that LSH finds, and the share of texts that it finds a partner of.

    Hot buckets are not searched for all of their pairs, so that the former is lower by design.
    """
    texts = list(sample(folder / TEXTS, QUICK_MEGABYTES if quick else MEGABYTES))
    for threshold in (0.8, 0.7):
        lsh, all_pairs = (near(texts, threshold, search) for search in ("lsh", "exhaustive"))
        for name, wanted in (
            ("by words", {pair for pair, score in all_pairs.items() if score >= threshold}),
            ("by characters", {pair for pair, score in all_pairs.items() if score < threshold}),
        ):
            hits = len(wanted & lsh.keys())
            yield f"near {name}, {threshold}", "pairs", hits / max(len(wanted), 1), len(wanted)
            partners = {side for pair in wanted for side in pair}
            reached = {side for pair in lsh for side in pair} & partners
            share = len(reached) / max(len(partners), 1)
            yield f"near {name}, {threshold}", "texts", share, len(partners)
        more = len(lsh.keys() - all_pairs.keys())
        yield f"near, {threshold}", "found by lsh alone", more, len(lsh)


def near(texts: list[str], threshold: float, search: str) -> dict[tuple[Side, Side], float]:
    """The near pairs of blocks with their resemblance; of short ones it may be anything."""
    found = dedup.matches(texts, threshold=threshold, search=search)
    return {
        ((m.left.source, *m.left.blocks), (m.right.source, *m.right.blocks)): m.resemblance
        for m in found
        if m.relation == "near"
    }


def sample(path: Path, megabytes: int) -> Iterator[str]:
    """One text of five, up to so many million characters."""
    size = 0
    for number, record in enumerate(records(path)):
        if number % SAMPLE == 0:
            size += len(record["text"])
            yield record["text"]
        if size >= megabytes * 1e6:
            return
