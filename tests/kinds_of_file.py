"""One corpus in every kind of file, for what depends on how files are read."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import zstandard

STEMS = [f"{one}{two}" for one in "bcdfghjklmnp" for two in ("ar", "el", "in", "os", "um", "ai")]


def paragraph(number: int) -> str:
    chance = random.Random(number)
    words = range(chance.randrange(6, 40))
    return " ".join("".join(chance.choices(STEMS, k=chance.randrange(1, 4))) for _ in words)


def corpus(megabytes: float) -> list[dict]:
    """Records of paragraphs some of which are common and most are rare, as Heaps' law has it."""
    chance = random.Random(1)
    records, size = [], 0
    while size < megabytes * 1e6:
        numbers = [int(chance.paretovariate(0.25)) for _ in range(chance.randrange(2, 9))]
        text = "\n".join(map(paragraph, numbers))
        size += len(text) + 30
        records.append({"id": str(len(records)), "text": text})
    return records


def write(folder: Path, kind: str, records: list[dict]) -> Path:
    path = folder / f"corpus{kind}"
    if not kind:
        path.mkdir()
        for record in records:
            (path / f"{record['id']}.txt").write_text(record["text"])
        return path
    lines = "".join(f"{json.dumps(record)}\n" for record in records)
    text = "\n\n".join(record["text"] for record in records)
    rows = "".join('"{}","{}"\n'.format(*record.values()) for record in records)
    half = len(lines) // 2
    made = {
        ".jsonl": lambda: lines.encode(),
        ".jsonl.gz": lambda: b"".join(
            gzip.compress(member.encode()) for member in (lines[:half], lines[half:])
        ),
        ".jsonl.zst": lambda: zstandard.ZstdCompressor().compress(lines.encode()),
        ".json": lambda: json.dumps(records).encode(),
        ".csv": lambda: f"id,text\n{rows}".encode(),
        ".txt": lambda: text.encode(),
        ".txt.gz": lambda: gzip.compress(text.encode()),
    }
    path.write_bytes(made[kind]())
    return path


KINDS = [".jsonl", ".jsonl.gz", ".jsonl.zst", ".json", ".csv", ".txt", ".txt.gz", ""]
