"""Parquet: every column but the text's passes untouched, and restore gives every value back."""

from __future__ import annotations

import datetime
import decimal
import gc
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from files import put, tree_of
from reading import read_all

import dedup
from dedup.errors import DedupError, FieldError, FormatError, InputError, OutputError
from dedup.formats import OutputTree, Reading, Rows, discover, read
from dedup.formats.output import OutputStream
from dedup.formats.restore import restore as restore_folder

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
OTHER = "Herons have come back to the old harbour this spring, and nobody chases them away."
TEXTS = [f"{STORY}\n\n{OTHER}", "Storks.", STORY, f"Gulls.\n\n{OTHER}", "", f"{OTHER}\nTerns."]
LEFT = [TEXTS[0], "Storks.", None, "Gulls.", "", "Terns."]
KINDS = {
    "string": pa.string(),
    "large": pa.large_string(),
    "view": pa.string_view(),
    "dictionary": pa.dictionary(pa.int32(), pa.string()),
}
OTHERS = {
    "id": pa.array([10, 11, 12, 13, None, 15], pa.int64()),
    "when": pa.array([datetime.datetime(2024, 1, day) for day in range(1, 7)], pa.timestamp("ns")),
    "price": pa.array(
        [decimal.Decimal("1.50"), None, *[decimal.Decimal(2)] * 4], pa.decimal128(9, 2)
    ),
    "raw": pa.array([b"\xff\0", b"", None, b"a", b"b", b"c"], pa.binary()),
    "many": pa.array([[1.5, float("inf")], [], None, [2.0], [None], [3.0]]),
    "tag": pa.array(["x", "y", "x", "y", None, "x"]).dictionary_encode(),
    "deep": pa.array([{"a": {"n": n}, "b": ["u"]} for n in range(6)]),
}


def table_of(texts: Any = TEXTS, kind: Any = None) -> Any:
    return pa.table({"text": pa.array(texts, kind or pa.string()), **OTHERS})


def write(path: Path, table: Any, **settings: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, **settings)
    return path


def same(left: Any, right: Any) -> bool:
    # `equals` asks for the same dictionaries, not for the same values.
    alike = left.schema.equals(right.schema, check_metadata=True)
    return alike and left.to_pylist() == right.to_pylist()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("size", [1, 4, 100])
def test_only_cut_texts_change_and_restore_gives_every_value_back(
    tmp_path: Path, kind: Any, size: int
) -> None:
    table = table_of(kind=kind).replace_schema_metadata({"who": "me"})
    table = pq.read_table(write(tmp_path / "in/a.parquet", table, row_group_size=size))
    result = dedup.clean(tmp_path / "in", tmp_path / "out")
    cleaned = pq.read_table(tmp_path / "out/a.parquet")
    rows = [place for place, text in enumerate(LEFT) if text is not None]
    assert cleaned.schema.equals(table.schema, check_metadata=True)
    assert cleaned.drop(["text"]).equals(table.drop(["text"]).take(rows))
    assert cleaned["text"].to_pylist() == [LEFT[place] for place in rows]
    assert [one["source"] for one in dropped(tmp_path / "out")] == ["a.parquet:3"]
    counts = result.report["counts"]
    assert (counts["documents_read"], counts["documents_kept"]) == (6, 5)
    restored = restore_folder(tmp_path / "out", tmp_path / "back")
    back = pq.ParquetFile(tmp_path / "back/a.parquet")
    assert same(back.read(), table)
    groups = [back.metadata.row_group(n).num_rows for n in range(back.metadata.num_row_groups)]
    assert groups == [min(size, 6 - start) for start in range(0, 6, size)]
    assert (restored.documents, restored.inputs) == (1, 1)
    restore_folder(tmp_path / "out", tmp_path / "none", dry_run=True)
    assert not (tmp_path / "none").exists()


def dropped(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "_dedup/removed.jsonl").read_text(encoding="utf-8").splitlines()
    return [entry for entry in map(json.loads, lines) if entry.get("dropped")]


