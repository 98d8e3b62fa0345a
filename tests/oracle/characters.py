"""Characters: what each folds to, and of which class it is."""

from __future__ import annotations

import unicodedata
from functools import cache

WORD, SINGLE, SYMBOL, SEPARATOR = "word", "single", "symbol", "separator"


def code_points(text: str) -> frozenset[int]:
    """The code points of `"61 63-65"`."""
    found: set[int] = set()
    for part in text.split():
        first, _, last = part.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


# Default_Ignorable_Code_Point of DerivedCoreProperties.txt, Unicode 14.
IGNORABLE = code_points(
    "AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F "
    "FEFF FFA0 FFF0-FFF8 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)
# Marks that change how a letter is read, not which letter it is: those of Latin, Greek and
# Cyrillic, the points of Arabic (with the tatweel, no mark but a stretch) and of Hebrew.
STRIPPED = code_points(
    "300-36F 483-489 1AB0-1AFF 1DC0-1DFF 20D0-20FF FE20-FE2F 2DE0-2DFF"
) | code_points("A66F-A672 A674-A67D A69E-A69F 610-61A 640 64B-65F 670 6D6-6ED 591-5C7")
# Drawn through a symbol they make another one of it (≠, ∉, and 📱⃠). Strokes that lie, 334-336, strike
# text out.
STROKES = frozenset(map(chr, code_points("337-338 20D2-20D3 20D8-20DA 20E0 20E5-20E6 20EA-20EB")))
# Letters and marks of these are one token each: Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar.
UNSPACED = code_points(
    "E00-EFF 1000-109F A9E0-A9FF AA60-AA7F 1780-17FF 2E80-2FDF 3005-3006"
) | code_points(
    "3031-3035 303B 3040-30FF 31F0-31FF 3400-4DBF 4E00-9FFF F900-FAFF 16FE3 16FF0-16FF1 "
    "1AFF0-1AFFF 1B000-1B16F 20000-2A6DF 2A700-2EBEF 2F800-2FA1F 30000-3134F"
)
NONCHARACTERS = code_points("FDD0-FDEF") | {
    plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)
}

WHITE_SPACE = frozenset(
    map(chr, code_points("9-D 20 85 A0 1680 2000-200A 2028-2029 202F 205F 3000"))
)


def is_number(character: str) -> bool:
    """General category N*: digits, fractions, Roman numerals."""
    return character != "" and unicodedata.category(character).startswith("N")


@cache
def fold_character(character: str) -> str:
    """Casefold and full compatibility decomposition, twice; then ignorables and points go."""
    folded = unicodedata.normalize("NFKD", character.casefold())
    folded = unicodedata.normalize("NFKD", folded.casefold())
    kept = ""
    for c in folded:
        is_seen = ord(c) not in IGNORABLE and not is_stripped(c)
        kept += c if is_seen or strikes(c, kept) else ""
    return kept


def strikes(character: str, before: str) -> bool:
    """Whether it is a stroke through the symbol that the folded text before it ends with."""
    return character in STROKES and before != "" and character_class(before[-1]) == SYMBOL


def is_stripped(character: str) -> bool:
    """A mark in STRIPPED, or the tatweel."""
    mark = unicodedata.category(character).startswith("M") or character == "\u0640"
    return mark and ord(character) in STRIPPED


@cache
def character_class(character: str) -> str:
    """The class of a folded character."""
    category, point = unicodedata.category(character), ord(character)
    if category[0] in "LM" and point in UNSPACED:
        return SINGLE
    if category[0] in "LMN" or category == "Co":
        return WORD
    if category == "Cn" and point not in NONCHARACTERS:
        return WORD
    return SYMBOL if category[0] == "S" else SEPARATOR
