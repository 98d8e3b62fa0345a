"""Runs of the library for the tests: from texts in memory or files to what the checker takes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import oracle
import zstandard
from checker import Run

import dedup

RULES = set(oracle.Rules.__dataclass_fields__)


def rules_of(settings: Mapping[str, Any]) -> oracle.Rules:
    """The oracle's rules of policy settings."""
    return oracle.Rules(**{name: value for name, value in settings.items() if name in RULES})


def clean_texts(texts: Sequence[str], **settings: Any) -> Run:
    """Clean a list of texts in memory."""
    result = dedup.clean(list(texts), **settings)
    return Run(
        {f"[{number}]": text for number, text in enumerate(texts)},
        {document.source: document.text for document in result.documents},
        [plain(entry) for entry in result.removed],
        rules_of(settings),
    )


def clean_records(path: Path, output: Path, *, field: str = "text", **settings: Any) -> Run:
    """Clean one plain JSONL file into a folder, and read everything back."""
    dedup.clean(path, output, **settings)
    ledger = read_lines(output / "_dedup" / "removed.jsonl")
    inputs = {
        f"{path.name}:{line}": record[field] for line, record in enumerate(read_lines(path), 1)
    }
    dropped = {entry["source"] for entry in ledger if entry.get("dropped")}
    kept = [source for source in inputs if source not in dropped]
    left = [record[field] for record in read_lines(output / path.name)]
    assert len(kept) == len(left), "records were lost"
    return Run(inputs, dict(zip(kept, left, strict=True)), ledger, rules_of(settings))


def clean_folder(folder: Path, output: Path, **settings: Any) -> Run:
    """Clean a folder of text files into another, and read everything back."""
    dedup.clean(folder, output, **settings)
    ledger = read_lines(output / "_dedup" / "removed.jsonl")
    inputs = {
        str(path.relative_to(folder)): read_text(path) for path in sorted(folder.rglob("*.txt"))
    }
    outputs = {
        str(path.relative_to(output)): read_text(path) for path in sorted(output.rglob("*.txt"))
    }
    return Run(inputs, outputs, ledger, rules_of(settings))


def plain(value: Any) -> dict[str, Any]:
    """A ledger entry or a cluster as JSON values."""
    made = value if isinstance(value, dict) else value.to_dict()
    return json.loads(json.dumps(made))


def read_text(path: Path) -> str:
    """The text of a file, line ends untouched."""
    return path.read_bytes().decode()


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file, plain or `.zst`."""
    return list(stream_lines(path))


def stream_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file one by one."""
    with path.open("rb") as raw:
        source = zstandard.ZstdDecompressor().stream_reader(raw) if path.suffix == ".zst" else raw
        with io.BufferedReader(source) as lines:
            for line in lines:
                yield json.loads(line)


def write_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> Path:
    """A JSONL file of the records."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_bytes("".join(lines).encode())
    return path


def write_texts(folder: Path, texts: Sequence[str]) -> Path:
    """A folder tree with one file a text."""
    for number, text in enumerate(texts):
        path = folder / ("deep/er" if number % 3 == 2 else ".") / f"{number:03}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def first_records(path: Path, count: int) -> list[dict[str, Any]]:
    """The first records of a JSONL file."""
    return list(islice(stream_lines(path), count))


def tree(folder: Path, *, without: Sequence[str] = ()) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    files = (
        path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in without
    )
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
