"""The same bytes for any number of jobs, batch size and hash seed of the interpreter."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import runs
import strategies

import dedup

OPTIONS_ONLY = ("report.json",)  # It holds timings.
CLEAN = "import sys, dedup; dedup.clean(sys.argv[1], sys.argv[2], jobs=int(sys.argv[3]))"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of text and JSONL files with repeats of all kinds, some hundred documents."""
    folder = tmp_path_factory.mktemp("corpus")
    words = strategies.ENGLISH + strategies.FRENCH
    paragraphs = [
        " ".join(words[(n * 31 + k * (n % 7 + 1)) % len(words)] for k in range(9 + n % 40))
        for n in range(90)
    ]
    paragraphs += [text.replace(" the ", " that ") + " again" for text in paragraphs[::3]]
    paragraphs += [
        f"Rain of {n} mm in the night, wind from the west at {n + 20} kilometres an hour."
        for n in range(20)
    ]
    texts = []
    for number in range(240):
        chosen = [
            paragraphs[(number * number + 17 * place) % len(paragraphs)]
            for place in range(1 + number % 9)
        ]
        texts.append("\n\n".join([*chosen, "Share", *strategies.SENTENCES[: number % 4]]))
    runs.write_texts(folder / "texts", texts[:80])
    runs.write_lines(
        folder / "more.jsonl",
        [{"id": f"n{n}", "text": text, "n": n} for n, text in enumerate(texts[80:])],
    )
    return folder


@pytest.fixture(scope="module")
def expected(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The output of one job."""
    output = tmp_path_factory.mktemp("one") / "out"
    dedup.clean(corpus, output, jobs=1)
    made = runs.tree(output, without=OPTIONS_ONLY)
    assert len(runs.read_lines(output / "_dedup" / "removed.jsonl")) > 100
    return made


@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_any_number_of_jobs_writes_the_same_bytes(
    corpus: Path, expected: dict[str, bytes], jobs: int, tmp_path: Path
) -> None:
    dedup.clean(corpus, tmp_path / "out", jobs=jobs)
    assert runs.tree(tmp_path / "out", without=OPTIONS_ONLY) == expected


@pytest.mark.parametrize("batch_bytes", [1, 1000, 70_000])
def test_any_batch_size_writes_the_same_bytes(
    corpus: Path, expected: dict[str, bytes], batch_bytes: int, tmp_path: Path
) -> None:
    options = dedup.Options(jobs=2, batch_bytes=batch_bytes)
    dedup.clean(corpus, tmp_path / "out", options=options)
    assert runs.tree(tmp_path / "out", without=OPTIONS_ONLY) == expected


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_any_hash_seed_writes_the_same_bytes(
    corpus: Path, expected: dict[str, bytes], seed: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-W", "error", "-c", CLEAN, str(corpus), str(tmp_path / "out"), "2"]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
    assert runs.tree(tmp_path / "out", without=OPTIONS_ONLY) == expected


def test_no_environment_variable_changes_an_answer(
    corpus: Path, expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LANG", "C"),
        ("TZ", "Asia/Tokyo"),
        ("RAYON_NUM_THREADS", "3"),
    ):
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-c", CLEAN, str(corpus), str(tmp_path / "out"), "2"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert runs.tree(tmp_path / "out", without=OPTIONS_ONLY) == expected


def test_scores_do_not_depend_on_what_went_to_a_file() -> None:
    """Tokens beyond 8 MiB are in a file; a text of 21 is judged with one of 19 by characters."""
    draw = random.Random(5)
    words = ["".join(draw.choices("abcdefghijklmnop", k=4)) for _ in range(30_000)]
    lines = [" ".join(draw.choices(words, k=21)) for _ in range(110_000)]
    for place in range(0, 60_000, 1000):
        lines[place + 1] = " ".join(lines[place].split()[:19])
    texts = ["\n\n".join(lines[start : start + 100]) for start in range(0, len(lines), 100)]
    found = []
    for batch_bytes in (2**17, 2**20, 2**24):
        result = dedup.scan(texts, options=dedup.Options(batch_bytes=batch_bytes))
        near = [one for one in result.matches if one.relation == "near"]
        assert len(near) >= 55
        assert all(one.resemblance > 0.8 for one in near)
        found.append(near)
    assert found[0] == found[1] == found[2]
