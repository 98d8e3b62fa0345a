"""Which saved state a run goes on with: a whole one, of the same settings and files."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from commands import command
from files import put
from resuming import (
    LINES,
    SMALL,
    STATE,
    Corpus,
    answer,
    beside,
    of_lines,
    of_rows,
    outcomes,
    state_of,
)

import dedup
from dedup.engines.checkpoint import Checkpoints
from dedup.errors import InputError, OutputError
from dedup.formats.output import OutputStream


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with lines, the output of an unbroken run, and states of killed ones."""
    folder = tmp_path_factory.mktemp("killed")
    paths = of_lines(folder / "in")
    LINES.clean(paths, folder / "whole")
    for name, stage, share in (("read", "read", 0.7), ("matched", "clean", 0)):
        output = folder / name / "out"
        output.parent.mkdir()
        outcomes(LINES, paths, output, [[signal.SIGKILL, stage, share]])
    return folder


def copied(killed: Path, name: str, folder: Path) -> Path:
    """The state of a killed run beside a new output."""
    shutil.copytree(state_of(killed / name / "out"), folder / ".out.dedup-partial-1/_dedup/resume")
    return folder / "out"


@pytest.mark.parametrize("file", STATE)
@pytest.mark.parametrize("name", ["read", "matched"])
def test_a_damaged_state_never_changes_the_answer(
    killed: Path, name: str, file: str, tmp_path: Path
) -> None:
    chance = random.Random(f"{name} {file}")
    resumed = 0
    for number in range(6):
        folder = tmp_path / str(number)
        output = copied(killed, name, folder)
        path = state_of(output) / file
        data = bytearray(path.read_bytes())
        # Mostly late ones: the checkpoints before the damage count.
        place = int(len(data) * chance.random() ** 0.3)
        if number % 2:
            del data[place:]
        else:
            data[place] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        [line, *_] = LINES.clean([killed / "in"], output, resume=True)
        resumed += line.startswith("resuming: ")
        assert answer(output) == answer(killed / "whole")
        assert beside(output) == []
    assert resumed > 0


