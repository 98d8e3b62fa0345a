"""What a closed or full stream changes: nothing but what the stream gets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import runs
from commands import BAD_RECORDS, REPOSITORY, STORY, command, three_articles

FULL = Path("/dev/full")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return three_articles(tmp_path)


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


def test_a_closed_pipe_is_no_error(articles):
    for index in range(3000):
        (articles / f"x{index}.txt").write_text(
            f"{index} {STORY}\n{index} {STORY}", encoding="utf-8"
        )
    process = command("scan", articles, "--format", "jsonl")
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 0
    process.stdin.close()
    process.stderr.close()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_do_no_harm(articles, closed):
    line = f'"$0" -m dedup scan "$1" {closed}'
    done = subprocess.run(
        ["sh", "-c", line, sys.executable, articles], capture_output=True, cwd=REPOSITORY
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_an_error(articles):
    with FULL.open("wb") as full:
        process = command("scan", articles, "--format", "json", stdout=full)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2
    assert stderr == b"error: stdout: no space left on device\n"


# Each is imported by the command's own modules, one early and one late.
@pytest.mark.parametrize("module", ["typer", "difflib", "shlex"])
def test_an_interrupt_while_the_command_loads_is_quiet(module: str, tmp_path: Path) -> None:
    (tmp_path / f"{module}.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    path = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{REPOSITORY}"}
    process = command("clean", "-", "-o", "clean", cwd=tmp_path, environment=path)
    stdout, stderr = process.communicate(timeout=10)
    assert (stdout, process.returncode) == (b"", 130)
    # The last of them is imported once there is someone to say so.
    assert stderr == (b"interrupted\n" if module == "shlex" else b"")
