"""Corpora to clean, runs of it that are cut short, and what these leave."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import runs
from files import put

import dedup
from dedup.options import Options

KILLED = Path(__file__).parent / "killed.py"
# Small, so that a small corpus has many pieces and many checkpoints.
SMALL = {"batch_bytes": 8 << 10, "checkpoint_bytes": 24 << 10}
STATE = ("rows", "tokens", "journal")
KEPT = "what was read is saved: --resume goes on from there; a run without it removes it"


def texts(count: int, seed: int) -> list[str]:
    """Texts that share paragraphs, word for word and nearly."""
    chance = random.Random(seed)
    words = [f"wörd{number}" for number in range(900)]
    paragraphs = [" ".join(chance.choices(words, k=chance.randint(4, 50))) for _ in range(300)]
    paragraphs += [paragraph.replace(" wörd7", " other ") for paragraph in paragraphs[:100]]
    return ["\n".join(chance.choices(paragraphs, k=chance.randint(1, 6))) for _ in range(count)]


def records(count: int, seed: int) -> list[bytes]:
    """Lines of JSON with dates, some of which are bad, or have no date."""
    lines = []
    for number, text in enumerate(texts(count, seed)):
        record: dict[str, Any] = {"id": number, "date": f"20{number * 7 % 90:02}", "text": text}
        if number % 5 == 0:
            record["date"] = [None, 1e400, 2**70, "", -0.5][number // 5 % 5]
        line = json.dumps(record, ensure_ascii=False).encode()
        lines.append(line[:-9] if number % 41 == 3 else line)
    return lines


def of_lines(folder: Path) -> list[Path]:
    files = {"a.jsonl": b"\n".join(records(300, 1)), "b.jsonl.gz": b"\n".join(records(200, 2))}
    files["b.jsonl.gz"] = gzip.compress(files["b.jsonl.gz"])
    good = [line for line in records(100, 3) if line.endswith(b"}")]
    files["c.json"] = b"[" + b",\n".join(good) + b"]\n"
    return [put(folder, files)]


def of_texts(folder: Path) -> list[Path]:
    files = {f"{'ab'[n % 2]}/{n:03}.txt": text.encode() for n, text in enumerate(texts(300, 4))}
    return [put(folder, {**files, "a/bad.txt": b"\xff\xfe\x00"})]


def of_rows(folder: Path) -> list[Path]:
    rows = [f'{n},"{text}"' for n, text in enumerate(texts(300, 5))]
    rows[17] = '17,"closed" too early'
    return [put(folder, {"in.csv": "\n".join(["id,text", *rows]).encode()}) / "in.csv"]


def of_columns(folder: Path) -> list[Path]:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {
        "id": range(300),
        "text": [*texts(299, 6), None],
        "rank": [n % 7 for n in range(300)],
        "day": [None if n % 9 == 8 else 20240101 + n % 9 for n in range(300)],
    }
    folder.mkdir()
    table = pyarrow.table({name: list(values) for name, values in columns.items()})
    parquet.write_table(table, folder / "in.parquet", row_group_size=40)
    return [folder / "in.parquet"]


@dataclass
class Corpus:
    """A corpus to clean, and how."""

    name: str
    make: Callable[[Path], list[Path]]
    settings: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=lambda: dict(SMALL))

    def clean(self, paths: list[Path], output: Path, **more: Any) -> list[str]:
        """Clean in this process; what it told."""
        told: list[str] = []
        options = Options(jobs=2, notice=told.append, **self.options)
        dedup.clean(paths, output, options=options, **self.settings, **more)
        return told


CORPORA = [
    Corpus("lines", of_lines, {"keep": "earliest:date"}),
    Corpus("texts", of_texts, {"keep": "prefer:b/*"}),
    Corpus("rows", of_rows, {"keep": "prefer:*.csv:2?,*.csv:7"}),
    Corpus("columns", of_columns, {"keep": "earliest:rank"}),
    Corpus(
        "scopes",
        of_columns,
        {"keep": "latest:rank", "group_by": "rank", "group_scope": "across", "window": "2d:day"},
    ),
    Corpus("exhaustive", of_lines, {"search": "exhaustive", "keep": "longest"}),
]
LINES = CORPORA[0]


def outcomes(
    corpus: Corpus, paths: list[Path], output: Path, moments: list[Any], *, resume: bool = True
) -> list[tuple[int, list[str]]]:
    """Runs that end at these moments, one after the other: how each ended and what it told."""
    files = [file for path in paths for file in (path.rglob("*") if path.is_dir() else [path])]
    job = {
        "paths": list(map(str, paths)),
        "output": str(output),
        "settings": corpus.settings,
        "options": corpus.options,
        "moments": moments,
        "resume": resume,
        "size": sum(file.stat().st_size for file in files),
    }
    done = subprocess.run(
        [sys.executable, KILLED], input=json.dumps(job).encode(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def answer(output: Path) -> dict[str, bytes]:
    """All that a run wrote, but for what holds timings."""
    return runs.tree(output, without=["report.json"])


def beside(output: Path) -> list[str]:
    """What stands beside an output, hidden."""
    return [path.name for path in output.parent.iterdir() if path.name.startswith(".")]


def state_of(output: Path) -> Path:
    """The saved state that a run left."""
    [name] = beside(output)
    return output.parent / name / "_dedup" / "resume"
