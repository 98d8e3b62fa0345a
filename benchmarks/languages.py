"""Corpora of one language each, for the speed of signatures: it depends on the script."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets import (
    GENERATION,
    SEED,
    SITES,
    Site,
    Words,
    kept,
    scan_documents,
    until,
)

LANGUAGES = ("fr", "en", "ar", "zh")


def made(language: str, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """Documents of one language without end, as the synthetic corpus has them."""
    random = np.random.default_rng(seed)
    words = Words(language, random)
    sites = [Site(words, random) for _ in range(SITES)]
    number = 0
    while True:
        site = sites[int(random.integers(SITES))]
        lines = site.document(random)
        yield {"id": f"{language}-{number:07d}", "text": site.words.text(lines)}
        number += 1


def real(language: str, scan: Path) -> Iterator[dict[str, Any]]:
    """The documents of a scan corpus whose `lang` is this language."""
    for record in scan_documents(scan):
        if str(record.get("lang", "")).partition("-")[0] == language:
            yield {"id": record["id"], "text": record["text"]}


def language_corpus(name: str, language: str, megabytes: float, scan: Path) -> Path:
    """The file of a language's corpus; that of `scan` may be smaller than asked for, or empty."""
    records = made(language) if name == "synthetic" else real(language, scan)
    stem = f"synthetic-{SEED}-{GENERATION}" if name == "synthetic" else name
    return kept(f"language-{stem}-{language}-{megabytes:g}mb", until(megabytes, records))
