"""Which tokens are names."""

from __future__ import annotations

import re
import unicodedata

from oracle.characters import SYMBOL, character_class, fold_character
from oracle.code import codes
from oracle.fold import is_numeric, placed_tokens

ENDS = set(".!?…:;。！？؟")
OPENS = set('"“„‚‘«‹「『【《〈')
JOINS = set(" \n\r\u00a0\u202f-\u2010'’")


TITLES = frozenset(
    "prof dott dipl univ ing lic dra sra srta mons sig gen col capt maj adm comm gov sen rep pres "
    "dir insp supt rev hon".split()
)


def names(text: str) -> list[bool]:
    """Which tokens are names: capitals that neither the place nor the fashion of the text asks for,
    with what belongs to them, and Roman numerals."""
    placed = placed_tokens(text)
    written = [text[start:end] for _, start, end in placed]
    is_word = [
        not is_numeric(token) and character_class(token[0]) != SYMBOL for token, _, _ in placed
    ]
    capital = [
        word and (part[0].isupper() or unicodedata.category(part[0]) == "Lt")
        for word, part in zip(is_word, written, strict=True)
    ]
    roman = [
        is_capital and is_roman(part, text[end : end + 1])
        for is_capital, part, (_, _, end) in zip(capital, written, placed, strict=True)
    ]
    between: list[str | None] = [None] * len(placed)
    for number, (token, _, end) in enumerate(placed[:-1]):
        what = text[end : placed[number + 1][1]]
        short = len(token) == 1 or token in TITLES or re.fullmatch("[b-df-hj-np-tv-xz]+", token)
        short = short and capital[number] and not (roman[number] and number == 0)
        if short and not any(c.isupper() for c in written[number][1:]):
            what = what.removeprefix(".")  # of an initial, or a title
        between[number + 1] = what
    joined = [
        what is not None and not asks_for_capital(what) and set(what) <= JOINS for what in between
    ]
    found = [
        is_capital and what is not None and not asks_for_capital(what)
        for is_capital, what in zip(capital, between, strict=True)
    ]
    capitals = [
        is_capital and len(cased(part)) >= 3 and all(c.isupper() for c in cased(part))
        for is_capital, part in zip(capital, written, strict=True)
    ]
    found = [one or other for one, other in zip(found, capitals, strict=True)]
    long = [
        word and not is_capital and len(token) >= 5
        for word, is_capital, (token, _, _) in zip(is_word, capital, placed, strict=True)
    ]
    headline = 2 * sum(capital) > sum(is_word) and not any(long)
    if headline:
        found = [False] * len(placed)
    inner = [
        word and re.search("ab|bbaa", "".join(map(case_of, cased(part)))) is not None
        for word, part in zip(is_word, written, strict=True)
    ]
    found = [one or other for one, other in zip(found, inner, strict=True)]
    for number in reversed(range(1, len(placed))):
        if not headline and found[number] and joined[number] and capital[number - 1]:
            found[number - 1] = True
    short = [
        is_word[n] and not capital[n] and len(token) <= 3 for n, (token, _, _) in enumerate(placed)
    ]
    alone = list(found)
    for first in range(len(placed)):
        for last in (first + 2, first + 3):
            inside = range(first + 1, last)
            between = not headline and last < len(placed) and alone[first] and alone[last]
            if between and all(joined[first + 1 : last + 1]) and all(short[n] for n in inside):
                found[first + 1 : last] = [True] * len(inside)
    code = [one and word for one, word in zip(codes(text), is_word, strict=True)]
    return [any(one) for one in zip(found, roman, code, strict=True)]


def asks_for_capital(what: str) -> bool:
    """Whether a word behind this begins a sentence, a paragraph or a quotation."""
    quoted = what[-1:] in OPENS or (what[-1:] == "'" and len(what) > 1)
    return quoted or bool(ENDS & set(what)) or max(what.count("\n"), what.count("\r")) > 1


def cased(part: str) -> list[str]:
    """Its small letters and capitals; marks on them are neither."""
    return [character for character in part if character.islower() or character.isupper()]


def case_of(character: str) -> str:
    """`a` for small letters, `b` for capitals."""
    return "a" if character.islower() else "b" if character.isupper() else "-"


ROMAN = re.compile("M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")


def is_roman(written: str, behind: str) -> bool:
    """A numeral in capitals or of Unicode's own; one letter alone only before a point or bracket."""
    seen = len(written)
    while seen > 1 and not fold_character(written[seen - 1]):
        seen -= 1
    written, behind = written[:seen], written[seen : seen + 1] or behind
    if all("\u2160" <= character <= "\u2188" for character in written):
        return True
    if written in ("I", "V", "X") and behind in (".", ")"):
        return True
    return len(written) > 1 and ROMAN.fullmatch(written) is not None
