"""The exact answer: which units a greedy reader who keeps the first of each kind would drop.

A unit is dropped when its set of word 5-grams has a resemblance of 0.8 or more with that of
a unit kept before it, worked out on the sets themselves (greedy.py); only the 5-grams are
64-bit hashes, of which two in thirty million agree by chance once in 10^4 corpora.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.greedy import keep_first
from benchmarks.shingle_sets import shingle_sets


@dataclass(frozen=True, slots=True)
class Truth:
    """What the exact answer says of a slice.

    judged: units that count. removed: those to be dropped. edited: the removed ones whose
    set of 5-grams no earlier unit has, which is what separates near from exact search.
    """

    judged: list[int]
    removed: list[int]
    edited: list[int]


@dataclass(frozen=True, slots=True)
class Score:
    """How the units an engine removed compare with the exact answer; shares in [0, 1].

    Units that are not judged (too short in this way of counting words) do not count.
    """

    removed: int
    precision: float
    recall: float
    recall_edited: float


def score(removed: Sequence[int], truth: Truth) -> Score:
    """Compare; an empty denominator counts as 1."""
    found = set(removed) & set(truth.judged)
    right, edited = set(truth.removed), set(truth.edited)

    def share(part: set[int], whole: set[int]) -> float:
        return len(part) / len(whole) if whole else 1.0

    return Score(
        len(found),
        share(found & right, found),
        share(found & right, right),
        share(found & edited, edited),
    )


def splitter(words: str) -> Callable[[str], list[str]]:
    """The way of counting words that goes by this name."""
    if words == "space":
        return str.split
    from dedup._core import normal_form

    return lambda text: normal_form(text).split(" ")


def exact(source: Path, unit: str, words: str) -> Truth:
    """The exact answer for a corpus, kept in a file beside it."""
    path = source.with_name(f"{source.stem}.{unit}.{words}.truth.json")
    if path.exists():
        return Truth(**json.loads(path.read_text(encoding="ascii")))
    given = shingle_sets(source, unit, splitter(words))
    truth = Truth(given.numbers, *keep_first(given))
    path.write_text(json.dumps(asdict(truth)), encoding="ascii")
    return truth
