"""Words and similarities, by an implementation of its own that shares nothing with the core.

Text is decomposed (NFKD), marks and invisible characters are dropped, case is folded; a word is
a run of letters and digits, or one character of a script that writes no spaces.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
UNSPACED += "\U00020000-\U0003ffff"
WORD = re.compile(f"[{UNSPACED}]|[^\\W{UNSPACED}]+")
INVISIBLE = ("Mn", "Me", "Cf")

Shingles = frozenset[tuple[str, ...]]


def words(text: str) -> list[str]:
    """The folded words of a text; empty where it has none."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if unicodedata.category(c) not in INVISIBLE)
    return WORD.findall(text.casefold())


def ngrams(found: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """Every `size` consecutive words; all of them as one where there are fewer."""
    size = min(size, len(found))
    return list(zip(*(found[place:] for place in range(size)), strict=False)) if size else []


@lru_cache(maxsize=1 << 15)
def shingles(text: str, size: int = 3) -> Shingles:
    """The set of word shingles of a text."""
    return frozenset(ngrams(words(text), size))


def similarities(left: str, right: str) -> tuple[float, float]:
    """Resemblance and containment of two texts, exact; of texts without words only equality."""
    if left == right:
        return 1.0, 1.0
    one, two = shingles(left), shingles(right)
    if not one or not two:
        return 0.0, 0.0
    shared = len(one & two)
    return shared / len(one | two), shared / min(len(one), len(two))
