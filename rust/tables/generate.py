"""Write rust/src/tokens/fold_table.rs: what every code point folds to, and what it then is.

    python rust/tables/generate.py            write the table
    python rust/tables/generate.py --check    exit 1 if the committed table differs

Run it under CPython 3.11, whose `unicodedata` is Unicode 14.0.0. Every hash that dedup computes depends on
this table, so its identity is printed in reports and stored in indexes; another Unicode version is another
identity and is refused here.

Folding one code point: casefold and compatibility decomposition (NFKD) until nothing changes, then
default-ignorables, the accents of Latin, Greek and Cyrillic and the points of Arabic and Hebrew are dropped.
It looks at one code point at a time, so it can be a table, but for a stroke: it is kept directly behind a
symbol, with which it is another one, and dropped elsewhere. `assert_canonical` proves that NFC and NFD of a text
fold alike all the same.
"""

import hashlib
import sys
import unicodedata
from pathlib import Path

UNICODE = "14.0.0"
OUTPUT = Path(__file__).parents[1] / "src" / "tokens" / "fold_table.rs"
PAGE_BITS = 7  # 128 code points a page: the smallest file of 6, 7 and 8

# Entry of a code point, one u32: bits 0-2 what it is, bit 3 number, bits 4-31 the payload. The payload of the
# four classes and of STROKE is the code point it folds to (0: itself), of SEQUENCE
# `position in SEQUENCES << 5 | length`.
SEPARATOR, WORD, SINGLE, SYMBOL, DROPPED, SEQUENCE, HANGUL, STROKE = range(8)
NUMBER = 8
PAYLOAD_SHIFT = 4
LENGTH_BITS = 5

# DerivedCoreProperties.txt 14.0.0, Default_Ignorable_Code_Point.
DEFAULT_IGNORABLE = [
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
]  # fmt: skip

# Dropped where they are marks (category M): they say how a word is pronounced, and are left out as often as not.
DROPPED_MARKS = [
    (0x0300, 0x036F),  # Combining Diacritical Marks
    (0x0483, 0x0489),  # Cyrillic
    (0x0591, 0x05C7),  # Hebrew points and accents
    (0x0610, 0x061A),  # Arabic signs
    (0x064B, 0x065F),  # Arabic points
    (0x0670, 0x0670),  # Arabic superscript alef
    (0x06D6, 0x06ED),  # Arabic Koranic marks
    (0x1AB0, 0x1AFF),  # Combining Diacritical Marks Extended
    (0x1DC0, 0x1DFF),  # Combining Diacritical Marks Supplement
    (0x20D0, 0x20FF),  # Combining Diacritical Marks for Symbols (the key cap of emoji)
    (0x2DE0, 0x2DFF),  # Cyrillic Extended-A
    (0xA66F, 0xA67D),  # Cyrillic Extended-B
    (0xA69E, 0xA69F),  # Cyrillic Extended-B
    (0xFE20, 0xFE2F),  # Combining Half Marks
]
# Of these, what is drawn through a symbol and makes another one of it: ≠ and ∉ are = and ∈ with U+0338. The
# lying strokes before U+0337 are not among them: text is struck out with these.
STROKES = [
    (0x0337, 0x0338),  # solidus, short and long
    (0x20D2, 0x20D3),  # vertical line
    (0x20D8, 0x20DA),  # ring
    (0x20E0, 0x20E0),  # circle with a reverse solidus: what it is around is forbidden
    (0x20E5, 0x20E6),  # reverse solidus, two vertical lines
    (0x20EA, 0x20EB),  # arrow, two solidi
]
TATWEEL = 0x0640  # stretches an Arabic word, says nothing

# Scripts written without spaces, by block: their letters and marks (L, M) are tokens one by one. Digits of these
# scripts are words like all numbers.
UNSPACED = [
    (0x0E00, 0x0E7F),  # Thai
    (0x0E80, 0x0EFF),  # Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # ideographic iteration and closing marks
    (0x3031, 0x303B),  # kana repeat marks, ideographic iteration marks
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),  # Katakana Phonetic Extensions
    (0x3400, 0x4DBF),  # CJK Unified Ideographs Extension A
    (0x4E00, 0x9FFF),  # CJK Unified Ideographs
    (0xA9E0, 0xA9FF),  # Myanmar Extended-B
    (0xAA60, 0xAA7F),  # Myanmar Extended-A
    (0xF900, 0xFAFF),  # CJK Compatibility Ideographs (twelve are not compatibility characters)
    (0x16FE3, 0x16FE3),  # Old Chinese iteration mark
    (0x16FF0, 0x16FF1),  # Vietnamese reading marks
    (0x1AFF0, 0x1B16F),  # Kana Extended-B, Supplement, Extended-A, Small Kana Extension
    (0x20000, 0x2FA1F),  # CJK Unified Ideographs Extensions B to F, Compatibility Supplement
    (0x30000, 0x3134F),  # CJK Unified Ideographs Extension G
]

HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)  # decomposed by arithmetic (The Unicode Standard, 3.12), not by table


def members(ranges):
    """The code points of closed ranges."""
    return frozenset(code for low, high in ranges for code in range(low, high + 1))


IGNORABLE_CODES, DROPPED_CODES, STROKE_CODES, UNSPACED_CODES = map(
    members, (DEFAULT_IGNORABLE, DROPPED_MARKS, STROKES, UNSPACED)
)


