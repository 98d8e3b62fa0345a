"""Real documents without repeats, which the repeats are planted into.

A paragraph of a real document stays only when no eight words of it in a row (fourteen characters
of Chinese) stand in any paragraph that stayed before it, in any document, nor a fifth of its runs
of four words; nor, of a short one, two fifths of its runs of eight characters. What repeats in the
corpus is then what was planted, and next to nothing else.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.quality.sets.given import records
from benchmarks.quality.words import ngrams, words

# Megabytes of text (10^6 characters) taken of each collection and language.
TAKEN = {
    ("reuters21578", "en"): 6.0,
    ("anarchist_faq", "en"): 4.0,
    ("debian_docs", "fr"): 2.0,
    ("debian_handbook", "fr"): 1.0,
    ("libreoffice_help", "fr"): 1.0,
    ("debian_docs", "es"): 2.0,
    ("debian_handbook", "es"): 1.0,
    ("libreoffice_help", "es"): 1.0,
    ("debian_handbook", "ar"): 1.0,
    ("cn_laws", "zh"): 6.0,
}
LEAST, MOST = 10, 220  # words of a paragraph
SHORT = 28
LONG_RUN = {"zh": 14}
LETTERS = {"ar": re.compile("[\u0600-\u06ff]"), "zh": re.compile("[\u3400-\u9fff]")}


@dataclass(frozen=True, slots=True)
class Host:
    """A real document: `title` may be empty; paragraphs are its own, in order."""

    language: str
    title: str
    paragraphs: list[str]


class Novelty:
    """Tells whether a paragraph repeats anything that was kept before."""

    def __init__(self) -> None:
        self.long: set[int] = set()
        self.short: set[int] = set()
        self.characters: set[int] = set()

    def takes(self, found: list[str], size: int) -> bool:
        """Whether a paragraph of these words is new; remembers it if so."""
        long = list(map(hash, ngrams(found, size)))
        short = set(map(hash, ngrams(found, 4)))
        if len(set(long)) < len(long) or not self.long.isdisjoint(long):
            return False
        if len(self.short & short) * 5 > len(short):
            return False
        if len(found) < SHORT and not self.takes_short(" ".join(found)):
            return False
        self.long.update(long)
        self.short |= short
        return True

    def takes_short(self, text: str) -> bool:
        """Whether a short paragraph is new by its characters, eight in a row, as well."""
        rows = {hash(text[place : place + 8]) for place in range(len(text) - 7)}
        if len(self.characters & rows) * 5 > 2 * len(rows):
            return False
        self.characters |= rows
        return True


def chosen(scan: Path) -> Iterator[dict[str, Any]]:
    """The documents of the collections, each up to its share."""
    taken: Counter[tuple[str, str]] = Counter()
    for record in records(scan):
        key = (record["id"].partition("/")[0], record.get("lang", ""))
        if taken[key] < TAKEN.get(key, 0) * 1e6:
            taken[key] += len(record["text"])
            yield record


def hosts(scan: Path) -> list[Host]:
    """All hosts, in the order of the file."""
    novelty = Novelty()
    return [host for record in chosen(scan) if (host := thinned(record, novelty)).paragraphs]


def thinned(record: dict[str, Any], novelty: Novelty) -> Host:
    """A document with the paragraphs that are new."""
    language = record["lang"]
    size = LONG_RUN.get(language, 8)
    lines = [line.strip() for line in record["text"].splitlines()]
    title = lines[0] if lines else ""
    if not (4 <= len(words(title)) <= 16 and novelty.takes(words(title), 4)):
        title = ""
    paragraphs = []
    for line in lines[1:]:
        found = words(line)
        is_fit = LEAST <= len(found) <= MOST and is_prose(line, found, language)
        if is_fit and novelty.takes(found, size):
            paragraphs.append(line)
    return Host(language, title, paragraphs)


def is_prose(line: str, found: list[str], language: str) -> bool:
    """Not a table, not a list of figures, and in the script of its language."""
    if re.search("[ \u00a0]{3}|\t|  .*  ", line):
        return False
    if sum(word[0].isdigit() for word in found) * 6 > len(found):
        return False
    script = LETTERS.get(language)
    letters = sum(map(str.isalpha, line))
    return script is None or len(script.findall(line)) * 5 > letters * 4


def by_language(found: list[Host]) -> dict[str, list[Host]]:
    """The hosts of each language."""
    sorted_out = defaultdict(list)
    for host in found:
        sorted_out[host.language].append(host)
    return dict(sorted_out)
