"""How long one waits for the command on something small: wall time, start-up and all.

The bare interpreter stands beside it, since nothing written in Python starts faster. The
three commands take turns.
"""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.process import held_to
from benchmarks.runner import ROOT, say

ARTICLE = ROOT / "examples" / "articles" / "courrier-phare.txt"


def commands() -> dict[str, list[str]]:
    """What is started, by its name in the table."""
    dedup = str(Path(sys.executable).with_name("dedup"))
    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        "dedup --help": [dedup, "--help"],
        "dedup scan ARTICLE": [dedup, "scan", str(ARTICLE)],
    }


def figures(turns: int) -> list[Figure]:
    """Milliseconds of each command; a first turn, which warms the page cache, does not count."""
    say(f"start: {turns} turns")
    found: dict[str, list[float]] = {name: [] for name in commands()}
    for turn in range(turns + 1):
        for name, command in commands().items():
            start = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True, preexec_fn=held_to(1))
            if turn:
                found[name].append((time.perf_counter() - start) * 1000)
    return [Figure("start", "", name, "ms", values) for name, values in found.items()]
