"""Which tokens are words of code: a sign joins them to others without a space."""

from __future__ import annotations

import re

from oracle.characters import SYMBOL, WHITE_SPACE, character_class
from oracle.fold import is_numeric, placed_tokens


def codes(text: str) -> list[bool]:
    """Which tokens are words of code, or numbers that are parts of one."""
    found: list[bool] = []
    called = arguments(text)
    goes_on, last = False, None
    for token, start, end in placed_tokens(text):
        before = text[max(0, start - 2) : start]
        goes_on = goes_on and last is not None and text[last:start] == "-"
        goes_on = goes_on or OPTION.search(before) is not None
        code = is_code(before, text[end : end + 2]) or is_in_compound(text, start, end)
        if character_class(token[0]) == SYMBOL:
            code = False
        elif is_numeric(token):
            code = code and re.search("[A-Za-z]", text[start:end]) is not None
            code = code or re.search(r"_\Z|[A-Za-z]-\Z", before) is not None
            code = code and not is_in_link(text, start)
        else:
            code = code or goes_on
        last, goes_on = end, goes_on or code
        is_word = character_class(token[0]) != SYMBOL and not is_numeric(token)
        found.append(code or (is_word and any(start in inside for inside in called)))
    return found


def is_in_compound(text: str, start: int, end: int) -> bool:
    """Whether hyphens join a word to three others, or to two where any of them has a digit."""
    before = re.search(r"[A-Za-z0-9-]{0,64}\Z", text[:start])
    behind = re.match(r"[A-Za-z0-9-]{0,64}", text[end:])
    compound = (before[0] if before else "") + text[start:end] + (behind[0] if behind else "")
    if compound == text[start:end]:
        return False
    parts = [part for part in compound.split("-") if part]
    return len(parts) >= (3 if re.search("[0-9]", compound) else 4)


def arguments(text: str) -> list[range]:
    """Where what is called with several arguments of few words has these."""
    return [
        range(*found.span(1))
        for found in re.finditer(r"(?<=[A-Za-z0-9_])\(([^()]{0,299})\)", text)
        if "," in found[1] and all(len(words_of(part)) <= 4 for part in found[1].split(","))
    ]


def words_of(text: str) -> list[str]:
    """What white space parts."""
    spaces = "".join(sorted(WHITE_SPACE))
    return [word for word in re.split(f"[{spaces}]", text) if word]


def is_in_link(text: str, place: int) -> bool:
    """Whether a place lies in an address."""
    before = next(reversed(re.split(r"\s", text[:place])))
    return any(sign in before for sign in ("://", "](", "www."))


def joined(text: str) -> list[bool]:
    """Which tokens a single sign, or two colons, join to the one before."""
    placed = placed_tokens(text)
    ends = [None, *(end for _, _, end in placed)]
    return [
        end is not None
        and re.fullmatch(r"[_/\\.:@#~=\-]|::", text[end:start]) is not None
        and not is_in_link(text, start)
        for end, (_, start, _) in zip(ends, placed, strict=False)
    ]


# What stands before and behind a word of code: a sign; a point or colon inside of a name; two
# colons; the hyphen of an option.
CODE_BEFORE = re.compile(r"([_/\\@#$=~]|[A-Za-z0-9][.:(]|::|(^|[ \t\n\r\-(\[{,|`\"'])-)\Z")
OPTION = re.compile(r"(^|[ \t\n\r\-(\[{,|`\"'])-\Z")
CODE_BEHIND = re.compile(r"[_/\\@(=]|[.:][A-Za-z0-9]|::")


def is_code(before: str, behind: str) -> bool:
    """Whether a sign joins a word to others without a space."""
    return CODE_BEFORE.search(before) is not None or CODE_BEHIND.match(behind) is not None
