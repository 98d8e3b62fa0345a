"""What a closed or full stdout changes: nothing but what stdout gets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import runs
from test_cli import BAD_RECORDS, REPOSITORY, STORY, command

FULL = Path("/dev/full")


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(BAD_RECORDS)
    return path


def unread(*words: object, cwd: Path) -> tuple[str, int]:
    """Run with a stdout whose reader has gone: stderr and exit code."""
    reading, writing = os.pipe()
    os.close(reading)
    process = command(*words, cwd=cwd, stdout=writing)
    os.close(writing)
    _, stderr = process.communicate(timeout=60)
    return stderr.decode(), process.returncode


@pytest.mark.parametrize("format", ["text", "json", "jsonl"])
def test_a_closed_pipe_changes_neither_exit_code_nor_stderr(feed: Path, format: str) -> None:
    (feed.parent / "a.txt").write_text(f"{STORY}\n{STORY}", encoding="utf-8")
    words = ["scan", "a.txt", "--fail-on-duplicates", "--format", format]
    assert unread(*words, cwd=feed.parent) == ("", 1)
    stderr, code = unread("clean", "feed.jsonl", "-o", "out", "--format", format, cwd=feed.parent)
    assert (stderr.count("feed.jsonl:"), code) == (5, 2)
    assert (feed.parent / "out" / "_dedup" / "report.json").exists()
    assert unread("explain", "a.txt", "feed.jsonl", cwd=feed.parent)[1] == 2
    for words in (["--help"], ["scan", "--help"], ["--version"], ["policy"]):
        assert unread(*words, cwd=feed.parent) == ("", 0)


def test_a_stdout_that_was_never_open_changes_neither(feed: Path) -> None:
    line = '"$0" -m dedup scan "$1" >&-'
    done = subprocess.run(
        ["sh", "-c", line, sys.executable, feed],
        capture_output=True,
        cwd=REPOSITORY,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count(b"feed.jsonl:") == 5


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_full_stdout_after_clean_says_that_the_folder_is_complete(feed: Path) -> None:
    with FULL.open("wb") as full:
        process = command("clean", "feed.jsonl", "-o", "out", cwd=feed.parent, stdout=full)
        stderr = process.communicate(timeout=60)[1].decode()
        assert process.returncode == 2
        assert "error: stdout: no space left on device" in stderr
        assert "hint: out is complete; only the summary could not be written" in stderr
        assert stderr.count("feed.jsonl:") == 5
        process = command("restore", "out", "-o", "back", cwd=feed.parent, stdout=full)
        stderr = process.communicate(timeout=60)[1].decode()
    assert "hint: back is complete" in stderr
    assert runs.tree(feed.parent / "back") == {"feed.jsonl": BAD_RECORDS}


# Each is imported by the command's own modules, one early and one late.
@pytest.mark.parametrize("module", ["typer", "difflib", "shlex"])
def test_an_interrupt_while_the_command_loads_is_quiet(module: str, tmp_path: Path) -> None:
    (tmp_path / f"{module}.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    path = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{REPOSITORY}"}
    process = command("clean", "-", "-o", "clean", cwd=tmp_path, environment=path)
    assert (*process.communicate(timeout=10), process.returncode) == (b"", b"", 130)
