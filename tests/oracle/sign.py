"""Sign and band: the least values of a set under permutations, and how many make a band."""

from __future__ import annotations

import numpy


def permutations(seed: int, count: int = 128) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The permutations of datasketch 2's `affine32`: h -> a*h + b modulo 2**32, a odd."""
    random = numpy.random.RandomState(seed)
    a = random.randint(0, 1 << 31, count, dtype=numpy.uint32) * numpy.uint32(2) + numpy.uint32(1)
    return a, random.randint(0, 1 << 32, count, dtype=numpy.uint32)


def signature(items: set[int], a: numpy.ndarray, b: numpy.ndarray) -> list[int]:
    """The least value of every permutation over the items, mixed by MurmurHash3's fmix32."""
    least = [0xFFFFFFFF] * len(a)
    for item in items:
        item = (item ^ item >> 16) * 0x85EBCA6B & 0xFFFFFFFF
        item = (item ^ item >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
        item ^= item >> 16
        values = [(int(x) * item + int(y)) & 0xFFFFFFFF for x, y in zip(a, b, strict=True)]
        least = [min(pair) for pair in zip(least, values, strict=True)]
    return least


def candidate_chance(resemblance: float, bands: int, rows: int) -> float:
    """The S-curve: the chance that two sets this alike share at least one band."""
    return 1 - (1 - resemblance**rows) ** bands


def band_plan(threshold: float) -> tuple[int, int]:
    """(bands, rows) of the most rows that still find 99 % of the pairs at the threshold."""
    for rows in range(128, 0, -1):
        if candidate_chance(threshold, 128 // rows, rows) >= 0.99:
            return 128 // rows, rows
    return 128, 1
