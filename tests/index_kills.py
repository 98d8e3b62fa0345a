"""Writers of an index are killed at random moments, beside a reader that asks all the while.

    python tests/index_kills.py 500 [SEED]

Says what was killed in the middle of, and how many answers were asked for and were wrong. What a
document must get as an answer follows from what is held: each has paragraphs of its own and one that four
others have too (`index_killed.py`).
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import index_killed

import dedup

PROGRAM = Path(index_killed.__file__)
# Writers that go on with one index, one after the other.
ROUNDS = 8
# The share of kills that wait for a step which random moments seldom meet.
AIMED = 0.25
# Seconds after its first commit within which a writer is killed.
LONGEST = 1.0


class Kills:
    """Kills writers and counts what was found; `wrong` says what should not be, one line each."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.wrong: list[str] = []
        self.during: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._round = 0
        self._held: list[int] = []
        self._number = index_killed.FIRST

    def kill(self, longest: float = LONGEST) -> None:
        """Kill one writer, which goes on where the last one ended or begins an index."""
        if self._round % ROUNDS == 0:
            self._held, self._number = [], index_killed.FIRST
        place = self._round // ROUNDS
        path = self.folder / f"index-{place}{'-scoped' if place % 2 else ''}"
        self._round += 1
        seed = self._chance.randrange(1 << 30)
        command = [sys.executable, str(PROGRAM), str(path), str(seed), str(self._number)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            said = self._until_a_commit(writer)
            if self._chance.random() < AIMED:
                said += self._until_a_step(writer)
            else:
                self._read_beside(path, self._chance.uniform(0, longest))
            writer.kill()
            said += writer.stdout.read().splitlines()
        commits = [int(line) for line in said if line.isdecimal()]
        self._note_moment(path, said)
        states = index_killed.states(seed, self._held, self._number, commits[-1] + 1)
        self._check_after(path, states[commits[-1] : commits[-1] + 2])
        # What was not committed is never added under its number again: it must not be there.
        self._number += 10_000
        self.counts["kills"] += 1

    def _until_a_commit(self, writer: subprocess.Popen[str]) -> list[str]:
        said: list[str] = []
        assert writer.stdout is not None
        for line in writer.stdout:
            said.append(line.strip())
            if line.strip().isdecimal():
                return said
        raise AssertionError("the writer ended by itself")

    def _until_a_step(self, writer: subprocess.Popen[str]) -> list[str]:
        """Wait for a step that takes little time, and a moment of it; what the writer said."""
        verb, more = self._chance.choice(("expire", "remove", "commit")), self._chance.randrange(4)
        said: list[str] = []
        assert writer.stdout is not None
        for line in writer.stdout:
            said.append(line.strip())
            more -= line.startswith(verb)
            if more < 0:
                time.sleep(self._chance.uniform(0, 0.002))
                break
        return said

    def _note_moment(self, path: Path, said: Sequence[str]) -> None:
        self.during["between steps" if said[-1].isdecimal() else said[-1].split()[0]] += 1
        self.during["merge"] += said[-1].endswith(" merging")
        with dedup.Index.open(path, mode="r", jobs=1) as index:
            named = index.stats()["runs"]
        self.during["files of runs that nothing names"] += (
            len(list((path / "runs").iterdir())) > named
        )

    def _read_beside(self, path: Path, seconds: float) -> None:
        """Ask a reader until the time is over."""
        end = time.monotonic() + seconds
        reader = dedup.Index.open(path, mode="r", jobs=1)
        while time.monotonic() < end:
            try:
                reader.refresh()
                held = [int(entry.id) for entry in reader]
                self._must(len(held) == len(reader), f"a reader has {len(reader)}, lists {held}")
                asked = [self._chance.choice(held)] if held else []
                asked.append(self._number + self._chance.randrange(60))
                self._ask(reader, held, asked, "answers beside a writer")
            except dedup.DedupError as error:
                self.wrong.append(f"a reader's error: {error}")
        reader.discard()

    def _ask(
        self, index: dedup.Index, held: Sequence[int], asked: Sequence[int], what: str
    ) -> None:
        """Ask for documents: those that are held go, of others what they share with held ones does."""
        there = set(held)
        for number in asked:
            verdict = index.check(index_killed.text_of(number))
            first = number // index_killed.SHARE * index_killed.SHARE
            shares = any(other in there for other in range(first, first + index_killed.SHARE))
            expected = "drop" if number in there else "clean" if shares else "keep"
            self._must(verdict.action == expected, f"{number}: {verdict.action}, not {expected}")
            named = {int(found.document) for found in verdict.matches}
            self._must(named <= there, f"{number}: names {named - there}, which are not held")
            self.counts[what] += 1

    def _check_after(self, path: Path, states: Sequence[list[int]]) -> None:
        """What is held is that of the last commit that returned, or of the one under way."""
        with dedup.Index.open(path, mode="r", jobs=1) as index:
            held = [int(entry.id) for entry in index]
            self._must(held in states, f"held is {held}, not one of {states}")
            self._must(index.verify() == [], f"damaged: {index.verify()}")
        with dedup.Index.open(path, jobs=1) as index:
            self._must([int(entry.id) for entry in index] == held, "a writer sees others")
            self._must(index.verify() == [], f"damaged: {index.verify()}")
            files = list((path / "runs").iterdir())
            self._must(len(files) == index.stats()["runs"], f"left over: {files}")
            lost = set(states[0]) - set(held)
            gone = [number for number in states[-1] if number not in held]
            asked = [*held, *gone, *range(self._number, self._number + 60)]
            self._ask(index, held, asked, "answers after a kill")
            self.counts["documents found"] += len(held)
            self.counts["documents lost"] += len(lost) if held == states[0] else 0
            again = [(str(number), index_killed.text_of(number)) for number in held[-2:]]
            self._must(all(v.action != "drop" for v in index.add_many(again)), "changed by itself")
        self._held = held

    def _must(self, is_so: bool, what: str) -> None:
        if not is_so:
            self.wrong.append(what)

    def told(self) -> str:
        """The counts, one a line."""
        during = ", ".join(f"{count} {what}" for what, count in self.during.most_common())
        lines = [f"{count:,} {what}" for what, count in self.counts.items() if count]
        return "\n".join([*lines, f"killed during: {during}", f"{len(self.wrong)} wrong"])


def main() -> None:
    count, seed = int(sys.argv[1]), int((*sys.argv[2:], "1")[0])
    with tempfile.TemporaryDirectory() as folder:
        kills = Kills(Path(folder), seed)
        for number in range(1, count + 1):
            kills.kill()
            if number % 50 == 0 or kills.wrong:
                sys.stderr.write(f"{kills.told()}\n")
            if kills.wrong:
                break
    sys.stdout.write("\n".join([kills.told(), *kills.wrong, ""]))
    raise SystemExit(bool(kills.wrong))


if __name__ == "__main__":
    main()
