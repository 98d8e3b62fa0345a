"""Corpora made to be hard: paragraphs that nearly all resemble each other, or are all equal.

`near`: one template of 60 words, in each copy two of them exchanged. Most pairs lie below
the threshold, yet nearly all share a bucket of most searches, so that work per pair would
grow with the square. `equal`: the template itself, every time. Both from a fixed seed.

Asked of dedup alone, under the policy of the other comparisons: the time for each paragraph,
file to file, and what became of true pairs. True pairs are all that sampled paragraphs make
with any other at a resemblance of 0.8 or more, by brute force.

Clusters are asked for in both linkages. With `keeper`, dedup's own, a cluster is what
resembles one kept paragraph, so that two true copies of each other may well lie in two
clusters; what counts there is that not both are kept. With `chain`, for reports, every true
pair that was found lies in one cluster: its share is the recall of the search.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks import process
from benchmarks.datasets import DATA, SEED, kept, text_megabytes
from benchmarks.figures import Figure
from benchmarks.job import SHINGLE_SIZE, THRESHOLD_FRACTION
from benchmarks.runner import ROOT, Task, execute, say

WORDS, EXCHANGED, VOCABULARY = 60, 2, 10_000
# Paragraphs compared with all others: 100, and more where there are fewer others, since a
# few hubs hold most of the true pairs.
SAMPLED, COMPARED = 100, 20_000_000
CASES = ("near", "equal")

Words = np.ndarray[Any, np.dtype[np.int32]]


def paragraphs(case: str, count: int, seed: int = SEED) -> Words:
    """int32 (count, 60): word numbers; those below 60 are the template's, each in its place."""
    random = np.random.default_rng(seed)
    words = np.tile(np.arange(WORDS, dtype=np.int32), (count, 1))
    if case == "near":
        first = random.integers(0, WORDS, count)
        second = (first + random.integers(1, WORDS, count)) % WORDS
        for places in (first, second):
            words[np.arange(count), places] = WORDS + random.integers(0, VOCABULARY, count)
    return words


def records(words: Words) -> Iterator[dict[str, Any]]:
    """A document for each paragraph."""
    names = np.array([f"word{number:05d}" for number in range(WORDS + VOCABULARY)])
    for number, row in enumerate(words):
        yield {"id": f"{number:07d}", "text": " ".join(names[row])}


def true_pairs(words: Words, sampled: int, seed: int = SEED) -> Iterator[tuple[int, Words]]:
    """Some paragraphs, and for each the numbers of all others at the threshold or above.

    A 5-gram holds at most two exchanged words, so its template words tell its place: two
    paragraphs share exactly the windows that are equal place by place.
    """
    count = len(words)
    windows = WORDS - SHINGLE_SIZE + 1
    parts, whole = THRESHOLD_FRACTION
    chosen = np.random.default_rng(seed).choice(count, min(sampled, count), replace=False)
    for one in sorted(chosen.tolist()):
        same = words == words[one]
        equal = same[:, :windows].copy()
        for place in range(1, SHINGLE_SIZE):
            equal &= same[:, place : place + windows]
        shared = equal.sum(axis=1)
        alike = shared * whole >= parts * (2 * windows - shared)
        alike[one] = False
        yield one, np.flatnonzero(alike).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The true pairs: how many, in one cluster by keeper and by chain, one of them removed."""

    pairs: int
    keeper: int
    chain: int
    settled: int


def outcome(words: Words, keeper: Words, chain: Words, removed: list[int]) -> Outcome:
    """Count over the sampled paragraphs; keeper, chain: labels, below 0 for no cluster."""
    gone = np.zeros(len(words), dtype=np.bool_)
    gone[removed] = True
    pairs = settled = 0
    together = [0, 0]
    for one, others in true_pairs(words, max(SAMPLED, COMPARED // len(words))):
        pairs += len(others)
        settled += int((gone[others] | gone[one]).sum())
        for place, labels in enumerate((keeper, chain)):
            together[place] += int(((labels[others] == labels[one]) & (labels[one] >= 0)).sum())
    return Outcome(pairs, together[0], together[1], settled)


def chained(source: Path, count: int, target: Path) -> Words:
    """The labels of clusters by chain, worked out in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.adversarial", str(source), str(target)]
    done = process.run(command, folder=ROOT, environment=dict(os.environ), cores=1)
    if done.code:
        raise RuntimeError(done.errors)
    return cluster_labels(target, count)


def write_chains(source: Path, target: Path) -> None:
    """Clusters by chain, in the form of clusters.jsonl as far as it is read here."""
    import dedup
    from benchmarks.engines.dedup import settings

    result = dedup.scan(source, linkage="chain", **settings("paragraph"))
    with target.open("w", encoding="utf-8") as stream:
        for cluster in result.clusters:
            members = [{"document": member.document} for member in cluster.members]
            stream.write(json.dumps({"members": members}) + "\n")


def cluster_labels(clusters: Path, count: int) -> Words:
    """int32 (count,): for each paragraph the number of its cluster, -1 without one."""
    labels = np.full(count, -1, dtype=np.int32)
    with clusters.open("rb") as stream:
        for number, line in enumerate(stream):
            for member in json.loads(line)["members"]:
                labels[int(member["document"])] = number
    return labels


def figures(count: int, cores: int, repeats: int) -> Iterator[Figure]:
    """Both cases with that many paragraphs; the answer is judged once, it never changes."""
    for case in CASES:
        words = paragraphs(case, count)
        source = kept(f"adversarial-{case}-{SEED}-{count}", records(words))
        task = Task("clean", "paragraph", f"{case} {count}", source, cores)
        results = []
        for repeat in range(repeats):
            say(f"adversarial {task.corpus}, {cores} core(s): {repeat + 1}/{repeats}")
            with TemporaryDirectory(dir=DATA) as folder:
                results.append(execute("dedup", task.unit, task, Path(folder)))
                if repeat == 0:
                    clusters = Path(folder) / "output" / "_dedup" / "clusters.jsonl"
                    keeper = cluster_labels(clusters, count)
                    chain = chained(source, count, Path(folder) / "chains.jsonl")
                    found = outcome(words, keeper, chain, results[0]["removed"])
        yield from figures_of(task, count, results, found)


def figures_of(
    task: Task, count: int, results: list[dict[str, Any]], found: Outcome
) -> Iterator[Figure]:
    """The lines of one case."""
    size = text_megabytes(task.source)
    measures = {
        "CPU µs / paragraph": [result["cpu"] / count * 1e6 for result in results],
        "wall µs / paragraph": [result["wall"] / count * 1e6 for result in results],
        "peak MB": [result["peak"] for result in results],
        "paragraphs removed": [float(len(results[0]["removed"]))],
        "true pairs sampled": [float(found.pairs)],
    }
    if found.pairs:
        measures["true pairs in one cluster, by chain, share"] = [found.chain / found.pairs]
        measures["true pairs in one cluster, by keeper, share"] = [found.keeper / found.pairs]
        measures["true pairs of which one is removed, share"] = [found.settled / found.pairs]
    for measure, values in measures.items():
        yield Figure("adversarial", task.corpus, "dedup", measure, values, task.cores, size)


if __name__ == "__main__":
    write_chains(Path(sys.argv[1]), Path(sys.argv[2]))
