"""One child process, held to some cores, with the peak memory of it and all it starts.

The peak is sampled: every 20 milliseconds the resident sizes of the child and its
descendants, as /proc gives them, are added up. Where more than one process is alive, the
proportional sizes (Pss) are added instead, since forked processes share pages. A spike
between two samples is missed; the child's own high-water mark, which job.py prints, is not,
and the runner takes the larger of the two.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

INTERVAL = 0.02  # seconds; a sample of one process takes 0.1 ms
TIMEOUT = 1800  # seconds for one process; the slowest peer needs some 1.5 for a megabyte


@dataclass(frozen=True, slots=True)
class Finished:
    """How a child ended; `peak` in MB of 2^20 bytes, 0.0 where there is no /proc."""

    code: int
    output: str
    errors: str
    peak: float


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    cores: int,
    measured: Path | None = None,
    timeout: float = TIMEOUT,
) -> Finished:
    """Run a command to its end; raises TimeoutError after `timeout` seconds, all ended.

    measured: a file that the child makes when what is to be measured is over.
    """
    with TemporaryFile() as output, TemporaryFile() as errors:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            preexec_fn=held_to(cores),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        try:
            peak = watch(child, measured, time.monotonic() + timeout)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            raise
        output.seek(0)
        errors.seek(0)
        said, complained = (stream.read().decode(errors="replace") for stream in (output, errors))
        return Finished(child.returncode, said, complained, peak)


def watch(child: "subprocess.Popen[bytes]", measured: Path | None, deadline: float) -> float:
    """Wait for the child and return the largest sample in MB."""
    peak = 0.0
    counts = True
    while child.poll() is None:
        counts = counts and not (measured and measured.exists())
        if counts:
            peak = max(peak, tree_megabytes(child.pid))
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(INTERVAL)
    return peak


def tree_megabytes(root: int) -> float:
    """Memory of a process and its descendants now; those that end meanwhile count nothing."""
    if not sys.platform.startswith("linux"):
        return 0.0
    members = [root, *descendants(root)]
    field = ("status", "VmRSS:") if len(members) == 1 else ("smaps_rollup", "Pss:")
    return sum(kilobytes(member, *field) for member in members) / 1024


def descendants(process: int) -> Iterator[int]:
    """Processes that it started, and those that they started."""
    try:
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text(encoding="ascii").split():
                yield int(child)
                yield from descendants(int(child))
    except OSError:
        return


def kilobytes(process: int, file: str, field: str) -> int:
    """A figure of a process, 0 when it is gone."""
    try:
        text = Path(f"/proc/{process}/{file}").read_text(encoding="ascii")
    except OSError:
        return 0
    found = text.partition(field)[2].split(maxsplit=1)
    return int(found[0]) if found else 0


def held_to(cores: int) -> Callable[[], None] | None:
    """What pins a child to the last `cores` cores, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    chosen = sorted(os.sched_getaffinity(0))[-cores:]
    return lambda: os.sched_setaffinity(0, chosen)
