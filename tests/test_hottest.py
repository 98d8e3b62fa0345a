"""The report's hottest repeats: bounded, counted to the pair, the same whatever the machine."""

from __future__ import annotations

import json
import random
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import oracle
import pytest
from files import put
from resuming import Corpus, outcomes

import dedup
from dedup.options import Options
from dedup.report_text import Summary, summary_lines

BASE = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60)]


def crowd(chance: random.Random, count: int, changes: int = 2) -> list[str]:
    """Texts that are one template with some words replaced."""
    texts = []
    for _ in range(count):
        words = list(BASE)
        for _ in range(changes):
            words[chance.randrange(60)] = f"x{chr(97 + chance.randrange(26)) * 3}"
        texts.append(" ".join(words))
    return texts


def hot_of(data: Any, **settings: Any) -> dict[str, Any]:
    hot: dict[str, Any] = dedup.scan(data, **settings).report["hot"]
    return hot


def test_the_texts_that_stand_most_often_are_told() -> None:
    chance = random.Random(1)
    lines = [f"Line {chr(97 + n)} of the page" for n in range(15)]
    texts = ["\n\n".join(chance.choices(lines, range(1, 16), k=9)) for _ in range(40)]
    texts.append("***\n\n***\n\n" + "***\n\n" * 400)
    blocks = oracle.blocks_of(texts, oracle.Rules())
    copies = Counter(block.normal for block in blocks if block.normal)
    homes = {
        block.normal: {b.document for b in blocks if b.normal == block.normal} for block in blocks
    }
    rows = hot_of(texts)["repeats"]
    expected = sorted(copies.values(), reverse=True)[:10]
    assert [row["copies"] for row in rows] == expected
    for row in rows:
        normal = oracle.normal_form(row["text"])
        assert (row["copies"], row["documents"]) == (copies[normal], len(homes[normal]))
        assert row["tokens"] == len(normal.split())
        text = texts[int(row["source"][1:-1])]
        assert text[slice(*row["span"])] == row["text"]


def test_what_stands_once_is_not_told() -> None:
    assert hot_of(["One line.", "Another one."])["repeats"] == []


def test_a_long_text_is_cut_and_its_place_is_whole() -> None:
    text = "word " * 400 + "end"
    (row,) = hot_of([text, text])["repeats"]
    assert row["text"] == text[:160] + "…"
    assert row["span"] == [0, len(text)]


@pytest.mark.parametrize("settings", [{}, {"min_run": 0, "names": "keep", "numbers": "keep"}])
def test_crowds_say_how_many_pairs_were_not_compared(settings: dict[str, Any]) -> None:
    texts = crowd(random.Random(2), 300)
    hot = hot_of(texts, **settings)
    assert hot["buckets"] > 0
    for row in [hot, hot["anchors"], *hot["crowds"]]:
        assert row["uncompared"] == row["pairs"] - row["compared"] >= 0
    for row in hot["crowds"]:
        count = row["members"]
        assert 32 <= count <= hot["largest"] <= 300
        assert row["copies"] == row["documents"] == count
        # The largest bucket: a central member with all others, and each with the next one.
        assert row["compared"] <= row["buckets"] * 2 * (count - 1)
        assert row["pairs"] >= count * (count - 1) // 2
        text = texts[int(row["source"][1:-1])]
        assert row["text"] == text[:160] + "…"
        assert row["gathered"] == "shingles"
    members = [row["members"] for row in hot["crowds"]]
    assert members == sorted(members, reverse=True)
    assert members[0] == hot["largest"]
    assert sum(row["pairs"] for row in hot["crowds"]) <= hot["pairs"]


def test_short_texts_crowd_too() -> None:
    texts = [
        f"the shop at the corner opens at nine on monday {'abcdefgh'[n % 8] * (n // 8 + 1)}"
        for n in range(160)
    ]
    assert {row["gathered"] for row in hot_of(texts)["crowds"]} == {"characters"}


def test_an_exhaustive_search_has_no_crowds() -> None:
    hot = hot_of(crowd(random.Random(3), 100), search="exhaustive")
    assert (hot["buckets"], hot["pairs"], hot["crowds"]) == (0, 0, [])


def test_of_many_crowds_ten_are_told() -> None:
    chance = random.Random(4)
    texts = []
    for family in range(14):
        words = [f"{chr(97 + family)}{word}" for word in BASE]
        for _ in range(40 + family):
            changed = list(words)
            changed[chance.randrange(60)] = f"y{chr(97 + chance.randrange(26)) * 4}"
            texts.append(" ".join(changed))
    hot = hot_of(texts)
    assert len(hot["crowds"]) == 10
    assert sum(row["buckets"] for row in hot["crowds"]) < hot["buckets"]


def test_it_is_the_same_for_any_jobs_memory_and_batches() -> None:
    texts = crowd(random.Random(5), 400) + ["Share"] * 20
    found = [
        dedup.scan(texts, options=Options(jobs=jobs, memory=memory, batch_bytes=size)).report["hot"]
        for jobs, memory, size in ((1, None, 1 << 20), (2, None, 999), (2, "128M", 1 << 20))
    ]
    assert found[0] == found[1] == found[2]


def test_where_no_texts_are_kept_they_are_read_again(tmp_path: Path) -> None:
    texts = crowd(random.Random(6), 80) + ["Share"] * 20
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    bare = {"min_run": 0, "names": "keep", "numbers": "keep"}
    kept, read = hot_of(str(path)), hot_of(str(path), **bare)
    assert kept["repeats"][0]["text"] == read["repeats"][0]["text"] == "Share"
    assert kept["crowds"] == read["crowds"]


def test_a_resumed_run_tells_the_same(tmp_path: Path) -> None:
    texts = crowd(random.Random(7), 300) + ["Share"] * 20
    lines = b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)
    corpus = Corpus("crowd", lambda folder: [put(folder, {"a.jsonl": lines})])
    paths = corpus.make(tmp_path / "in")
    corpus.clean(paths, tmp_path / "whole")
    outcomes(corpus, paths, tmp_path / "out", [[signal.SIGKILL, "clean", 0]])
    told = corpus.clean(paths, tmp_path / "out", resume=True)
    assert told[0].startswith("resuming: ")
    whole, resumed = (
        json.loads((tmp_path / name / "_dedup/report.json").read_bytes())["hot"]
        for name in ("whole", "out")
    )
    assert whole == resumed
    assert whole["crowds"]


def test_a_person_reads_them_at_80_columns() -> None:
    texts = crowd(random.Random(8), 300) + ["Share \x1b[31m this"] * 150
    result = dedup.scan(texts)
    lines = list(summary_lines(Summary(report=result.report, largest=result.largest(2))))
    lines = [line.rstrip() for line in lines]
    text = "\n".join(lines)
    assert max(map(len, lines)) <= 80
    assert '          150         150  "Share \\x1b[31m this"' in lines
    hot = result.report["hot"]
    assert f"{hot['uncompared']:,} of {hot['pairs']:,} pairs" in text
    assert "\x1b" not in text
