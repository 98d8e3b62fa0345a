"""What is done to a text before it is put down a second time. Each takes a text and a Hand."""

import random
import re
import unicodedata
from dataclasses import dataclass

from benchmarks.quality.words import UNSPACED

# What one changes as a word: letters only, as they stand in the text.
LETTERS = re.compile(f"[{UNSPACED}]|[^\\W\\d_{UNSPACED}]+")
SENTENCE = re.compile(r"(?<=[.!?؟])\s+(?=[^\s\d])|(?<=[\u3002\uff01\uff1f\uff1b])(?=.)")
NUMBER = re.compile(r"\d+")
TASHKEEL = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
NAME = re.compile(r"(?<=[a-zà-ÿ,;] )[A-ZÀ-Þ][a-zà-ÿ]{2,}")


@dataclass(frozen=True, slots=True)
class Hand:
    """Where an edit takes its chances and its new words from."""

    random: random.Random
    vocabulary: list[str]
    others: list[str]  # other paragraphs of the language

    def word(self, old: str) -> str:
        """Another word, with the case of the old one."""
        while True:
            new = self.random.choice(self.vocabulary)
            if new.casefold() != old.casefold():
                return new.capitalize() if old[:1].isupper() else new


def change_words(text: str, count: int, hand: Hand) -> str:
    """So many words exchanged for others; no names where there is a choice: another class."""
    every = list(LETTERS.finditer(text))
    found = [match for match in every if not match[0][0].isupper()]
    found = found if len(found) >= count else every
    for match in sorted(hand.random.sample(found, count), key=lambda m: -m.start()):
        text = text[: match.start()] + hand.word(match[0]) + text[match.end() :]
    return text


def one_word(text: str, hand: Hand) -> str:
    return change_words(text, 1, hand)


def five_percent(text: str, hand: Hand) -> str:
    return change_words(text, max(1, round(len(LETTERS.findall(text)) / 20)), hand)


def ten_percent(text: str, hand: Hand) -> str:
    return change_words(text, max(1, round(len(LETTERS.findall(text)) / 10)), hand)


def same(text: str, _hand: Hand) -> str:
    return text


def case(text: str, hand: Hand) -> str:
    return hand.random.choice([text.upper(), text.lower(), text.title()])


def punctuation(text: str, hand: Hand) -> str:
    """Other quotes, dashes for commas, a mark gone here and there; none between digits."""
    exchanged = text.translate({ord("'"): "\u2019", ord('"'): "\u201c", ord(";"): ","})
    marks = list(re.finditer(r"(?<!\d)[,.:!?](?=\s|$)", exchanged))
    chosen = hand.random.sample(marks, (len(marks) + 1) // 2)
    for match in sorted(chosen, key=lambda mark: -mark.start()):
        new = hand.random.choice(["", " \u2013", "\u2026", " !"])
        exchanged = exchanged[: match.start()] + new + exchanged[match.end() :]
    return exchanged if exchanged != text else text + " \u2026"


def spaces(text: str, hand: Hand) -> str:
    """No-break, thin and double spaces."""
    new = ["\u00a0", "  ", "\u2009", "\u00a0", "\u202f"]
    return re.sub(" ", lambda _: hand.random.choice([" ", *new]), text)


def accents(text: str, _hand: Hand) -> str:
    """Without accents."""
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def full_width(text: str, _hand: Hand) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def arabic_points(text: str, hand: Hand) -> str:
    """Points on a third of the letters."""
    points = [hand.random.choice(TASHKEEL) if hand.random.random() < 0.33 else "" for _ in text]
    pairs = zip(text, points, strict=True)
    return "".join(c + point if "\u0621" <= c <= "\u064a" else c for c, point in pairs)


def invisible(text: str, hand: Hand) -> str:
    """Decomposed, with soft hyphens and zero-width characters inside words."""
    marked = re.sub(
        r"(?<=\w)(?=\w)",
        lambda _: hand.random.choice(["\u00ad", "\u200b", "\u2060"])
        if hand.random.random() < 0.1 else "",
        text,
    )  # fmt: skip
    return unicodedata.normalize("NFD", marked)


BYLINES = (
    "By our correspondent in {} - ", "{}, March 4 - ", "{} (Agence) \u2014 ",
    "De notre envoy\u00e9 \u00e0 {}, ", "Updated 14:05 | {} | ", "Photo: {} / Reuters. ",
    "{}, 12 mars \u2014 ",
)  # fmt: skip


def byline(text: str, hand: Hand) -> str:
    """With a byline or dateline in front."""
    return hand.random.choice(BYLINES).format(hand.word("Xx")) + text


def sentences(text: str) -> list[str]:
    """The text at its sentence ends; joined by what `glue` says they give it back."""
    return SENTENCE.split(text)


def glue(text: str) -> str:
    """What stands between sentences."""
    return "" if re.search("[\u3400-\u9fff]", text) else " "


def sentence_in(text: str, hand: Hand) -> str:
    """With a sentence of another paragraph put in, at most a quarter as long."""
    parts = sentences(text)
    while True:
        other = hand.random.choice(sentences(hand.random.choice(hand.others)))
        if 20 <= len(other) <= len(text) / 4:
            break
    parts.insert(hand.random.randint(0, len(parts)), other)
    return glue(text).join(parts)


def sentence_out(text: str, hand: Hand) -> str:
    """Without one of its sentences, at most a quarter of it."""
    parts = sentences(text)
    short = [n for n, part in enumerate(parts) if len(part) <= len(text) / 4]
    del parts[hand.random.choice(short)]
    return glue(text).join(parts)


def numbers(text: str, hand: Hand) -> str:
    """Every number another one of as many digits."""

    def other(match: re.Match[str]) -> str:
        while True:
            new = "".join(hand.random.choice("123456789") for _ in match[0])
            if new != match[0]:
                return new

    return NUMBER.sub(other, text)


def names(text: str, hand: Hand) -> str:
    """Every name another name, the same one each time."""
    pool = [name for other in hand.others for name in NAME.findall(other)]
    found = {name: hand.random.choice(pool) for name in sorted(set(NAME.findall(text)))}
    return NAME.sub(lambda match: found[match[0]], text)
