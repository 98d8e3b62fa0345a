"""Classes in which one paragraph stands a second time, as it was or edited."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from benchmarks.quality import edits
from benchmarks.quality.edits import Hand
from benchmarks.quality.field import Field
from benchmarks.quality.page import whole
from benchmarks.quality.words import words

WITHIN = 6  # one copy in so many stands in the document of its original


@dataclass(frozen=True, slots=True)
class Copies:
    """A class: which paragraphs it takes, in which languages, and what it does to the second."""

    languages: tuple[str, ...]
    edit: Callable[[str, Hand], str]
    low: int
    high: int
    accept: Callable[[str], bool] = bool
    may_go: bool = True
    longer: str = ""  # the side that says more, where one does: it should stay


@lru_cache(maxsize=1 << 17)
def length(text: str) -> int:
    """Words of a text."""
    return len(words(text))


def has_accents(text: str) -> bool:
    return edits.accents(text, NOBODY) != text and length(text) >= 10


def has_sentences(text: str) -> bool:
    """Four sentences or more, one of which is at most a quarter."""
    parts = edits.sentences(text)
    return len(parts) >= 4 and min(map(len, parts)) <= len(text) / 4


def has_numbers(text: str) -> bool:
    return 1 <= len(edits.NUMBER.findall(text)) <= 6


def has_names(text: str) -> bool:
    return 1 <= len(set(edits.NAME.findall(text))) <= 4


ALL = ("en", "fr", "es", "zh")
LATIN = ("en", "fr", "es")
NOBODY = Hand.__new__(Hand)  # for edits that leave nothing to chance

CLASSES = {
    "identical": Copies((*ALL, "ar"), edits.same, 10, 220),
    "case": Copies(LATIN, edits.case, 10, 220),
    "punctuation": Copies(LATIN, edits.punctuation, 10, 220),
    "spaces": Copies(LATIN, edits.spaces, 10, 220),
    "accents": Copies(("fr", "es"), edits.accents, 10, 220, has_accents),
    "full width": Copies(("en", "fr"), edits.full_width, 10, 220),
    "arabic points": Copies(("ar",), edits.arabic_points, 10, 220),
    "invisible": Copies(ALL, edits.invisible, 10, 220),
    "one word of 10-20": Copies(LATIN, edits.one_word, 10, 20),
    "one word of 21+, en": Copies(("en",), edits.one_word, 21, 60),
    "one word of 21+, fr": Copies(("fr",), edits.one_word, 21, 60),
    "one word of 21+, es": Copies(("es",), edits.one_word, 21, 60),
    "one word of 21+, ar": Copies(("ar",), edits.one_word, 21, 60),
    "one word of 21+, zh": Copies(("zh",), edits.one_word, 21, 60),
    "5 % of words": Copies(LATIN, edits.five_percent, 40, 160),
    "5 % of words, ar": Copies(("ar",), edits.five_percent, 40, 160),
    "5 % of words, zh": Copies(("zh",), edits.five_percent, 40, 160),
    "10 % of words": Copies((*ALL, "ar"), edits.ten_percent, 40, 160, may_go=False),
    "byline": Copies(LATIN, edits.byline, 30, 160),
    "sentence in": Copies(ALL, edits.sentence_in, 70, 220, has_sentences, longer="right"),
    "sentence out": Copies(ALL, edits.sentence_out, 70, 220, has_sentences, longer="left"),
    "numbers": Copies(LATIN, edits.numbers, 15, 120, has_numbers, may_go=False),
    "names": Copies(LATIN, edits.names, 20, 120, has_names, may_go=False),
}


def plant(name: str, number: int, field: Field) -> None:
    """One more repeat of a class."""
    given = CLASSES[name]
    language = given.languages[number % len(given.languages)]
    hand = hand_of(field, language)

    def accept(text: str) -> bool:
        return given.low <= length(text) <= given.high and given.accept(text)

    page, place, (text,) = field.donors(language, accept)
    left, right = (name, number, "left"), (name, number, "right")
    page.take(place, place, [whole(text, left)])
    within = number % WITHIN == 1
    gap = field.gap(language, [] if within else [page])
    field.put(gap, [whole(given.edit(text, hand), right)])
    stays = (name, number, given.longer) if given.longer else None
    field.promise(name, (left, right), may_go=given.may_go, stays=stays)


def hand_of(field: Field, language: str) -> Hand:
    """The hand that edits texts of a language."""
    spots = field.spots[language]
    others = [spot.page.paragraphs[spot.place // 2] for spot in spots[:400]]
    return Hand(field.random, field.vocabulary[language], others)
