"""The small pure parts of the benchmarks: what they measure is only as good as these."""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import adversarial, datasets, plots, process, record, svg, tables, truth
from benchmarks.job import LEAST_WORDS, SHINGLE_SIZE, parts


def obvious(texts: list[str], unit: str) -> list[int]:
    """Units a greedy reader drops: every pair of units, sets of tuples, fractions."""
    kept: list[set[tuple[str, ...]]] = []
    removed = []
    units = [part for text in texts for part in parts(text, unit)]
    for number, text in enumerate(units):
        words = text.split()
        if len(words) < LEAST_WORDS[unit]:
            continue
        grams = {tuple(words[i : i + SHINGLE_SIZE]) for i in range(len(words) - SHINGLE_SIZE + 1)}
        if any(Fraction(len(grams & old), len(grams | old)) >= Fraction(4, 5) for old in kept):
            removed.append(number)
        else:
            kept.append(grams)
    return removed


def written(folder: Path, texts: list[str]) -> Path:
    path = folder / "corpus.jsonl"
    path.write_bytes(b"".join(orjson.dumps({"text": text}) + b"\n" for text in texts))
    return path


BASE = [f"word{i}" for i in range(60)]


@st.composite
def families(draw: st.DrawFn) -> list[str]:
    """Texts cut from one row of words with a few exchanged: resemblances around the threshold."""
    texts = []
    for _ in range(draw(st.integers(0, 14))):
        start, length = draw(st.integers(0, 8)), draw(st.integers(3, 50))
        words = BASE[start : start + length]
        for place in draw(st.lists(st.integers(0, length - 1), max_size=2)):
            words[place : place + 1] = [draw(st.sampled_from(["other", "word1", "\n"]))]
        texts.append(" ".join(words))
    return texts


@pytest.mark.parametrize("unit", ["document", "line"])
@given(texts=families())
def test_the_exact_answer_is_that_of_the_obvious_double_loop(unit, texts, tmp_path_factory):
    source = written(tmp_path_factory.mktemp("corpus"), texts)
    assert truth.exact(source, unit, "space").removed == obvious(texts, unit)


def test_precision_and_recall_count_only_judged_units():
    answer = truth.Truth(judged=[0, 1, 2, 3], removed=[1, 3], edited=[3])
    score = truth.score([1, 2, 9], answer)
    assert (score.removed, score.precision, score.recall) == (2, 0.5, 0.5)
    assert score.recall_edited == 0


def test_true_pairs_of_hard_paragraphs_are_those_of_the_sets():
    words = adversarial.paragraphs("near", 300)
    texts = [record["text"].split() for record in adversarial.records(words)]
    sets = [{tuple(row[i : i + SHINGLE_SIZE]) for i in range(len(row) - 4)} for row in texts]
    for one, others in adversarial.true_pairs(words, 40):
        alike = [
            other
            for other in range(len(sets))
            if other != one
            and Fraction(len(sets[one] & sets[other]), len(sets[one] | sets[other]))
            >= Fraction(4, 5)
        ]
        assert others.tolist() == alike


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    alone = datasets.corpus("synthetic", 0.05, Path("none")).read_bytes()
    for path in tmp_path.iterdir():
        path.unlink()
    larger = datasets.corpus("synthetic", 0.1, Path("none")).read_bytes()
    cut = datasets.corpus("synthetic", 0.05, Path("none")).read_bytes()
    assert cut == alone
    assert larger.startswith(cut)


def test_a_record_begun_under_fewer_columns_keeps_its_lines(tmp_path):
    path = tmp_path / "2026-01-01.csv"
    path.write_text("corpus,megabytes,job\nscan,32.00,clean\n", encoding="utf-8")
    record.append([{"corpus": "synthetic", "job": "start", "value": "1.5"}], path)
    assert path.read_text(encoding="utf-8").splitlines()[1] == "scan,32.00,clean"
    old, new = record.read(path)
    assert (old["corpus"], old["job"], old["value"]) == ("scan", "clean", "")
    assert (new["corpus"], new["megabytes"], new["value"]) == ("synthetic", "", "1.5")


def test_every_committed_record_can_be_read_and_added_to():
    for path in record.RECORD.glob("2*.csv"):
        header = path.read_text(encoding="utf-8").partition("\n")[0]
        assert ",".join(record.COLUMNS).startswith(header), path.name
        assert record.read(path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_peak_memory_counts_what_a_child_starts(tmp_path):
    hold = "import time; held = b'x' * 60_000_000; time.sleep(0.4)"
    start = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    done = process.run(
        [sys.executable, "-c", start], folder=tmp_path, environment=dict(os.environ), cores=1
    )
    assert done.code == 0
    assert 55 < done.peak < 150


def test_a_child_that_does_not_end_is_ended(tmp_path):
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(TimeoutError):
        process.run(command, folder=tmp_path, environment={}, cores=1, timeout=0.2)


def clean_line(engine: str, megabytes: str, wall: str, unit: str = "line") -> dict[str, str]:
    return {
        "job": "clean", "corpus": "scan", "unit": unit, "cores_used": "1", "engine": engine,
        "megabytes": megabytes, "wall_median": wall, "peak_megabytes": "100",
    }  # fmt: skip


def test_charts_take_the_last_figure_and_need_two_sizes():
    lines = [clean_line("dedup", "16.00", "9"), clean_line("dedup", "16.00", "1")]
    assert not list(plots.charts(lines))
    lines += [clean_line("dedup", "32.00", "1"), clean_line("dedup", "32.00", "2", "paragraph")]
    (chart,) = plots.charts(lines)
    assert chart.speed == {"dedup": {16.0: 16.0, 32.0: 32.0}, "dedup (paragraphs)": {32.0: 16.0}}


def test_a_chart_is_well_formed_and_names_its_engines():
    lines = [
        clean_line(engine, size, "2") for engine in ("dedup", "<odd>") for size in ("16", "32")
    ]
    (chart,) = plots.charts(lines)
    root = ElementTree.fromstring(plots.drawn(chart))
    texts = " ".join(element.text or "" for element in root.iter() if element.tag.endswith("text"))
    assert "dedup 16" in texts
    assert "<odd> 16" in texts


def test_names_beside_lines_stand_apart():
    assert svg.spread({"a": 10, "b": 12, "c": 40}, 15) == {"a": 10, "b": 25, "c": 40}


def test_ratios_are_taken_turn_by_turn():
    assert tables.ratio([2.0, 20.0, 3.0], [1.0, 10.0, 1.0]) == 2.0
