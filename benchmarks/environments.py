"""Where engines run: a virtual environment for each peer, made when it is first asked for."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = HERE / ".venvs"

# Peers are pinned, because rows of different days are compared. orjson reads the corpus for all.
PEERS = {
    "daft": ["daft==0.7.26", "numpy>=2.2"],
    "gaoya": ["gaoya==0.2.2"],
    "rensa": ["rensa==0.5.0"],
    "datasketch": ["datasketch==2.0.0", "numpy>=2.2", "xxhash>=3.5"],
}
SHARED = ["orjson>=3.11"]
ENGINES = ["dedup", *PEERS]


class EngineMissingError(Exception):
    """The engine cannot be run here; the text says why."""


def interpreter(engine: str) -> Path:
    """The interpreter that has the engine: this one for dedup, else one made for it."""
    if engine == "dedup":
        return Path(sys.executable)
    folder = ENVIRONMENTS / engine
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    wanted = "\n".join([*PEERS[engine], *SHARED])
    marker = folder / "installed.txt"
    if not marker.exists() or marker.read_text(encoding="utf-8") != wanted:
        sys.stderr.write(f"installing {engine} into {folder.relative_to(HERE.parent)}\n")
        quiet = ["--quiet", "--disable-pip-version-check"]
        run([sys.executable, "-m", "venv", str(folder)], engine)
        run([str(python), "-m", "pip", "install", *quiet, *PEERS[engine], *SHARED], engine)
        marker.write_text(wanted, encoding="utf-8")
    return python


def run(command: list[str], engine: str) -> None:
    """Run a step of the installation."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise EngineMissingError(f"{engine} could not be installed: {last}")
