"""dedup: `dedup.clean` from file to file under the peers' policy, and the core's signatures."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

import dedup
from benchmarks.job import LEAST_WORDS, SHINGLE_SIZE, THRESHOLD, cores, main, parts, records
from dedup import _core
from dedup.policy import Policy

Spans = dict[int, list[tuple[int, int]]]


def settings(unit: str) -> dict[str, Any]:
    """What the peers do too: word 5-grams; no rule for short texts, numbers or names, no runs."""
    return {
        "unit": unit,
        "shingle_size": SHINGLE_SIZE,
        "threshold": THRESHOLD,
        "containment": 0,
        "min_run": 0,
        "short_tokens": 0,
        "min_tokens": LEAST_WORDS[unit],
        "numbers": "keep",
        "names": "keep",
    }


def sign(texts: list[str]) -> bytes:
    return _core.sign_texts(texts, SHINGLE_SIZE, *Policy().permutations(), 1)


def clean(source: Path, target: Path, unit: str) -> Iterator[int]:
    dedup.clean(source, target, jobs=cores(), **settings(unit))
    return removed_units(source, target / "_dedup" / "removed.jsonl", unit)


def removed_units(source: Path, ledger: Path, unit: str) -> Iterator[int]:
    """The units whose first character the ledger's spans hold; for paragraphs, the lines."""
    spans: Spans = defaultdict(list)
    for _, line in records(ledger):
        if "span" in line:
            spans[int(line["source"].rpartition(":")[2]) - 1].append(tuple(line["span"]))
    number = 0
    for document, raw in enumerate(source.open("rb")):
        start = 0
        for part in parts(orjson.loads(raw)["text"], unit):
            first = start + len(part) - len(part.lstrip())
            if any(low <= first < high for low, high in spans.get(document, ())):
                yield number
            start += len(part) + 1
            number += 1


if __name__ == "__main__":
    main("dedup", sign=sign, clean=clean)
