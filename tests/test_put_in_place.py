"""An output that is being replaced is never lost, and never taken for another one's."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import runs

from dedup.errors import OutputError
from dedup.formats.writer import OutputTree

REPORT = "_dedup/report.json"

# Dies between the two renames: the old output has gone aside, the new one has not come.
KILLED = """
import os, signal, sys
from dedup.formats.writer import OutputTree
plain = os.rename
def rename(old, new):
    if ".dedup-partial-" in old:
        os.kill(os.getpid(), signal.SIGKILL)
    plain(old, new)
os.rename = rename
with OutputTree(sys.argv[1], force=True) as tree:
    tree.create("_dedup/report.json").write(b"new")
"""


def write(target: Path, content: bytes) -> None:
    with OutputTree(target) as tree:
        tree.create(REPORT).write(content)


def killed_while_replacing(target: Path) -> Path:
    """An output whose replacement was killed."""
    write(target, b"old")
    done = subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not target.exists()
    return target


def test_an_output_put_aside_comes_back_to_its_own_target_only(tmp_path: Path) -> None:
    alike = "x" * 45
    target = killed_while_replacing(tmp_path / f"{alike}-1")
    write(tmp_path / f"{alike}-2", b"another")
    assert runs.tree(tmp_path / f"{alike}-2") == {REPORT: b"another"}
    with pytest.raises(OutputError, match="--force replaces it"), OutputTree(target):
        pass
    assert runs.tree(target) == {REPORT: b"old"}


def test_an_output_put_aside_is_not_deleted_for_a_folder_that_no_run_wrote(tmp_path: Path) -> None:
    target = killed_while_replacing(tmp_path / "out")
    target.mkdir()
    (target / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError), OutputTree(target, force=True):
        pass
    (target / "mine.txt").unlink()
    with pytest.raises(OutputError, match="--force replaces it"), OutputTree(target):
        pass
    assert runs.tree(target) == {REPORT: b"old"}
