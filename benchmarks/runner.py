"""Runs engines in turn, one process each, and puts cost and correctness into the same row."""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import process
from benchmarks.datasets import DATA, text_megabytes
from benchmarks.environments import EngineMissingError, interpreter
from benchmarks.truth import Score, exact, score

ROOT = Path(__file__).resolve().parents[1]
# Nobody is asked or told anything over a network.
QUIET = {
    "DAFT_ANALYTICS_ENABLED": "0",
    "DO_NOT_TRACK": "true",
    "SCARF_NO_ANALYTICS": "true",
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
}
WAYS = ("space", "folded")


@dataclass(frozen=True, slots=True)
class Task:
    """One comparison: the same job on the same corpus for every engine."""

    job: str
    unit: str
    corpus: str
    source: Path
    cores: int


@dataclass(slots=True)
class Row:
    """What one engine did in one task; lists hold one value per repeat.

    unit: what the engine compares; dedup's paragraphs are judged as the task's lines.
    megabytes: of text, for `sign` of the units that were signed.
    """

    task: Task
    engine: str
    unit: str
    megabytes: float
    version: str = ""
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    scores: dict[str, Score] = field(default_factory=dict)
    failure: str = ""

    @property
    def speed(self) -> float:
        """Megabytes of text per second of CPU time."""
        return self.megabytes / median(self.cpu)

    @property
    def label(self) -> str:
        """The engine's name, and its unit where that is not the task's."""
        return self.engine if self.unit == self.task.unit else f"{self.engine} ({self.unit}s)"


def compare(task: Task, engines: Sequence[str], repeats: int, units: Sequence[str]) -> list[Row]:
    """Run every engine `repeats` times, in turn, so that a slow minute of the machine hits all."""
    megabytes = text_megabytes(task.source)
    rows = [Row(task, *entry, megabytes) for entry in entries(task, engines, units)]
    for repeat in range(repeats):
        for row in rows:
            if not row.failure:
                say(f"{task.corpus} {task.job} {task.unit}: {row.label} {repeat + 1}/{repeats}")
                measure(row)
    if task.job == "clean":
        judge(rows)
    return rows


def entries(task: Task, engines: Sequence[str], units: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Engine and unit of each row: dedup's paragraphs stand beside all engines' lines."""
    for engine in engines:
        yield engine, task.unit
        if (engine, task.unit, task.job) == ("dedup", "line", "clean") and "paragraph" in units:
            yield engine, "paragraph"


def measure(row: Row) -> None:
    """Run one process and add its figures, or note why there are none."""
    try:
        with TemporaryDirectory(dir=DATA) as folder:
            result = execute(row.engine, row.unit, row.task, Path(folder))
    except EngineMissingError as error:
        row.failure = str(error)
        say(row.failure)
        return
    row.version = result["version"]
    row.removed = result["removed"]
    row.megabytes = result.get("megabytes", row.megabytes)
    for name in ("cpu", "wall", "peak"):
        getattr(row, name).append(result[name])


def execute(engine: str, unit: str, task: Task, folder: Path) -> dict[str, Any]:
    """One job of one engine in a process of its own, held to the task's number of cores.

    folder: an empty one; what the engine writes is in its `output` afterwards.
    """
    python = str(interpreter(engine))  # before the clock: it may install
    output = folder / "output"
    job = [task.job, unit, str(task.source), str(output), str(time.time())]
    threads = {name: str(task.cores) for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS")}
    try:
        done = process.run(
            [python, "-m", f"benchmarks.engines.{engine}", *job],
            folder=ROOT,
            environment={**os.environ, **QUIET, **threads, "HF_HOME": str(folder)},
            cores=task.cores,
            measured=folder / "measured",
        )
    except TimeoutError:
        raise EngineMissingError(
            f"{engine} left out: it did not end within {process.TIMEOUT} s"
        ) from None
    if done.code:
        last = (done.errors.strip().splitlines() or ["no message"])[-1]
        raise EngineMissingError(f"{engine} left out: {last}")
    result: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    result["peak"] = max(result["peak"], done.peak)
    return result


def judge(rows: list[Row]) -> None:
    """Score every row against the exact answer, in both ways of counting words."""
    for way in WAYS:
        task = rows[0].task
        try:
            truth = exact(task.source, task.unit, way)
        except ImportError as error:
            say(f"no exact answer over {way} words: {error}")
            continue
        for row in rows:
            row.scores[way] = score(row.removed, truth)


def say(message: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{message}\n")
