"""Passages that one of two texts has for itself."""

from __future__ import annotations

import re

from oracle.common import grams, places_in_order
from oracle.corpus import Block

NEW = 8


def says_more(own: Block, other: Block) -> bool:
    """Whether eight tokens in a row are its own.

    Between what both begin and end with: those that stand neither in eight in a row of the other, nor
    in three in a row that belong to a longest sequence of such threes in the order of both.
    """
    if own.rules.unit == "document":
        return False
    mine, theirs = list(own.tokens), list(other.tokens)
    while mine and theirs and mine[0] == theirs[0]:
        del mine[0], theirs[0]
    while mine and theirs and mine[-1] == theirs[-1]:
        del mine[-1], theirs[-1]
    eights = set(grams(other.tokens, NEW))
    known = {
        place + n
        for place, gram in enumerate(grams(mine, NEW))
        if gram in eights
        for n in range(NEW)
    }
    known |= {
        place + n for place in places_in_order(grams(mine, 3), grams(theirs, 3)) for n in range(3)
    }
    length = longest = 0
    for place, token in enumerate(mine):
        length = 0 if place in known else length + weight(token)
        longest = max(longest, length)
    return longest >= 3 * NEW


def weight(token: str) -> int:
    """Three letters of Thai, Lao, Burmese or Khmer count as one word."""
    return 1 if LETTER.fullmatch(token) else 3


LETTER = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
