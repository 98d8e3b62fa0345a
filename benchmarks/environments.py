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
    "text_dedup": ["text-dedup==0.4.0"],
    # It asks for the first three only when it runs, and xxHash 4 takes no `str`.
    "datatrove": [
        "datatrove==0.10.1",
        "spacy==3.8.18",
        "tokenizers==0.23.3",
        "regex>=2024.5",
        "xxhash==3.5.0",
    ],
    # Without these two pins pip tries versions of boto3 for longer than anyone waits.
    "dolma": ["dolma==1.2.1", "boto3==1.28.17", "aiobotocore==2.5.4"],
}
SHARED = ["orjson>=3.11"]
ENGINES = ["dedup", *PEERS]
# The others install hundreds of megabytes each, and two of them need seconds for a megabyte.
QUICK_ENGINES = ["dedup", "daft", "gaoya", "rensa", "datasketch"]
INSTALL_TIMEOUT = 900  # seconds; text-dedup with its 1.3 GB needs some 120


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
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=INSTALL_TIMEOUT
        )
    except subprocess.TimeoutExpired:
        raise EngineMissingError(f"{engine} left out: its installation took too long") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise EngineMissingError(f"{engine} left out, it could not be installed: {last}")
