"""The corpora: one made here from a seed, and a slice of real text where it is present.

Both are JSON lines of `id` and `text`, lines separated by a line feed. The synthetic one has
repeats planted at a known expected resemblance (word 5-grams), of whole documents and of
lines, in five languages with Zipf-like word frequencies; a planted document's record says
of which one it is a copy. Files are kept in `benchmarks/data/` and made once.
"""

import io
import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import zstandard

from benchmarks.job import records as job_records

DATA = Path(__file__).resolve().parent / "data"
SEED = 20251
# Changed with the generator, since it names the files.
GENERATION = 1
# Expected resemblance of a planted copy; 1 is word for word. Both sides of the threshold.
RESEMBLANCES = (1.0, 1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6)
PLANTED_DOCUMENTS, PLANTED_LINES, SITES = 0.12, 0.15, 60
# A copy is made of something among the last so many, so that memory stays bounded.
REMEMBERED = 20_000

# Share of documents, glue between words, marks inside and at the end of a sentence, syllables.
LANGUAGES: dict[str, tuple[float, str, str, str, str]] = {
    "fr": (0.40, " ", ",", ".", "ma ré sion tou le pra cher qui vin dou é lan per ment sol fra"),
    "en": (0.30, " ", ",", ".", "the ing wor ter ly stone ra ble un ford sh ea nd con mi ton"),
    "ru": (0.15, " ", ",", ".", "ко на ста во при ния ла пе тель бы ми сту день ки"),
    "ar": (0.10, " ", "،", ".", "ال كت مد ري سا وال بي نو حم شر قا ته لم فر عي ين"),
    "zh": (0.05, "", "、", "。", "山 水 人 家 日 月 城 市 学 生 天 地 花 木 风 雨 书 茶 路"),
}
VOCABULARY = 20_000


class Words:
    """Words of one language, drawn with frequencies that fall as 1 / (rank + 2.7)."""

    def __init__(self, language: str, random: np.random.Generator) -> None:
        _, self.glue, self.comma, self.stop, syllables = LANGUAGES[language]
        products = (
            "".join(word)
            for length in itertools.count(1)
            for word in itertools.product(syllables.split(), repeat=length)
        )
        self.words = list(itertools.islice(products, VOCABULARY))
        # Long words among the frequent ones too, as in real text.
        order = random.permutation(VOCABULARY)
        self.words = [self.words[i] for i in order]
        weights = 1 / (np.arange(VOCABULARY) + 2.7)
        self.cumulative = np.cumsum(weights / weights.sum())

    def draw(self, count: int, random: np.random.Generator) -> list[str]:
        """That many words."""
        ranks = np.searchsorted(self.cumulative, random.random(count))
        return [self.words[min(rank, VOCABULARY - 1)] for rank in ranks]

    def sentence(self, count: int, random: np.random.Generator) -> list[str]:
        """A line of that many words with its marks."""
        line = self.draw(count, random)
        for place in range(int(random.integers(5, 15)), count - 1, 11):
            line[place] += self.comma
        return [line[0].capitalize(), *line[1:-1], line[-1] + self.stop]

    def text(self, lines: list[list[str]]) -> str:
        """Lines of words as a text."""
        return "\n".join(self.glue.join(line) for line in lines)


def edited(
    line: list[str], resemblance: float, words: Words, random: np.random.Generator
) -> list[str]:
    """The line with words exchanged, put in or left out.

    With a share e of words touched, a 5-gram survives with q = (1-e)^5 and the resemblance
    is q / (2 - q): solved for e.
    """
    share = 1 - (2 * resemblance / (1 + resemblance)) ** 0.2
    result: list[str] = []
    for word, chance in zip(line, random.random(len(line)) / max(share, 1e-12), strict=True):
        if chance >= 1:
            result.append(word)
        elif chance < 0.7:
            result += words.draw(1, random)
        elif chance < 0.85:
            result += [*words.draw(1, random), word]
    return result or line


