"""Consoles, terminals and signals: what the command does to them, and they to it."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest
from commands import STORY, command, run, three_articles


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return three_articles(tmp_path)


def test_hostile_names_and_texts_cannot_act_on_a_terminal(tmp_path):
    name = "a\x1b]52;c;x\x07\u202eb.txt"
    hostile = STORY.replace("council", "\x1b[31mcoun\u202ecil\x9b\x07")
    (tmp_path / name).write_text(f"{hostile}\n{hostile}", encoding="utf-8")
    for words in (["scan", "."], ["scan", f"{name}x"], ["explain", name, name]):
        stdout, stderr, _ = run(*words, cwd=tmp_path)
        unsafe = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
        assert not unsafe.search(stdout + stderr)


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp1252"},
        {"LC_ALL": "tr_TR.UTF-8"},
    ],
)
def test_any_console_gets_an_answer_and_the_same_data(articles, locale):
    (articles / "d.txt").write_text(f"中文 é ↯ {STORY}\n中文 é ↯ {STORY}", encoding="utf-8")
    process = command("scan", articles, environment=locale)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert run("scan", articles, "--format", "jsonl", **locale) == run(
        "scan", articles, "--format", "jsonl"
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_cleanly(number, code, tmp_path):
    """The run waits for stdin, so the signal finds it at work."""
    process = command("clean", "-", "-o", "clean", cwd=tmp_path)
    wait_until_it_reads(process)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=10)
    assert (process.returncode, stdout) == (code, b"")
    assert stderr.decode().splitlines() == ["clean: not written", "interrupted"]
    assert list(tmp_path.iterdir()) == []


def wait_until_it_reads(process: subprocess.Popen) -> None:
    """Return when the command has read what was written to its stdin."""
    stuffing = b"x" * (1 << 20)
    deadline = time.monotonic() + 30
    os.set_blocking(process.stdin.fileno(), False)
    written = 0
    # A pipe holds 64 KiB: once more than that has gone in, the command is reading.
    while written <= 1 << 18 and time.monotonic() < deadline:
        if select.select([], [process.stdin], [], 0.1)[1]:
            written += os.write(process.stdin.fileno(), stuffing)
    assert written > 1 << 18


def test_bars_are_drawn_only_on_a_terminal_and_only_if_wanted(articles):
    assert b"\x1b" in stderr_on_a_terminal("scan", articles)
    assert stderr_on_a_terminal("scan", articles, "--no-progress") == b""
    assert stderr_on_a_terminal("scan", articles, "-q") == b""


def stderr_on_a_terminal(*words: object) -> bytes:
    master, slave = pty.openpty()
    process = command(*words, stderr=slave, environment={"TERM": "xterm"})
    os.close(slave)
    process.communicate(timeout=60)
    seen = b""
    while select.select([master], [], [], 0.2)[0]:
        try:
            seen += os.read(master, 4096)
        except OSError:  # Linux reports the closed end of a terminal as an error.
            break
    os.close(master)
    return seen
