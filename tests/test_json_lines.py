"""Reading JSON Lines: every record, and every bad one named."""

from __future__ import annotations

import time
from pathlib import Path

import orjson
import pytest
from files import COMPRESS, SUFFIXES, put
from hypothesis import given
from hypothesis import strategies as st
from reading import BOM, SHAPES, Record, gather, lines_of, read_all

import dedup
from dedup import _core
from dedup.errors import FormatError
from dedup.formats import Batch, Lines, Reading, discover, read
from dedup.formats.writer import json_line
from dedup.model import Skipped

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
    [shown] = dedup.scan(tmp_path).largest(1)
    assert shown.text == story.decode()


def test_nested_fields_are_found_in_dicts_too() -> None:
    story = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
    records = [{"a": {"b": f"Herons.\n\n{story}", "c": 1}}, {"a": {"b": f"{story}\n\nStorks."}}]
    cleaned = dedup.clean(records, text_field="a.b")
    assert [dict(document.fields) for document in cleaned.documents] == [
        {"a": {"b": f"Herons.\n\n{story}", "c": 1}},
        {"a": {"b": "Storks."}},
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


def test_a_blank_or_bad_line_costs_no_more_than_a_record(tmp_path: Path) -> None:
    """A hundred thousand of each in one file: nothing may be quadratic."""
    data = b"\n" * 100_000 + b"bad\n" * 100_000 + b'{"text":"a"}\n' * 100_000
    start = time.perf_counter()
    batch = lines_of(tmp_path, data)
    assert (len(batch.records), len(batch.skipped)) == (100_000, 100_000)
    assert time.perf_counter() - start < 20
