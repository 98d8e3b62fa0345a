"""Which files are read, in which order, and text files as they stand."""

from __future__ import annotations

import gzip
import io
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from files import COMPRESS, put
from reading import BOM, gather, read_all

from dedup.errors import InputError
from dedup.formats import Inputs, discover, read
from dedup.formats.writer import json_line
from dedup.model import Skipped


def names(inputs: Inputs) -> list[str]:
    return [item.name for item in inputs.files]


TEXTS = [b"", b"a", b"a\r\nb\rc\n\n", BOM + b"a", b"a\0b", "é\u2028\x85".encode()]


@pytest.mark.parametrize("data", TEXTS)
def test_a_text_file_is_one_document_with_every_character(tmp_path: Path, data: bytes) -> None:
    batch = read_all(put(tmp_path, {"a.txt": data}) / "a.txt")
    assert [text.encode() for text in batch.texts] == [data]
    assert [(record.id, record.source) for record in batch.records] == [("a", "a.txt")]


BAD_TEXTS = [
    (b"abc\xff", "invalid UTF-8 at byte 3 (0xff)"),
    (b"\xed\xa0\x80", "invalid UTF-8 at byte 0"),
    ("à".encode("latin-1"), "invalid UTF-8 at byte 0 (0xe0)"),
    ("abc".encode("utf-16"), "looks like UTF-16"),
    (gzip.compress(b"abc", mtime=0), "its suffix should say .gz"),
    (b"x" * 65535 + "é".encode()[:1], "invalid UTF-8 at byte 65535"),
]


@pytest.mark.parametrize(("data", "reason"), BAD_TEXTS)
def test_a_text_file_that_is_not_utf8_is_skipped(tmp_path: Path, data: bytes, reason: str) -> None:
    batch = read_all(put(tmp_path, {"a.txt": data}) / "a.txt")
    [skipped] = batch.skipped
    assert batch.texts == []
    assert reason in skipped.reason
    assert (skipped.source, skipped.line, skipped.record) == ("a.txt", None, data)
    assert Skipped.from_json(orjson.loads(json_line(skipped.to_dict()))) == skipped


@pytest.mark.parametrize("kind", ["txt", "jsonl", "json", "csv", "tsv", "parquet"])
def test_a_file_that_changes_between_two_passes_is_an_error(tmp_path: Path, kind: str) -> None:
    inputs = discover(put(tmp_path, {f"a.{kind}": b"text\none\n"}))
    (tmp_path / f"a.{kind}").write_bytes(b"text\ntwo!\n")
    with pytest.raises(InputError, match="changed"):
        list(read(inputs.files))
    (tmp_path / f"a.{kind}").unlink()
    with pytest.raises(InputError, match="cannot be read: No such file"):
        list(read(inputs.files))


CORPUS = {
    "b.txt": b"b",
    "a.md": b"a",
    "a-b/x.jsonl": b"",
    "a/x.jsonl.gz": COMPRESS[".gz"](b""),
    "a/deep/er/y.NDJSON.ZST": COMPRESS[".zst"](b""),
    "a/other.xml": b"no",
    ".hidden.txt": b"no",
    ".git/c.txt": b"no",
    "_dedup/removed.jsonl": b"no",
}
EVERY = ["a-b/x.jsonl", "a.md", "a/deep/er/y.NDJSON.ZST", "a/x.jsonl.gz", "b.txt"]

GLOBS = [
    ("*", EVERY),
    ("**", EVERY),
    ("*.txt", ["b.txt"]),
    ("?.[tm]*", ["a.md", "b.txt"]),
    ("a*/x*", ["a-b/x.jsonl", "a/x.jsonl.gz"]),
    ("**/x*", ["a-b/x.jsonl", "a/x.jsonl.gz"]),
    ("**/*.ZST", ["a/deep/er/y.NDJSON.ZST"]),
    ("a/**/er/**/y*", ["deep/er/y.NDJSON.ZST"]),
    ("a/**", ["deep/er/y.NDJSON.ZST", "x.jsonl.gz"]),
]


