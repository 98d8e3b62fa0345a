"""An index that runs for long: many small adds, checks, removals and expiries, with compactions.

    python benchmarks/soak.py [--adds 30000] [--live 1500] [--window] [--no-record]

Two hours of a feed with four documents a second, by default, as fast as they go. Each is checked
and added, every fifth add is committed, what is older than the `--live` newest expires; one in
twenty is an old one again, one in fifty is changed, one in a hundred removed. A reader in a process
of its own follows and checks. Told are descriptors and memory of both, and the room on disk,
at most, beside what it takes when what is held then is added to a new index.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import dedup
from benchmarks import record
from benchmarks.figures import Figure, fields, markdown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

COMMIT_EVERY, EXPIRE_EVERY, COMPACT_EVERY, READ_EVERY = 5, 20, 5_000, 50
SAMPLES = 24
VOCABULARY = 20_000
SITES = 20


def article(number: int) -> str:
    """The text of a document: some paragraphs of its own, and the footer of its site."""
    chance = random.Random(number)
    paragraphs = [
        " ".join(f"w{int(VOCABULARY ** chance.random())}" for _ in range(chance.randint(8, 60)))
        for _ in range(chance.randint(2, 8))
    ]
    if number % 3 == 0:
        # A paragraph that the document before it has, too.
        paragraphs.append(article(number - 1).split("\n\n")[0])
    site = random.Random(f"site {number % SITES}")
    paragraphs.append(" ".join(f"w{site.randrange(VOCABULARY)}" for _ in range(20)))
    return "\n\n".join(paragraphs)


def said(number: int) -> dict[str, Any]:
    """What is said of a document: its second, and its site."""
    return {"date": number, "fields": {"site": number % SITES}}


def descriptors() -> int:
    """Open files of this process."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def resident() -> float:
    """Megabytes of this process that are no page of a file."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) * 1024 / 1e6


def megabytes(folder: str) -> float:
    """Room that a folder takes."""
    return sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1e6


def follow(path: str, orders: Connection) -> None:
    """Read what was committed, and check a document that is held: descriptors and memory."""
    reader = dedup.Index.open(path, mode="r", jobs=1)
    while (number := orders.recv()) is not None:
        reader.refresh()
        verdict = reader.check(article(number), **said(number))
        assert verdict.action == "drop" or str(number) not in reader, number
        orders.send((descriptors(), resident()))


class Soak:
    """The feed, and what was measured on the way."""

    def __init__(self, folder: str, live: int, policy: dedup.Policy) -> None:
        self.path, self.live = f"{folder}/index", live
        self.index = dedup.Index.open(self.path, policy, jobs=1)
        self.samples: list[tuple[float, ...]] = []
        self.peak = 0.0
        self._chance = random.Random(1)
        self._fresh = f"{folder}/fresh"

    def step(self, number: int) -> None:
        """One document of the feed."""
        index, chance = self.index, self._chance
        text, told = article(number), said(number)
        index.check(text, **told)
        index.add(str(number), text, **told)
        if number % 20 == 7:
            again = article(max(0, number - chance.randrange(50)))
            index.add(f"again {number}", again, **told)
        if number % 50 == 11:
            index.update(str(number), text + "\n\n" + article(-number), **told)
        if number % 100 == 33:
            index.remove(str(max(0, number - chance.randrange(self.live))))
        if number % EXPIRE_EVERY == 0:
            index.expire(before=number - self.live)
        if number % COMMIT_EVERY == 0:
            index.commit()
        if number % COMPACT_EVERY == COMPACT_EVERY - 1:
            index.compact()
        self.peak = max(self.peak, megabytes(self.path))

    def sample(self, of_reader: tuple[int, float]) -> None:
        """Measure: after the first ones, when as much is held as ever will be."""
        of_writer = (descriptors(), resident())
        self.samples.append((*of_writer, *of_reader, self.peak, self.live_megabytes()))
        self.peak = 0.0
        sys.stderr.write(json.dumps(self.samples[-1]) + "\n")

    def live_megabytes(self) -> float:
        """The room of a new index of what is held."""
        shutil.rmtree(self._fresh, ignore_errors=True)
        held = [
            {"id": entry.id, "text": entry.text, "date": entry.date, **entry.fields}
            for entry in self.index.entries(texts=True)
        ]
        with dedup.Index.open(self._fresh, self.index.policy, jobs=1) as fresh:
            fresh.add_many(held)
        return megabytes(self._fresh)


def figures(samples: Sequence[tuple[float, ...]], corpus: str, live: int) -> list[Figure]:
    """What is told of the samples: those of the second half beside those of the first one."""
    half = len(samples) // 2
    made = []
    for column, (subject, measure) in enumerate(
        [
            ("writer", "open files"),
            ("writer", "MB of memory"),
            ("reader", "open files"),
            ("reader", "MB of memory"),
            ("index", "MB on disk, at most"),
        ]
    ):
        for name, part in (("first half", samples[:half]), ("second half", samples[half:])):
            values = [sample[column] for sample in part]
            made.append(Figure("soak", corpus, f"{subject}, {name}", measure, values))
    ratios = [sample[4] / sample[5] for sample in samples]
    measure = f"times a new one of the {live} live"
    return [*made, Figure("soak", corpus, "index", measure, ratios)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--adds", type=int, default=28_800)
    parser.add_argument("--live", type=int, default=1_500)
    parser.add_argument("--window", action="store_true", help="by site, and near in time")
    parser.add_argument("--no-record", action="store_true")
    given = parser.parse_args()
    step = max(1, (given.adds - given.live) // SAMPLES)
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        by_site = dedup.Policy(group_by="site", window=f"{given.live // 2}s")
        soak = Soak(folder, given.live, by_site if given.window else dedup.Policy())
        ours, theirs = context.Pipe()
        reader = context.Process(target=follow, args=(soak.path, theirs), daemon=True)
        reader.start()
        of_reader = (0, 0.0)
        for number in range(1, given.adds + 1):
            soak.step(number)
            if number % READ_EVERY == 0:
                ours.send(number - 5)
                of_reader = ours.recv()
            if number >= given.live and (number - given.live) % step == step - 1:
                soak.sample(of_reader)
        ours.send(None)
        reader.join()
        soak.index.close()
        with dedup.Index.open(soak.path, mode="r") as index:
            damages = index.verify()
            held = len(index)
    corpus = f"{given.adds} adds{', by site and time' if given.window else ''}"
    found = figures(soak.samples, corpus, given.live)
    sys.stdout.write("\n".join([*markdown("Soak", found), f"\n{held} held, damage: {damages}\n"]))
    if not given.no_record:
        record.append(map(fields, found))


if __name__ == "__main__":
    main()
