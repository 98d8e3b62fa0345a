"""Writing: a folder appears whole or not at all."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from files import COMPRESS, put, raw_file, tree_of
from reading import SHAPES, lines_of, read_all, write

from dedup.errors import OutputError
from dedup.formats import OutputTree, check_output, discover, read
from dedup.formats.output import PIECE
from dedup.formats.writer import json_line


def copy_tree(source: Path, target: Path, **options: bool) -> None:
    with OutputTree(target, **options) as tree:
        for batch in read(discover(source).files):
            write(tree, batch, lambda record: record.data)
        tree.create("_dedup/report.json").write(json_line({"inputs": tree.inputs("text")}))


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("data", SHAPES)
def test_what_is_not_cleaned_is_written_as_it_was(tmp_path: Path, suffix: str, data: bytes) -> None:
    if lines_of(tmp_path, data).skipped:
        data = b'{"text":"a"}\n'
    files = {f"{name}{suffix}": COMPRESS[suffix](data) for name in ("a.jsonl", "b/c.txt", "b/d.md")}
    copy_tree(put(tmp_path / "in", files), tmp_path / "out")
    for name in files:
        assert read_all(tmp_path / "out" / name).weight == len(data)
        assert raw_file(tmp_path / "out" / name) == data
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "in", "out"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("before", ["nothing", "empty", "ours"])
def test_an_error_leaves_what_was_there(
    tmp_path: Path, error: type[BaseException], before: str
) -> None:
    target = tmp_path / "deep" / "out"
    if before != "nothing":
        target.mkdir(parents=True)
    if before == "ours":
        put(target, {"_dedup/report.json": b"{}"})
    seen = sorted(tmp_path.rglob("*"))
    with pytest.raises(error), OutputTree(target, force=True) as tree:
        tree.create("_dedup/clusters.jsonl").write(b"x" * 2 * PIECE)
        raise error
    assert sorted(tmp_path.rglob("*")) == seen


TARGETS = [
    ({}, False, None),
    ({"out/.keep": b""}, False, "not empty\nhint: name a new folder"),
    ({"out/x.txt": b""}, True, "--force replaces only a folder that holds _dedup/report.json"),
    ({"out/_dedup/report.json": b"{}"}, False, "not empty\nhint: --force replaces it"),
    ({"out/_dedup/report.json": b"{}", "out/x.txt": b"old"}, True, None),
    ({"out": b"a file"}, True, "exists and is not a folder"),
]


@pytest.mark.parametrize(("files", "force", "message"), TARGETS)
def test_only_what_a_run_wrote_is_replaced_and_only_when_asked(
    tmp_path: Path, files: dict[str, bytes], force: bool, message: str | None
) -> None:
    put(tmp_path, files)
    seen = tree_of(tmp_path)
    if message is None:
        copy_tree(put(tmp_path / "in", {"a.txt": b"a"}), tmp_path / "out", force=force)
        assert sorted(tree_of(tmp_path / "out")) == [
            "_dedup/report.json",
            "_dedup/skipped.jsonl",
            "a.txt",
        ]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
        return
    with pytest.raises(OutputError, match=message), OutputTree(tmp_path / "out", force=force):
        pass
    assert tree_of(tmp_path) == seen


def test_an_empty_folder_or_a_link_to_one_may_be_the_target(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    copy_tree(put(tmp_path / "in", {"a.txt": b"a"}), tmp_path / "link")
    assert (tmp_path / "real/a.txt").read_bytes() == b"a"


def test_a_target_that_fills_up_meanwhile_is_not_touched(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="not empty"), OutputTree(tmp_path / "out") as tree:
        tree.create("a").write(b"mine")
        put(tmp_path / "out", {"theirs": b""})
    assert tree_of(tmp_path) == {"out/theirs": b""}


OUTPUTS = [
    ("in", "lies inside the input folder"),
    ("in/new/deep", "lies inside the input folder"),
    ("link/new", "lies inside the input folder"),
    (".", "holds the input folder"),
    ("in/../elsewhere", None),
    ("inside", None),
]


@pytest.mark.parametrize(("output", "message"), OUTPUTS)
def test_an_output_that_touches_the_input_is_refused(
    tmp_path: Path, output: str, message: str | None
) -> None:
    put(tmp_path, {"in/a.txt": b"", "in/sub/b.txt": b""})
    (tmp_path / "link").symlink_to("in")
    for path in (tmp_path / "in", f"{tmp_path}/in/**/*.txt"):
        inputs = discover(path)
        if message is None:
            check_output(tmp_path / output, inputs)
        else:
            with pytest.raises(OutputError, match=message):
                check_output(tmp_path / output, inputs)


def test_an_output_beside_a_named_file_is_allowed_but_not_the_file(tmp_path: Path) -> None:
    put(tmp_path, {"a.jsonl": b""})
    inputs = discover([tmp_path / "a.jsonl", f"{tmp_path}/*.jsonl"])
    check_output(tmp_path / "clean", inputs)
    (tmp_path / "hard").hardlink_to(tmp_path / "a.jsonl")
    for output in ("a.jsonl", "hard"):
        with pytest.raises(OutputError, match="the output is the input"):
            check_output(tmp_path / output, inputs)


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "a//b", "./a", "", "a/", "a\0b"])
def test_no_name_leads_out_of_the_output(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="not a path inside"), OutputTree(tmp_path / "o") as tree:
        tree.create(name)
    assert list(tmp_path.iterdir()) == []


class FullDisk(io.FileIO):
    """A file on a disk that takes no more than 1000 bytes."""

    def write(self, data: object) -> int:
        if self.tell() + len(data) > 1000:  # type: ignore[arg-type]
            raise OSError(28, "No space left on device")
        return super().write(data)  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", COMPRESS)
def test_a_full_disk_is_named_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    noise = os.urandom(2000).hex().encode()
    source = put(tmp_path / "in", {f"a.txt{suffix}": COMPRESS[suffix](noise)})
    with monkeypatch.context() as patch:
        patch.setattr(
            "dedup.formats.output.open",
            lambda path, mode, buffering: FullDisk(path, mode.replace("b", "")),
            raising=False,
        )
        with pytest.raises(OutputError, match="No space left on device") as caught:
            copy_tree(source, tmp_path / "out")
    assert caught.value.path == str(tmp_path / "out" / f"a.txt{suffix}")
    assert "nothing was left under the final name" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


SCRIPT = """
import resource, sys
from dedup.errors import OutputError
from dedup.formats import OutputTree
with OutputTree(sys.argv[1]) as tree:
    stream = tree.create("a.txt")
    {body}
