"""What every stage means, once more and as plainly as possible: sets and double loops.

Nothing here shares a line or a table with the native core: characters come from
`unicodedata`, hashes from `xxhash`, edit distances from `rapidfuzz`. It is slow and only for
tests; where it and the core differ, one of them is wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import dropwhile, groupby, takewhile

import numpy
import xxhash
from rapidfuzz.distance import Indel, LCSseq
from told_apart import DENYING_CHARACTERS, NEGATIONS, NUMBER_WORDS, ONES, OPPOSITES

# --- fold: text to tokens --------------------------------------------------------------------

WORD, SINGLE, SYMBOL, SEPARATOR = "word", "single", "symbol", "separator"
SIGNS = {"-": "-", "\u2212": "-", "+": "+"}
INNER = ".,\u066b\u066c"


def _ranges(text: str) -> frozenset[int]:
    """The code points of `"61 63-65"`."""
    found: set[int] = set()
    for part in text.split():
        first, _, last = part.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


# Default_Ignorable_Code_Point of DerivedCoreProperties.txt, Unicode 14.
IGNORABLE = _ranges(
    "AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F "
    "FEFF FFA0 FFF0-FFF8 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)
# Marks that change how a letter is read, not which letter it is: those of Latin, Greek and
# Cyrillic, the points of Arabic (with the tatweel, no mark but a stretch) and of Hebrew.
STRIPPED = _ranges("300-36F 483-489 1AB0-1AFF 1DC0-1DFF 20D0-20FF FE20-FE2F 2DE0-2DFF") | _ranges(
    "A66F-A672 A674-A67D A69E-A69F 610-61A 640 64B-65F 670 6D6-6ED 591-5C7"
)
# Letters and marks of these are one token each: Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar.
UNSPACED = _ranges("E00-EFF 1000-109F A9E0-A9FF AA60-AA7F 1780-17FF 2E80-2FDF 3005-3006") | _ranges(
    "3031-3035 303B 3040-30FF 31F0-31FF 3400-4DBF 4E00-9FFF F900-FAFF 16FE3 16FF0-16FF1 "
    "1AFF0-1AFFF 1B000-1B16F 20000-2A6DF 2A700-2EBEF 2F800-2FA1F 30000-3134F"
)
NONCHARACTERS = _ranges("FDD0-FDEF") | {
    plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)
}


def is_number(character: str) -> bool:
    """General category N*: digits, fractions, Roman numerals."""
    return character != "" and unicodedata.category(character).startswith("N")


@cache
def fold_character(character: str) -> str:
    """Casefold and full compatibility decomposition, twice; then ignorables and points go."""
    folded = unicodedata.normalize("NFKD", character.casefold())
    folded = unicodedata.normalize("NFKD", folded.casefold())
    return "".join(c for c in folded if ord(c) not in IGNORABLE and not is_stripped(c))


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


def is_hyphen(character: str) -> bool:
    """The soft hyphen, and what folds to a hyphen."""
    return character == "\u00ad" or fold_character(character) in ("-", "\u2010")


def is_letter(character: str) -> bool:
    """Whether all that it folds to belongs to words and is no number; not for what is dropped."""
    folded = fold_character(character)
    return folded != "" and all(character_class(c) == WORD and not is_number(c) for c in folded)


def in_parted_words(text: str) -> set[int]:
    """The characters from a hyphen to the next line that part a word: they fold to nothing."""

    def after_unseen(place: int) -> int:
        while place < len(text) and (
            text[place] in " \t" or not (is_hyphen(text[place]) or fold_character(text[place]))
        ):
            place += 1
        return place

    found: set[int] = set()
    for place, character in enumerate(text):
        end = after_unseen(place + 1)
        if not is_hyphen(character) or text[end : end + 1] not in ("\n", "\r"):
            continue
        next_line = after_unseen(end + (2 if text[end : end + 2] == "\r\n" else 1))
        before = [c for c in text[:place] if fold_character(c)][-1:]
        after = [c for c in text[next_line:] if fold_character(c)][:1]
        parts_a_word = before and after and is_letter(before[0]) and is_letter(after[0])
        if parts_a_word and first_word(text[next_line:]) not in CONJUNCTIONS:
            found.update(range(place, next_line))
    return found


# Behind a hyphen that stands for the other half of a word: `In- und Ausland`.
CONJUNCTIONS = ("und", "oder", "bzw", "sowie", "and")


def first_word(text: str) -> str:
    """The folded characters up to the first one that belongs to no word."""
    folded = (one for character in text for one in fold_character(character))
    return "".join(takewhile(lambda one: character_class(one) == WORD, folded))


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


def common_runs(later: list[str], earlier: list[str]) -> list[tuple[int, int]]:
    """Every maximal run of tokens that stands in both: its start in the first, its length."""
    found = []
    for i in range(len(later)):
        for j in range(len(earlier)):
            if i and j and later[i - 1] == earlier[j - 1]:
                continue
            length = 0
            while i + length < len(later) and j + length < len(earlier):
                if later[i + length] != earlier[j + length]:
                    break
                length += 1
            if length:
                found.append((i, length))
    return found


def is_numeric(token: str) -> bool:
    """A token with at least one number character."""
    return any(is_number(character) for character in token)


# Numerals of Chinese and Japanese. In a text alone they are words; two texts differ in numbers by them.
NUMERALS = frozenset("一二三四五六七八九十百千万萬亿億零两兩廿卅卌壹贰貳叁肆伍陆陸柒捌玖拾佰仟壱弐")
MEASURES = "元圆円倍年月日天人米吨次岁周名户度克里亩秒"


@cache
def is_number_token(token: str) -> bool:
    """A token with a digit, a word for a number, or a numeral."""
    return is_amount(token) or token in NUMERALS


@cache
def is_amount(token: str) -> bool:
    """A token with a digit, or a word for a number."""
    return is_numeric(token) or token in NUMBER_WORDS


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


# --- split: text to spans of blocks ----------------------------------------------------------

WHITE_SPACE = frozenset(map(chr, _ranges("9-D 20 85 A0 1680 2000-200A 2028-2029 202F 205F 3000")))
HORIZONTAL = frozenset(map(chr, _ranges("9 20 A0 1680 2000-200A 202F 205F 3000")))


# Han and Kana, and the mark between syllables of Tibetan, behind any of which a line may end.
LINES_END_BEHIND = _ranges(
    "F0B 2E80-2FDF 3005-3007 3031-3035 303B 3041-30FF 31F0-31FF 3400-4DBF"
) | (_ranges("4E00-9FFF F900-FAFF FF66-FF9F 1AFF0-1B16F 20000-3FFFD"))

# Thai, Lao, Burmese, Khmer: words are written together, and have eight characters at most.
WORDS_TOGETHER = _ranges("E00-EFF 1000-109F 1780-17FF A9E0-A9FF AA60-AA7F")
CLOSING = "\"')]}»”’“›」』）】》〉"
SENTENCE_ENDS = frozenset(".!?:;…。．｡！？：；") | frozenset(
    map(chr, _ranges("589 61B 61F 6D4 964-965 F0D-F0E 104A-104B 1362 17D4-17D5"))
)


def is_space(text: str, place: int) -> bool:
    """White space, or the byte order mark at the very start."""
    return text[place] in WHITE_SPACE or (place == 0 and text[0] == "\ufeff")


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends; empty where it is all white space."""
    while start < end and is_space(text, start):
        start += 1
    while start < end and is_space(text, end - 1):
        end -= 1
    return start, end


