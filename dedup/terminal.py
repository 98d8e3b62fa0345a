"""Text made fit for a terminal.

Nothing that comes from a file can move the cursor, change the order of what is read, or
hide. Strings in, strings out; no other module escapes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable

# Columns of what a person reads.
WIDTH = 80

# Controls C0 and C1 (ESC, CSI, BEL ...), bidi controls, zero-width and other invisible signs,
# line and paragraph separators, lone surrogates, tags. Variation selectors 1-16 stay: emoji
# need them and they hide nothing.
_UNSAFE = (
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

# Of these, what JSON allows as it stands and a terminal acts on; line and paragraph separators too.
_UNSAFE_IN_JSON = "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"

# What stands in for our own typography where the console cannot encode it.
_PLAIN = {"…": "...", "–": "-", "×": "x", "≥": ">=", "█": "#", "▏": "|"}

# Code points taken from each end of a long text before it is made safe: a 1 MB line costs
# no more than a short one.
_ENDS = 4000


def visible(text: str) -> str:
    r"""The text with every unsafe character written as its escape.

    >>> visible("a\x1b[31mb\u202ec")
    'a\\x1b[31mb\\u202ec'
    """
    return text if text.isascii() and text.isprintable() else re.sub(_UNSAFE, _escape, text)


def inert(data: bytes) -> bytes:
    r"""JSON with every such control as an escape, which says the same to whoever reads it.

    >>> inert('"a\u202eb"'.encode())
    b'"a\\u202eb"'
    """
    if data.isascii() and b"\x7f" not in data:
        return data
    text = data.decode()
    return re.sub(_UNSAFE_IN_JSON, lambda found: f"\\u{ord(found.group()):04x}", text).encode()


def cells(text: str) -> int:
    """Columns the text takes on a terminal; wide characters take two, marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )


def shorten(text: str, width: int) -> str:
    """The text in at most `width` columns, white space joined, shortened in the middle.

    The result is visible text; an escape is never cut in two. Three fifths of the columns
    go to the start, which tells more.

    >>> shorten("one two three four five six", 20)
    'one two thr… ive six'
    """
    ends, cut = _ends(text)
    return _fitted(" ".join(ends.split()), width, cut=cut)


def shorten_name(name: str, width: int) -> str:
    r"""As `shorten`, for a name: its white space is a part of it.

    >>> shorten_name(" a\nb  c.txt", 20)
    ' a\\nb  c.txt'
    """
    ends, cut = _ends(name)
    return _fitted(ends, width, cut=cut)


def _ends(text: str) -> tuple[str, bool]:
    """The text without its middle where it is very long, and whether that is so."""
    cut = len(text) > 2 * _ENDS
    return (f"{text[:_ENDS]}{text[-_ENDS:]}" if cut else text), cut


def _fitted(text: str, width: int, *, cut: bool) -> str:
    if not cut and len(whole := _within(text, width)) == len(text):
        return "".join(whole)
    room = max(width - 2, 2)
    start = _within(text, room - room * 2 // 5)
    end = _within(reversed(text), room * 2 // 5)[::-1]
    return f"{''.join(start)}… {''.join(end).lstrip()}"


def encodable(text: str, encoding: str) -> str:
    r"""The text as this encoding can write it: plain signs for ours, escapes for the rest.

    >>> encodable("né… 12 × 3", "ascii")
    'n\\xe9... 12 x 3'
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plain = "".join(_PLAIN.get(character, character) for character in text)
        return plain.encode(encoding, "backslashreplace").decode(encoding)
    return text


def _within(text: Iterable[str], width: int) -> list[str]:
    """As many characters as fit into so many columns, each made visible."""
    taken: list[str] = []
    for unit in map(visible, text):
        width -= cells(unit)
        if width < 0:
            break
        taken.append(unit)
    return taken


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    number = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if 0xDC80 <= number <= 0xDCFF:  # a byte of a file name that is not UTF-8
        number -= 0xDC00
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