@pytest.mark.parametrize("file", STATE)
def test_a_state_that_lacks_a_file_is_none(killed: Path, file: str, tmp_path: Path) -> None:
    output = copied(killed, "read", tmp_path)
    (state_of(output) / file).unlink()
    [line] = LINES.clean([killed / "in"], output, resume=True)
    assert line == "nothing to resume; starting from the beginning"
    assert answer(output) == answer(killed / "whole")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"threshold": 0.75}, "threshold is 0.75; it was 0.7"),
        ({"keep": "first"}, "keep is first; it was earliest:date"),
        ({"text_field": "body"}, "text_field is body; it was text"),
        ({"input_format": "jsonl"}, "input_format is jsonl; it was None"),
    ],
)
def test_another_setting_is_named_and_the_state_stays(
    killed: Path, change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    output = copied(killed, "read", tmp_path)
    changed = Corpus("changed", of_lines, {**LINES.settings, **change})
    with pytest.raises(OutputError, match=message) as caught:
        changed.clean([killed / "in"], output, resume=True)
    assert "leave --resume out" in str(caught.value.hint)
    [line, *_] = LINES.clean([killed / "in"], output, resume=True)
    assert line.startswith("resuming: ")
    assert answer(output) == answer(killed / "whole")


@pytest.mark.parametrize("option", ["batch_bytes", "max_line"])
def test_another_size_of_batches_or_lines_is_named(
    killed: Path, option: str, tmp_path: Path
) -> None:
    output = copied(killed, "read", tmp_path)
    changed = Corpus("changed", of_lines, LINES.settings, {**SMALL, option: 5000})
    with pytest.raises(OutputError, match=f"{option} is 5000; it was"):
        changed.clean([killed / "in"], output, resume=True)


def test_a_changed_input_is_named_unless_it_was_not_read_yet(tmp_path: Path) -> None:
    paths = of_lines(tmp_path / "in")
    output = tmp_path / "out"
    outcomes(LINES, paths, output, [[signal.SIGKILL, "read", 0.3]])
    [last] = paths[0].glob("c.json")
    last.write_bytes(last.read_bytes() + b" \n")
    first = paths[0] / "a.jsonl"
    status = first.stat()
    os.utime(first, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    with pytest.raises(OutputError, match=r"a\.jsonl has changed since it was read"):
        LINES.clean(paths, output, resume=True)
    os.utime(first, ns=(status.st_atime_ns, status.st_mtime_ns))
    put(paths[0], {"0.jsonl": b"{}"})
    with pytest.raises(OutputError, match="there are 4 files to read; there were 3"):
        LINES.clean(paths, output, resume=True)
    (paths[0] / "0.jsonl").unlink()
    assert LINES.clean(paths, output, resume=True)[0].startswith("resuming: ")
    LINES.clean(paths, tmp_path / "whole")
    assert answer(output) == answer(tmp_path / "whole")


def test_after_matching_every_file_must_be_there(killed: Path, tmp_path: Path) -> None:
    output = copied(killed, "matched", tmp_path)
    with pytest.raises(OutputError, match="there are 1 files to read; there were 3"):
        LINES.clean([killed / "in" / "a.jsonl"], output, resume=True)


def test_the_state_of_a_living_run_is_not_taken(killed: Path, tmp_path: Path) -> None:
    output = copied(killed, "read", tmp_path)
    partial = state_of(output).parent.parent
    lock = os.open(partial, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    renamed = partial.with_name(f".out.dedup-partial-{os.getppid()}")
    partial.rename(renamed)
    with pytest.raises(OutputError, match=rf"another run \(process {os.getppid()}\) is writing"):
        LINES.clean([killed / "in"], output, resume=True)
    assert renamed.is_dir()
    os.close(lock)


def test_a_process_number_in_use_again_hides_no_state(killed: Path, tmp_path: Path) -> None:
    output = copied(killed, "read", tmp_path)
    partial = state_of(output).parent.parent
    partial.rename(partial.with_name(f".out.dedup-partial-{os.getppid()}"))
    assert LINES.clean([killed / "in"], output, resume=True)[0].startswith("resuming: ")
    assert beside(output) == []


def test_of_several_states_the_newest_is_taken_and_none_is_left(
    killed: Path, tmp_path: Path
) -> None:
    output = copied(killed, "read", tmp_path)
    older = tmp_path / ".out.dedup-partial-2"
    shutil.copytree(state_of(output).parent.parent, older)
    os.utime(older / "_dedup" / "resume" / "journal", ns=(0, 1))
    (older / "_dedup" / "resume" / "rows").write_bytes(b"")
    assert LINES.clean([killed / "in"], output, resume=True)[0].startswith("resuming: ")
    assert beside(output) == []


def test_a_checkpoint_that_fails_ends_checkpoints_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Checkpoints, "save", save)
    paths = of_lines(tmp_path / "in")
    told = LINES.clean(paths, tmp_path / "out")
    assert told == ["warning: no more checkpoints: No space left on device"]
    assert beside(tmp_path / "out") == []


def test_a_small_corpus_keeps_no_checkpoints(tmp_path: Path) -> None:
    paths = of_lines(tmp_path / "in")
    small = Corpus("small", of_lines, LINES.settings, {})
    outcomes(small, paths, tmp_path / "out", [[signal.SIGKILL, "clean", 0]], resume=False)
    [name] = beside(tmp_path / "out")
    assert not (tmp_path / name / "_dedup" / "resume" / "journal").exists()
    assert small.clean(paths, tmp_path / "out", resume=True)[0].startswith("nothing to resume")


def test_there_is_nothing_to_resume_in_memory_or_in_a_dry_run(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="documents in memory are not written"):
        dedup.clean(["a text"], resume=True)
    with pytest.raises(OutputError, match="a dry run writes nothing"):
        dedup.clean(of_rows(tmp_path / "in"), tmp_path / "out", resume=True, dry_run=True)
    with pytest.raises(InputError):
        dedup.clean(tmp_path / "absent", tmp_path / "out", resume=True)


def test_the_command_says_where_it_goes_on(tmp_path: Path) -> None:
    paths = of_lines(tmp_path / "in")
    as_typed = Corpus("typed", of_lines, {}, {})
    outcomes(as_typed, paths, tmp_path / "out", [[signal.SIGKILL, "decide", 0]])
    words = ["clean", *paths, "-o", "out", "--resume", "--skip-bad"]
    process = command(*words, "-t", "0.8", cwd=tmp_path)
    stderr = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 2
    assert "error: the saved state does not fit: threshold is 0.8; it was 0.7" in stderr
    process = command(*words, cwd=tmp_path)
    stderr = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 0
    assert stderr.startswith("resuming: 0.5 MB were read and compared\n")
    assert beside(tmp_path / "out") == []


def test_what_stdin_held_cannot_be_resumed(tmp_path: Path) -> None:
    process = command("clean", "-", "-o", "out", "--resume", cwd=tmp_path)
    stderr = process.communicate(b'{"text": "some text"}', timeout=60)[1].decode()
    told = "what stdin held cannot be resumed; starting from the beginning\n"
    assert (stderr, process.returncode) == (told, 0)


def test_a_full_disk_is_told_with_what_was_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        closed = False

        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    stream = OutputStream(str(tmp_path / "file"), name="out/file")
    stream.abandon()
    monkeypatch.setattr(stream, "_file", Full(), raising=False)
    pattern = r"out/file: cannot be written: .* \(70,000 bytes to write, [\d,]+ free\)"
    with pytest.raises(OutputError, match=pattern):
        stream.write(b"x" * 70_000)