def test_each_column_keeps_its_codec(tmp_path: Path) -> None:
    codecs = dict.fromkeys(("id", "when", "price"), "GZIP") | {"text": "ZSTD", "raw": "NONE"}
    codecs |= {"many.list.element": "LZ4", "deep.a.n": "BROTLI"}
    write(tmp_path / "in/a.parquet", table_of(), compression=codecs, use_dictionary=["text"])
    dedup.clean(tmp_path / "in", tmp_path / "out")
    restore_folder(tmp_path / "out", tmp_path / "back")
    for folder in ("in", "out", "back"):
        group = pq.ParquetFile(tmp_path / folder / "a.parquet").metadata.row_group(0)
        columns = {
            group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)
        }
        found = {name: column.compression for name, column in columns.items()}
        assert found["text"] == "ZSTD"
        assert found["raw"] == "UNCOMPRESSED"
        assert found["id"] == "GZIP"
        assert found["many.list.element"] == "LZ4"
        assert found["deep.a.n"] == "BROTLI"
        assert "RLE_DICTIONARY" in columns["text"].encodings
        assert "RLE_DICTIONARY" not in columns["raw"].encodings


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_null_and_broken_texts_are_set_aside_and_come_back(tmp_path: Path, kind: Any) -> None:
    texts = [None, STORY, None, f"{STORY}\n\nStorks.", None, "a"]
    if kind == pa.string():
        data = [b"\xff", STORY.encode(), None, f"{STORY}\n\nStorks.".encode(), b"a\xc0", b"a"]
        column = pa.array(data, pa.binary()).view(pa.string())
    else:
        column = pa.array(texts, kind)
    table = pa.table({"text": column, **OTHERS})
    write(tmp_path / "in/a.parquet", table, row_group_size=4)
    result = dedup.clean(tmp_path / "in", tmp_path / "out")
    counts = result.report["counts"]
    assert (counts["documents_read"], counts["records_skipped"]) == (6, 3)
    assert [one.source for one in result.skipped] == ["a.parquet:1", "a.parquet:3", "a.parquet:5"]
    reasons = {one.reason for one in result.skipped}
    assert "the text is null" in reasons
    assert kind != pa.string() or "invalid UTF-8 at byte 1 of the text (0xc0)" in reasons
    assert pq.read_table(tmp_path / "out/a.parquet")["text"].to_pylist() == [STORY, "Storks.", "a"]
    restore_folder(tmp_path / "out", tmp_path / "back")
    back = pq.read_table(tmp_path / "back/a.parquet")
    assert back.drop(["text"]).equals(table.drop(["text"]))
    if kind == pa.string():
        assert back["text"].cast(pa.binary()).to_pylist() == data
    else:
        assert back["text"].to_pylist() == texts
    with pytest.raises(FormatError, match=r"a\.parquet:1: "):
        dedup.scan(tmp_path / "in", options=dedup.Options(skip_bad=False))


@pytest.mark.parametrize("field", ["a.b.c", "a.b"])
def test_a_text_inside_structs_is_found_by_its_dotted_name(tmp_path: Path, field: str) -> None:
    first, *parts = field.split(".")
    values: list[Any] = [None if text == "" else {"n": 1, "t": text} for text in TEXTS]
    values = [value and {**nest(parts, value["t"]), "n": 7} for value in values]
    table = pa.table({first: pa.array(values), "id": pa.array(list("uvwxyz"))})
    path = write(tmp_path / "in/a.parquet", table)
    dedup.clean(path, tmp_path / "out", text_field=field)
    cleaned = pq.read_table(tmp_path / "out/a.parquet")
    assert cleaned.schema.equals(table.schema)
    left = [text for text in LEFT if text]
    assert cleaned[first].to_pylist() == [{**nest(parts, text), "n": 7} for text in left]
    restore_folder(tmp_path / "out", tmp_path / "back")
    assert pq.read_table(tmp_path / "back/a.parquet").equals(table)


def nest(parts: list[str], text: str) -> dict[str, Any]:
    for part in reversed(parts[1:]):
        return {parts[0]: {part: text}}
    return {parts[0]: text}


def test_a_column_whose_name_has_a_dot_comes_first(tmp_path: Path) -> None:
    table = pa.table({"a.b": ["flat"], "a": [{"b": "deep"}]})
    path = write(tmp_path / "a.parquet", table)
    assert read_all(path, "a.b").texts == ["flat"]


WRONG = [
    (pa.table({"body": ["a"], "n": [1]}), "no column is named text; there are: body, n"),
    (pa.table({"text": [1]}), "the column text is of type int64; it must be a string"),
    (pa.table({"text": [b"a"]}), "the column text is of type binary"),
    (pa.table({"text": [{"a": "b"}]}), "the column text is of type struct"),
    (
        pa.Table.from_arrays([pa.array(["a"])] * 2, ["text", "text"]),
        "2 columns are named text; it must be one\nhint: rename the others",
    ),
]


