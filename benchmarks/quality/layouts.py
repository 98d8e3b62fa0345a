"""Classes in which more than one paragraph takes part: pages, runs, breaks, quotations, tickers."""

from collections.abc import Callable, Hashable

from benchmarks.quality import edits
from benchmarks.quality.copies import ALL, length
from benchmarks.quality.field import Field
from benchmarks.quality.page import Page, Piece, whole

GAP = "\u00a0" * 4
HEADLINES = 24
SITE_COPIES = 12


def page_twice(name: str, number: int, field: Field) -> None:
    """A whole page pasted twice: everything in it follows once more."""
    language = ALL[number % len(ALL)]
    for spot in field.spots[language]:
        page = spot.page
        if not page.planted and 4 <= len(page.paragraphs) <= 40 and id(page) not in field.reserved:
            break
    left, right = (name, number, "left"), (name, number, "right")
    first = [whole(text, left) for text in page.paragraphs]
    second = [whole(text, right) for text in page.paragraphs]
    page.take(0, 2 * len(page.paragraphs) - 1, [*first, *second])
    field.promise(name, (left, right))


def run(name: str, number: int, field: Field) -> None:
    """Three to eight paragraphs in a row of one document in another one."""
    language = ALL[number % len(ALL)]
    count = field.random.randint(3, 8)
    page, place, texts = field.donors(language, bool, count)
    left, right = (name, number, "left"), (name, number, "right")
    page.take(place, place + 2 * (count - 1), [whole(text, left) for text in texts])
    field.put(field.gap(language, [page]), [whole(text, right) for text in texts])
    field.promise(name, (left, right))


def between(low: int, high: int) -> Callable[[str], bool]:
    """Accepts paragraphs of so many words."""
    return lambda text: low <= length(text) <= high


def merged(name: str, number: int, field: Field) -> None:
    """Two paragraphs of one document are one paragraph in another."""
    language = ALL[number % len(ALL)]
    page, place, texts = field.donors(language, between(15, 120), 2)
    rebroken(name, number, field, (page, place, texts), [edits.glue(texts[0]).join(texts)])


def many_sentences(least: int) -> Callable[[str], bool]:
    """Accepts paragraphs of so many sentences, 40 words or more."""
    return lambda text: length(text) >= 40 and len(edits.sentences(text)) >= least


def split(name: str, number: int, field: Field) -> None:
    """A paragraph of one document is two in another, broken near its middle."""
    language = ALL[number % len(ALL)]
    page, place, (text,) = field.donors(language, many_sentences(2))
    parts = edits.sentences(text)
    ends = [sum(map(len, parts[:n])) for n in range(1, len(parts))]
    middle = min(range(len(ends)), key=lambda n: abs(2 * ends[n] - len(text))) + 1
    glue = edits.glue(text)
    halves = [glue.join(parts[:middle]), glue.join(parts[middle:])]
    rebroken(name, number, field, (page, place, [text]), halves)


def shifted(name: str, number: int, field: Field) -> None:
    """Three paragraphs of one document are broken at other sentence ends in another."""
    language = ALL[number % len(ALL)]
    while True:
        page, place, texts = field.donors(language, many_sentences(2), 3)
        parts = [part for text in texts for part in edits.sentences(text)]
        if len(parts) >= 5:
            break
        field.random.shuffle(field.spots[language])
    glue, old = edits.glue(texts[0]), {len(edits.sentences(texts[0]))}
    cut = field.random.choice([n for n in range(1, len(parts) - 1) if n not in old])
    new = [glue.join(parts[:cut]), glue.join(parts[cut:])]
    rebroken(name, number, field, (page, place, texts), new)


def rebroken(
    name: str, number: int, field: Field, donor: tuple[Page, int, list[str]], texts: list[str]
) -> None:
    """The donor's paragraphs as they are; elsewhere the texts that say the same."""
    page, place, old = donor
    left, right = (name, number, "left"), (name, number, "right")
    page.take(place, place + 2 * (len(old) - 1), [whole(text, left) for text in old])
    gap = field.gap(page.language, [page])
    field.put(gap, [whole(text, right) for text in texts])
    field.promise(name, (left, right))


