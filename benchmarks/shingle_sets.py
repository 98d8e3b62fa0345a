"""The units of a corpus as sets of word 5-grams, for the exact answer.

Words are taken in two ways, since engines differ in it and neither is the right one:
`space` splits at white space, as the peers do; `folded` takes the tokens of dedup's normal
form (case, accents and punctuation do not count).
"""

import hashlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.job import LEAST_WORDS, SHINGLE_SIZE, parts, records

# Odd, from the golden ratio; one word of a shingle times its power modulo 2^64.
FACTOR = 0x9E3779B97F4A7C15
POWERS = np.array([pow(FACTOR, i, 1 << 64) for i in range(SHINGLE_SIZE)], dtype=np.uint64)

Hashes = np.ndarray[Any, np.dtype[np.uint64]]
Ranks = np.ndarray[Any, np.dtype[np.int32]]


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """The judged units of a corpus, equal sets held once.

    numbers: the unit number of each judged unit. sets: for each of them the row of its set.
    rows: int32, sorted; a 5-gram is numbered by how many rows hold it, the rarest first.
    alone: so many of the lowest numbers stand in one row only.
    """

    numbers: list[int]
    sets: list[int]
    rows: list[Ranks]
    alone: int


def shingle_sets(source: Path, unit: str, split: Callable[[str], list[str]]) -> ShingleSets:
    """Read the whole corpus; eight bytes for each 5-gram of a distinct set stay in memory."""
    known: dict[bytes, int] = {}
    numbers: list[int] = []
    sets: list[int] = []
    rows: list[Hashes] = []
    for number, hashes in hashed_units(source, unit, split):
        # A digest instead of the set: on lines of real text half of the memory.
        identity = hashlib.blake2b(hashes.tobytes(), digest_size=16).digest()
        row = known.setdefault(identity, len(rows))
        if row == len(rows):
            rows.append(hashes)
        numbers.append(number)
        sets.append(row)
    ranked, alone = by_rarity(rows)
    return ShingleSets(numbers, sets, ranked, alone)


def hashed_units(
    source: Path, unit: str, split: Callable[[str], list[str]]
) -> Iterator[tuple[int, Hashes]]:
    """Number of each judged unit, and the sorted 64-bit hashes of its set of 5-grams."""
    names: dict[str, int] = {}
    number = 0
    for _, record in records(source):
        for part in parts(record["text"], unit):
            tokens = split(part)
            if len(tokens) >= LEAST_WORDS[unit]:
                words = array("Q", [names.get(token) or named(token, names) for token in tokens])
                yield number, set_of(np.frombuffer(words, dtype=np.uint64))
            number += 1


def set_of(words: Hashes) -> Hashes:
    """The distinct hashes of the 5-grams of some words, sorted."""
    count = len(words) - SHINGLE_SIZE + 1
    sums = words[:count] * POWERS[0]
    for place in range(1, SHINGLE_SIZE):
        sums += words[place : place + count] * POWERS[place]
    sums.sort()
    distinct: Hashes = sums[np.concatenate(([True], sums[1:] != sums[:-1]))]
    return distinct


def named(token: str, names: dict[str, int]) -> int:
    """A 64-bit hash of a word, remembered."""
    digest = hashlib.blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return names.setdefault(token, int.from_bytes(digest, "little"))


def by_rarity(rows: list[Hashes]) -> tuple[list[Ranks], int]:
    """The rows with their 5-grams numbered from the rarest, and how many stand in one row only."""
    if not rows:
        return [], 0
    ends = np.cumsum([len(values) for values in rows])
    _, place, count = np.unique(np.concatenate(rows), return_inverse=True, return_counts=True)
    rows.clear()  # The copy is all that is needed from here on.
    rank = np.empty(len(count), dtype=np.int32)
    rank[np.argsort(count, kind="stable")] = np.arange(len(count), dtype=np.int32)
    flat = rank[place]
    ranked = np.split(flat, ends[:-1])
    for values in ranked:
        values.sort()
    return ranked, int((count == 1).sum())
