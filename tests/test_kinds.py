"""Why a cluster repeats: its kind is what an oracle says of its places, whatever the sources are."""

from __future__ import annotations

import random
from pathlib import Path

import oracle
import pytest

import dedup

WORDS = [f"{one}{two}" for one in "bcdfghklmnprst" for two in ("ano", "erit", "ilo", "ux", "anda")]


def sentence(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(count)).capitalize()


def site_pages(chance: random.Random, count: int, furniture: list[str], place: str) -> list[str]:
    """Pages of their own text with furniture at their start, middle or end."""
    pages = []
    for _ in range(count):
        own = [sentence(chance, chance.randint(12, 40)) for _ in range(chance.randint(5, 9))]
        at = {"start": 0, "middle": len(own) // 2 + 1, "end": len(own)}[place]
        pages.append("\n\n".join([*own[:at], *furniture, *own[at:]]))
    return pages


def kind_of(texts: list[str], line: str, ids: list[str] | None = None, **settings: object) -> str:
    """The kind of the cluster that begins with a line."""
    names = ids or [str(number) for number in range(len(texts))]
    records = [{"id": name, "text": text} for name, text in zip(names, texts, strict=True)]
    kinds = set()
    for cluster in dedup.scan(records, **settings).clusters:
        first = cluster.members[0]
        text = texts[names.index(first.document)]
        if text[first.span[0] :].startswith(line):
            kinds.add(cluster.kind)
    assert len(kinds) == 1, kinds
    return kinds.pop()


CASES = [
    # words of the line, pages, where it stands, kind, why
    (1, 12, "middle", "boilerplate", "short, wherever it stands"),
    (2, 12, "start", "boilerplate", "two words"),
    (6, 12, "end", "boilerplate", "six words"),
    (6, 9, "end", "shared", "too few documents"),
    (22, 12, "end", "boilerplate", "a footer"),
    (22, 12, "start", "boilerplate", "a header"),
    (22, 12, "middle", "shared", "in the middle of the text"),
    (22, 9, "end", "shared", "too few documents"),
    (72, 12, "end", "boilerplate", "a long footer"),
    (73, 12, "end", "shared", "too long for so few documents"),
    (90, 40, "end", "boilerplate", "a notice"),
    (200, 40, "end", "shared", "long text is syndicated"),
]


@pytest.mark.parametrize(
    ("words", "count", "place", "kind", "why"), CASES, ids=[f"{c[4]} {c[0]}" for c in CASES]
)
def test_furniture_is_short_or_at_the_edge(
    words: int, count: int, place: str, kind: str, why: str
) -> None:
    chance = random.Random(words)
    line = sentence(chance, words)
    assert kind_of(site_pages(chance, count, [line], place), line) == kind, why


def test_furniture_is_that_of_one_source() -> None:
    chance = random.Random(3)
    for words in (3, 22):
        line = sentence(chance, words)
        pages = site_pages(chance, 18, [line], "end")
        sites = ["https://a.example/{}", "https://b.example/{}"]
        apart = [sites[number % 2].format(number) for number in range(18)]
        one = [sites[0].format(number) for number in range(18)]
        assert kind_of(pages, line, apart) == "shared"
        assert kind_of(pages, line, one) == "boilerplate"


def test_a_page_that_is_copied_whole_is_no_furniture() -> None:
    chance = random.Random(4)
    line = sentence(chance, 30)
    assert kind_of([line] * 12, line) == "shared"


def test_what_is_no_furniture_stays_whatever_is_asked_for() -> None:
    chance = random.Random(5)
    short, long = sentence(chance, 3), sentence(chance, 22)
    pages = [f"{text}\n\n{short}" for text in site_pages(chance, 18, [long], "start")]
    for ids, left in ((["a.example/", "b.example/"], 18), (["a.example/"] * 2, 0)):
        records = [
            {"id": f"{ids[number % 2]}{number}", "text": text} for number, text in enumerate(pages)
        ]
        cleaned = dedup.clean(records, boilerplate="all").documents
        assert sum(short in one.text for one in cleaned) == left
        # Longer furniture goes as any other repeat does: one stays.
        assert sum(long in one.text for one in cleaned) == 1


def test_records_of_two_files_are_of_two_sources(tmp_path: Path) -> None:
    import json

    chance = random.Random(6)
    line = sentence(chance, 3)
    pages = site_pages(chance, 18, [line], "end")
    for number, text in enumerate(pages):
        with (tmp_path / f"{'ab'[number % 2]}.jsonl").open("a") as stream:
            stream.write(json.dumps({"text": text}) + "\n")
    assert {cluster.kind for cluster in dedup.scan(str(tmp_path)).clusters} == {"shared"}
    for number, text in enumerate(pages):
        folder = tmp_path / "texts" / "ab"[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text(text)
    found = dedup.scan(str(tmp_path / "texts")).clusters
    assert {cluster.kind for cluster in found} == {"shared"}
    assert {c.kind for c in dedup.scan(str(tmp_path / "texts/**/*.txt")).clusters} == {"shared"}


IDS = [
    lambda number: f"https://www.Site{number % 3}.example:80/{number}",
    lambda number: f"site{number % 2}/{number}",
    lambda number: f"{number}",
    lambda number: f"/{number}",
    lambda number: f"site{number % 3}" + "/x" * (number % 2),
]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("boilerplate", ["keep", "first", "all"])
def test_kinds_are_those_of_the_oracle(seed: int, boilerplate: str) -> None:
    chance = random.Random(seed)
    lines = [sentence(chance, count) for count in (1, 2, 4, 7, 8, 15, 30, 60, 100, 180)]
    texts, ids = [], []
    for number in range(90):
        own = [sentence(chance, chance.randint(3, 40)) for _ in range(chance.randint(0, 30))]
        for line in chance.sample(lines, chance.randint(0, 8)):
            own.insert(chance.choice([0, len(own), chance.randint(0, len(own))]), line)
        texts.append("\n\n".join(own))
        ids.append(IDS[seed % len(IDS)](number))
    records = [{"id": one, "text": text} for one, text in zip(ids, texts, strict=True)]
    rules = oracle.Rules()
    pages = [
        [len(oracle.tokens(text[start:end])) for start, end in oracle.split(text)] for text in texts
    ]
    sources = [oracle.source_of(one, f"[{number}]", False) for number, one in enumerate(ids)]
    kinds = set()
    for cluster in dedup.scan(records, boilerplate=boilerplate).clusters:
        places = [(int(one.source[1:-1]), *one.blocks) for one in cluster.members]
        rule = cluster.members[-1].kept
        if rule in ("part", "numbers", "contained"):
            continue
        documents = {place[0] for place in places}
        stripped = not cluster.members[0].keeper
        furniture = oracle.is_furniture(places, pages, sources, rules.min_tokens)
        expected = "self-repeat" if len(documents) == 1 else "shared"
        if stripped or rule == "boilerplate" or furniture:
            expected = "boilerplate"
        assert cluster.kind == expected, cluster
        kinds.add(cluster.kind)
    assert "boilerplate" in kinds


def test_what_is_short_furniture_is_that_of_the_oracle() -> None:
    chance = random.Random(9)
    lines = [sentence(chance, count) for count in (1, 2, 3, 5, 7)]
    texts = [
        "\n\n".join([sentence(chance, 20), *chance.sample(lines, 3), sentence(chance, 20)])
        for _ in range(36)
    ]
    ids = [f"s{number % 2}/{number}" for number in range(36)]
    cleaned = dedup.clean(
        [{"id": one, "text": text} for one, text in zip(ids, texts, strict=True)],
        boilerplate="all",
    )
    for line in lines:
        homes = [
            one[:2] for one, text in zip(ids, texts, strict=True) if line in text.split("\n\n")
        ]
        gone = max(map(homes.count, homes)) >= 10
        left = sum(line in one.text.split("\n\n") for one in cleaned.documents)
        assert left == (0 if gone else len(homes)), line


@pytest.mark.parametrize(
    ("identity", "name", "is_record", "source"),
    [
        ("https://www.Example.com/a", "x.jsonl", True, "example.com"),
        ("17", "http://example.com/a", False, "example.com"),
        ("example.com/a/b", "x.jsonl", True, "example.com"),
        ("x.jsonl:3", "x.jsonl", True, "x.jsonl"),
        ("a/x.jsonl:3", "a/x.jsonl", True, "a/x.jsonl"),
        ("17", "a/x.jsonl", True, "a/x.jsonl"),
        ("a/b/c", "a/b/c.txt", False, "a"),
        ("c", "c.txt", False, ""),
        ("5", "[5]", False, ""),
    ],
)
def test_where_documents_come_from(identity: str, name: str, is_record: bool, source: str) -> None:
    assert oracle.source_of(identity, name, is_record) == source


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("cut", ["start", "end"])
def test_of_what_quotes_most_of_a_paragraph_the_quotation_is_told(first: bool, cut: str) -> None:
    """Nine words of the paragraph are left out, so both stay, and the rest of the longer one is its own."""
    chance = random.Random(4)
    words = [word for number in range(3) for word in chance.sample(WORDS, 57 if not number else 15)]
    source, before, after = words[:57], words[57:72], words[72:]
    quoted = " ".join(source[9:] if cut == "start" else source[:-9])
    longer = f"{' '.join(before)}: {quoted}. {' '.join(after)}"
    texts = [" ".join(source), longer] if first else [longer, " ".join(source)]
    (cluster,) = dedup.scan(texts).clusters
    (member,) = [one for one in cluster.members if one.source == f"[{texts.index(longer)}]"]
    place = longer.index(quoted)
    assert member.span == (place, place + len(quoted))
    assert {one.kept for one in cluster.members if not one.keeper} == {"contained"}
