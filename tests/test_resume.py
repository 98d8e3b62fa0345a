"""A run that was cut short and is resumed gives the bytes of one that was not."""

from __future__ import annotations

import errno
import fcntl
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import runs
from files import put
from test_cli import command

import dedup
from dedup.engines.checkpoint import Checkpoints
from dedup.errors import InputError, OutputError
from dedup.formats.output import OutputStream
from dedup.options import Options

KILLED = Path(__file__).parent / "killed.py"
# Small, so that a small corpus has many pieces and many checkpoints.
SMALL = {"batch_bytes": 8 << 10, "checkpoint_bytes": 24 << 10}
STATE = ("rows", "tokens", "journal")
KEPT = "what was read is saved: --resume goes on from there; a run without it removes it"


def texts(count: int, seed: int) -> list[str]:
    """Texts that share paragraphs, word for word and nearly."""
    chance = random.Random(seed)
    words = [f"wörd{number}" for number in range(900)]
    paragraphs = [" ".join(chance.choices(words, k=chance.randint(4, 50))) for _ in range(300)]
    paragraphs += [paragraph.replace(" wörd7", " other ") for paragraph in paragraphs[:100]]
    return ["\n".join(chance.choices(paragraphs, k=chance.randint(1, 6))) for _ in range(count)]


def records(count: int, seed: int) -> list[bytes]:
    """Lines of JSON with dates, some of which are bad, or have no date."""
    lines = []
    for number, text in enumerate(texts(count, seed)):
        record: dict[str, Any] = {"id": number, "date": f"20{number * 7 % 90:02}", "text": text}
        if number % 5 == 0:
            record["date"] = [None, 1e400, 2**70, "", -0.5][number // 5 % 5]
        line = json.dumps(record, ensure_ascii=False).encode()
        lines.append(line[:-9] if number % 41 == 3 else line)
    return lines


def of_lines(folder: Path) -> list[Path]:
    files = {"a.jsonl": b"\n".join(records(300, 1)), "b.jsonl.gz": b"\n".join(records(200, 2))}
    files["b.jsonl.gz"] = gzip.compress(files["b.jsonl.gz"])
    good = [line for line in records(100, 3) if line.endswith(b"}")]
    files["c.json"] = b"[" + b",\n".join(good) + b"]\n"
    return [put(folder, files)]


def of_texts(folder: Path) -> list[Path]:
    files = {f"{'ab'[n % 2]}/{n:03}.txt": text.encode() for n, text in enumerate(texts(300, 4))}
    return [put(folder, {**files, "a/bad.txt": b"\xff\xfe\x00"})]


def of_rows(folder: Path) -> list[Path]:
    rows = [f'{n},"{text}"' for n, text in enumerate(texts(300, 5))]
    rows[17] = '17,"closed" too early'
    return [put(folder, {"in.csv": "\n".join(["id,text", *rows]).encode()}) / "in.csv"]


def of_columns(folder: Path) -> list[Path]:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {
        "id": range(300),
        "text": [*texts(299, 6), None],
        "rank": [n % 7 for n in range(300)],
    }
    folder.mkdir()
    table = pyarrow.table({name: list(values) for name, values in columns.items()})
    parquet.write_table(table, folder / "in.parquet", row_group_size=40)
    return [folder / "in.parquet"]


@dataclass
class Corpus:
    """A corpus to clean, and how."""

    name: str
    make: Callable[[Path], list[Path]]
    settings: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=lambda: dict(SMALL))

    def clean(self, paths: list[Path], output: Path, **more: Any) -> list[str]:
        """Clean in this process; what it told."""
        told: list[str] = []
        options = Options(jobs=2, notice=told.append, **self.options)
        dedup.clean(paths, output, options=options, **self.settings, **more)
        return told


CORPORA = [
    Corpus("lines", of_lines, {"keep": "earliest:date"}),
    Corpus("texts", of_texts, {"keep": "prefer:b/*"}),
    Corpus("rows", of_rows, {"keep": "prefer:*.csv:2?,*.csv:7"}),
    Corpus("columns", of_columns, {"keep": "earliest:rank"}),
    Corpus("exhaustive", of_lines, {"search": "exhaustive", "keep": "longest"}),
]
LINES = CORPORA[0]


