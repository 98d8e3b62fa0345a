"""Texts that are the same but for runs of what is kept apart: numbers, or names."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Piece:
    """A maximal run of tokens that are kept apart, or one other token; `first` is its number."""

    is_run: bool
    tokens: tuple[str, ...]
    first: int


def pieces(tokens: list[str], apart: list[bool]) -> list[Piece]:
    """A text as runs of what is kept apart and the tokens between."""
    made = []
    for is_run, found in groupby(range(len(tokens)), lambda place: apart[place]):
        places = list(found)
        parts = [places] if is_run else [[place] for place in places]
        made += [Piece(is_run, tuple(tokens[n] for n in part), part[0]) for part in parts]
    return made


def only_runs_differ(left: list[Piece], right: list[Piece], with_words: bool) -> bool:
    """Piece by piece: a run against a run, an equal token against a token; where `with_words`, also
    another token directly before or behind a run that differs."""
    if len(left) != len(right):
        return False
    if any(one.is_run != other.is_run for one, other in zip(left, right, strict=True)):
        return False

    def other_run(place: int) -> bool:
        is_piece = 0 <= place < len(left)
        return is_piece and left[place].is_run and left[place].tokens != right[place].tokens

    return all(
        one.is_run
        or one.tokens == other.tokens
        or (with_words and (other_run(place - 1) or other_run(place + 1)))
        for place, (one, other) in enumerate(zip(left, right, strict=True))
    )
