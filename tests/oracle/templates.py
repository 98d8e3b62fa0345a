"""Blocks that differ in numbers or names only, and where they do."""

from __future__ import annotations

from oracle.apart import Piece, only_runs_differ, pieces
from oracle.common import common_start
from oracle.corpus import Block
from oracle.fold import placed_tokens
from oracle.numerals import is_number_token


def only_numbers_differ(left: Block, right: Block, with_words: bool = True) -> bool:
    """The same tokens once every run of numbers is one: 900, or 1 500, or 九百.

    with_words: but for a word beside a run that differs, as in a date.
    """
    return only_runs_differ(left.by_numbers, right.by_numbers, with_words)


def only_names_differ(left: Block, right: Block) -> bool:
    """The same tokens once every run of names, and of vetoed numbers, is one.

    Only where `may_differ_in_names`.
    """
    return may_differ_in_names(left, right) and only_runs_differ(
        left.by_names, right.by_names, with_words=True
    )


def may_differ_in_names(left: Block, right: Block) -> bool:
    """Whether at most 1,024 tokens, and at least one, are left of both between their common
    beginning and their common end."""
    shorter = min(len(left.tokens), len(right.tokens))
    start = common_start(left.tokens, right.tokens)
    end = min(common_start(left.tokens[::-1], right.tokens[::-1]), shorter - start)
    rest = [len(block.tokens) - start - end for block in (left, right)]
    return min(rest) >= 1 and max(rest) <= 1024


def differences(left: Block, right: Block) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where a template's texts differ: characters of both, run of numbers or names by run, with the
    words beside it that differ."""
    numbers = left.rules.numbers == "veto" and only_numbers_differ(left, right)
    one, other = (block.by_numbers if numbers else block.by_names for block in (left, right))
    differ = [left.tokens != right.tokens for left, right in zip(one, other, strict=True)]
    stretches: list[list[int]] = []
    for place in (place for place, differs in enumerate(differ) if differs):
        # A word, a run, a word: any of the words may be absent, and one between two runs is the first's.
        last = stretches[-1] if stretches else []
        is_complete = len(last) > 1 and not one[last[-1]].is_run
        if last[-1:] == [place - 1] and not is_complete:
            last.append(place)
        else:
            stretches.append([place])
    placed = [placed_tokens(block.text, block.rules.numbers == "mask") for block in (left, right)]

    def span(side: int, found: list[Piece], places: list[int]) -> tuple[int, int]:
        first, last = found[places[0]].first, found[places[-1]]
        end = last.first + len(last.tokens) - 1
        return placed[side][first][1], placed[side][end][2]

    return [(span(0, one, places), span(1, other, places)) for places in stretches]


def a_part_differs_in_numbers(own: Block, other: Block) -> bool:
    """Whether a part of the other is, but for numbers and words beside them, all of its own."""
    mine = own.by_numbers
    if not any(piece.is_run for piece in mine):
        return False
    numbers = [is_number_token(token) for token in other.tokens]
    for start in range(len(other.tokens)):
        if start > 0 and numbers[start - 1] and numbers[start]:
            continue  # a part of a run is another run
        rest = other.tokens[start:]
        theirs = pieces(rest, [is_number_token(token) for token in rest])
        if only_runs_differ(mine, theirs[: len(mine)], with_words=True):
            return True
    return False


def a_part_differs_in_names(own: Block, other: Block) -> bool:
    """Whether a part of the other is, but for names, vetoed numbers, and words beside them, all of its own."""
    mine, theirs = own.names, other.names
    if not any(mine) or not may_differ_in_names(own, other):
        return False
    vetoed = own.rules.numbers == "veto"
    apart = [
        name or (vetoed and is_number_token(token))
        for name, token in zip(theirs, other.tokens, strict=True)
    ]
    for start in range(len(other.tokens)):
        if start > 0 and apart[start - 1] and apart[start]:
            continue  # a part of a run is another run
        part = other.pieces_by_names(other.tokens[start:], theirs[start:])
        if only_runs_differ(own.by_names, part[: len(own.by_names)], with_words=True):
            return True
    return False