@pytest.fixture(params=CORPORA, ids=lambda corpus: corpus.name)
def corpus(request: pytest.FixtureRequest) -> Corpus:
    return request.param


def outcomes(
    corpus: Corpus, paths: list[Path], output: Path, moments: list[Any], *, resume: bool = True
) -> list[tuple[int, list[str]]]:
    """Runs that end at these moments, one after the other: how each ended and what it told."""
    files = [file for path in paths for file in (path.rglob("*") if path.is_dir() else [path])]
    job = {
        "paths": list(map(str, paths)),
        "output": str(output),
        "settings": corpus.settings,
        "options": corpus.options,
        "moments": moments,
        "resume": resume,
        "size": sum(file.stat().st_size for file in files),
    }
    done = subprocess.run(
        [sys.executable, KILLED], input=json.dumps(job).encode(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def answer(output: Path) -> dict[str, bytes]:
    """All that a run wrote, but for what holds timings."""
    return runs.tree(output, without=["report.json"])


def beside(output: Path) -> list[str]:
    """What stands beside an output, hidden."""
    return [path.name for path in output.parent.iterdir() if path.name.startswith(".")]


def state_of(output: Path) -> Path:
    """The saved state that a run left."""
    [name] = beside(output)
    return output.parent / name / "_dedup" / "resume"


NAMED = [("read", 0.3), ("read", 0.5), ("read", 0.9), ("match", 0), ("decide", 0), ("clean", 0.6)]
END = [0, "", 0]


def test_killed_anywhere_and_resumed_it_gives_the_same_bytes(
    corpus: Corpus, tmp_path: Path
) -> None:
    paths = corpus.make(tmp_path / "in")
    corpus.clean(paths, tmp_path / "whole")
    output = tmp_path / "out"
    moments = [[signal.SIGKILL, stage, share] for stage, share in NAMED]
    found = outcomes(corpus, paths, output, [*moments, END])
    assert [code for code, _ in found] == [-signal.SIGKILL] * len(moments) + [0]
    told = [lines for _, lines in found]
    assert told[0] == ["nothing to resume; starting from the beginning"]
    assert all(lines[0].startswith("resuming: ") for lines in told[2:])
    assert told[-1][0].endswith("were read and compared")
    assert answer(output) == answer(tmp_path / "whole")
    assert beside(output) == []


def test_killed_at_random_times_it_gives_the_same_bytes(corpus: Corpus, tmp_path: Path) -> None:
    paths = corpus.make(tmp_path / "in")
    corpus.clean(paths, tmp_path / "whole")
    chance = random.Random(corpus.name)
    output = tmp_path / "out"
    moments = [[signal.SIGKILL, "time", chance.uniform(0, 0.15)] for _ in range(4)]
    found = outcomes(corpus, paths, output, [*moments, END])
    # A run may have been quicker than its end; the next one then finds its output.
    assert found[-1][0] == 0 or "exists" in found[-1][1][-1]
    assert answer(output) == answer(tmp_path / "whole")
    assert beside(output) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGXFSZ])
@pytest.mark.parametrize(("stage", "share"), [("read", 0.5), ("clean", 0)])
def test_an_interrupt_or_a_full_disk_leaves_the_state_alone(
    number: int, stage: str, share: float, tmp_path: Path
) -> None:
    paths = of_lines(tmp_path / "in")
    LINES.clean(paths, tmp_path / "whole")
    output = tmp_path / "out"
    [(code, told)] = outcomes(LINES, paths, output, [[number, stage, share]], resume=False)
    assert code == 1
    assert told[-2 if number == signal.SIGINT else -3] == KEPT
    assert not output.exists()
    left = [path.name for path in (tmp_path / beside(output)[0]).rglob("*") if path.is_file()]
    assert sorted(left) == sorted(STATE)
    [line, *_] = LINES.clean(paths, output, resume=True)
    assert line.startswith("resuming: ")
    assert answer(output) == answer(tmp_path / "whole")
    assert beside(output) == []


def test_a_run_without_resume_removes_the_state(tmp_path: Path) -> None:
    paths = of_lines(tmp_path / "in")
    outcomes(LINES, paths, tmp_path / "out", [[signal.SIGKILL, "read", 0.5]], resume=False)
    assert state_of(tmp_path / "out").is_dir()
    assert LINES.clean(paths, tmp_path / "out") == []
    assert beside(tmp_path / "out") == []


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
