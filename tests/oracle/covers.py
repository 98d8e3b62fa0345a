"""Which of two blocks that match may go for the other: one of which nearly all stands there."""

from __future__ import annotations

from rapidfuzz.distance import LCSseq

from oracle.common import between, grams
from oracle.corpus import Block
from oracle.matching import verdict
from oracle.opposed import (
    are_other_rows,
    denies_a_phrase,
    denies_more,
    one_denies,
    one_says_no_number,
    say_opposites,
    say_other_code,
    say_other_numbers,
)
from oracle.own_passages import says_more, weight
from oracle.templates import a_part_differs_in_names, a_part_differs_in_numbers, only_numbers_differ


def may_replace(kept: Block, repeat: Block) -> bool:
    """Whether `repeat` may go in favour of `kept`: where nearly all of it stands there, and of a
    contained pair only the contained side."""
    found = verdict(kept, repeat)
    if found is None or found.template:
        return False
    if found.relation == "equal":
        return True
    is_smaller = len(repeat.shingles) <= len(kept.shingles)
    return stands_in(repeat, kept) and (found.relation == "near" or is_smaller)


SIGNS_OF_CODE = "$+<=>^`|~"


def stands_in(own: Block, other: Block) -> bool:
    """Whether the other has .82 of its shingles, .85 of its tokens in their order, or all but numbers."""
    if own.rules.numbers == "keep" and only_numbers_differ(own, other, with_words=False):
        if own.rules.names != "veto":
            return True
        if own.rules.unit != "document" and say_other_code(own, other):
            return False
        more = own.shingles - other.shingles
        return not (more and a_part_differs_in_names(own, other))
    if own.rules.unit != "document" and own.shingles != other.shingles:
        if own.rules.numbers == "veto" and (
            say_other_numbers(own.tokens, other.tokens)
            or one_says_no_number(own.tokens, other.tokens)
        ):
            return False
        if one_denies(own.tokens, other.tokens) or denies_a_phrase(own.tokens, other.tokens):
            return False
        if say_opposites(own.tokens, other.tokens):
            return False
        if are_other_rows(own.tokens, other.tokens) or denies_more(own.tokens, other.tokens):
            return False
        words = [token for token in own.tokens if not set(token) <= set(SIGNS_OF_CODE)]
        signs = len(own.tokens) - len(words)
        few = len(words) < own.rules.min_tokens and 3 * signs >= len(own.tokens)
        if few and len(own.tokens) < 256:
            return False
    if own.rules.unit != "document" and repeats_itself(own):
        return False
    if own.rules.unit != "document" and own.rules.names == "veto" and say_other_code(own, other):
        return False
    shared = len(own.shingles & other.shingles)
    # Of longer texts the order is not looked at: it takes the product of their lengths.
    places = between(own.tokens, other.tokens)
    is_long = len(places[0]) * len(places[1]) > 1 << 34
    in_order = 0 if is_long else LCSseq.similarity(own.tokens, other.tokens)
    says = len(own.shingles) > shared or own.rules.shingle_size < 3
    if says and says_more(own, other):
        return False
    if is_scattered(own, other):
        return False
    has_more = len(own.shingles) > shared
    if own.rules.numbers == "veto" and has_more and a_part_differs_in_numbers(own, other):
        return False
    if own.rules.names == "veto" and has_more and a_part_differs_in_names(own, other):
        return False
    return shared >= 0.82 * len(own.shingles) or in_order >= 0.85 * len(own.tokens)


def repeats_itself(own: Block) -> bool:
    """Whether it has half as many shingles as places for them: another order of the same few signs
    has the same ones."""
    words = sum(weight(token) for token in own.tokens) // 3
    places = words + 1 - min(own.rules.shingle_size, words)
    return 2 * len(own.shingles) <= places


def is_scattered(own: Block, other: Block) -> bool:
    """Whether the other is more than eight times as long, and has in no stretch of four times as many
    tokens half of the runs of three tokens."""
    if own.rules.unit == "document" or len(other.shingles) <= 8 * len(own.shingles):
        return False
    threes = set(grams(own.tokens, 3))
    length = 4 * len(own.tokens)
    starts = range(max(1, len(other.tokens) - length + 1))
    stretches = (grams(other.tokens[start : start + length], 3) for start in starts)
    return not any(2 * len(threes.intersection(stretch)) >= len(threes) for stretch in stretches)
