"""Restoring: what came in comes back."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from files import COMPRESS, put, raw_file, tree_of
from hypothesis import given
from hypothesis import strategies as st
from reading import BOM, SHAPES, Record, write

import dedup
from dedup.errors import FormatError, OutputError
from dedup.formats import OutputTree, discover, read
from dedup.formats.restore import restore as restore_folder
from dedup.formats.writer import json_line


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