@pytest.mark.parametrize(("table", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_file_without_a_text_column_is_an_error(tmp_path: Path, table: Any, message: str) -> None:
    path = write(tmp_path / "a.parquet", table)
    with pytest.raises(FieldError, match=message) as caught:
        read_all(path)
    assert (caught.value.path, caught.value.field) == (str(path), "text")
    assert "--text-field" in str(caught.value.hint)


def test_a_file_cut_anywhere_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", pa.table({"text": TEXTS}), row_group_size=4)
    data = path.read_bytes()
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        with pytest.raises(FormatError, match=r"a\.parquet: not a sound Parquet file") as caught:
            read_all(path)
        assert caught.value.hint


def test_damaged_pages_are_an_error_where_they_have_checksums(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", pa.table({"text": TEXTS}), write_page_checksum=True)
    data = bytearray(path.read_bytes())
    place = data.index(b"ferry")
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(FormatError, match="not a sound Parquet file"):
        read_all(path)
    data[place] ^= 1
    path.write_bytes(data)
    [file] = discover(path).files
    (tmp_path / "b.parquet").write_bytes(b"not Parquet at all, but long enough for one")
    with pytest.raises(FormatError, match="not a sound Parquet file"):
        read_all(tmp_path / "b.parquet")
    path.write_bytes(bytes(data) + b"x")
    with pytest.raises(InputError, match="changed"):
        list(read([file]))


def test_jobs_and_batch_size_change_no_byte_and_a_second_clean_removes_nothing(
    tmp_path: Path,
) -> None:
    texts = [f"{STORY} {n // 3}\n\n{OTHER} {n % 7}" for n in range(3000)]
    table = pa.table({"text": texts, "n": range(3000)})
    write(tmp_path / "in/a.parquet", table, row_group_size=1100)
    made = []
    for number, (jobs, size) in enumerate([(1, 2**20), (2, 100)]):
        options = dedup.Options(jobs=jobs, batch_bytes=size)
        dedup.clean(tmp_path / "in", tmp_path / f"out{number}", options=options)
        files = tree_of(tmp_path / f"out{number}")
        del files["_dedup/report.json"]
        made.append(files)
    assert made[0] == made[1]
    again = dedup.clean(tmp_path / "out0", tmp_path / "again", search="exhaustive")
    assert again.report["counts"]["spans_removed"] == 0
    restore_folder(tmp_path / "out0", tmp_path / "back")
    assert pq.read_table(tmp_path / "back/a.parquet").equals(table)


def test_a_file_of_which_nothing_is_left_and_an_empty_one(tmp_path: Path) -> None:
    write(tmp_path / "in/a.parquet", table_of())
    write(tmp_path / "in/b.parquet", table_of())
    write(tmp_path / "in/c.parquet", table_of().slice(0, 0))
    dedup.clean(tmp_path / "in", tmp_path / "out")
    left = pq.read_table(tmp_path / "out/b.parquet")
    assert left.schema.equals(table_of().schema)
    restore_folder(tmp_path / "out", tmp_path / "back")
    for name in "abc":
        before, after = (pq.read_table(tmp_path / f / f"{name}.parquet") for f in ("in", "back"))
        assert same(after, before)


DAMAGE = ["a row gone", "a text edited", "the aside gone", "the file gone", "no text column"]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_changed_output_is_not_restored(tmp_path: Path, damage: str) -> None:
    write(tmp_path / "in/a.parquet", table_of())
    dedup.clean(tmp_path / "in", tmp_path / "out")
    path = tmp_path / "out/a.parquet"
    table = pq.read_table(path)
    match damage:
        case "a row gone":
            write(path, table.slice(1))
        case "a text edited":
            write(path, table.set_column(0, "text", pa.array(["x"] * table.num_rows)))
        case "the aside gone":
            (tmp_path / "out/_dedup/rows/a.parquet").unlink()
        case "the file gone":
            path.unlink()
        case "no text column":
            write(path, table.drop(["text"]))
    for dry_run in (True, False):
        with pytest.raises((FormatError, FieldError)):
            restore_folder(tmp_path / "out", tmp_path / "back", dry_run=dry_run)
        assert not (tmp_path / "back").exists()


def test_a_file_that_grows_out_of_all_proportion_is_refused(tmp_path: Path) -> None:
    table = pa.table({"text": [" " * 2**20] * 80, "n": range(80)})
    path = write(tmp_path / "a.parquet", table, use_dictionary=False, compression="zstd")
    with pytest.raises(FormatError, match="grows to more than 200 times"):
        read_all(path)
    assert len(read_all(path, max_expansion=1_000_000).texts) == 80
    assert len(read_all(path, max_expansion=1_000_000, max_line=2**19).skipped) == 80


def test_parquet_on_stdin_is_known_by_its_bytes(tmp_path: Path) -> None:
    data = write(tmp_path / "a.parquet", pa.table({"text": ["a", "b"]})).read_bytes()
    inputs = discover("-", stdin=io.BytesIO(data))
    [item] = inputs.files
    assert (item.format, item.output) == ("parquet", "stdin.parquet")
    for _ in range(2):
        texts = [text for piece in read(inputs.files) for text in piece.texts]  # type: ignore[union-attr]
        assert texts == ["a", "b"]
    assert discover("-", stdin=io.BytesIO(b"PAR1 is a name")).files[0].format == "text"


def test_a_packed_parquet_file_is_refused(tmp_path: Path) -> None:
    put(tmp_path, {"a.parquet.gz": b""})
    with pytest.raises(InputError, match="its suffix tells no format"):
        discover(tmp_path / "a.parquet.gz")
    inputs = discover(tmp_path / "a.parquet.gz", input_format="parquet")
    with pytest.raises(FormatError, match=r"packed as \.gz is not read"):
        list(read(inputs.files, Reading()))


def test_dates_of_any_type_choose_the_copy(tmp_path: Path) -> None:
    days = [datetime.date(2024, 5, day) for day in (3, 1, 2)]
    table = pa.table({"text": [STORY] * 3, "date": days})
    path = write(tmp_path / "a.parquet", table)
    [cluster] = dedup.scan(path, keep="earliest").clusters
    assert [one.source for one in cluster.members if one.keeper] == ["a.parquet:2"]
    [shown] = dedup.scan(path).largest(1)
    assert shown.text == STORY


def test_a_full_disk_is_named_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "in/a.parquet", table_of())

    def put_nothing(stream: OutputStream, data: bytes) -> None:
        if data.startswith(b"PAR1"):
            raise OutputError("a.parquet: cannot be written: No space left on device")

    monkeypatch.setattr(OutputStream, "_put", put_nothing)
    with pytest.raises(OutputError, match="No space left"):
        dedup.clean(tmp_path / "in", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_an_error_amid_a_large_file_leaves_nothing_and_nothing_to_say(tmp_path: Path) -> None:
    table = pa.table({"text": [f"{number} {STORY}" * 50 for number in range(3000)]})
    path = write(tmp_path / "in/a.parquet", table, row_group_size=500)
    with pytest.raises(KeyboardInterrupt), OutputTree(tmp_path / "out") as tree:
        for number, piece in enumerate(read(discover(path).files, to_write=True)):
            assert isinstance(piece, Rows)
            tree.write(piece, piece.texts)
            if number == 9:
                raise KeyboardInterrupt
    del piece, tree
    gc.collect()
    assert [one.name for one in tmp_path.iterdir()] == ["in"]


def test_without_pyarrow_the_error_says_what_to_install(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", pa.table({"text": ["a"]}))
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from dedup.cli import main\n"
        f"sys.exit(main(['scan', {str(path)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 2
    assert "needs pyarrow: pip install 'dedup[parquet]'" in done.stderr
    assert issubclass(dedup.MissingExtraError, (DedupError, ImportError))


def test_nothing_loads_pyarrow_but_parquet(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": b"text\na\n", "b.txt": b"b"})
    program = (
        "import sys, dedup\n"
        f"dedup.scan({str(tmp_path)!r})\n"
        "sys.exit(not {'pyarrow', 'pandas', 'polars'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_a_row_that_is_too_long_comes_back(tmp_path: Path) -> None:
    """It is a bad record, which stands among the others again."""
    table = pa.table({"text": [STORY, "word " * 1000, STORY, OTHER]})
    write(tmp_path / "in/a.parquet", table)
    result = dedup.clean(tmp_path / "in", tmp_path / "out", options=dedup.Options(max_line=4000))
    assert [one.line for one in result.skipped] == [2]
    assert pq.read_table(tmp_path / "out/a.parquet")["text"].to_pylist() == [STORY, OTHER]
    restore_folder(tmp_path / "out", tmp_path / "back")
    assert pq.read_table(tmp_path / "back/a.parquet").equals(table)
