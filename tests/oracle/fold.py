"""Fold: text to tokens, its normal form, its fingerprint."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

import xxhash

from oracle.characters import (
    SEPARATOR,
    SINGLE,
    STROKES,
    SYMBOL,
    WORD,
    character_class,
    fold_character,
    is_number,
    strikes,
)
from oracle.hyphens import in_parted_words

SIGNS = {"-": "-", "\u2212": "-", "+": "+"}
INNER = ".,\u066b\u066c\u2044"


def is_sign_at(folded: list[str], place: int) -> bool:
    """Whether a sign is directly before a number and not after a word, number or other sign."""
    if not is_number_at(folded, place + 1):
        return False
    before = folded[place - 1] if place else ""
    return not before or (before not in SIGNS and character_class(before[0]) not in (WORD, SINGLE))


def is_inner_at(folded: list[str], place: int) -> bool:
    """Whether a decimal, grouping or fraction separator is directly between two numbers."""
    return is_number_at(folded, place - 1) and is_number_at(folded, place + 1)


def is_number_at(folded: list[str], place: int) -> bool:
    return 0 <= place < len(folded) and is_number(folded[place][0])


def tokens(text: str, mask_numbers: bool = False) -> list[str]:
    """Maximal runs of word characters; singles and symbols alone; three like symbols as one, but for
    those with a stroke through them."""
    return [token for token, _, _ in placed_tokens(text, mask_numbers)]


def placed_tokens(text: str, mask_numbers: bool = False) -> list[tuple[str, int, int]]:
    """The tokens, each with the first character it is made of, and the one behind its last.

    All rules look at folded characters: what folds to nothing stands between no others.
    """
    parted = in_parted_words(text) if "\n" in text or "\r" in text else set()
    pieces_of = fold_characters(text, parted)
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    homes = [n for n, piece in enumerate(pieces_of) for _ in piece]
    for character, home in zip(in_order("".join(pieces_of)), homes, strict=True):
        if character in STROKES:
            folded[-1], ends[-1] = folded[-1] + character, home + 1
        else:
            folded.append(character)
            starts.append(home)
            ends.append(home + 1)
    pieces: list[tuple[str, str]] = []
    for place, character in enumerate(folded):
        if character in SIGNS and is_sign_at(folded, place):
            pieces.append(("sign", SIGNS[character]))
        elif character in INNER and is_inner_at(folded, place):
            pieces.append((WORD, character))
        elif len(character) > 1:
            pieces.append(("struck", character))
        else:
            pieces.append((character_class(character), character))
    found: list[tuple[str, int, int]] = []
    open_word, behind = False, 0
    for (kind, character), run in groupby(pieces, lambda piece: piece):
        length, first = len(list(run)), behind
        behind += length
        together = starts[first], ends[behind - 1]
        if kind == WORD and open_word:
            token, start, _ = found[-1]
            found[-1] = token + character * length, start, together[1]
        elif kind in (SINGLE, "struck") or (kind == SYMBOL and length < 3):
            found += [(character, starts[n], ends[n]) for n in range(first, behind)]
        elif kind == SYMBOL:
            found += [(character * 3, *together)]
        elif kind != SEPARATOR:
            found += [(character * length, *together)]
        open_word = kind in (WORD, "sign")
    found = [(token, start, behind_unseen(pieces_of, end)) for token, start, end in found]
    masked = [mask_numbers and is_numeric(token) for token, _, _ in found]
    return [("0", *one[1:]) if mask else one for mask, one in zip(masked, found, strict=True)]


def fold_characters(text: str, parted: set[int]) -> list[str]:
    """What each character folds to; a stroke is kept behind a symbol."""
    pieces: list[str] = []
    before = ""
    for place, character in enumerate(text):
        piece = character if strikes(character, before) else fold_character(character)
        pieces.append("" if place in parted else piece)
        before = pieces[-1] or before
    return pieces


def behind_unseen(pieces_of: Sequence[str], place: int) -> int:
    """The first place from this one on whose character folds to anything: others belong to the
    token before."""
    while place < len(pieces_of) and not pieces_of[place]:
        place += 1
    return place


def in_order(folded: str) -> str:
    """Marks of one kind that follow one another, those of Indian scripts to Khmer, as Unicode orders
    them."""

    def kind(character: str) -> tuple[bool, str]:
        is_mark = "\u0900" <= character < "\u1800" and unicodedata.combining(character) > 0
        return is_mark, character_class(character)

    made = ""
    for (is_mark, _), run in groupby(folded, kind):
        marks = list(run)
        made += "".join(sorted(marks, key=unicodedata.combining) if is_mark else marks)
    return made


def is_numeric(token: str) -> bool:
    """A token with at least one number character."""
    return any(is_number(character) for character in token)


def normal_form(text: str, mask_numbers: bool = False) -> str:
    """The tokens with single spaces between."""
    return " ".join(tokens(text, mask_numbers))


def fingerprint(text: str, mask_numbers: bool = False) -> bytes:
    """XXH3-128 of the normal form; without tokens, with seed 1 of the raw text."""
    normal = normal_form(text, mask_numbers)
    value = (
        xxhash.xxh3_128_intdigest(normal.encode())
        if normal
        else xxhash.xxh3_128_intdigest(text.encode(), seed=1)
    )
    return value.to_bytes(16, "little")
