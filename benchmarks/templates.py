"""Notices of one template, under the default policy: what each costs to clean, and to index.

    python benchmarks/templates.py [--count 10000]

One template of sixty words; in each notice two of them are exchanged for other words (`words`),
some of them capitalised (`names`), for numbers (`numbers`), for words with a number (`codes`), or
for other characters of a Chinese text (`han`). All resemble one another, so that work for each pair
would grow with the square. What is left is cleaned once more: nothing should go.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORDS, EXCHANGED = 60, 2
# Others that the index is asked about once it holds all.
CHECKED = 200
SYLLABLES = "ka lo mi ren tu sha pel dor nim vas que bri ost ula fen".split()


def word(chance: random.Random) -> str:
    """Any word of some hundred thousand."""
    return "".join(chance.choices(SYLLABLES, k=chance.choice([2, 3, 4])))


KINDS: dict[str, Callable[[random.Random], str]] = {
    "words": word,
    "names": lambda chance: word(chance).capitalize() if chance.random() < 0.3 else word(chance),
    "numbers": lambda chance: str(chance.randrange(10_000)),
    "codes": lambda chance: f"word{chance.randrange(10_000):05}",
    "han": lambda chance: chr(chance.randrange(0x4E00, 0x6000)),
}


def notices(kind: str, count: int) -> Iterator[str]:
    """That many, the same ones each time."""
    chance = random.Random(kind)
    apart = "" if kind == "han" else " "
    any_word = KINDS["han"] if kind == "han" else word
    template = [any_word(chance) for _ in range(WORDS)]
    for _ in range(count):
        own = list(template)
        for place in chance.sample(range(WORDS), EXCHANGED):
            own[place] = KINDS[kind](chance)
        yield apart.join(own)


def figures(kind: str, count: int, folder: Path) -> str:
    """What is told of a kind."""
    import dedup

    source = folder / f"{kind}.jsonl"
    with source.open("w", encoding="utf-8") as stream:
        for number, text in enumerate(notices(kind, count)):
            stream.write(json.dumps({"id": str(number), "text": text}) + "\n")
    begun = time.process_time()
    counts = dedup.clean(source, folder / kind, jobs=1).report["counts"]
    cleaned = time.process_time()
    with dedup.Index.open(folder / f"{kind}.index", mode="w", jobs=1) as index:
        batch = list(enumerate(notices(kind, count + CHECKED)))
        for first in range(0, count, 500):
            index.add_many(
                (str(number), text) for number, text in batch[first : min(first + 500, count)]
            )
        index.commit()
        added = time.process_time()
        for _, text in batch[count:]:
            index.check(text)
    checked = time.process_time()
    again = dedup.clean(folder / kind / source.name, folder / "again", force=True, jobs=1)
    each = [(cleaned - begun) / count, (added - cleaned) / count, (checked - added) / CHECKED]
    costs = " ".join(f"{seconds * 1e6:8.0f}" for seconds in each)
    gone, more = counts["documents_dropped"], again.report["counts"]["documents_dropped"]
    compared = counts["candidates"] / count
    return f"{kind:8} {costs} {compared:9.1f} {gone:8,} {more:6,}"


def write(line: str) -> None:
    """A line of the table."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Print the table: processor microseconds a notice, on one core."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    count = parser.parse_args().count
    write("kind     µs clean   µs add µs check  compared     gone  again")
    for kind in KINDS:
        with TemporaryDirectory() as folder:
            write(figures(kind, count, Path(folder)))


if __name__ == "__main__":
    main()
