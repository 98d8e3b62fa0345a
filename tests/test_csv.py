"""CSV and TSV: rows are read by RFC 4180, only cut cells change, and every byte comes back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from files import COMPRESS, put, raw_file, tree_of
from hypothesis import given
from hypothesis import strategies as st
from reading import BOM, Whole, read_all

import dedup
from dedup.cli import main
from dedup.errors import FieldError, FormatError
from dedup.formats import Reading, discover, read
from dedup.formats.restore import restore as restore_folder

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
OTHER = 'Herons have come back to the "old" harbour this spring, and nobody chases them away.'


def rows_of(tmp_path: Path, data: bytes, name: str = "a.csv") -> Whole:
    return read_all(put(tmp_path, {name: data}) / name)


def row(*cells: str, delimiter: str = ",", end: str = "\r\n") -> bytes:
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=delimiter, lineterminator=end).writerow(cells)
    return made.getvalue().encode()


def skipped_of(folder: Path) -> list[dict[str, str]]:
    lines = (folder / "_dedup/skipped.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


GOOD = [
    (b"text\na\nb\n", ["a", "b"], ["a.csv:2", "a.csv:3"]),
    (b"id,text\r\nx,a\r\ny,b", ["a", "b"], ["x", "y"]),
    (BOM + b"text,id\na,x\n", ["a"], ["x"]),
    (b'"id","text"\n"x","a ""b"" c,\nd"\n,e\n', ['a "b" c,\nd', "e"], ["x", "a.csv:4"]),
    (b'text\n5" nails, no\n', None, None),
    (b'text,n\n5" nails,1\n"",2\n,3\n', ['5" nails', "", ""], ["a.csv:2", "a.csv:3", "a.csv:4"]),
    (b"text\n\n\r\na\n\nb\n", ["a", "b"], ["a.csv:4", "a.csv:6"]),
    (b"text", [], []),
    (b"n,text\n1,a\x00b\n2,\xc2\x85\xe2\x80\xa8c\rd\n", ["a\0b", "\x85\u2028c\rd"], None),
    (b'text\n"x\n"\n', ["x\n"], ["a.csv:2"]),
]


@pytest.mark.parametrize(("data", "texts", "ids"), GOOD)
def test_rows_are_read_by_the_rules(
    tmp_path: Path, data: bytes, texts: list[str] | None, ids: list[str] | None
) -> None:
    whole = rows_of(tmp_path, data)
    if texts is None:
        assert [one.reason for one in whole.skipped] == ["2 cells where the header has 1"]
        return
    assert whole.texts == texts
    assert whole.skipped == []
    assert ids is None or [record.id for record in whole.records] == ids


BAD = [
    (b"x\n", "one cell where the header has 2"),
    (b"x,a,b\n", "3 cells where the header has 2"),
    (b'x,"a" b\n', "text follows the closing quote"),
    (b'x,"a"\rb\n', "text follows the closing quote"),
    (b"x,\xff\n", "invalid UTF-8 at byte 2 of the row (0xff)"),
    (b"\xed\xa0\x80,a\n", "invalid UTF-8 at byte 0"),
    (b'x,"a\n', "a quote opens in this row that is never closed"),
]


@pytest.mark.parametrize(("line", "reason"), BAD)
@pytest.mark.parametrize("size", [1, 4096])
def test_a_bad_row_is_set_aside_and_the_others_are_read(
    tmp_path: Path, line: bytes, reason: str, size: int
) -> None:
    last = b"z,last\n"
    data = b"id,text\ny,first\n" + line + last
    path = put(tmp_path, {"a.csv": data}) / "a.csv"
    whole = read_all(path, batch_bytes=size)
    assert whole.texts == ["first", "last"]
    assert [record.source for record in whole.records] == ["a.csv:2", "a.csv:4"]
    [skipped] = whole.skipped
    assert (skipped.source, skipped.line, skipped.record) == ("a.csv:3", 3, line)
    assert reason in skipped.reason
    result = dedup.clean(path, tmp_path / "out")
    assert raw_file(tmp_path / "out/a.csv") == data.replace(line, b"")
    assert result.report["counts"]["records_skipped"] == 1
    restore_folder(tmp_path / "out", tmp_path / "back")
    assert raw_file(tmp_path / "back/a.csv") == data
    with pytest.raises(FormatError, match=r"a\.csv:3: "):
        dedup.scan(path, options=dedup.Options(skip_bad=False))


HEADERS = [
    (b"", FormatError, "begins with no header"),
    (b"\n\n", FormatError, "begins with no header"),
    (b"a,b\n1,2\n", FieldError, "no column is named text; there are: a, b\nhint: .*--text-field"),
    (b"a;text\n1;2\n", FieldError, "separated by semicolons"),
    (b"text,text\n1,2\n", FieldError, "2 columns are named text"),
    (b"text,\xff\n1,2\n", FormatError, "the header cannot be read"),
    ("text\na\n".encode("utf-16"), FormatError, "looks like UTF-16"),
    (b"text,n\ra,1\rb,2\r", FormatError, "carriage returns alone"),
    (b'"text\na\n', FieldError, "no column is named text"),
    (COMPRESS[".gz"](b"text\na\n"), FormatError, "compressed data.*\nhint: .* suffix .gz"),
    (COMPRESS[".xz"](b"text\na\n"), FormatError, "compressed data.*\nhint: .* suffix .xz"),
]


@pytest.mark.parametrize(("data", "kind", "message"), HEADERS)
def test_a_header_that_names_no_text_is_an_error(
    tmp_path: Path, data: bytes, kind: type[FormatError], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        rows_of(tmp_path, data)
    assert caught.value.path == str(tmp_path / "a.csv")
    assert caught.value.line == 1
    assert caught.value.hint


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_cleaning_keeps_every_other_byte_and_restore_gives_all_back(
    tmp_path: Path, suffix: str, kind: str
) -> None:
    mark = "," if kind == "csv" else "\t"

    def line(*cells: str) -> bytes:
        return row(*cells, delimiter=mark)

    kept = line("1", f"{STORY}\n\n{OTHER}", "x,\ty")
    cut = line("2", f"Storks.\n\n{OTHER}", "1.50")
    data = line("id", "text", "more") + kept + b"\n" + line("3", STORY, "z") + cut
    data += line("4", "Storks.", '"')[:-2]
    name = f"a.{kind}{suffix}"
    put(tmp_path / "in", {name: COMPRESS[suffix](data)})
    result = dedup.clean(tmp_path / "in", tmp_path / "out")
    rest = line("2", "Storks.", "1.50") if kind == "csv" else b"2\tStorks.\t1.50\r\n"
    # The cell keeps its quotes although what is left needs none.
    rest = rest.replace(b"Storks.", b'"Storks."')
    cleaned = raw_file(tmp_path / "out" / name)
    assert (
        cleaned == line("id", "text", "more") + kept + b"\n" + rest + line("4", "Storks.", '"')[:-2]
    )
    counts = result.report["counts"]
    assert (counts["documents_read"], counts["documents_kept"]) == (4, 3)
    [entry] = result.report["inputs"]
    assert entry["bytes"] == len(data)
    restored = restore_folder(tmp_path / "out", tmp_path / "back")
    assert raw_file(tmp_path / "back" / name) == data
    assert (restored.documents, restored.passages) == (1, 2)


def test_a_cell_whose_rest_begins_with_a_quote_gets_quotes_and_loses_them_again(
    tmp_path: Path,
) -> None:
    gap = " " * 4
    ticker = gap.join([STORY.replace(",", ""), '"Quoted" news come after that, always']).replace(
        ",", ""
    )
    items = [f"Headline number {n} tells of a town that nobody knows" for n in range(3)]
    first = f"x,{STORY.replace(',', '')}\n"
    data = f"id,text\n{first}y,{ticker}{gap}{gap.join(items)}\n".encode()
    put(tmp_path, {"a.csv": data})
    result = dedup.clean(tmp_path / "a.csv", tmp_path / "out")
    [entry] = result.report["inputs"]
    assert entry["requoted"] == [3]
    rows = list(csv.reader(io.StringIO(raw_file(tmp_path / "out/a.csv").decode())))
    assert rows[2][1].startswith('"Quoted" news')
    restore_folder(tmp_path / "out", tmp_path / "back")
    assert raw_file(tmp_path / "back/a.csv") == data


CELLS = st.sampled_from(
    ["", "a", '"', ",", "\n", "\r\n", "é", STORY, f"{STORY}\n\n{OTHER}", f"{OTHER}\n{STORY}"]
)


@given(
    st.lists(st.tuples(CELLS, CELLS), max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.lists(st.sampled_from([b"\n", b"x\n", b"x,\xff\n", b'x,"y"z\n', b"\r\n"]), max_size=4),
    st.booleans(),
)
def test_restore_undoes_clean_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory,
    cells: list[tuple[str, str]],
    end: str,
    odd: list[bytes],
    cut: bool,
) -> None:
    folder = tmp_path_factory.mktemp("csv")
    lines = [row(*pair, end=end) for pair in cells]
    for number, line in enumerate(odd):
        lines.insert(number * 2, line)
    data = row("n", "text", end=end) + b"".join(lines)
    put(folder / "in", {"a.csv": data.rstrip(b"\r\n") if cut else data, "b.csv": data})
    result = dedup.clean(folder / "in", folder / "out")
    counts = result.report["counts"]
    assert counts["documents_read"] == (
        counts["documents_kept"] + counts["documents_dropped"] + counts["records_skipped"]
    )
    restore_folder(folder / "out", folder / "back")
    assert tree_of(folder / "back") == tree_of(folder / "in")


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=6),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.integers(1, 60),
)
def test_rows_are_those_of_another_reader(
    tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]], quoting: int, size: int
) -> None:
    made = io.StringIO(newline="")
    writer = csv.writer(made, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([["id", "text"], *cells])
    path = put(tmp_path_factory.mktemp("csv"), {"a.csv": made.getvalue().encode()}) / "a.csv"
    whole = read_all(path, batch_bytes=size)
    assert whole.texts == [text for _, text in cells]
    assert whole.skipped == []


def test_a_file_cut_anywhere_is_read_to_its_end(tmp_path: Path) -> None:
    data = BOM + b'id,text,more\r\n1,"a ""b""\r\nc",\xc3\xa9\r\n\r\n2,"d",e\r\n3,f,"g"'
    path = tmp_path / "a.csv"
    for cut in range(len(data) + 1):
        path.write_bytes(data[:cut])
        try:
            whole = read_all(path, batch_bytes=7)
        except (FormatError, FieldError):
            assert cut < data.index(b"\r")
            continue
        assert read_all(path) == whole
        result = dedup.clean(path, tmp_path / "out", force=True)
        assert result.report["counts"]["documents_read"] == len(whole.records) + len(whole.skipped)
        restore_folder(tmp_path / "out", tmp_path / "back", force=True)
        assert raw_file(tmp_path / "back/a.csv") == data[:cut]
        (tmp_path / "back/a.csv").unlink()


def test_jobs_and_batch_size_change_no_byte(tmp_path: Path) -> None:
    rows = [row(str(n), f"{STORY} {n // 3}\n\n{OTHER} {n % 7}") for n in range(300)]
    put(tmp_path / "in", {"a.csv": row("id", "text") + b"".join(rows)})
    made = []
    for number, (jobs, size) in enumerate([(1, 2**20), (2, 100), (3, 4096)]):
        options = dedup.Options(jobs=jobs, batch_bytes=size)
        dedup.clean(tmp_path / "in", tmp_path / f"out{number}", options=options)
        files = tree_of(tmp_path / f"out{number}")
        del files["_dedup/report.json"]
        made.append(files)
    assert made[0] == made[1] == made[2]
    again = dedup.clean(tmp_path / "out0", tmp_path / "again", search="exhaustive")
    assert again.report["counts"]["spans_removed"] == 0


def test_a_row_that_is_too_long_is_counted_and_not_held(tmp_path: Path) -> None:
    data = b'id,text\n1,first\n2,"' + b"long\n" * 500 + b'"\n3,last\n4,' + b"x" * 3000
    path = put(tmp_path, {"a.csv": data}) / "a.csv"
    for size in (64, 10**6):
        whole = read_all(path, batch_bytes=size, max_line=1000)
        assert whole.texts == ["first", "last"]
        assert [record.source for record in whole.records] == ["a.csv:2", "a.csv:504"]
        assert [one.source for one in whole.skipped] == ["a.csv:3", "a.csv:505"]
        assert all("the record is longer than" in one.reason for one in whole.skipped)
    held = [
        piece.weight for piece in read(discover(path).files, Reading(batch_bytes=64, max_line=1000))
    ]
    assert max(held) < 1100


def test_dates_and_preferred_lines_choose_the_copy(tmp_path: Path) -> None:
    data = row("id", "text", "date") + row("a", STORY, "2024") + row("b", STORY, "2023")
    path = put(tmp_path, {"a.csv": data}) / "a.csv"
    for keep in ("earliest", "prefer:a.csv:3", "prefer:*:3"):
        [cluster] = dedup.scan(path, keep=keep).clusters
        assert [one.source for one in cluster.members if one.keeper] == ["a.csv:3"]
    [shown] = dedup.scan(path).largest(1)
    assert shown.text == STORY


def test_a_tsv_on_stdin_needs_its_format(tmp_path: Path) -> None:
    inputs = discover("-", input_format="tsv", stdin=io.BytesIO(b"id\ttext\n1\ta,b\n"))
    [item] = inputs.files
    assert item.output == "stdin.tsv"
    assert [text for piece in read(inputs.files) for text in piece.texts] == ["a,b"]  # type: ignore[union-attr]


def test_the_command_says_what_was_wrong_with_a_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(put(tmp_path, {"a.csv": b"id,text\n1,a\n2\n"}) / "a.csv")
    assert main(["scan", path, "-q"]) == 2
    assert "a.csv:3: one cell where the header has 2" in capsys.readouterr().err
    assert main(["scan", path, "-q", "--skip-bad"]) == 0
    assert main(["scan", path, "--text-field", "body"]) == 2
    assert "no column is named body; there are: id, text" in capsys.readouterr().err
    assert main(["scan", path, "--text-field", "id", "-q", "--skip-bad"]) == 0
    assert main(["clean", path, "-o", str(tmp_path / "out"), "-q"]) == 2
    assert [one["record"] for one in skipped_of(tmp_path / "out")] == ["2\n"]
    assert raw_file(tmp_path / "out/a.csv") == b"id,text\n1,a\n"