def synthetic_records(seed: int = SEED) -> Iterator[dict[str, Any]]:
    """Documents without end, always the same."""
    random = np.random.default_rng(seed)
    vocabularies = {language: Words(language, random) for language in LANGUAGES}
    shares = [LANGUAGES[language][0] for language in LANGUAGES]
    names = random.choice(list(LANGUAGES), SITES, p=shares)
    sites = [Site(vocabularies[name], random) for name in names]
    documents: list[tuple[str, int, list[list[str]]]] = []
    for number in itertools.count():
        record: dict[str, Any] = {"id": f"made-{number:07d}"}
        if documents and random.random() < PLANTED_DOCUMENTS:
            original, place, lines = documents[int(random.integers(len(documents)))]
            resemblance = float(random.choice(RESEMBLANCES))
            lines = [edited(line, resemblance, sites[place].words, random) for line in lines]
            record["planted"] = {"of": original, "resemblance": resemblance}
        else:
            place = int(random.integers(SITES))
            lines = sites[place].document(random)
        if len(documents) == REMEMBERED:
            documents[int(random.integers(REMEMBERED))] = (record["id"], place, lines)
        else:
            documents.append((record["id"], place, lines))
        record["text"] = sites[place].words.text(lines)
        yield record


class Site:
    """Where documents come from: its language, its furniture, the lines it has printed."""

    def __init__(self, words: Words, random: np.random.Generator) -> None:
        self.words = words
        self.footer = words.sentence(int(random.integers(12, 26)), random)
        self.furniture = [words.draw(2, random) for _ in range(4)]
        self.printed: list[list[str]] = []

    def document(self, random: np.random.Generator) -> list[list[str]]:
        """A new document, some of whose lines repeat earlier ones of the site."""
        lines = [self.words.draw(int(random.integers(3, 9)), random)]
        for _ in range(int(random.lognormal(2.5, 0.7)) + 1):
            lines.append(self.line(random))
            if random.random() < 0.1:
                lines.append(self.furniture[int(random.integers(4))])
        return [*lines, self.footer]

    def line(self, random: np.random.Generator) -> list[str]:
        """A line: new, or an earlier one as it stood or edited."""
        if self.printed and random.random() < PLANTED_LINES:
            line = self.printed[int(random.integers(len(self.printed)))]
            return edited(line, float(random.choice(RESEMBLANCES)), self.words, random)
        line = self.words.sentence(int(random.lognormal(3.2, 0.6)) + 3, random)
        if len(self.printed) < REMEMBERED:
            self.printed.append(line)
        return line


def scan_documents(source: Path) -> Iterator[dict[str, Any]]:
    """The records of a zstd-compressed JSONL file; line ends of texts become line feeds."""
    with source.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
        for line in io.BufferedReader(stream, 1 << 20):
            record = orjson.loads(line)
            record["text"] = record["text"].replace("\r\n", "\n").replace("\r", "\n")
            yield record


def until(megabytes: float, records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The first records, as many as it takes for that much text (10^6 bytes of UTF-8)."""
    size = 0
    for record in records:
        yield record
        size += len(record["text"].encode())
        if size >= megabytes * 1e6:
            return


def corpus(name: str, megabytes: float, scan: Path) -> Path:
    """The file of a corpus, made where it is not there: `synthetic` or `scan`.

    A smaller one is the beginning of a larger one, and is cut from it where that is there.
    """
    stem = f"synthetic-{SEED}-{GENERATION}" if name == "synthetic" else name
    sizes = {
        float(path.stem.rpartition("-")[2][:-2]): path for path in DATA.glob(f"{stem}-*mb.jsonl")
    }
    larger = [path for size, path in sizes.items() if size > megabytes]
    records: Iterable[dict[str, Any]]
    if larger:
        records = (record for _, record in job_records(larger[0]))
    elif name == "synthetic":
        records = synthetic_records()
    else:
        records = ({"id": one["id"], "text": one["text"]} for one in scan_documents(scan))
    return kept(f"{stem}-{megabytes:g}mb", until(megabytes, records))


def kept(stem: str, records: Iterable[dict[str, Any]]) -> Path:
    """The file of that name, written from the records where it is not there."""
    path = DATA / f"{stem}.jsonl"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        with partial.open("wb") as output:
            for record in records:
                output.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        partial.rename(path)
    return path


def text_megabytes(path: Path) -> float:
    """Bytes of UTF-8 of all texts of a corpus, in units of 10^6."""
    with path.open("rb") as stream:
        return sum(len(orjson.loads(line)["text"].encode()) for line in stream) / 1e6