def test_a_folder_is_walked_in_byte_order_without_what_is_hidden(tmp_path: Path) -> None:
    inputs = discover(put(tmp_path, CORPUS))
    assert names(inputs) == EVERY
    assert [item.format for item in inputs.files] == ["jsonl", "text", "jsonl", "jsonl", "text"]
    assert [item.compression for item in inputs.files] == ["", "", ".zst", ".gz", ""]
    assert [item.output for item in inputs.files] == EVERY
    assert inputs.folders == (str(tmp_path),)


@pytest.mark.parametrize(("pattern", "expected"), GLOBS)
def test_a_glob_finds_what_a_shell_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, expected: list[str]
) -> None:
    put(tmp_path, CORPUS)
    assert names(discover(f"{tmp_path}/{pattern}")) == expected
    monkeypatch.chdir(tmp_path)
    assert names(discover(pattern)) == expected


def test_a_name_that_looks_like_a_pattern_but_exists_is_that_file(tmp_path: Path) -> None:
    put(tmp_path, {"a[1].txt": b"x", "a1.txt": b"y"})
    assert names(discover(tmp_path / "a[1].txt")) == ["a[1].txt"]


def test_arguments_keep_their_order_and_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    put(tmp_path, CORPUS)
    (tmp_path / "link.txt").symlink_to("b.txt")
    given: list[str | Path] = [
        tmp_path / "b.txt",
        tmp_path / "a" / "..",
        tmp_path / "link.txt",
        f"{tmp_path}/*.md",
    ]
    assert names(discover(given)) == ["b.txt", *EVERY[:-1]]


def test_names_are_relative_to_the_common_folder(tmp_path: Path) -> None:
    put(tmp_path, {"x/one/a.txt": b"1", "x/two/a.txt": b"2", "x/two/b/c.txt": b"3"})
    assert names(discover([tmp_path / "x/two", tmp_path / "x/one/a.txt"])) == [
        "two/a.txt",
        "two/b/c.txt",
        "one/a.txt",
    ]
    assert names(discover(tmp_path / "x/two/b/c.txt")) == ["c.txt"]


IDS = [
    (["a.txt", "b/a.txt"], ["a", "b/a"]),
    (["a.md", "a.txt", "b.txt.gz"], ["a.md", "a.txt", "b"]),
    (["a.txt", "a.txt.gz"], ["a.txt", "a.txt.gz"]),
    (["x.md", "x.txt", "x.txt.txt"], ["x.md", "x.txt", "x.txt.txt"]),
    (["v1.2.txt"], ["v1.2"]),
]


@pytest.mark.parametrize(("files", "ids"), IDS)
def test_the_id_of_a_text_file_is_its_path_without_extension(
    tmp_path: Path, files: list[str], ids: list[str]
) -> None:
    inputs = discover(put(tmp_path, dict.fromkeys(files, b"")))
    assert [item.id for item in inputs.files] == ids


def test_symbolic_links_inside_a_folder_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path, {"in/a.txt": b"a", "out/b.txt": b"b"})
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")
    (tmp_path / "in/far").symlink_to(tmp_path / "out")
    (tmp_path / "in/b.txt").symlink_to(tmp_path / "out/b.txt")
    assert names(discover(tmp_path / "in")) == ["a.txt"]
    assert names(discover(tmp_path / "in/b.txt")) == ["b.txt"]
    assert names(discover(f"{tmp_path}/in/**/*.txt")) == ["a.txt", "b.txt"]
    (tmp_path / "in/a.txt").unlink()
    with pytest.raises(InputError, match="3 symbolic links, which are not followed"):
        discover(tmp_path / "in")


def test_the_input_format_overrides_the_suffix(tmp_path: Path) -> None:
    put(tmp_path, {"a.log": b'{"text":"x"}\n', "b.txt": b'{"text":"y"}\n'})
    with pytest.raises(InputError, match="its suffix tells no format") as caught:
        discover(tmp_path / "a.log")
    assert "--input-format" in str(caught.value)
    inputs = discover([tmp_path / "a.log", tmp_path / "b.txt"], input_format="jsonl")
    assert gather(read(inputs.files)).texts == ["x", "y"]
    assert names(discover(f"{tmp_path}/*.log", input_format="text")) == ["a.log"]


