"""The record: one CSV file a day, only ever added to.

A line is what one engine did in one task, or one figure of another job. Columns are only
added, at the end: a file begun under fewer gets the longer header and keeps its lines as
they are, and a reader takes what a line lacks for empty.
"""

import csv
import io
import os
import platform
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timezone
from pathlib import Path

RECORD = Path(__file__).resolve().parent / "record"
STARTED = datetime.now(timezone.utc).strftime("%H:%M")

COLUMNS = [
    *("corpus", "megabytes", "job", "unit", "engine", "version", "cores_used", "repeats"),
    *("cpu_median", "cpu_low", "cpu_high", "wall_median", "wall_low", "wall_high"),
    *("peak_megabytes", "removed"),
    *("precision_space", "recall_space", "recall_edited_space"),
    *("precision_folded", "recall_folded", "recall_edited_folded"),
    *("cpu_model", "core_count", "load", "python", "system"),
    # From here on added after the first record. run: when it began, UTC; ratio: CPU time over
    # dedup's. The rest is for figures: what was measured, in which measure, and its range.
    *("run", "ratio", "measure", "value", "value_low", "value_high"),
]


def append(lines: Iterable[Mapping[str, object]], path: Path | None = None) -> Path:
    """Add lines to the record of the day and return its path; they name only COLUMNS."""
    path = path or RECORD / f"{date.today().isoformat()}.csv"
    facts = machine()
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=COLUMNS, restval="", lineterminator="\n")
    writer.writerows({**line, **facts} for line in lines)
    if not text.getvalue():
        return path
    path.parent.mkdir(exist_ok=True)
    extend_header(path)
    with path.open("a", encoding="utf-8", newline="") as stream:
        stream.write(text.getvalue())
    return path


def extend_header(path: Path) -> None:
    """Give a file the header of today's columns; its lines stay."""
    header = ",".join(COLUMNS)
    old, _, lines = path.read_text(encoding="utf-8").partition("\n") if path.exists() else [""] * 3
    if not header.startswith(old):
        raise ValueError(f"{path.name} has other columns than the record's first: {old}")
    if old != header:
        partial = path.with_suffix(".partial")
        partial.write_text(f"{header}\n{lines}", encoding="utf-8")
        partial.replace(path)


def read(path: Path) -> list[dict[str, str]]:
    """The lines of a record; what a line lacks is empty."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [dict(line) for line in csv.DictReader(stream, restval="")]


def machine() -> dict[str, object]:
    """What the figures depend on besides the engines; nothing that names the machine."""
    return {
        "cpu_model": cpu_model(),
        "core_count": os.cpu_count(),
        "load": f"{os.getloadavg()[0]:.2f}",
        "python": platform.python_version(),
        "system": platform.system(),
        "run": STARTED,
    }


def cpu_model() -> str:
    """The processor's name as the system gives it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.processor()
