"""Code points that no text has: halves of pairs that stand alone in a str."""

from __future__ import annotations


def lone_surrogate(text: str) -> str | None:
    r"""Which one stands where, counted in code points from 0; None where the str is a text.

    >>> lone_surrogate("plain"), lone_surrogate("a\ud800")
    (None, 'lone surrogate U+D800 at 1')
    """
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"lone surrogate U+{ord(text[error.start]):04X} at {error.start}"
    return None
