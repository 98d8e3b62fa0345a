"""JSON arrays: streamed record by record, cleaned in place, given back to the byte."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from files import COMPRESS, put, raw_file, tree_of
from hypothesis import given
from hypothesis import strategies as st
from reading import BOM, Whole, read_all

import dedup
from dedup.errors import FormatError
from dedup.formats import Lines, Reading, discover, read
from dedup.formats.restore import restore as restore_folder

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
OTHER = "Herons have come back to the old harbour this spring, and nobody chases them away."


def records_in(tmp_path: Path, data: bytes, **options: int) -> Whole:
    return read_all(put(tmp_path, {"a.json": data}) / "a.json", **options)


GOOD = [
    (b"[]", []),
    (b" [ \n ] \n", []),
    (BOM + b'[{"text":"a"}]', ["a"]),
    (b'[{"text":"a"},{"text":"b"}]\n', ["a", "b"]),
    (
        b'[\n {"text":\n"a",\r\n"n":[1,{"x":[]}]}\n ,\t{"n":"]},[","text":"\\"b\\\\"}\n]',
        ["a", '"b\\'],
    ),
    (b'{"text":"a"}\n{"text":"b"}\n', ["a", "b"]),
    (b"\n \n" + b'{"text":"a"}\n', ["a"]),
    (b"", []),
    (b" \n", []),
]


@pytest.mark.parametrize(("data", "texts"), GOOD)
@pytest.mark.parametrize("size", [1, 5, 4096])
def test_records_are_read_however_they_are_laid_out(
    tmp_path: Path, data: bytes, texts: list[str], size: int
) -> None:
    whole = records_in(tmp_path, data, batch_bytes=size)
    assert whole.texts == texts
    assert whole.skipped == []
    assert whole.weight == len(data) or data.startswith(b"[") or data.startswith((BOM, b" ["))


def test_ids_and_numbers_count_records(tmp_path: Path) -> None:
    whole = records_in(tmp_path, b'[{"text":"a"},\n\n{"id":"x","text":"b"},{"id":7,"text":"c"}]')
    assert [(one.id, one.source) for one in whole.records] == [
        ("a.json:1", "a.json:1"),
        ("x", "a.json:2"),
        ("7", "a.json:3"),
    ]
    nested = put(tmp_path, {"b.json": b'[{"a":{"b":"deep"}},{"a.b":"flat"}]'}) / "b.json"
    assert read_all(nested, "a.b").texts == ["deep", "flat"]


BAD = [
    (b"17", "not a JSON object but a number"),
    (b"null", "not a JSON object but null"),
    (b'{"text":1}', "is a number, not a string"),
    (b"{}", "the text field text is missing"),
    (b"{'text':'a'}", "invalid JSON at character 1"),
    (b'{"text":"\xff"}', "invalid UTF-8 at byte 9"),
    (b'{"text":"\\ud800"}', "lone surrogate"),
    (b'{"text":"a"}{"text":"b"}', "invalid JSON"),
    (b'{"text":"a\nb"}', "invalid JSON"),
]


@pytest.mark.parametrize(("record", "reason"), BAD)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bad_record_is_set_aside_and_comes_back(
    tmp_path: Path, record: bytes, reason: str, place: int
) -> None:
    records = [b'{"text":"first"}', b' {"text":"last"}\n']
    records.insert(place, record)
    data = b"[" + b",".join(records) + b"]\n"
    put(tmp_path / "in", {"a.json": data})
    result = dedup.clean(tmp_path / "in", tmp_path / "out")
    [skipped] = result.skipped
    assert (skipped.source, skipped.line) == (f"a.json:{place + 1}", place + 1)
    assert reason in skipped.reason
    cleaned = raw_file(tmp_path / "out/a.json")
    assert [one["text"] for one in json.loads(cleaned)] == ["first", "last"]
    restore_folder(tmp_path / "out", tmp_path / "back")
    assert raw_file(tmp_path / "back/a.json") == data
    with pytest.raises(FormatError, match=f"a.json:{place + 1}: "):
        dedup.scan(tmp_path / "in", options=dedup.Options(skip_bad=False))


BROKEN = [
    (b'[{"text":"a"},]', "nothing stands before a comma or after the last one"),
    (b'[,{"text":"a"}]', "nothing stands before a comma"),
    (b'[{"text":"a"},,{"text":"b"}]', "nothing stands before a comma"),
    (b'[{"text":"a"}}', "a closing brace has no opening one"),
    (b'[{"text":"a"}', "cut JSON: the file ends inside the array"),
    (b'[{"text":"a"}] x', "something follows the end"),
    (b'[{"text":"a"}]\n[{"text":"b"}]', "something follows the end"),
    (b"[", "cut JSON"),
]


@pytest.mark.parametrize(("data", "reason"), BROKEN)
@pytest.mark.parametrize("size", [1, 4096])
def test_a_broken_array_is_an_error(tmp_path: Path, data: bytes, reason: str, size: int) -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        records_in(tmp_path, data, batch_bytes=size)
    assert caught.value.path == str(tmp_path / "a.json")
    assert caught.value.hint


def test_an_array_cut_anywhere_is_an_error(tmp_path: Path) -> None:
    data = BOM + b' [{"text":"a","n":[1]},\n{"text":"\\u00e9\xc3\xa9"} ]'
    for cut in range(len(data)):
        (tmp_path / "a.json").write_bytes(data[:cut])
        if b"[" in data[:cut]:
            with pytest.raises(FormatError, match="cut JSON"):
                read_all(tmp_path / "a.json", batch_bytes=3)
        else:
            assert read_all(tmp_path / "a.json").texts == []


@pytest.mark.parametrize("suffix", COMPRESS)
def test_cleaning_keeps_every_other_byte_and_restore_gives_all_back(
    tmp_path: Path, suffix: str
) -> None:
    first = b'\n  {"n": 1.50, "text": "' + f"{STORY}\\n\\n{OTHER}".encode() + b'"}'
    drop = b'\n  {"text": "' + STORY.encode() + b'", "x": [ ]}'
    cut = b'\n  {"text": "Storks \\u00e9.\\n\\n' + OTHER.encode() + b'", "x": {}}\n'
    data = BOM + b"[" + b",".join([first, drop, cut]) + b"]\r\n"
    name = f"a.json{suffix}"
    put(tmp_path / "in", {name: COMPRESS[suffix](data)})
    dedup.clean(tmp_path / "in", tmp_path / "out")
    rest = b'\n  {"text": "Storks \\u00e9.", "x": {}}\n'
    assert raw_file(tmp_path / "out" / name) == BOM + b"[" + first + b"," + rest + b"]\r\n"
    restored = restore_folder(tmp_path / "out", tmp_path / "back")
    assert raw_file(tmp_path / "back" / name) == data
    assert (restored.documents, restored.passages) == (1, 2)


def test_an_array_of_which_nothing_is_left_is_an_array(tmp_path: Path) -> None:
    story = json.dumps({"text": STORY})
    data = f"[\n{story} ,{story}\n]\n".encode()
    put(
        tmp_path / "in",
        {"a.json": data, "b.json": data, "c.json": b"[ ]", "d.json": story.encode()},
    )
    dedup.clean(tmp_path / "in", tmp_path / "out")
    assert raw_file(tmp_path / "out/a.json") == f"[\n{story} ]\n".encode()
    assert raw_file(tmp_path / "out/b.json") == b"[]\n"
    assert raw_file(tmp_path / "out/c.json") == b"[ ]"
    assert raw_file(tmp_path / "out/d.json") == b""
    restore_folder(tmp_path / "out", tmp_path / "back")
    assert tree_of(tmp_path / "back") == tree_of(tmp_path / "in")


LITERALS = [
    json.dumps(text, ensure_ascii=ascii).encode()
    for text in ("", "é", STORY, f"{STORY}\n\n{OTHER}", f"{OTHER}\r\n{STORY}")
    for ascii in (True, False)
]


@given(
    st.lists(st.sampled_from([*LITERALS, b"1", b'"\xff"', b"{}", b"nul"]), max_size=8),
    st.sampled_from([b"", b"\n", b" \r\n\t"]),
    st.sampled_from([b"", BOM]),
)
def test_restore_undoes_clean_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, literals: list[bytes], space: bytes, mark: bytes
) -> None:
    folder = tmp_path_factory.mktemp("array")
    records = [
        space + b'{"n":1.50,"a":{"text" : ' + space + literal + b'}, "id":3}' + space
        for literal in literals
    ]
    data = mark + space + b"[" + b",".join(records) + b"]" + space
    put(folder / "in", {"a.json": data, "b.json": data})
    result = dedup.clean(folder / "in", folder / "out", text_field="a.text")
    counts = result.report["counts"]
    assert counts["documents_read"] == 2 * len(literals)
    assert counts["documents_read"] == (
        counts["documents_kept"] + counts["documents_dropped"] + counts["records_skipped"]
    )
    for name in ("a.json", "b.json"):
        assert isinstance(orjson.loads(raw_file(folder / "out" / name).removeprefix(BOM)), list)
    restore_folder(folder / "out", folder / "back")
    assert tree_of(folder / "back") == tree_of(folder / "in")


def test_jobs_and_batch_size_change_no_byte(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [
        {"n": n, "text": f"{STORY} {n // 3}\n\n{OTHER} {n % 7}"} for n in range(2000)
    ]
    put(tmp_path / "in", {"a.json": json.dumps(records, indent=1).encode()})
    made = []
    for number, (jobs, size) in enumerate([(1, 2**20), (2, 100), (3, 70_000)]):
        options = dedup.Options(jobs=jobs, batch_bytes=size)
        dedup.clean(tmp_path / "in", tmp_path / f"out{number}", options=options)
        files = tree_of(tmp_path / f"out{number}")
        del files["_dedup/report.json"]
        made.append(files)
    assert made[0] == made[1] == made[2]
    lines = b"".join(orjson.dumps(record) + b"\n" for record in records)
    put(tmp_path / "lines", {"a.jsonl": lines})
    left, right = dedup.scan(tmp_path / "in"), dedup.scan(tmp_path / "lines")
    assert left.report["counts"] == right.report["counts"]
    again = dedup.clean(tmp_path / "out0", tmp_path / "again", search="exhaustive")
    assert again.report["counts"]["spans_removed"] == 0


def test_an_array_is_never_held_whole(tmp_path: Path) -> None:
    record = json.dumps({"text": STORY}).encode()
    path = put(tmp_path, {"a.json": b"[" + b",\n".join([record] * 5000) + b"]"}) / "a.json"
    pieces = list(read(discover(path).files, Reading(batch_bytes=4096)))
    assert all(isinstance(piece, Lines) for piece in pieces)
    assert max(piece.weight for piece in pieces) < 3 * 4096


def test_compressed_data_under_a_plain_name_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="compressed data"):
        records_in(tmp_path, COMPRESS[".gz"](b"[]"))


STDIN = [
    (b'[{"text":"a"}]', "json", "stdin.json"),
    (BOM + b' [\n {"text":"a"}]', "json", "stdin.json"),
    (b"[Music] is how subtitles begin", "text", "stdin.txt"),
]


@pytest.mark.parametrize(("data", "kind", "output"), STDIN)
def test_an_array_on_stdin_is_known_by_its_start(data: bytes, kind: str, output: str) -> None:
    [item] = discover("-", stdin=io.BytesIO(data)).files
    assert (item.format, item.output) == (kind, output)
