"""Runs of `dedup.clean` that end early: each in a process of its own, forked from this one.

It reads a job from stdin: the input, the output, settings of the policy, options, and the moments
at which the runs end, each of which resumes the one before. It prints for every run how it ended
and what it told. Forking saves the time to load the library; this process starts no thread.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

import dedup
from dedup.options import Options


def run(job: dict[str, Any], moment: list[Any], told: Path) -> None:
    """Clean, and die at the moment: a signal's number, a stage and how much of it was done."""
    number, stage, share = moment
    size = job["size"]

    def progress(now: str, done: int, total: int | None) -> None:
        if now == stage and done >= share * (size if stage in ("read", "clean") else 1):
            if number == signal.SIGXFSZ:  # no file may grow any more, as on a full disk
                resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            elif number:
                os.kill(os.getpid(), number)

    def notice(line: str) -> None:
        with told.open("a") as file:
            file.write(line + "\n")

    paths = [Path(path) for path in job["paths"]]
    options = Options(jobs=2, progress=progress, notice=notice, **job["options"])
    settings = job["settings"]
    if "against" in settings:
        settings = {**settings, "against": [Path(path) for path in settings["against"]]}
    dedup.clean(paths, job["output"], options=options, resume=job["resume"], **settings)


def forked(job: dict[str, Any], moment: list[Any], told: Path) -> int:
    """The exit code of a run, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            run(job, moment, told)
            code = 0
        except BaseException as error:
            told.open("a").write(f"{type(error).__name__}: {error}\n")
        os._exit(code)
    number, stage, seconds = moment
    if stage == "time":
        time.sleep(seconds)
        os.kill(child, number)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    job = json.load(sys.stdin)
    told = Path(f"{job['output']}.told")
    for moment in job["moments"]:
        told.write_text("")
        code = forked(job, moment, told)
        sys.stdout.write(json.dumps([code, told.read_text().splitlines()]) + "\n")
        sys.stdout.flush()
    told.unlink()


if __name__ == "__main__":
    main()
