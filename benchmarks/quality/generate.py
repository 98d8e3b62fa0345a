"""The corpus: every class planted into the hosts, from one seed."""

import pickle
from collections import Counter
from pathlib import Path

from benchmarks.datasets import DATA
from benchmarks.quality import copies, layouts, look_alikes
from benchmarks.quality.field import Field
from benchmarks.quality.hosts import Host, Novelty, hosts
from benchmarks.quality.planted import Planted
from benchmarks.quality.sets.given import records
from benchmarks.quality.words import words

# Changed with the generator, since it names the files.
GENERATION = 3
# How many repeats of each class; Arabic hosts hold no more.
WHOLE, QUICK = 120, 40
FEWER = {
    "one word of 21+, ar": 30, "5 % of words, ar": 24, "arabic points": 36, "ticker": 10,
    "page twice": 60, "boilerplate of 10+": 10, "boilerplate of 3-6": 15, "boilerplate of 2": 15,
}  # fmt: skip
SCARCE_FIRST = [
    "page twice",
    "sentence in",
    "sentence out",
    "quote",
    "inside",
    "run",
    "shifted",
    "merged",
]
FURNITURE = {
    "boilerplate of 10+": (10, 30), "boilerplate of 3-6": (3, 6), "boilerplate of 2": (2, 2)
}  # fmt: skip
PLANTERS = {**layouts.CLASSES, **look_alikes.CLASSES}
REPEATS = [*copies.CLASSES, *layouts.CLASSES]
LOOK_ALIKES = [*look_alikes.CLASSES, look_alikes.RETOLD]


def corpus(shared: Path, seed: int, *, quick: bool) -> Planted:
    """The planted corpus, made once and kept in `data/`."""
    size = QUICK if quick else WHOLE
    path = DATA / f"quality-{seed}-{GENERATION}-{size}.pickle"
    if not path.exists():
        save(path, planted(kept_hosts(shared), shared, seed, size))
    made: Planted = pickle.loads(path.read_bytes())
    return made


def kept_hosts(shared: Path) -> list[Host]:
    """The hosts, found once."""
    path = DATA / f"quality-hosts-{GENERATION}.pickle"
    if not path.exists():
        save(path, hosts(shared / "scan.jsonl.zst"))
    found: list[Host] = pickle.loads(path.read_bytes())
    return found


def save(path: Path, value: object) -> None:
    """Write a value that only this benchmark reads."""
    DATA.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(pickle.dumps(value))
    partial.replace(path)


def planted(found: list[Host], shared: Path, seed: int, size: int) -> Planted:
    """Plant every class, those first that need much free room."""
    field = Field(found, furniture(shared / "web_pages.jsonl.zst"), seed)
    rest = [kind for kind in REPEATS if kind not in SCARCE_FIRST]
    for kind in [*SCARCE_FIRST, *look_alikes.CLASSES, *rest]:
        plant = PLANTERS.get(kind, copies.plant)
        for number in range(min(size, FEWER.get(kind, size))):
            plant(kind, number, field)
    look_alikes.retold(look_alikes.RETOLD, shared, field)
    return field.harvest()


def furniture(pages: Path) -> dict[str, list[str]]:
    """Lines that stand on two real web pages or more, by their number of words."""
    counts: Counter[str] = Counter()
    for record in records(pages):
        counts.update({part.strip() for part in record["text"].split("\n")})
    novelty = Novelty()
    lines: dict[str, list[str]] = {kind: [] for kind in FURNITURE}
    for text, count in sorted(counts.items()):
        found = words(text)
        if count >= 2 and not any(map(str.isdigit, text)) and novelty.takes(found, 8):
            for kind, (low, high) in FURNITURE.items():
                if low <= len(found) <= high:
                    lines[kind].append(text)
    return lines
