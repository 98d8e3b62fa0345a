"""What this machine can do at all: plain passes over bytes, beside which to read the rest.

`python -m benchmarks.limits CORPUS TURNS` prints one JSON object: for each limit the GB/s
(10^9 bytes) of every turn, one thread. Every turn passes over the same data in turn:

- memcpy: 256 MB of bytes, past any cache, to another place (numpy).
- xxh3: the 128-bit xxHash over the corpus file's bytes.
- JSON: every line of the corpus parsed to Python objects by orjson; bytes of JSON.
- wc -w: words of the corpus file counted, start of the process included.
- zstd: the corpus compressed at level 3, decompressed; bytes that come out.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import orjson
import zstandard

from benchmarks import process
from benchmarks.figures import Figure
from benchmarks.runner import ROOT, say

COPIED = 256_000_000  # bytes; several times the largest caches

Pass = tuple[int, Callable[[], object]]


def passes(source: Path) -> dict[str, Pass]:
    """For each limit the bytes that count and what to time; xxh3 and wc where they are."""
    data = source.read_bytes()
    lines = data.splitlines()
    origin = np.ones(COPIED, dtype=np.uint8)
    target = np.empty_like(origin)
    target[:] = 0  # the pages are there before the clock runs
    packed = zstandard.compress(data, 3)
    limits: dict[str, Pass] = {
        "memcpy": (COPIED, lambda: np.copyto(target, origin)),
        "JSON (orjson)": (len(data), lambda: parse(lines)),
        "zstd -3 decompression": (len(data), lambda: zstandard.decompress(packed)),
    }
    try:
        import xxhash
    except ImportError:
        say("limits: no xxhash, left out")
    else:
        limits["xxh3_128"] = (len(data), lambda: xxhash.xxh3_128_digest(data))
    if shutil.which("wc"):
        count = ["wc", "-w", str(source)]
        limits["wc -w"] = (len(data), lambda: subprocess.run(count, capture_output=True))
    return limits


def parse(lines: list[bytes]) -> None:
    """Each line to Python objects, which go at once."""
    for line in lines:
        orjson.loads(line)


def speeds(source: Path, turns: int) -> dict[str, list[float]]:
    """GB/s of every turn."""
    limits = passes(source)
    found: dict[str, list[float]] = {name: [] for name in limits}
    for _ in range(turns):
        for name, (size, work) in limits.items():
            start = time.perf_counter()
            work()
            found[name].append(size / 1e9 / (time.perf_counter() - start))
    return found


def figures(corpus: str, source: Path, environment: dict[str, str], turns: int) -> list[Figure]:
    """The limits of one core, worked out in a process of their own."""
    say(f"limits over {corpus}")
    command = [sys.executable, "-m", "benchmarks.limits", str(source), str(turns)]
    done = process.run(command, folder=ROOT, environment=environment, cores=1)
    if done.code:
        say(f"limits failed: {done.errors}")
        return []
    found: dict[str, list[float]] = json.loads(done.output)
    size = source.stat().st_size / 1e6
    return [
        Figure("limits", corpus, name, "GB/s", values, megabytes=size)
        for name, values in found.items()
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(speeds(Path(sys.argv[1]), int(sys.argv[2]))))