"""


def run_script(target: Path, body: str) -> subprocess.Popen[str]:
    code = SCRIPT.format(body=body)
    command = [sys.executable, "-c", code, str(target)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_limit_on_file_size_is_named(tmp_path: Path) -> None:
    body = "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); stream.write(b'x' * 2**22)"
    process = run_script(tmp_path / "out", body)
    _, errors = process.communicate(timeout=60)
    assert "OutputError" in errors
    assert "ulimit -f" in errors
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_nothing_and_a_kill_is_swept_by_the_next_run(tmp_path: Path) -> None:
    body = "print('ready', flush=True); import time; time.sleep(60)"
    for number, wanted in ((signal.SIGINT, 0), (signal.SIGKILL, 1)):
        process = run_script(tmp_path / "out", body)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        copy_tree(put(tmp_path / "in", {"a.txt": b"a"}), tmp_path / "other")
        assert len(list(tmp_path.glob(".out.dedup-partial-*"))) == 1
        second = OutputTree(tmp_path / "out", force=True)
        with pytest.raises(OutputError, match=rf"another run \(process {process.pid}\)"), second:
            pass
        assert len(list(tmp_path.glob(".out.dedup-partial-*"))) == 1, "a live one stays"
        process.send_signal(number)
        process.communicate(timeout=60)
        assert len(list(tmp_path.glob(".out.dedup-partial-*"))) == wanted
        remove(tmp_path / "other")
    with OutputTree(tmp_path / "out"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


def test_two_writers_of_one_process_do_not_meet(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="not empty"), OutputTree(tmp_path / "out") as first:
        first.create("a").write(b"first")
        with OutputTree(tmp_path / "out") as second:
            second.create("a").write(b"second")
    assert tree_of(tmp_path) == {"out/a": b"second"}
