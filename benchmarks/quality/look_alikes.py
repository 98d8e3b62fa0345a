"""Classes of what must not be joined."""

import random
from collections.abc import Callable, Hashable
from itertools import combinations, product
from pathlib import Path

from benchmarks.quality import edits
from benchmarks.quality.copies import LATIN, length
from benchmarks.quality.field import Field
from benchmarks.quality.page import Page, whole
from benchmarks.quality.sets.given import records
from benchmarks.quality.words import similarities

SHARED_WORDS = 15


def shared_words(name: str, number: int, field: Field) -> None:
    """Two paragraphs of about sixty words that have fifteen words in a row in common."""
    language = LATIN[number % len(LATIN)]
    first = field.donors(language, lambda text: 52 <= length(text) <= 72)
    take(field, first, first[2][0], (name, number, "left"))
    second = field.donors(language, lambda text: 52 <= length(text) <= 72)
    mine, theirs = (list(edits.LETTERS.finditer(texts[0])) for _, _, texts in (first, second))
    start = field.random.randint(5, len(mine) - SHARED_WORDS - 5)
    given = first[2][0][mine[start].start() : mine[start + SHARED_WORDS - 1].end()]
    start = field.random.randint(5, len(theirs) - SHARED_WORDS - 5)
    old, end = second[2][0], theirs[start + SHARED_WORDS - 1].end()
    take(field, second, old[: theirs[start].start()] + given + old[end:], (name, number, "right"))
    field.look_alikes.append((name, (name, number, "left"), (name, number, "right")))


def take(field: Field, donor: tuple[Page, int, list[str]], text: str, mark: Hashable) -> None:
    page, place, _ = donor
    page.take(place, place, [whole(text, mark)])


def number_lists(name: str, number: int, field: Field) -> None:
    """Two lines of figures, none of them the same by more than chance."""
    form = field.random.choice(["{:.1f}", "{:.2f}", "{:,.0f}", "{:.0f}", "{:.1f} %"])
    glue = field.random.choice([" ", " ; ", " | ", ", "])
    count = field.random.randint(12, 40)
    for side in ("left", "right"):
        line = glue.join(form.format(figure(field.random)) for _ in range(count))
        field.put(field.gap("en"), [whole(line, (name, number, side))])
    field.look_alikes.append((name, (name, number, "left"), (name, number, "right")))


def figure(chance: random.Random) -> float:
    return chance.uniform(1, 99_999)


def retold(name: str, folder: Path, field: Field) -> None:
    """One question answered by people who did not copy: pairs that share no line."""
    texts = {row["id"]: row["text"] for row in records(folder / "clough_stevenson.docs.jsonl")}
    tasks: dict[str, list[str]] = {}
    for row in records(folder / "clough_stevenson.pairs.jsonl"):
        if row["label"] == "non":
            tasks.setdefault(row["id2"], [row["id2"]]).append(row["id1"])
    for identities in tasks.values():
        for identity in identities:
            field.extra.append((f"answers/{identity}", texts[identity], identity))
        field.look_alikes += [
            (name, one, two)
            for one, two in combinations(identities, 2)
            if not shares_a_line(texts[one], texts[two])
        ]


def shares_a_line(left: str, right: str) -> bool:
    """Whether half of a line of one text stands in a line of the other, as a definition may."""
    lines = [[part for part in text.splitlines() if length(part) >= 5] for text in (left, right)]
    return any(similarities(one, two)[1] >= 0.5 for one, two in product(*lines))


CLASSES: dict[str, Callable[[str, int, Field], None]] = {
    "15 words shared": shared_words,
    "lists of numbers": number_lists,
}
RETOLD = "same story told anew"