def inside(name: str, number: int, field: Field) -> None:
    """A whole paragraph of one document stands among the sentences of a longer one of another."""
    language = ALL[number % len(ALL)]
    page, place, (text,) = field.donors(language, between(25, 70))
    left, right = (name, number, "left"), (name, number, "right")
    page.take(place, place, [whole(text, left)])
    embed(field, language, text, right)
    field.promise(name, (left, right), stays=right)


def quote(name: str, number: int, field: Field) -> None:
    """25 to 60 words out of a paragraph stand among the sentences of another one."""
    language = ALL[number % len(ALL)]
    page, place, (text,) = field.donors(language, between(90, 220))
    count = field.random.randint(25, 60)
    found = list(edits.LETTERS.finditer(text))
    first = field.random.randint(5, len(found) - count - 5) if len(found) > count + 10 else 0
    start, end = found[first].start(), found[min(first + count, len(found)) - 1].end()
    left, right = (name, number, "left"), (name, number, "right")
    page.take(place, place, [Piece(text, [(left, start, end)])])
    embed(field, language, text[start:end], right)
    field.promise(name, (left, right), may_go=False)


def embed(field: Field, language: str, text: str, mark: tuple[str, int, str]) -> None:
    """Put a text among the sentences of a paragraph of 80 words or more."""
    page, place, (host,) = field.donors(
        language, lambda other: length(other) >= 80 and len(edits.sentences(other)) >= 2
    )
    parts, glue = edits.sentences(host), edits.glue(host)
    middle = field.random.randint(1, len(parts) - 1)
    before = glue.join(parts[:middle]) + glue
    after = glue + glue.join(parts[middle:])
    piece = Piece(before + text + after, [(mark, len(before), len(before) + len(text))])
    page.take(place, place, [piece])


def ticker(name: str, number: int, field: Field) -> None:
    """A line of headlines, and later the same line moved on by two to five."""
    moved = field.random.randint(2, 5)
    lines = [field.headlines.pop() for _ in range(HEADLINES + moved)]
    families = [field.family() for _ in lines]
    for side, headlines in (("left", lines[:HEADLINES]), ("right", lines[moved:])):
        piece, start = Piece(GAP.join(headlines)), 0
        for headline in headlines:
            item = lines.index(headline)
            marks: list[Hashable] = [(name, number, side, item)]
            if moved <= item < HEADLINES:
                marks.append((name, number, side))
            else:
                field.fresh.append(marks[0])
            piece.marks += [(mark, start, start + len(headline)) for mark in marks]
            start += len(headline) + len(GAP)
        field.put(field.gap("en"), [piece])
    regions = ((name, number, "left"), (name, number, "right"))
    for item in range(moved, HEADLINES):
        sides = ((name, number, "left", item), (name, number, "right", item))
        field.promise(name, sides, family=families[item], regions=regions)


def boilerplate(kind: str, number: int, field: Field) -> None:
    """A line of furniture at the edge of a dozen documents of one site."""
    text = field.furniture[kind].pop()
    family = field.family()
    pages = field.site_edges(SITE_COPIES)
    for copy, spot in enumerate(pages):
        field.put(spot, [whole(text, (kind, number, copy))])
        if copy:
            sides = ((kind, number, 0), (kind, number, copy))
            field.promise(kind, sides, family=family, may_go=kind == "boilerplate of 10+")


CLASSES: dict[str, Callable[[str, int, Field], None]] = {
    "page twice": page_twice,
    "run": run,
    "boilerplate of 10+": boilerplate,
    "boilerplate of 3-6": boilerplate,
    "boilerplate of 2": boilerplate,
    "merged": merged,
    "split": split,
    "shifted": shifted,
    "inside": inside,
    "quote": quote,
    "ticker": ticker,
}