def lines(text: str) -> list[tuple[int, int]]:
    """Trimmed spans of all lines; these end at CR LF, LF or CR only. Blank ones are empty."""
    spans, start, place = [], 0, 0
    while place < len(text):
        if text[place] in "\r\n":
            spans.append(trim(text, start, place))
            place += text[place : place + 2] == "\r\n"
            start = place + 1
        place += 1
    return [*spans, trim(text, start, len(text))]


def is_hard_wrapped(text: str, group: list[tuple[int, int]]) -> bool:
    """Three lines or more, none too long; none could have taken the next one's first word, and one
    of these ends inside of a sentence.

    Of Han and Kana a character is a word; of Thai and the like eight are.
    """
    widths = [end - start for start, end in group]
    if len(group) < 3 or max(widths) > 100:
        return False
    for width, (start, end) in zip(widths, group[1:], strict=False):
        word, together = start, 0
        while word < end and not is_space(text, word):
            together += ord(text[word]) in WORDS_TOGETHER
            word += 1
            if ord(text[word - 1]) in LINES_END_BEHIND or together == 8:
                break
        if width + 1 + word - start <= max(widths):
            return False
    ends = [text[start:end].rstrip(CLOSING)[-1:] for start, end in group[:-1]]
    return not all(end and end in SENTENCE_ENDS for end in ends)


