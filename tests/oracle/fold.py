"""Fold: text to tokens, its normal form, its fingerprint."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

import xxhash

from oracle.characters import (
    SEPARATOR,
    SINGLE,
    SYMBOL,
    WORD,
    character_class,
    fold_character,
    is_number,
)
from oracle.hyphens import in_parted_words

SIGNS = {"-": "-", "\u2212": "-", "+": "+"}
INNER = ".,\u066b\u066c"


def is_sign_at(folded: str, place: int) -> bool:
    """Whether a sign is directly before a number and not after a word, number or other sign."""
    if not is_number(folded[place + 1 : place + 2]):
        return False
    before = folded[place - 1 : place]
    return not before or (before not in SIGNS and character_class(before) not in (WORD, SINGLE))


def is_inner_at(folded: str, place: int) -> bool:
    """Whether a decimal or grouping separator is directly between two numbers."""
    before, after = folded[place - 1 : place], folded[place + 1 : place + 2]
    return is_number(before) and is_number(after)


def tokens(text: str, mask_numbers: bool = False) -> list[str]:
    """Maximal runs of word characters; singles and symbols alone; three like symbols as one."""
    return [token for token, _, _ in placed_tokens(text, mask_numbers)]


def placed_tokens(text: str, mask_numbers: bool = False) -> list[tuple[str, int, int]]:
    """The tokens, each with the first character it is made of, and the one behind its last.

    All rules look at folded characters: what folds to nothing stands between no others.
    """
    parted = in_parted_words(text) if "\n" in text or "\r" in text else set()
    pieces_of = ["" if n in parted else fold_character(c) for n, c in enumerate(text)]
    folded = in_order("".join(pieces_of))
    home = [n for n, piece in enumerate(pieces_of) for _ in piece]
    pieces: list[tuple[str, str]] = []
    for place, character in enumerate(folded):
        if character in SIGNS and is_sign_at(folded, place):
            pieces.append(("sign", SIGNS[character]))
        elif character in INNER and is_inner_at(folded, place):
            pieces.append((WORD, character))
        else:
            pieces.append((character_class(character), character))
    found: list[tuple[str, int, int]] = []
    open_word, behind = False, 0
    for (kind, character), run in groupby(pieces, lambda piece: piece):
        length, first = len(list(run)), behind
        behind += length
        together = home[first], home[behind - 1] + 1
        if kind == WORD and open_word:
            token, start, _ = found[-1]
            found[-1] = token + character * length, start, together[1]
        elif kind == SINGLE or (kind == SYMBOL and length < 3):
            found += [(character, home[n], home[n] + 1) for n in range(first, behind)]
        elif kind == SYMBOL:
            found += [(character * 3, *together)]
        elif kind != SEPARATOR:
            found += [(character * length, *together)]
        open_word = kind in (WORD, "sign")
    found = [(token, start, behind_unseen(pieces_of, end)) for token, start, end in found]
    masked = [mask_numbers and is_numeric(token) for token, _, _ in found]
    return [("0", *one[1:]) if mask else one for mask, one in zip(masked, found, strict=True)]


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