def is_dropped(character):
    """Whether a code point leaves nothing in the normal form, but where it strikes."""
    code = ord(character)
    if code in DROPPED_CODES:
        return unicodedata.category(character).startswith("M")
    return code == TATWEEL or code in IGNORABLE_CODES


def strikes(character, before):
    """Whether it is a stroke through the symbol that some folded text ends with."""
    return ord(character) in STROKE_CODES and before != "" and classify(before[-1]) == SYMBOL


def fold(character):
    """What one code point folds to; may be empty."""
    if ord(character) in IGNORABLE_CODES:
        return ""
    folded, before = character, None
    while folded != before:
        before, folded = folded, unicodedata.normalize("NFKD", folded.casefold())
    kept = ""
    for each in folded:
        kept += each if strikes(each, kept) or not is_dropped(each) else ""
    return kept


def fold_text(text):
    """What code points that follow one another fold to."""
    folded = ""
    for each in text:
        folded += each if strikes(each, folded) else fold(each)
    return folded


def classify(character):
    """Class and number flag of a code point that folds to itself, or strikes."""
    code, category = ord(character), unicodedata.category(character)
    if code in STROKE_CODES:
        return STROKE
    if category[0] in "LM":
        return SINGLE if code in UNSPACED_CODES else WORD
    if category[0] == "N":
        return WORD | NUMBER
    if category[0] == "S":
        return SYMBOL
    noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
    # A letter that this Unicode version does not know yet, or a private one, is most likely a letter.
    return WORD if category in ("Co", "Cn") and not noncharacter else SEPARATOR


def entry(character, sequences):
    """The packed entry of one code point; new replacements are appended to `sequences`."""
    if ord(character) in HANGUL_SYLLABLES:
        return HANGUL
    folded = fold(character)
    if not folded:
        return STROKE if ord(character) in STROKE_CODES else DROPPED
    packed = tuple(classify(each) | ord(each) << PAYLOAD_SHIFT for each in folded)
    if folded == character:
        return classify(character)
    if len(packed) == 1:
        return packed[0]
    assert len(packed) < 1 << LENGTH_BITS
    start = sequences.setdefault(packed, sum(map(len, sequences)))
    return SEQUENCE | (start << LENGTH_BITS | len(packed)) << PAYLOAD_SHIFT


def build():
    """Index of pages, pages laid end to end, sequences laid end to end."""
    sequences, pages, index = {}, {}, []
    size = 1 << PAGE_BITS
    for start in range(0, 0x110000, size):
        # Surrogates are no `char`; they get a class so that the table has no holes.
        page = tuple(entry(chr(code), sequences) for code in range(start, start + size))
        index.append(pages.setdefault(page, len(pages)))
    return index, sum(pages, ()), sum(sequences, ())


def assert_canonical():
    """Folding is idempotent, and does not see whether a text is composed."""
    for code in range(0x110000):
        character = chr(code)
        folded = fold(character)
        assert fold_text(folded) == folded, hex(code)
        for form in ("NFC", "NFD"):
            assert fold_text(unicodedata.normalize(form, character)) == folded, hex(code)


def rows(values):
    """Comma-separated numbers in lines of at most 120 columns."""
    line = "   "
    for value in values:
        if len(line) + len(str(value)) + 2 > 120:
            yield line
            line = "   "
        line += f" {value},"
    yield line


def array(documentation, name, kind, values):
    """One Rust array."""
    body = "\n".join(rows(values))
    return f"/// {documentation}\npub static {name}: [{kind}; {len(values)}] = [\n{body}\n];\n"


def render():
    """The whole source file."""
    index, pages, sequences = build()
    content = repr((PAGE_BITS, index, pages, sequences)).encode()
    identity = f"unicode-{UNICODE}-{hashlib.sha256(content).hexdigest()[:16]}"
    return "\n".join([
        "//! Generated by rust/tables/generate.py: do not edit. What the numbers mean is told there and read in `fold`.",
        "",
        "#![allow(clippy::unreadable_literal)]",
        "",
        "/// Unicode version and content hash of the table: equal identities fold alike.",
        f'pub const FOLD_IDENTITY: &str = "{identity}";',
        "",
        "/// A page holds `1 << PAGE_BITS` code points.",
        f"pub const PAGE_BITS: u32 = {PAGE_BITS};",
        "",
        array("Number of the page of each run of code points.", "PAGE_INDEX", "u16", index),
        array("The distinct pages, end to end: one entry a code point.", "PAGES", "u32", pages),
        array("The replacements of several code points, end to end: one entry each.", "SEQUENCES", "u32", sequences),
    ])  # fmt: skip


def main():
    """Write or check the table."""
    if unicodedata.unidata_version != UNICODE:
        sys.exit(f"unicodedata is {unicodedata.unidata_version}; it must be {UNICODE}\nhint: use CPython 3.11")
    assert_canonical()
    source = render()
    if sys.argv[1:] == ["--check"]:
        if not OUTPUT.exists() or OUTPUT.read_text(encoding="utf-8") != source:
            sys.exit(f"{OUTPUT} is not what generate.py writes\nhint: run python rust/tables/generate.py")
    elif sys.argv[1:]:
        sys.exit("usage: generate.py [--check]")
    else:
        OUTPUT.write_text(source, encoding="utf-8")


if __name__ == "__main__":
    main()