def gap_items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The line at its gaps of three or more horizontal spaces, if that makes a ticker of it."""
    items, item, place = [], start, start
    while place < end:
        stop = place
        while stop < end and text[stop] in HORIZONTAL:
            stop += 1
        if stop - place >= 3:
            items.append(trim(text, item, place))
            item = stop
        place = max(stop, place + 1)
    items = [span for span in [*items, trim(text, item, end)] if span[0] < span[1]]
    long = [span for span in items if len(tokens(text[span[0] : span[1]])) >= 4]
    return items if len(items) >= 4 and 2 * len(long) >= len(items) else [(start, end)]


def split(text: str, unit: str = "paragraph") -> list[tuple[int, int]]:
    """The blocks of a text, as half-open spans of code points without white space at the ends."""
    if unit == "document":
        whole = trim(text, 0, len(text))
        return [whole] if whole[0] < whole[1] else []
    if unit == "line":
        return [(start, end) for start, end in lines(text) if start < end]
    blocks: list[tuple[int, int]] = []
    parted = in_parted_words(text) if "\n" in text or "\r" in text else set()
    for blank, spans in groupby(lines(text), lambda span: span[0] == span[1]):
        group = list(spans)
        if blank:
            continue
        if is_hard_wrapped(text, group):
            blocks.append((group[0][0], group[-1][1]))
            continue
        before: list[tuple[int, int]] = []
        for line in group:
            items = gap_items(text, *line)
            between = range(before[0][1], line[0]) if len(before) == 1 else range(0)
            if len(items) == 1 and any(n in parted and text[n] in "\r\n" for n in between):
                blocks[-1] = (blocks[-1][0], line[1])
            else:
                blocks += items
            before = items
    return blocks


# --- shingle and sign ------------------------------------------------------------------------

M64 = (1 << 64) - 1
MULTIPLIER = 0x9E3779B97F4A7C15


ROOT_OF_TWO, ROOT_OF_THREE = 0x6A09E667F3BCC909, 0xBB67AE8584CAA73B


def fold_product(left: int, right: int) -> int:
    """The halves of a 128-bit product, one folded over the other."""
    product = left * right
    return (product ^ product >> 64) & M64


def token_hash(token: str) -> int:
    """Eight bytes of UTF-8 after eight; the upper half, its lowest bit set in numeric tokens."""
    data, state = token.encode(), 0
    for start in range(0, len(data), 8):
        chunk = int.from_bytes(data[start : start + 8], "little")
        state = fold_product(state ^ chunk ^ ROOT_OF_TWO, ROOT_OF_THREE)
    return (fold_product(state, ROOT_OF_TWO) >> 32) & ~1 | is_numeric(token)


def fmix64(value: int) -> int:
    """The finaliser of MurmurHash3, 64 bits."""
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & M64
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & M64
    return value ^ value >> 33


def shingle_hashes(values: list[int], size: int) -> set[int]:
    """The hash of every `size` consecutive values; of all of them where there are fewer."""
    size = min(size, len(values))
    if not size:
        return set()
    found = set()
    for first in range(len(values) - size + 1):
        total = 0
        for value in values[first : first + size]:
            total = (total * MULTIPLIER + value) & M64
        found.add(fmix64((total + size) & M64))
    return found


def shingles(text: str, size: int, mask_numbers: bool = False) -> set[int]:
    """Word shingles of a text."""
    return shingle_hashes([token_hash(token) for token in tokens(text, mask_numbers)], size)


def character_items(text: str) -> set[int]:
    """What is signed of a short block: the upper halves of the 5-shingles of its characters."""
    return {value >> 32 for value in shingle_hashes([ord(c) + 1 for c in normal_form(text)], 5)}


def permutations(seed: int, count: int = 128) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The permutations of datasketch 2's `affine32`: h -> a*h + b modulo 2**32, a odd."""
    random = numpy.random.RandomState(seed)
    a = random.randint(0, 1 << 31, count, dtype=numpy.uint32) * numpy.uint32(2) + numpy.uint32(1)
    return a, random.randint(0, 1 << 32, count, dtype=numpy.uint32)


