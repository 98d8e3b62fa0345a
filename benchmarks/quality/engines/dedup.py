"""dedup: `dedup clean` by its command, and what it wrote beside the cleaned corpus."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from benchmarks.quality.reports import dumped


def report(source: Path, threshold: float | None, *settings: str) -> str:
    """Run it by default settings, or at a threshold and with other flags."""
    flags = [] if threshold is None else ["--threshold", str(threshold)]
    with TemporaryDirectory() as folder:
        output = Path(folder) / "clean"
        command = [sys.executable, "-m", "dedup", "clean", str(source), "-o", str(output)]
        subprocess.run([*command, "--quiet", *flags, *settings], check=True, capture_output=True)
        state = output / "_dedup"
        clusters = [
            (line["kind"], [place(member) for member in line["members"]])
            for line in lines(state / "clusters.jsonl")
        ]
        removed = [place(line) for line in lines(state / "removed.jsonl") if "span" in line]
    return dumped(version("dedup"), clusters, removed)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    return map(orjson.loads, path.read_bytes().splitlines())


def place(member: dict[str, Any]) -> tuple[int, int, int]:
    """Document and span; the document is the line of the source."""
    start, end = member["span"]
    return int(member["source"].rpartition(":")[2]) - 1, start, end


if __name__ == "__main__":
    given, level, *others = sys.argv[1:]
    sys.stdout.write(report(Path(given), float(level) if level != "-" else None, *others))
