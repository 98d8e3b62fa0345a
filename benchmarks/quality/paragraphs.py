"""The usual recipe, for every peer the same: each line is a text, the first of its kind stays.

Imports nothing beyond orjson, since each peer has an environment of its own.
"""

import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import orjson

from benchmarks.quality.reports import dumped

SHINGLE_SIZE = 5
SLOTS = 128
THRESHOLD = 0.7

At = tuple[int, int, int]
# Takes number, text and words of a line; gives the number of the line it repeats, or None.
Judge = Callable[[int, str, list[str]], int | None]


def lines(source: Path) -> Iterator[tuple[At, str]]:
    """Every line that is not blank: document, start and end without white space around; text."""
    for number, row in enumerate(source.read_bytes().splitlines()):
        for match in re.finditer(r"[^\r\n]+", orjson.loads(row)["text"]):
            text = match[0].strip()
            if text:
                start = match.start() + match[0].index(text)
                yield (number, start, start + len(text)), text


def shingles(words: list[str]) -> list[str]:
    """Word 5-grams as strings; all words as one where there are fewer."""
    size = min(SHINGLE_SIZE, len(words))
    return [" ".join(words[place : place + size]) for place in range(len(words) - size + 1)]


def keep_first(source: Path, name: str, judge: Judge) -> str:
    """The report: every line that the judge gives a partner goes, and the partner stays."""
    places: list[At] = []
    clusters: dict[int, list[At]] = {}
    removed = []
    for place, text in lines(source):
        words = re.findall(r"\w+", text.lower())
        number = len(places)
        places.append(place)
        partner = judge(number, text, words) if words else None
        if partner is not None:
            clusters.setdefault(partner, [places[partner]]).append(place)
            removed.append(place)
    return dumped(name, (("near", found) for found in clusters.values()), removed)


def main(distribution: str, make: Callable[[float], Judge]) -> None:
    """Run a peer: `python -m benchmarks.quality.engines.NAME CORPUS THRESHOLD|-`."""
    source, threshold = Path(sys.argv[1]), sys.argv[2]
    judge = make(THRESHOLD if threshold == "-" else float(threshold))
    name = version(distribution) if distribution else ""
    sys.stdout.write(keep_first(source, name, judge))