def signature(items: set[int], a: numpy.ndarray, b: numpy.ndarray) -> list[int]:
    """The least value of every permutation over the items, mixed by MurmurHash3's fmix32."""
    least = [0xFFFFFFFF] * len(a)
    for item in items:
        item = (item ^ item >> 16) * 0x85EBCA6B & 0xFFFFFFFF
        item = (item ^ item >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
        item ^= item >> 16
        values = [(int(x) * item + int(y)) & 0xFFFFFFFF for x, y in zip(a, b, strict=True)]
        least = [min(pair) for pair in zip(least, values, strict=True)]
    return least


def candidate_chance(resemblance: float, bands: int, rows: int) -> float:
    """The S-curve: the chance that two sets this alike share at least one band."""
    return 1 - (1 - resemblance**rows) ** bands


def band_plan(threshold: float) -> tuple[int, int]:
    """(bands, rows) of the most rows that still find 99 % of the pairs at the threshold."""
    for rows in range(128, 0, -1):
        if candidate_chance(threshold, 128 // rows, rows) >= 0.99:
            return 128 // rows, rows
    return 128, 1


# --- match, greedy ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Rules:
    """The settings a match depends on, with the defaults of `dedup.Policy`."""

    unit: str = "paragraph"
    shingle_size: int = 3
    threshold: float = 0.7
    containment: float = 0.8
    short_tokens: int = 20
    short_threshold: float = 0.9
    min_tokens: int = 8
    numbers: str = "veto"
    names: str = "veto"
    scope: str = "both"
    group_scope: str = "within"
    window: int | None = None  # seconds


@dataclass(eq=False)
class Block:
    """A block with everything that is compared of it; `eq=False`: two copies are two blocks.

    spelling: the first text of the corpus that is equal to this one; it says what is a name.
    """

    document: int
    span: tuple[int, int]
    text: str
    rules: Rules = field(repr=False)
    group: str = ""
    time: int | None = None  # seconds
    spelling: str = field(default="", repr=False)

    @cached_property
    def tokens(self) -> list[str]:
        return tokens(self.text, self.rules.numbers == "mask")

    @cached_property
    def by_numbers(self) -> list[Piece]:
        """Its runs of numbers and all other tokens."""
        return pieces(self.tokens, [is_number_token(token) for token in self.tokens])

    @cached_property
    def by_names(self) -> list[Piece]:
        """Its runs of names, and of numbers where these are vetoed, and all other tokens."""
        return self.pieces_by_names(self.tokens, self.names)

    @cached_property
    def names(self) -> list[bool]:
        """Which of its tokens are names."""
        return names(self.spelling or self.text)

    def pieces_by_names(self, some: list[str], are_names: list[bool]) -> list[Piece]:
        """The same of some of its tokens."""
        vetoed = self.rules.numbers == "veto"
        marked = zip(are_names, some, strict=True)
        return pieces(some, [name or (vetoed and is_number_token(token)) for name, token in marked])

    @cached_property
    def normal(self) -> str:
        return " ".join(self.tokens)

    @cached_property
    def fingerprint(self) -> bytes:
        return fingerprint(self.text, self.rules.numbers == "mask")

    @cached_property
    def shingles(self) -> set[int]:
        return shingle_hashes([token_hash(token) for token in self.tokens], self.rules.shingle_size)


@dataclass(frozen=True)
class Verdict:
    """relation: `equal`, `near` or `contained`; template: they differ in numbers or names only."""

    relation: str
    resemblance: float
    containment: float
    template: bool = False


def blocks_of(texts: list[str], rules: Rules) -> list[Block]:
    """All blocks of all documents, in input order."""
    blocks = [
        Block(number, (start, end), text[start:end], rules)
        for number, text in enumerate(texts)
        for start, end in split(text, rules.unit)
    ]
    spell(blocks)
    return blocks


def spell(blocks: Iterable[Block]) -> None:
    """Tell all blocks of a corpus, in input order, which text spells theirs."""
    first: dict[bytes, str] = {}
    for block in blocks:
        block.spelling = first.setdefault(block.fingerprint, block.text)


def only_numbers_differ(left: Block, right: Block, with_words: bool = True) -> bool:
    """The same tokens once every run of numbers is one: 900, or 1 500, or 九百.

    with_words: but for a word beside a run that differs, as in a date.
    """
    return only_runs_differ(left.by_numbers, right.by_numbers, with_words)


@dataclass(frozen=True)
class Piece:
    """A maximal run of tokens that are kept apart, or one other token; `first` is its number."""

    is_run: bool
    tokens: tuple[str, ...]
    first: int


def pieces(tokens: list[str], apart: list[bool]) -> list[Piece]:
    """A text as runs of what is kept apart and the tokens between."""
    made = []
    for is_run, found in groupby(range(len(tokens)), lambda place: apart[place]):
        places = list(found)
        parts = [places] if is_run else [[place] for place in places]
        made += [Piece(is_run, tuple(tokens[n] for n in part), part[0]) for part in parts]
    return made


def only_runs_differ(left: list[Piece], right: list[Piece], with_words: bool) -> bool:
    """Piece by piece: a run against a run, an equal token against a token; where `with_words`, also
    another token directly before or behind a run that differs."""
    if len(left) != len(right):
        return False
    if any(one.is_run != other.is_run for one, other in zip(left, right, strict=True)):
        return False

    def other_run(place: int) -> bool:
        is_piece = 0 <= place < len(left)
        return is_piece and left[place].is_run and left[place].tokens != right[place].tokens

    return all(
        one.is_run
        or one.tokens == other.tokens
        or (with_words and (other_run(place - 1) or other_run(place + 1)))
        for place, (one, other) in enumerate(zip(left, right, strict=True))
    )


ENDS = set(".!?…:;。！？؟")
OPENS = set('"“„‚‘«‹([{「『（【《〈')
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


def codes(text: str) -> list[bool]:
    """Which tokens are words of code, or numbers that are parts of one."""
    found: list[bool] = []
    called = arguments(text)
    goes_on, last = False, None
    for token, start, end in placed_tokens(text):
        before = text[max(0, start - 2) : start]
        goes_on = goes_on and last is not None and text[last:start] == "-"
        goes_on = goes_on or OPTION.search(before) is not None
        code = is_code(before, text[end : end + 2])
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


def only_names_differ(left: Block, right: Block) -> bool:
    """The same tokens once every run of names, and of vetoed numbers, is one.

    Only where `may_differ_in_names`.
    """
    return may_differ_in_names(left, right) and only_runs_differ(
        left.by_names, right.by_names, with_words=True
    )


def may_differ_in_names(left: Block, right: Block) -> bool:
    """Whether at most 1,024 tokens, and at least one, are left of both between their common
    beginning and their common end."""
    shorter = min(len(left.tokens), len(right.tokens))
    start = common_start(left.tokens, right.tokens)
    end = min(common_start(left.tokens[::-1], right.tokens[::-1]), shorter - start)
    rest = [len(block.tokens) - start - end for block in (left, right)]
    return min(rest) >= 1 and max(rest) <= 1024


def differences(left: Block, right: Block) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where a template's texts differ: characters of both, run of numbers or names by run, with the
    words beside it that differ."""
    numbers = left.rules.numbers == "veto" and only_numbers_differ(left, right)
    one, other = (block.by_numbers if numbers else block.by_names for block in (left, right))
    differ = [left.tokens != right.tokens for left, right in zip(one, other, strict=True)]
    stretches: list[list[int]] = []
    for place in (place for place, differs in enumerate(differ) if differs):
        # A word, a run, a word: any of the words may be absent, and one between two runs is the first's.
        last = stretches[-1] if stretches else []
        is_complete = len(last) > 1 and not one[last[-1]].is_run
        if last[-1:] == [place - 1] and not is_complete:
            last.append(place)
        else:
            stretches.append([place])
    placed = [placed_tokens(block.text, block.rules.numbers == "mask") for block in (left, right)]

    def span(side: int, found: list[Piece], places: list[int]) -> tuple[int, int]:
        first, last = found[places[0]].first, found[places[-1]]
        end = last.first + len(last.tokens) - 1
        return placed[side][first][1], placed[side][end][2]

    return [(span(0, one, places), span(1, other, places)) for places in stretches]


def common_start(left: list[str], right: list[str]) -> int:
    """How many tokens two lists have in common from their start on."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def verdict(left: Block, right: Block) -> Verdict | None:
    """How two blocks match, or None. Scores are always those of the word shingles."""
    if left.fingerprint == right.fingerprint:
        return Verdict("equal", 1.0, 1.0)
    rules, sizes = left.rules, sorted((len(left.tokens), len(right.tokens)))
    if sizes[0] < max(rules.min_tokens, 1):
        return None
    shared = len(left.shingles & right.shingles)
    resemblance = shared / len(left.shingles | right.shingles)
    containment = shared / min(len(left.shingles), len(right.shingles))
    if sizes[0] < rules.short_tokens:
        if sizes[1] >= rules.short_tokens * 5 // 4:
            return None
        alike = Indel.normalized_similarity(left.normal, right.normal)
        if is_unspaced(left) and is_unspaced(right):
            alike = min(alike, Indel.normalized_similarity(left.tokens, right.tokens))
        relation = "near" if alike >= rules.short_threshold else None
    elif resemblance >= rules.threshold:
        relation = "near"
    else:
        relation = "contained" if containment >= rules.containment > 0 else None
    if relation is None:
        return None
    template = (rules.numbers == "veto" and only_numbers_differ(left, right)) or (
        rules.names == "veto" and only_names_differ(left, right)
    )
    return Verdict(relation, resemblance, containment, template)


def is_unspaced(block: Block) -> bool:
    """Whether half of the tokens or more are single characters of a script without spaces."""
    single = [token for token in block.tokens if character_class(token[0]) == SINGLE]
    return 2 * len(single) >= len(block.tokens)


def may_replace(kept: Block, repeat: Block) -> bool:
    """Whether `repeat` may go in favour of `kept`: where nearly all of it stands there, and of a
    contained pair only the contained side."""
    found = verdict(kept, repeat)
    if found is None or found.template:
        return False
    if found.relation == "equal":
        return True
    is_smaller = len(repeat.shingles) <= len(kept.shingles)
    return stands_in(repeat, kept) and (found.relation == "near" or is_smaller)


def stands_in(own: Block, other: Block) -> bool:
    """Whether the other has .82 of its shingles, .85 of its tokens in their order, or all but numbers."""
    if own.rules.numbers == "keep" and only_numbers_differ(own, other, with_words=False):
        if own.rules.names != "veto":
            return True
        if own.rules.unit != "document" and say_other_code(own, other):
            return False
        more = own.shingles - other.shingles
        return not (more and a_part_differs_in_names(own, other))
    if own.rules.unit != "document" and own.shingles != other.shingles:
        if own.rules.numbers == "veto" and (
            say_other_numbers(own.tokens, other.tokens) or one_says_one(own.tokens, other.tokens)
        ):
            return False
        if one_denies(own.tokens, other.tokens) or say_opposites(own.tokens, other.tokens):
            return False
        if are_other_rows(own.tokens, other.tokens) or denies_more(own.tokens, other.tokens):
            return False
        words = [token for token in own.tokens if not set(token) <= set(SIGNS_OF_CODE)]
        signs = len(own.tokens) - len(words)
        few = len(words) < own.rules.min_tokens and 3 * signs >= len(own.tokens)
        if few and len(own.tokens) < 256:
            return False
    if own.rules.unit != "document" and own.rules.names == "veto" and say_other_code(own, other):
        return False
    shared = len(own.shingles & other.shingles)
    # Of longer texts the order is not looked at: it takes the product of their lengths.
    places = between(own.tokens, other.tokens)
    is_long = len(places[0]) * len(places[1]) > 1 << 34
    in_order = 0 if is_long else LCSseq.similarity(own.tokens, other.tokens)
    says = len(own.shingles) > shared or own.rules.shingle_size < 3
    if says and says_more(own, other):
        return False
    if is_scattered(own, other):
        return False
    has_more = len(own.shingles) > shared
    if own.rules.numbers == "veto" and has_more and a_part_differs_in_numbers(own, other):
        return False
    if own.rules.names == "veto" and has_more and a_part_differs_in_names(own, other):
        return False
    return shared >= 0.82 * len(own.shingles) or in_order >= 0.85 * len(own.tokens)


def is_scattered(own: Block, other: Block) -> bool:
    """Whether the other is more than eight times as long, and has in no stretch of four times as many
    tokens half of the runs of three tokens."""
    if own.rules.unit == "document" or len(other.shingles) <= 8 * len(own.shingles):
        return False
    threes = set(grams(own.tokens, 3))
    length = 4 * len(own.tokens)
    starts = range(max(1, len(other.tokens) - length + 1))
    stretches = (grams(other.tokens[start : start + length], 3) for start in starts)
    return not any(2 * len(threes.intersection(stretch)) >= len(threes) for stretch in stretches)


def say_other_numbers(left: list[str], right: list[str]) -> bool:
    """Whether each says a number more often than the other, without those with which it begins."""

    def own_numbers(own: list[str], other: list[str]) -> set[str]:
        told = list(dropwhile(is_amount, own))
        return {one for one in told if is_amount(one) and told.count(one) > other.count(one)}

    def own_numerals(own: list[str], other: list[str]) -> bool:
        told = measured(own)
        return any(told.count(one) > measured(other).count(one) for one in told)

    sides = zip((left, right), between(left, right), strict=True)
    asked = any(tokens[n] in NUMERALS for tokens, places in sides for n in places)
    return all(
        bool(own_numbers(own, other)) or (asked and own_numerals(own, other))
        for own, other in ((left, right), (right, left))
    )


def measured(tokens: list[str]) -> list[str]:
    """The numerals of Chinese that count something, with that."""
    text = "".join(token if len(token) == 1 else " " for token in tokens)
    numerals = "".join(sorted(NUMERALS))
    return re.findall(f"(?<![{numerals}第])[{numerals}]+[{MEASURES}]", text)


def say_other_code(left: Block, right: Block) -> bool:
    """Whether each has a word of code that the other lacks between what both begin and end with, or
    one has up to four of them more in one place, and they are the same else."""
    places = between(left.tokens, right.tokens)
    fewer, more = sorted(map(len, places))
    if more > 1024 or (not fewer and not 1 <= more <= 4):
        return False
    found = [codes(block.spelling or block.text) for block in (left, right)]
    if not fewer and all(found[side][place] for side in (0, 1) for place in places[side]):
        return True
    parts = [
        [
            (token, block.tokens[place - 1] if is_joined else None)
            for place, (token, is_joined) in enumerate(
                zip(block.tokens, joined(block.spelling or block.text), strict=True)
            )
        ]
        for block in (left, right)
    ]
    # What both end with may begin with a word that is joined to another one.
    return all(
        any(
            found[side][place] and parts[side][place] not in parts[1 - side]
            for place in range(places[side].start, min(places[side].stop + 1, len(parts[side])))
        )
        for side in (0, 1)
    )


def between(left: list[str], right: list[str]) -> list[range]:
    """The places of each between what both begin and what both end with."""
    start = common_start(left, right)
    shorter = min(len(left), len(right))
    end = min(common_start(left[::-1], right[::-1]), shorter - start)
    return [range(start, len(tokens) - end) for tokens in (left, right)]


def few_between(left: list[str], right: list[str]) -> list[list[str]]:
    """Where they differ in one place, by four words each at most: these. Else nothing of either."""
    sides = zip((left, right), between(left, right), strict=True)
    few = [[tokens[place] for place in places] for tokens, places in sides]
    return few if max(map(len, few)) <= 4 else [[], []]


def say_opposites(left: list[str], right: list[str]) -> bool:
    """Whether one says the opposite of a word of the other, beside the same word, each more often."""
    places = between(left, right)

    def beside(tokens: list[str], place: int) -> list[str | None]:
        padded = [None, *tokens, None]
        return [padded[place], padded[place + 2]]

    return any(
        (left[one], right[other]) in OPPOSITES
        and any(a == b for a, b in zip(beside(left, one), beside(right, other), strict=True))
        and left.count(left[one]) > right.count(left[one])
        and right.count(right[other]) > left.count(right[other])
        for one in places[0]
        for other in places[1]
    )


def denies_more(own: list[str], other: list[str]) -> bool:
    """Whether a character denies what stands behind it, and nowhere in the other."""
    there = [other[n : n + 2] for n in range(len(other))]
    return any(
        own[n] in DENYING_CHARACTERS and own[n : n + 2] not in there for n in between(own, other)[0]
    )


def are_other_rows(left: list[str], right: list[str]) -> bool:
    """Whether both are rows of tables, and say other things in their first cells."""
    cells = []
    for tokens in (left, right):
        if tokens[:1] != ["|"]:
            return False
        rest = list(dropwhile("|".__eq__, tokens))
        if "|" not in rest:
            return False
        cells.append(rest[: rest.index("|")])
    return cells[0] != cells[1]


def one_denies(left: list[str], right: list[str]) -> bool:
    """Whether they differ in a few words, and one has a negation there."""
    denies = [not NEGATIONS.isdisjoint(tokens) for tokens in few_between(left, right)]
    return denies[0] != denies[1]


def one_says_one(left: list[str], right: list[str]) -> bool:
    """Whether they differ in a few words, one has a number there, and the other the word for one."""
    between = few_between(left, right)
    numbers = [any(map(is_amount, tokens)) for tokens in between]
    ones = [not ONES.isdisjoint(tokens) for tokens in between]
    return sum(numbers) == 1 and ones[numbers.index(False)]


def a_part_differs_in_numbers(own: Block, other: Block) -> bool:
    """Whether a part of the other is, but for numbers and words beside them, all of its own."""
    mine = own.by_numbers
    if not any(piece.is_run for piece in mine):
        return False
    numbers = [is_number_token(token) for token in other.tokens]
    for start in range(len(other.tokens)):
        if start > 0 and numbers[start - 1] and numbers[start]:
            continue  # a part of a run is another run
        rest = other.tokens[start:]
        theirs = pieces(rest, [is_number_token(token) for token in rest])
        if only_runs_differ(mine, theirs[: len(mine)], with_words=True):
            return True
    return False


def a_part_differs_in_names(own: Block, other: Block) -> bool:
    """Whether a part of the other is, but for names, vetoed numbers, and words beside them, all of its own."""
    mine, theirs = own.names, other.names
    if not any(mine) or not may_differ_in_names(own, other):
        return False
    vetoed = own.rules.numbers == "veto"
    apart = [
        name or (vetoed and is_number_token(token))
        for name, token in zip(theirs, other.tokens, strict=True)
    ]
    for start in range(len(other.tokens)):
        if start > 0 and apart[start - 1] and apart[start]:
            continue  # a part of a run is another run
        part = other.pieces_by_names(other.tokens[start:], theirs[start:])
        if only_runs_differ(own.by_names, part[: len(own.by_names)], with_words=True):
            return True
    return False


SIGNS_OF_CODE = "$+<=>^`|~"

NEW = 8


def says_more(own: Block, other: Block) -> bool:
    """Whether eight tokens in a row are its own.

    Between what both begin and end with: those that stand neither in eight in a row of the other, nor
    in three in a row that belong to a longest sequence of such threes in the order of both.
    """
    if own.rules.unit == "document":
        return False
    mine, theirs = list(own.tokens), list(other.tokens)
    while mine and theirs and mine[0] == theirs[0]:
        del mine[0], theirs[0]
    while mine and theirs and mine[-1] == theirs[-1]:
        del mine[-1], theirs[-1]
    eights = set(grams(other.tokens, NEW))
    known = {
        place + n
        for place, gram in enumerate(grams(mine, NEW))
        if gram in eights
        for n in range(NEW)
    }
    known |= {
        place + n for place in places_in_order(grams(mine, 3), grams(theirs, 3)) for n in range(3)
    }
    length = longest = 0
    for place, token in enumerate(mine):
        # Three letters of Thai, Lao, Burmese or Khmer count as one word.
        length = 0 if place in known else length + (1 if LETTER.fullmatch(token) else 3)
        longest = max(longest, length)
    return longest >= 3 * NEW


LETTER = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


def grams(tokens: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(tokens[n : n + size]) for n in range(len(tokens) - size + 1)]


def places_in_order(mine: list[tuple[str, ...]], theirs: list[tuple[str, ...]]) -> set[int]:
    """Places of ours that belong to any of the longest sequences that both have."""
    pairs = [(n, m) for n, one in enumerate(mine) for m, two in enumerate(theirs) if one == two]
    if len(pairs) > 1 << 16:
        return {n for n, _ in pairs}
    up_to: dict[tuple[int, int], int] = {}
    for n, m in pairs:
        before = [up_to[pair] for pair in up_to if pair[0] < n and pair[1] < m]
        up_to[n, m] = 1 + max(before, default=0)
    after: dict[tuple[int, int], int] = {}
    for n, m in reversed(pairs):
        behind = [after[pair] for pair in after if pair[0] > n and pair[1] > m]
        after[n, m] = 1 + max(behind, default=0)
    longest = max(up_to.values(), default=0)
    return {pair[0] for pair in pairs if up_to[pair] + after[pair] - 1 == longest}


def in_scope(left: Block, right: Block, scope: str) -> bool:
    """`within` asks for one document, `across` for two; groups likewise; a window for near times."""
    rules, same = left.rules, left.document == right.document
    return (
        (scope == "both" or same == (scope == "within"))
        and (left.group == right.group) == (rules.group_scope == "within")
        and (rules.window is None or same or are_near(left.time, right.time, rules.window))
    )


def are_near(left: int | None, right: int | None, window: int) -> bool:
    """Two times, at most so many seconds apart; without a time nothing is near."""
    return left is not None and right is not None and abs(left - right) <= window


def all_pairs(blocks: list[Block]) -> dict[frozenset[bytes], Verdict]:
    """Every pair of distinct fingerprints that matches, by a double loop."""
    nodes = list({block.fingerprint: block for block in reversed(blocks)}.values())
    found = {}
    for number, left in enumerate(nodes):
        for right in nodes[:number]:
            judged = verdict(left, right)
            if judged is not None:
                found[frozenset((left.fingerprint, right.fingerprint))] = judged
    return found


def content(blocks: list[Block], document: int) -> int:
    """What breaks ties of rank: a hash of a document's normal forms."""
    prints = [block.fingerprint for block in blocks if block.document == document]
    return xxhash.xxh3_64_intdigest(b"".join(prints))


def greedy(
    blocks: list[Block], rank: list[int] | None = None, references: int = 0
) -> list[int | None]:
    """For every block the number of the kept block it repeats, None where it is kept itself.

    Blocks are visited by rank, then by the content of their documents, then by position; by default
    in input order. Each goes in favour of the first block already kept that it matches. Blocks of the
    first so many documents, which the others are held against, come before all that, and all stay.
    """
    if rank is not None:
        contents = {block.document: content(blocks, block.document) for block in blocks}
        keys = [(rank[n], contents[block.document]) for n, block in enumerate(blocks)]
        rank = [sorted(set(keys)).index(key) for key in keys]
    repeat_of: list[int | None] = [None] * len(blocks)
    kept = [number for number, block in enumerate(blocks) if block.document < references]
    others = range(len(kept), len(blocks))
    for number in sorted(others, key=lambda n: n if rank is None else rank[n]):
        block = blocks[number]
        for other in kept:
            if in_scope(blocks[other], block, block.rules.scope) and may_replace(
                blocks[other], block
            ):
                repeat_of[number] = other
                break
        else:
            kept.append(number)
    return repeat_of


# --- kinds: why a cluster repeats ------------------------------------------------------------

MANY, TOKENS_A_DOCUMENT, LONG_TOKENS = 10, 6, 200


def source_of(identity: str, name: str, is_record: bool) -> str:
    """What a publisher's documents share: a host, the first part of an id or path, or a file."""
    for url in (identity, name):
        host = re.match(r"[A-Za-z0-9]+://(?:[^/?#]*@)?([^/?#]+?)(?::[0-9]*)?(?:[/?#]|$)", url)
        if host:
            return bare(host[1])
    own = "" if is_record and identity.startswith(name) else identity
    for path in (own, "" if is_record else name):
        first, slash, _ = path.partition("/")
        if slash and first:
            return bare(first)
    return name.lower() if is_record else ""


def bare(host: str) -> str:
    """Without what many hosts begin with."""
    host = host.lower()
    return host[4:] if host.startswith("www.") else host


def is_furniture(
    places: list[tuple[int, int, int]], pages: list[list[int]], sources: list[str], least: int
) -> bool:
    """Whether passages are site furniture; the first is the keeper.

    places: document, first and last block. pages: tokens of each document's blocks. sources: of
    the documents. Short, or at the edge of a page that has as much text again, and so in ten
    documents of one source, and one for each six tokens.
    """
    found = defaultdict(set)
    for document, first, last in places:
        page = pages[document]
        tokens, edge = sum(page[first : last + 1]), max(3, len(page) // 10)
        at_edge = last < edge or first >= len(page) - edge
        if tokens < least or (tokens < LONG_TOKENS and at_edge and 2 * tokens <= sum(page)):
            found[sources[document]].add(document)
    document, first, last = places[0]
    kept = sum(pages[document][first : last + 1])
    enough = max(MANY, -(-kept // TOKENS_A_DOCUMENT))
    return kept < LONG_TOKENS and any(len(documents) >= enough for documents in found.values())
