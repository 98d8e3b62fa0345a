"""The command as its users meet it: whole runs with stdout, stderr and exit code.

Runs that are compared as a whole stand in `snapshots/`; DEDUP_UPDATE_SNAPSHOTS=1 writes
them anew. Times and versions are replaced by signs, so a snapshot holds everywhere.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent

SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = os.environ.get("DEDUP_UPDATE_SNAPSHOTS") == "1"


STORY = (
    "The council voted last night on the budget of the town, after a debate that went on "
    "until two in the morning and left both sides tired but content.\n"
)
OTHER = (
    "Herons have come back to the old harbour this spring, and the fishermen who used to "
    "chase them away now bring their grandchildren to watch.\n"
)

BAD_RECORDS = (
    json.dumps({"id": 1, "text": STORY}).encode() + b"\n"
    b'{"id": 2, "text": "cut off\n'
    b'{"id": 3, "title": "no text"}\n'
    b'{"id": 4, "text": null}\n'
    b'{"id": 5, "text": "\xff"}\n'
    b"[1, 2]\n" + json.dumps({"id": 6, "text": STORY}).encode() + b"\n"
)


def command(*words: object, cwd: Path | None = None, **settings: object) -> subprocess.Popen:
    """Start the command; text goes in and comes out as bytes."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NO_COLOR", "COLUMNS", "TERM", "PYTHONIOENCODING", "LC_ALL", "LANG")
    }
    environment |= {"LC_ALL": "C.UTF-8", "PYTHONPATH": str(REPOSITORY)}
    environment |= settings.pop("environment", {})
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE) | settings
    line = [sys.executable, "-m", "dedup", *map(str, words)]
    return subprocess.Popen(line, cwd=cwd, env=environment, **streams)


def run(
    *words: object, cwd: Path | None = None, stdin: bytes = b"", **environment: str
) -> tuple[str, str, int]:
    """Run the command to its end: stdout, stderr, exit code."""
    process = command(*words, cwd=cwd, environment=environment)
    stdout, stderr = process.communicate(stdin, timeout=120)
    return stdout.decode(), stderr.decode(), process.returncode


def normalised(text: str) -> str:
    """Without what may differ between two runs or two machines."""
    text = re.sub(r"\bin [0-9.,]+ s\b(, [0-9.,]+ million characters a second)?", "in 0.00 s", text)
    text = re.sub(r"(?m)^policy [0-9a-f]{16}$", "policy ...", text)
    text = re.sub(r'"seconds":\{[^}]*\}', '"seconds":{}', text)
    text = re.sub(r'"versions":\{[^}]*\}', '"versions":{}', text)
    text = re.sub(r"(?m)(, policy )[0-9a-f]{16}$", r"\1...", text)
    return re.sub(r'"(digest|cluster|story)":"[0-9a-f]{16}"', r'"\1":"..."', text)


def check(name: str, outcome: tuple[str, str, int]) -> None:
    """Compare a whole run with its snapshot."""
    stdout, stderr, code = outcome
    shown = f"exit {code}\n--- stdout\n{normalised(stdout)}--- stderr\n{normalised(stderr)}"
    path = SNAPSHOTS / f"{name}.txt"
    if UPDATE:
        path.write_text(shown, encoding="utf-8")
    assert path.exists(), f"no {path.name}; DEDUP_UPDATE_SNAPSHOTS=1 writes it"
    assert shown == path.read_text(encoding="utf-8")


def three_articles(tmp_path: Path) -> Path:
    """A folder of three texts: one stands in two of them, one line twice in one."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(f"{STORY}\nA line of its own, and short.\n", encoding="utf-8")
    (folder / "b.txt").write_text(f"{OTHER}\n{STORY}", encoding="utf-8")
    (folder / "c.txt").write_text(f"{OTHER}\nOne more thing to say about it.\n", encoding="utf-8")
    return folder
