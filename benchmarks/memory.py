"""What a limit on memory costs: the whole command, with `--memory` and without, taking turns.

The peak is the high-water mark that the system kept of the process. That no byte of the answer
differs is checked in each run, but for `report.json`, which holds timings.
"""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.datasets import DATA, text_megabytes
from benchmarks.figures import Figure
from benchmarks.process import held_to
from benchmarks.runner import say

LIMITS = ["", "512M", "256M", "128M"]


def figures(source: Path, cores: int, repeats: int) -> Iterator[Figure]:
    """Wall and CPU seconds and peak of each limit; SystemExit where an answer differs."""
    found: dict[str, list[tuple[float, float, float]]] = {limit: [] for limit in LIMITS}
    answers = set()
    for repeat in range(repeats):
        for limit in LIMITS:
            say(f"memory {limit or 'without a limit'}, {cores} core(s): {repeat + 1}/{repeats}")
            with TemporaryDirectory(dir=DATA) as folder:
                output = Path(folder) / "output"
                found[limit].append(run(source, output, limit, cores))
                answers.add(digest(output))
    if len(answers) > 1:
        sys.exit("memory: the answers differ")
    for limit, runs in found.items():
        subject = f"--memory {limit}" if limit else "no limit"
        for place, measure in enumerate(["wall s", "CPU s", "peak MB"]):
            values = [run[place] for run in runs]
            size = text_megabytes(source) if source.suffix == ".jsonl" else 0.0
            yield Figure("memory", source.name, subject, measure, values, cores, size)


def run(source: Path, output: Path, limit: str, cores: int) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds, and the peak in MB of 10^6 bytes."""
    dedup = str(Path(sys.executable).with_name("dedup"))
    command = [dedup, "clean", str(source), "-o", str(output), "-q", "-j", str(cores)]
    if limit:
        command += ["--memory", limit]
    hold = held_to(cores)
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            if hold:
                hold()
            os.execv(dedup, command)
        finally:
            os._exit(127)
    _, status, used = os.wait4(child, 0)
    if status:
        sys.exit(f"memory: {' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    wall = time.perf_counter() - start
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6


def digest(output: Path) -> str:
    """One hash of all files but the report, with their names; the folder goes."""
    whole = sha256()
    for path in sorted(output.rglob("*")):
        if path.is_file() and path.name != "report.json":
            whole.update(f"{path.relative_to(output)}\n".encode())
            with path.open("rb") as stream:
                while piece := stream.read(2**20):
                    whole.update(piece)
    shutil.rmtree(output)
    return whole.hexdigest()
