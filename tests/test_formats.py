"""Reading, writing and restoring: what comes in comes out, and what is bad is named."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from files import COMPRESS, SUFFIXES, put, raw_file, tree_of
from hypothesis import given
from hypothesis import strategies as st
from reading import BOM, Record, Whole, gather, read_all, write

import dedup
from dedup import _core
from dedup.errors import DedupError, FormatError, InputError, OutputError
from dedup.formats import Batch, Inputs, Lines, OutputTree, Reading, check_output, discover, read
from dedup.formats import restore as restore_folder
from dedup.formats.output import PIECE
from dedup.formats.writer import json_line
from dedup.model import Skipped


def lines_of(tmp_path: Path, data: bytes, text_field: str = "text") -> Whole:
    return read_all(put(tmp_path, {"a.jsonl": data}) / "a.jsonl", text_field)


def names(inputs: Inputs) -> list[str]:
    return [item.name for item in inputs.files]


# --- JSON Lines ---------------------------------------------------------------------------

BAD_LINES = [
    (b'{"text":"a', "cut JSON: the line ends inside the record"),
    (b'{"text":"a"', "cut JSON"),
    (b"{", "cut JSON"),
    (b"nonsense", "invalid JSON at character 0"),
    (b'{"text":"a"}{"text":"b"}', "invalid JSON at character 12: unexpected content"),
    (b'{"text":"a",}', "trailing comma"),
    (b"{'text':'a'}", "invalid JSON at character 1"),
    (b'{"text":"a","n":NaN}', "invalid JSON"),
    (b'{"text":"a\x00b"}', "control character"),
    (b'{"text":"\\x"}', "invalid JSON"),
    (b'{"text":"a","deep":' + b"[" * 5000 + b"]" * 4999 + b"}", "depth limit"),
    (b'["text"]', "not a JSON object but an array"),
    (b'"text"', "not a JSON object but a string"),
    (b"17", "not a JSON object but a number"),
    (b"null", "not a JSON object but null"),
    (b"true", "not a JSON object but true or false"),
    (b"{}", "the text field text is missing"),
    (b'{"body":"b","n":1}', "the text field text is missing; string fields here: body"),
    (b'{"text":null}', "the text field text is null, not a string"),
    (b'{"text":3}', "is a number, not a string"),
    (b'{"text":["a"]}', "is an array, not a string"),
    (b'{"text":{"a":1}}', "is an object, not a string"),
    (b'{"text":"\xff"}', "invalid UTF-8 at byte 9 of the line (0xff)"),
    (b'{"text":"\xc0\xaf"}', "invalid UTF-8 at byte 9"),
    (b'{"text":"\xed\xa0\x80"}', "invalid UTF-8 at byte 9"),
    (b'{"text":"\\ud800"}', "lone surrogate"),
    (b'{"text":"\\ud800\\u0041"}', "lone surrogate"),
    (b'{"text":"\\udc00"}', "lone surrogate"),
    (b'{"text":"a","other":"\\udfff"}', "lone surrogate"),
    (b"\xff\xfe{\x00}\x00", "invalid UTF-8 at byte 0"),
]


@pytest.mark.parametrize(
    ("line", "reason"), BAD_LINES, ids=[str(line[:24]) for line, _ in BAD_LINES]
)
def test_a_bad_line_is_skipped_with_its_bytes_and_a_reason(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    batch = lines_of(tmp_path, b'{"text":"first"}\n' + line + b'\r\n{"text":"last"}')
    assert batch.texts == ["first", "last"]
    assert [record.source for record in batch.records] == ["a.jsonl:1", "a.jsonl:3"]
    [skipped] = batch.skipped
    assert (skipped.source, skipped.line, skipped.record) == ("a.jsonl:2", 2, line + b"\r\n")
    assert reason in skipped.reason
    assert str(skipped).startswith("a.jsonl:2: ")
    assert Skipped.from_json(orjson.loads(json_line(skipped.to_dict()))) == skipped


GOOD_LINES = [
    (b'{"text":""}', "", "a.jsonl:1"),
    (b'{"text":"a\\u0000b"}', "a\0b", "a.jsonl:1"),
    # Sound JSON that some readers refuse: what stands in other fields only passes through.
    (b'{"text":"a","n":1e400}', "a", "a.jsonl:1"),
    (b'{"text":"a","deep":' + b"[" * 5000 + b"]" * 5000 + b"}", "a", "a.jsonl:1"),
    (b'{"text":"\\ud83d\\ude00"}', "\U0001f600", "a.jsonl:1"),
    (b'  {"text" : "a" } ', "a", "a.jsonl:1"),
    (b'{"te\\u0078t":"a"}', "a", "a.jsonl:1"),
    (b'{"text":"a","text":"b"}', "b", "a.jsonl:1"),
    (b'{"text":1,"text":"b"}', "b", "a.jsonl:1"),
    (b'{"id":"x","text":"a"}', "a", "x"),
    (b'{"id":7,"text":"a"}', "a", "7"),
    (b'{"id":-7,"text":"a"}', "a", "-7"),
    (b'{"id":true,"text":"a"}', "a", "a.jsonl:1"),
    (b'{"id":null,"text":"a"}', "a", "a.jsonl:1"),
    (b'{"id":1.5,"text":"a"}', "a", "a.jsonl:1"),
    (b'{"id":["x"],"text":"a"}', "a", "a.jsonl:1"),
    (b'{"id":"","text":"a"}', "a", "a.jsonl:1"),
    (BOM + b'{"id":"x","text":"\xef\xbb\xbfa"}', "\ufeffa", "x"),
    (
        b'{"text":"a\xe2\x80\xa8b\xc2\x85\x0b"}'.replace(b"\x0b", b"\\u000b"),
        "a\u2028b\x85\x0b",
        "a.jsonl:1",
    ),
]


@pytest.mark.parametrize(("line", "text", "name"), GOOD_LINES)
def test_a_good_line_is_read(tmp_path: Path, line: bytes, text: str, name: str) -> None:
    batch = lines_of(tmp_path, line)
    assert batch.records == [Record(name, "a.jsonl:1", text, line.removeprefix(BOM))]
    assert not batch.skipped


NESTED = [
    (b'{"a":{"b":"deep"}}', "deep"),
    (b'{"a.b":"flat","a":{"b":"deep"}}', "flat"),
    (b'{"a":{"b":1}}', None),
    (b'{"a":{"b":{"c":1}},"a.b":"flat"}', "flat"),
    (b'{"a":"b"}', None),
    (b'{"a":null}', None),
    (b'"a.b"', None),
    (b'["a.b"]', None),
]


@pytest.mark.parametrize(("line", "text"), NESTED)
def test_a_dotted_text_field_names_a_nested_key(
    tmp_path: Path, line: bytes, text: str | None
) -> None:
    batch = lines_of(tmp_path, line, text_field="a.b")
    assert batch.texts == ([] if text is None else [text])
    assert len(batch.skipped) == (text is None)


JSON_PIECES = [
    *['"text"', '"a"', '"\\n"', '"\\ud83d\\ude00"', '"\\udc00"', '"\\x"', '"', "{", "}", "[", "]"],
    *[":", ",", " ", "0", "-1.5e3", "01", "1.", "true", "nul", "null", "é", "\t"],
]


@given(
    st.lists(st.sampled_from(JSON_PIECES), max_size=12).map("".join),
    st.sampled_from(["{}", '{{"text":"t","x":{}}}', '{{"text":{}}}', '{{"text":"t"{}']),
)
def test_a_line_is_read_where_another_reader_reads_it(piece: str, frame: str) -> None:
    line = frame.format(piece).encode()
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        record = None
    expected = record.get("text") if isinstance(record, dict) else None
    found = _core.read_records((line, "a.jsonl", 1, None), "text", "id")
    assert [text for _, _, text in found] == ([expected] if isinstance(expected, str) else [])


def test_a_field_of_many_parts_needs_no_stack(tmp_path: Path) -> None:
    depth = 20_000
    data = b'{"a":' * depth + b'"deep"' + b"}" * depth
    assert lines_of(tmp_path, data, ".".join("a" * depth)).texts == ["deep"]


def test_a_date_that_no_machine_type_holds_comes_last(tmp_path: Path) -> None:
    story = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
    dates = [b"1e999", b"[" * 3000 + b"]" * 3000, b'"2024"']
    lines = [b'{"text":"%s","m":{"date":%s}}\n' % (story.encode(), date) for date in dates]
    path = put(tmp_path, {"a.jsonl": b"".join(lines)}) / "a.jsonl"
    [cluster] = dedup.scan(path, keep="earliest:m.date").clusters
    assert [member.source for member in cluster.members if member.keeper] == ["a.jsonl:3"]
    held = [{"text": story, "m": {"date": date}} for date in ("2025", "2024")]
    [cluster] = dedup.scan(held, keep="earliest:m.date").clusters
    assert [member.source for member in cluster.members if member.keeper] == ["[1]"]


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [("b.jsonl", "b.jsonl:1"), ("*.jsonl:2", "a.jsonl:2"), ("b*", "b.jsonl:1"), ("x", "a.jsonl:1")],
)
def test_a_preferred_source_is_a_path_or_a_line(tmp_path: Path, pattern: str, kept: str) -> None:
    story = b"The ferry will not sail tomorrow, the harbour office said, because of the storm."
    line = b'{"text":"%s"}\n' % story
    put(tmp_path, {"a.jsonl": line * 2, "b.jsonl": line})
    [cluster] = dedup.scan(tmp_path, keep=f"prefer:{pattern}").clusters
    assert [member.source for member in cluster.members if member.keeper] == [kept]


def test_a_name_that_looks_like_a_line_is_a_name(tmp_path: Path) -> None:
    story = b"The ferry will not sail tomorrow, the harbour office said, because of the storm."
    put(tmp_path, {"a.jsonl": b'{"text":"hello"}\n', "a.jsonl:b.txt": story + b"\n\n" + story})
    [(_, _, text)] = dedup.scan(tmp_path).largest(1)
    assert text == story.decode()


def test_nested_fields_are_found_in_dicts_too() -> None:
    story = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
    records = [{"a": {"b": f"Herons.\n\n{story}", "c": 1}}, {"a": {"b": f"{story}\n\nStorks."}}]
    cleaned = dedup.clean(records, text_field="a.b")
    assert [dict(document.fields) for document in cleaned.documents] == [
        {"a": {"b": f"Herons.\n\n{story}", "c": 1}},
        {"a": {"b": "Storks."}},
    ]


SHAPES = [
    b"",
    b"\n",
    b"\n \t\r\n\n",
    BOM,
    BOM + b"\n",
    BOM + b"\n\n" + b'{"text":"a"}',
    BOM + b'{"text":"a"}\r\n\r\n{"text":"b"}\r\n',
    BOM + b'{"text":1}\n',
    b'{"text":"a"}',
    b'{"text":"a"}\n\n',
    b'\n{"text":"drop"}\n \n{"text":"a"}\nbad\n\n{"text":"drop"}',
    BOM + b'{"text":"drop"}\n',
    b'{"text":"one CUT two"}\r\n{"id":"k","text":"CUT x CUT y","n":1.50}\nbad',
    b'{"text":"a"}\r{"text":"b"}\n',
    b'{"text":"a"}\n' + BOM + b'{"text":"b"}\n',
    b"bad\n" * 7,
]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_compressed_lines_under_a_plain_name_are_an_error(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(FormatError, match=f"compressed data.*\nhint: .* suffix {suffix}"):
        lines_of(tmp_path, COMPRESS[suffix](b'{"text":"a"}\n'))


@pytest.mark.parametrize("data", SHAPES)
@pytest.mark.parametrize("size", [1, 30, 4096])
def test_batches_of_any_size_hold_every_byte(tmp_path: Path, data: bytes, size: int) -> None:
    path = put(tmp_path, {"a.jsonl": data}) / "a.jsonl"
    batches = list(read(discover(path).files, Reading(batch_bytes=size)))
    lines = [batch for batch in batches if isinstance(batch, Lines)]
    assert len(lines) == len(batches)
    assert b"".join(batch.data for batch in lines) == data
    assert [batch.last for batch in lines].count(True) == 1
    assert [batch.first for batch in lines] == [1, *(batch.following for batch in lines[:-1])]
    assert all(batch.data.endswith(b"\n") for batch in lines[:-2])
    assert gather(batches) == read_all(path)


def test_one_batch_spans_small_text_files(tmp_path: Path) -> None:
    files = {f"{number}.txt": b"t" for number in range(5)}
    files |= {f"{number}.jsonl": b'{"text":"j"}\n' for number in range(10, 12)}
    files["9.txt"] = b"\xff"
    batches = list(read(discover(put(tmp_path, files)).files))
    shape = [len(batch) if isinstance(batch, Batch) else batch.data for batch in batches]
    assert shape == [2, b'{"text":"j"}\n', b"", b'{"text":"j"}\n', b"", 3]
    last = batches[-1]
    assert isinstance(last, Batch)
    documents = [(part.input.name, part.document) for part in last.parts]
    assert documents == [("2.txt", True), ("3.txt", True), ("4.txt", True), ("9.txt", False)]


def test_a_line_of_100_mb_is_one_record(tmp_path: Path) -> None:
    data = b'{"text":"' + b"x" * 100_000_000 + b'"}\n{"text":"next"}\n'
    path = put(tmp_path, {"a.jsonl": data}) / "a.jsonl"
    assert [len(text) for text in read_all(path, max_line=2**27).texts] == [100_000_000, 4]


def test_ids_that_repeat_are_counted_over_all_files(tmp_path: Path) -> None:
    def file(*ids: str) -> bytes:
        return b"".join(json_line({"id": one, "text": "t"}) for one in ids)

    result = dedup.scan(put(tmp_path / "once", {"f.jsonl": file("a", "b")}))
    assert result.warnings == []
    files = {"f.jsonl": file("a", "b"), "g.jsonl": file("c", "b", "c", "a")}
    result = dedup.scan(put(tmp_path / "twice", files))
    [warning] = result.warnings
    assert warning.startswith("3 ids stand more than once, first 'b' at g.jsonl:2")


# --- text files ---------------------------------------------------------------------------

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
    (gzip.compress(b"abc"), "its suffix should say .gz"),
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


# --- discovery ----------------------------------------------------------------------------

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


# --- writing ------------------------------------------------------------------------------


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


# --- restoring ----------------------------------------------------------------------------


def clean_tree(source: Path, target: Path) -> None:
    """A stand-in for the pipeline: cuts each "CUT ", drops a text or record that says drop."""
    with OutputTree(target) as tree:
        ledger = tree.create("_dedup/removed.jsonl")

        def clean(record: Record) -> bytes | None:
            base, text = {"document": record.id, "source": record.source}, record.text
            rest = text
            while "CUT " in rest:
                start = text.index("CUT ", len(text) - len(rest))
                ledger.write(json_line({**base, "span": [start, start + 4], "text": "CUT "}))
                rest = text[start + 4 :]
            if "drop" in text:
                whole = record.data.decode()
                ledger.write(json_line({**base, "dropped": True, "record": whole}))
                return None
            return record.data.replace(b"CUT ", b"")

        for batch in read(discover(source).files):
            write(tree, batch, clean)
        tree.create("_dedup/report.json").write(json_line({"inputs": tree.inputs("text")}))


def round_trip(tmp_path: Path, files: dict[str, bytes]) -> None:
    clean_tree(put(tmp_path / "in", files), tmp_path / "out")
    restored = restore_folder(tmp_path / "out", tmp_path / "back")
    found = {str(path.relative_to(tmp_path / "back")): path for path in files_of(tmp_path / "back")}
    assert {name: raw_file(path) for name, path in found.items()} == {
        name: raw_file(tmp_path / "in" / name) for name in files
    }
    assert restored.inputs == len(files)
    assert restored.bytes == sum(len(raw_file(path)) for path in found.values())


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("data", SHAPES)
def test_restore_gives_every_shape_back(tmp_path: Path, suffix: str, data: bytes) -> None:
    pytest.importorskip("dedup._core")
    texts = (b"drop", b"CUT a CUT b\r\n", b"\xff", b"", BOM + b"CUT CUT ")
    files = {f"{number}.txt{suffix}": COMPRESS[suffix](text) for number, text in enumerate(texts)}
    files |= {f"a/{name}.jsonl{suffix}": COMPRESS[suffix](data) for name in "xyz"}
    round_trip(tmp_path, files)


RECORDS = st.sampled_from(
    [
        *[b"", b" ", b"bad", b'{"text":1}', b'{"text":"\xff"}', b'{"text":"keep"}'],
        *[
            b'{"text":"drop"}',
            b'{"text":"a CUT b"}',
            b'{"id":"\xc3\xa9","text":"CUT \\u00e9 CUT "}',
        ],
    ]
)


@given(
    st.lists(st.tuples(RECORDS, st.sampled_from([b"\n", b"\r\n"])), max_size=12),
    st.sampled_from([b"", BOM]),
    RECORDS,
)
def test_restore_undoes_any_mixture_of_lines(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[tuple[bytes, bytes]],
    start: bytes,
    last: bytes,
) -> None:
    pytest.importorskip("dedup._core")
    data = start + b"".join(line + end for line, end in lines) + last
    round_trip(tmp_path_factory.mktemp("mixture"), {"a.jsonl": data, "b.jsonl": data})


def test_restore_takes_names_that_are_not_utf8_and_stdin(tmp_path: Path) -> None:
    pytest.importorskip("dedup._core")
    round_trip(tmp_path, {os.fsdecode(b"caf\xe9.txt"): b"CUT a", os.fsdecode(b"x\xff.jsonl"): b""})
    with OutputTree(tmp_path / "piped") as tree:
        for batch in read(discover("-", stdin=io.BytesIO(b'\n{"text":"a"}')).files):
            write(tree, batch, lambda record: record.data)
        tree.create("_dedup/removed.jsonl")
        tree.create("_dedup/report.json").write(json_line({"inputs": tree.inputs("text")}))
    restore_folder(tmp_path / "piped", tmp_path / "stdin")
    assert tree_of(tmp_path / "stdin") == {"stdin.jsonl": b'\n{"text":"a"}'}


PARAGRAPH = (
    "Une phrase assez longue, avec accents \u00e9 et \u4e2d\u6587, pour \u00eatre un bloc %d."
)
LITERALS = [
    json.dumps("\n".join(PARAGRAPH % number for number in numbers), ensure_ascii=ascii).encode()
    for numbers in ((1, 2, 3), (2, 3, 4), (1, 1, 5), (2, 3), (6,), ())
    for ascii in (True, False)
]


@given(
    st.lists(st.sampled_from([*LITERALS, b"1", b'"\xff"', b'"cut']), max_size=8),
    st.sampled_from([b"\n", b"\r\n", b"\n\n \n"]),
    st.sampled_from([b"", BOM]),
)
def test_restore_undoes_clean_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, literals: list[bytes], end: bytes, start: bytes
) -> None:
    pytest.importorskip("dedup._core")
    import dedup

    folder = tmp_path_factory.mktemp("clean")
    lines = end.join(b'{"n":1.50,"a":{"text" : ' + literal + b'}, "id":3}' for literal in literals)
    texts = [json.loads(literal) for literal in literals if literal in LITERALS]
    files = {f"{number}.txt": text.encode() for number, text in enumerate(texts)}
    put(folder / "in", {"x.jsonl": start + lines, "y.jsonl": lines + end, **files})
    dedup.clean(folder / "in", folder / "out", text_field="a.text")
    restore_folder(folder / "out", folder / "back")
    assert tree_of(folder / "back") == tree_of(folder / "in")


def edit(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert old in data
        (folder / name).write_bytes(data.replace(old, new, 1))

    return apply


REMOVED = "_dedup/removed.jsonl"
DAMAGE = {
    "a kept line edited": edit("a.jsonl", b"keep", b"kept"),
    "a kept line gone": edit("a.jsonl", b'{"text":"keep"}\n', b""),
    "a line added": edit("a.jsonl", b'{"text":"keep"}\n', b'{"text":"keep"}\n' * 2),
    "the cut text shorter": edit("a.jsonl", b"some words ", b""),
    "a text edited": edit("t.txt", b"text", b"TEXT"),
    "a text shorter": lambda folder: (folder / "t.txt").write_bytes(b""),
    "a text gone": lambda folder: (folder / "t.txt").unlink(),
    "a text not UTF-8": lambda folder: (folder / "t.txt").write_bytes(b"\xff"),
    "a file gone": lambda folder: (folder / "a.jsonl").unlink(),
    "the ledger gone": lambda folder: (folder / REMOVED).unlink(),
    "the ledger empty": lambda folder: (folder / REMOVED).write_bytes(b""),
    "the ledger cut": lambda folder: os.truncate(folder / REMOVED, 50),
    "the ledger no JSON": edit(REMOVED, b"{", b"["),
    "the ledger of another source": edit(REMOVED, b'"source":"a', b'"source":"b'),
    "a span too far": edit(REMOVED, b'"span":[1', b'"span":[9991'),
    "a ledger line without text": edit(REMOVED, b'"text":', b'"next":'),
    "a dropped line without record": edit(REMOVED, b'"record":', b'"necord":'),
    "the skipped gone": lambda folder: (folder / "_dedup/skipped.jsonl").write_bytes(b""),
    "a skipped line without record": edit("_dedup/skipped.jsonl", b'"record":', b'"necord":'),
    "no report": lambda folder: (folder / "_dedup/report.json").unlink(),
    "the report cut": lambda folder: os.truncate(folder / "_dedup/report.json", 30),
    "a report without inputs": edit("_dedup/report.json", b'"inputs"', b'"outputs"'),
    "a report of another kind": edit("_dedup/report.json", b'"jsonl"', b'"pdf"'),
    "a path out of the folder": edit("_dedup/report.json", b'"output":"', b'"output":"../'),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_output_is_an_error_and_nothing_is_written(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    pytest.importorskip("dedup._core")
    data = b'{"text":"keep"}\n{"text":"drop"}\n{"text":"some words CUT b"}\nbad\n'
    put(tmp_path / "in", {"a.jsonl": data, "t.txt": b"one text CUT"})
    clean_tree(tmp_path / "in", tmp_path / "out")
    damage(tmp_path / "out")
    for dry_run in (True, False):
        with pytest.raises(FormatError) as caught:
            restore_folder(tmp_path / "out", tmp_path / "back", dry_run=dry_run)
        assert caught.value.hint
        assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_restore_keeps_to_the_rules_of_outputs(tmp_path: Path) -> None:
    clean_tree(put(tmp_path / "in", {"a.txt": b"a", "b.txt": b"drop"}), tmp_path / "out")
    for target in ("in", "out", "out/back", "."):
        with pytest.raises(OutputError):
            restore_folder(tmp_path / "out", tmp_path / target, force=True)
    restored = restore_folder(tmp_path / "out", tmp_path / "back", dry_run=True)
    assert (restored.documents, restored.passages, restored.bytes) == (1, 0, 5)
    assert not (tmp_path / "back").exists()


# --- speed --------------------------------------------------------------------------------


def test_a_blank_or_bad_line_costs_no_more_than_a_record(tmp_path: Path) -> None:
    """A hundred thousand of each in one file: nothing may be quadratic."""
    data = b"\n" * 100_000 + b"bad\n" * 100_000 + b'{"text":"a"}\n' * 100_000
    start = time.perf_counter()
    batch = lines_of(tmp_path, data)
    assert (len(batch.records), len(batch.skipped)) == (100_000, 100_000)
    assert time.perf_counter() - start < 20


def test_every_error_is_of_one_family() -> None:
    for kind in (InputError, FormatError, OutputError):
        error = kind("what: value; what is allowed", path="p", hint="do this")
        assert isinstance(error, DedupError)
        assert str(error) == "what: value; what is allowed\nhint: do this"
        assert (error.path, error.hint) == ("p", "do this")


def test_clusters_and_ledger_lines_survive_their_own_json() -> None:
    from dedup.model import Cluster, Match, ledger_entry

    member = {"document": "a", "source": "a.txt", "blocks": [0, 1], "span": [0, 9], "keeper": True}
    scores = {"relation": "near", "resemblance": 0.8, "containment": 0.9}
    cluster = {
        "cluster": "0123456789abcdef",
        "kind": "shared",
        "relation": "near",
        "tokens": 9,
        "documents": 2,
        "members": [member, {**member, "keeper": False, **scores, "kept": "min_tokens"}],
    }
    assert json.dumps(Cluster.from_json(cluster).to_dict()) == json.dumps(cluster)
    side = {"document": "a", "source": "a.txt", "blocks": [0, 1], "span": [0, 9], "copies": 2}
    match = {"left": side, "right": side, **scores, "template": False}
    assert json.dumps(Match.from_json(match).to_dict()) == json.dumps(match)
    place = {"document": "a", "source": "a.txt", "span": [0, 9]}
    removed = {**place, "text": "t", "cluster": "0" * 16, **scores, "keeper": place}
    dropped = {"document": "a", "source": "a.txt", "dropped": True, "record": "r"}
    for entry in (removed, dropped):
        assert json.dumps(ledger_entry(entry).to_dict()) == json.dumps(entry)
