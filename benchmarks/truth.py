"""The exact answer: which units a greedy reader who keeps the first of each kind would drop.

A unit is dropped when its set of word 5-grams has a resemblance of 0.8 or more with that of
a unit kept before it. Every pair that could reach the threshold is looked at (prefix filter
of set-similarity joins, Bayardo, Ma, Srikant 2007), each exactly; only the 5-grams are 64-bit
hashes, of which two in ten million agree by chance once in 10^5 corpora.

Words are taken in two ways, since engines differ in it and neither is the right one:
`space` splits at white space, as the peers do; `folded` takes the tokens of dedup's normal
form (case, accents and punctuation do not count).
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.job import LEAST_WORDS, SHINGLE_SIZE, parts, records

THRESHOLD = Fraction(4, 5)
# Odd, from the golden ratio; one word of a shingle times its power modulo 2^64.
FACTOR = 0x9E3779B97F4A7C15
POWERS = np.array([pow(FACTOR, i, 1 << 64) for i in range(SHINGLE_SIZE)], dtype=np.uint64)

Shingles = np.ndarray[Any, np.dtype[np.int64]]


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
    numbers, sets = shingle_sets(source, unit, splitter(words))
    truth = keep_first(numbers, by_rarity(sets))
    path.write_text(json.dumps(asdict(truth)), encoding="ascii")
    return truth


def shingle_sets(
    source: Path, unit: str, split: Callable[[str], list[str]]
) -> tuple[list[int], list[Shingles]]:
    """Numbers of the judged units, and the 64-bit hashes of their 5-grams."""
    names: dict[str, int] = {}
    numbers: list[int] = []
    sets: list[Shingles] = []
    number = 0
    for _, record in records(source):
        for part in parts(record["text"], unit):
            tokens = split(part)
            if len(tokens) >= LEAST_WORDS[unit]:
                hashes = [names.get(token) or named(token, names) for token in tokens]
                values = np.array(hashes, dtype=np.uint64)
                windows = np.lib.stride_tricks.sliding_window_view(values, SHINGLE_SIZE)
                numbers.append(number)
                sets.append(np.unique((windows * POWERS).sum(axis=1)).view(np.int64))
            number += 1
    return numbers, sets


def named(token: str, names: dict[str, int]) -> int:
    """A 64-bit hash of a word, remembered."""
    digest = hashlib.blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return names.setdefault(token, int.from_bytes(digest, "little"))


def by_rarity(sets: list[Shingles]) -> list[Shingles]:
    """The sets with their 5-grams numbered by how many units hold them, rarest first, sorted."""
    if not sets:
        return []
    _, place, count = np.unique(np.concatenate(sets), return_inverse=True, return_counts=True)
    rank = np.empty(len(count), dtype=np.int64)
    rank[np.argsort(count, kind="stable")] = np.arange(len(count))
    ends = np.cumsum([len(values) for values in sets])[:-1]
    return [np.sort(values) for values in np.split(rank[place], ends)]


def keep_first(numbers: list[int], sets: list[Shingles]) -> Truth:
    """Visit the units in order and keep each that resembles none of the kept ones."""
    holders: dict[int, list[int]] = {}  # a 5-gram of a prefix -> kept units with that prefix
    seen: set[bytes] = set()
    removed, edited = [], []
    for unit, values in enumerate(sets):
        identity = values.tobytes()
        if identity in seen:
            removed.append(numbers[unit])
            continue
        seen.add(identity)
        # Sets that share `need` of `size` members share one of each one's rarest few.
        prefix = values[: len(values) - ceil(THRESHOLD * len(values)) + 1].tolist()
        candidates = {kept for value in prefix for kept in holders.get(value, ())}
        if any(resemble(values, sets[kept]) for kept in candidates):
            removed.append(numbers[unit])
            edited.append(numbers[unit])
        else:
            for value in prefix:
                holders.setdefault(value, []).append(unit)
    return Truth(numbers, removed, edited)


def resemble(left: Shingles, right: Shingles) -> bool:
    """Whether the resemblance of two sorted sets reaches the threshold, in whole numbers."""
    smaller, larger = sorted((len(left), len(right)))
    if smaller < THRESHOLD * larger:
        return False
    shared = len(np.intersect1d(left, right, assume_unique=True))
    return shared >= THRESHOLD * (len(left) + len(right) - shared)