def test_a_deep_folder_and_odd_names_are_read(tmp_path: Path) -> None:
    deep = "/".join("d" for _ in range(600))
    name = os.fsdecode(b"caf\xe9 \n\x1b[31m.txt")
    put(tmp_path, {"-rf.txt": b"a", "quote'\".txt": b"b", name: b"c", f"{deep}/e.txt": b"d"})
    inputs = discover(tmp_path)
    [odd] = [item for item in inputs.files if "caf" in item.name]
    assert odd.name == "caf\\xe9 \n\x1b[31m.txt"
    assert os.fsencode(odd.output) == b"caf\xe9 \n\x1b[31m.txt"
    assert len(gather(read(inputs.files)).records) == 4


def bad_paths(folder: Path) -> Iterator[tuple[str, str]]:
    put(folder, {"article.txt": b"", "other/a.xml": b"", "fifo/a.txt": b""})
    (folder / "empty").mkdir()
    (folder / "fifo/a.txt").unlink()
    os.mkfifo(folder / "fifo/a.txt")
    (folder / "broken").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(folder)
        server.bind("socket.txt")
    yield "artcle.txt", r"no such file or folder\nhint: did you mean .*article\.txt"
    yield "emty/deeper/x.txt", r"no such file or folder\nhint: did you mean .*/empty$"
    yield "zzzz", "no such file or folder$"
    yield "article.txt/x", "cannot be read: Not a directory"
    yield "empty", r"no file to read here\nhint: read are names ending in .txt"
    yield "other", r"no file to read here \(1 of other names\)"
    yield "*.jsonl", "no file matches"
    yield "nowhere/*.txt", "no file matches"
    yield "fifo", "a named pipe; only regular files"
    yield "fifo/a.txt", "a named pipe; only regular files"
    yield "socket.txt", "a socket; only regular files"
    yield "/dev/zero", "a device; only regular files"
    yield "broken", r"a symbolic link to a file that does not exist\nhint: mend the link"
    yield "a\0b", "cannot be read: embedded null"
    yield "x" * 300 + ".txt", "cannot be read: File name too long"


def test_a_bad_path_is_named_with_reason_and_remedy(tmp_path: Path) -> None:
    before = Path.cwd()
    try:
        for path, message in bad_paths(tmp_path):
            with pytest.raises(InputError, match=message):
                discover(tmp_path / path)
    finally:
        os.chdir(before)
    with pytest.raises(InputError, match="no input was named"):
        discover([])
    with pytest.raises(InputError, match="no such file"):
        discover("")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"a.txt": b"", "in/b.txt": b""})
    (tmp_path / "a.txt").chmod(0)
    (tmp_path / "in").chmod(0)
    for path in (tmp_path / "a.txt", tmp_path / "in"):
        with pytest.raises(InputError, match=f"{path.name}: cannot be read: [Pp]ermission denied"):
            discover(path)
    (tmp_path / "in").chmod(0o700)


STDIN = [
    (b'{"text":"a"}\n', None, "jsonl", "stdin.jsonl", "-:1"),
    (BOM + b'\n {"text":"a"}\n', None, "jsonl", "stdin.jsonl", "-:2"),
    (b"a", None, "text", "stdin.txt", "-"),
    (b'{"text":"a"}\n', "text", "text", "stdin.txt", "-"),
    (COMPRESS[".gz"](b'{"text":"a"}'), None, "jsonl", "stdin.jsonl.gz", "-:1"),
    (COMPRESS[".zst"](b"a"), "text", "text", "stdin.txt.zst", "-"),
    (COMPRESS[".bz2"](b'{"text":"a"}'), None, "jsonl", "stdin.jsonl.bz2", "-:1"),
    (COMPRESS[".xz"](b"a"), None, "text", "stdin.txt.xz", "-"),
    (b"BZh9 is no compressed file", None, "text", "stdin.txt", "-"),
    (b"", None, "text", "stdin.txt", "-"),
]


@pytest.mark.parametrize(("data", "given", "kind", "output", "source"), STDIN)
def test_stdin_is_read_twice(data: bytes, given: str, kind: str, output: str, source: str) -> None:
    inputs = discover(["-", "-"], input_format=given, stdin=io.BytesIO(data))  # type: ignore[arg-type]
    [item] = inputs.files
    assert (item.name, item.format, item.output) == ("-", kind, output)
    for _ in range(2):
        assert [one.source for one in gather(read(inputs.files)).records] == [source]
