"""What two texts that match say against each other."""

from __future__ import annotations

from itertools import dropwhile, pairwise

from told_apart import (
    AFFIRMED,
    DENYING_CHARACTERS,
    DENYING_SEQUENCES,
    NEGATIONS,
    OPPOSITES,
    UNSAID,
)

from oracle import fold
from oracle.code import codes, joined
from oracle.common import between, few_between
from oracle.corpus import Block
from oracle.numerals import NUMERALS, is_amount, measured


def say_other_numbers(left: list[str], right: list[str]) -> bool:
    """Whether each says a number more often than the other, without those with which it begins."""

    def own_numbers(own: list[str], other: list[str]) -> set[str]:
        told = list(dropwhile(is_amount, own))
        return {one for one in told if is_amount(one) and told.count(one) > other.count(one)}

    def own_numerals(own: list[str], other: list[str]) -> bool:
        told = measured(own)
        return any(told.count(one) > measured(other).count(one) for one in told)

    sides = zip((left, right), between(left, right), strict=True)
    asked = any(tokens[n] in NUMERALS for tokens, places in sides for n in places)
    return all(
        bool(own_numbers(own, other)) or (asked and own_numerals(own, other))
        for own, other in ((left, right), (right, left))
    )


def say_other_code(left: Block, right: Block) -> bool:
    """Whether each has a word of code that the other lacks between what both begin and end with, or
    one has up to four of them more in one place, and they are the same else."""
    places = between(left.tokens, right.tokens)
    fewer, more = sorted(map(len, places))
    if more > 1024 or (not fewer and not 1 <= more <= 4):
        return False
    found = [codes(block.spelling or block.text) for block in (left, right)]
    if not fewer and all(found[side][place] for side in (0, 1) for place in places[side]):
        return True
    parts = [
        [
            (token, block.tokens[place - 1] if is_joined else None)
            for place, (token, is_joined) in enumerate(
                zip(block.tokens, joined(block.spelling or block.text), strict=True)
            )
        ]
        for block in (left, right)
    ]
    # What both end with may begin with a word that is joined to another one.
    return all(
        any(
            found[side][place] and parts[side][place] not in parts[1 - side]
            for place in range(places[side].start, min(places[side].stop + 1, len(parts[side])))
        )
        for side in (0, 1)
    )


def say_opposites(left: list[str], right: list[str]) -> bool:
    """Whether one says the opposite of a word of the other, beside the same word, each more often."""
    places = between(left, right)

    def beside(tokens: list[str], place: int) -> list[str | None]:
        padded = [None, *tokens, None]
        return [padded[place], padded[place + 2]]

    return any(
        (left[one], right[other]) in OPPOSITES
        and any(a == b for a, b in zip(beside(left, one), beside(right, other), strict=True))
        and left.count(left[one]) > right.count(left[one])
        and right.count(right[other]) > left.count(right[other])
        for one in places[0]
        for other in places[1]
    )


def denies_more(own: list[str], other: list[str]) -> bool:
    """Whether a character denies what stands behind it, and nowhere in the other."""
    there = [other[n : n + 2] for n in range(len(other))]
    return any(
        own[n] in DENYING_CHARACTERS and own[n : n + 2] not in there for n in between(own, other)[0]
    )


def are_other_rows(left: list[str], right: list[str]) -> bool:
    """Whether both are rows of tables, and say other things in their first cells."""
    cells = []
    for tokens in (left, right):
        if tokens[:1] != ["|"]:
            return False
        rest = list(dropwhile("|".__eq__, tokens))
        if "|" not in rest:
            return False
        cells.append(rest[: rest.index("|")])
    return cells[0] != cells[1]


def one_denies(left: list[str], right: list[str]) -> bool:
    """Whether they differ in a few words, and one has a negation there, or another number of
    sequences that deny, there and up to four characters around."""
    denies = [not NEGATIONS.isdisjoint(tokens) for tokens in few_between(left, right)]
    places = between(left, right)
    if max(map(len, places)) > 4:
        return False
    counts = [
        sum(
            around[n : n + len(word)] == word
            for word in map(fold.tokens, DENYING_SEQUENCES)
            for n in range(len(around))
        )
        for side, place in zip((left, right), places, strict=True)
        for around in [side[max(0, place.start - 4) : place.stop + 4]]
    ]
    return denies[0] != denies[1] or counts[0] != counts[1]


def denies_a_phrase(left: list[str], right: list[str]) -> bool:
    """Whether one denies between two words that stand beside each other in the other one, or where
    that affirms, and denies more often between what both begin and end with."""
    denials = [
        [place for place in places if denies_at(tokens, place)]
        for tokens, places in zip((left, right), between(left, right), strict=True)
    ]
    more, fewer = (0, 1) if len(denials[0]) > len(denials[1]) else (1, 0)
    if len(denials[more]) == len(denials[fewer]):
        return False
    own, other = (left, right)[more], [None, *(left, right)[fewer]]
    phrases = list(pairwise(other))
    for place in denials[more]:
        word = place - (own[place] == "t")
        before = [own[word - 1] if word else None]
        before += [AFFIRMED[own[word]]] if own[word] in AFFIRMED else []
        if any((one, *own[place + 1 : place + 2]) in phrases for one in before):
            return True
    return False


def denies_at(tokens: list[str], place: int) -> bool:
    """Whether a word denies; of a negation with an apostrophe what stands behind that."""

    def is_short(place: int) -> bool:
        return tokens[place : place + 1] == ["t"] and place > 0 and tokens[place - 1] in AFFIRMED

    return is_short(place) or (tokens[place] in NEGATIONS and not is_short(place + 1))


def one_says_no_number(left: list[str], right: list[str]) -> bool:
    """Whether they differ in a few words, one has a number there, and the other a word in its place."""
    between = few_between(left, right)
    numbers = [any(map(is_amount, tokens)) for tokens in between]
    ones = [not UNSAID.isdisjoint(tokens) for tokens in between]
    return sum(numbers) == 1 and ones[numbers.index(False)]
