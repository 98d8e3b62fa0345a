"""Runs engines in turn, one process each, and puts cost and correctness into the same row."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.datasets import DATA, text_megabytes
from benchmarks.environments import EngineMissingError, interpreter
from benchmarks.truth import Score, exact, score

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT = 900  # seconds for one process; the slowest peer needs 15 for 32 MB
QUIET = {"DAFT_ANALYTICS_ENABLED": "0", "DO_NOT_TRACK": "true", "SCARF_NO_ANALYTICS": "true"}
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
    """What one engine did in one task; lists hold one value per repeat."""

    task: Task
    engine: str
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


def compare(task: Task, engines: Sequence[str], repeats: int) -> list[Row]:
    """Run every engine `repeats` times, in turn, so that a slow minute of the machine hits all."""
    megabytes = text_megabytes(task.source)
    rows = [Row(task, engine, megabytes) for engine in engines]
    for repeat in range(repeats):
        for row in rows:
            if not row.failure:
                say(f"{task.corpus} {task.job} {task.unit}: {row.engine} {repeat + 1}/{repeats}")
                measure(row)
    if task.job == "clean":
        judge(rows)
    return rows


def measure(row: Row) -> None:
    """Run one process and add its figures, or note why there are none."""
    try:
        result = execute(row.engine, row.task)
    except EngineMissingError as error:
        row.failure = str(error)
        say(row.failure)
        return
    row.version = result["version"]
    row.removed = result["removed"]
    for name in ("cpu", "wall", "peak"):
        getattr(row, name).append(result[name])


def execute(engine: str, task: Task) -> dict[str, Any]:
    """One job of one engine in a process of its own, held to the task's number of cores."""
    python = interpreter(engine)
    threads = {name: str(task.cores) for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS")}
    with TemporaryDirectory(dir=DATA) as folder:
        module = f"benchmarks.engines.{engine}"
        job = [task.job, task.unit, str(task.source), f"{folder}/output", str(time.time())]
        try:
            done = subprocess.run(
                [str(python), "-m", module, *job],
                cwd=ROOT,
                env={**os.environ, **QUIET, **threads},
                preexec_fn=held_to(task.cores),
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise EngineMissingError(f"{engine} did not end within {TIMEOUT} seconds") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise EngineMissingError(f"{engine} failed: {last}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def held_to(cores: int) -> Callable[[], None] | None:
    """What pins a child to the last `cores` cores, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    chosen = sorted(os.sched_getaffinity(0))[-cores:]
    return lambda: os.sched_setaffinity(0, chosen)


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
