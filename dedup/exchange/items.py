"""What a signature is of: the shingles of a text, and the 32 bits that each becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup import _core
from dedup.errors import InputError, kind_of
from dedup.policy import Policy
from dedup.surrogates import lone_surrogate

if TYPE_CHECKING:
    from collections.abc import Iterable

# Bytes of a token's hash, and of a shingle's.
_TOKEN, _SHINGLE = 4, 8


def shingles(text: str, policy: Policy | None = None) -> list[str]:
    """The different shingles of a text in their order: runs of tokens in normal form.

    A text of fewer tokens than `shingle_size` has one of all of them; a text without tokens none.
    A datasketch MinHash with `hashfunc=hash_shingle` that is updated with these is the signature.

    >>> shingles("The ferry, again: the FERRY again!")
    ['the ferry again', 'ferry again the', 'again the ferry']
    """
    policy = policy or Policy()
    (text,) = checked_texts([text])
    tokens = _core.normal_form(text, policy.numbers == "mask").split()
    size = min(policy.shingle_size, len(tokens))
    windows = (tokens[start : start + size] for start in range(len(tokens) - size + 1))
    return list(dict.fromkeys(" ".join(window) for window in windows if window))


def hash_shingle(shingle: str | bytes) -> int:
    """The 32 bits that a signature is made from, of a shingle as text or its UTF-8.

    The `hashfunc` of the MinHash objects of this module: updating one with `shingles` of another
    text gives the signature of both. Raises InputError for what has no tokens.
    """
    text = shingle.decode() if isinstance(shingle, bytes) else shingle
    count = len(_core.token_hashes(text)) // _TOKEN
    if count == 0:
        raise InputError(f"{text[:60]!r} has no tokens; a shingle has one at least")
    # As many tokens as the window is wide: there is one shingle, and its upper half is the item.
    return int.from_bytes(_core.shingles(text, count)[_SHINGLE // 2 :], "little")


def checked_texts(texts: Iterable[str]) -> list[str]:
    """The texts; InputError names the first that is no str or has a lone surrogate."""
    if isinstance(texts, (str, bytes)):
        kind = type(texts).__name__
        raise InputError(f"the texts are one {kind}; they must be a list", hint="[text]")
    return [checked_text(text, f"text {place}") for place, text in enumerate(texts)]


def checked_text(text: Any, whose: str) -> str:
    """The text, which must be a str without lone surrogates; InputError where it is not."""
    if not isinstance(text, str):
        raise InputError(f"{whose} is {kind_of(text)}; it must be a str")
    found = lone_surrogate(text)
    if found is not None:
        raise InputError(f"{whose} has a {found}")
    return text
