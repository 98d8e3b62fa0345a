"""One corpus in every format: the same decisions, the same cleaned texts, everything back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import checker
import oracle
import pytest
from checker import Run
from files import COMPRESS, put, raw_file, tree_of
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup.errors import InputError

EXAMPLES = Path(__file__).parent.parent / "examples" / "articles"
TEXTS = [path.read_bytes().decode() for path in sorted(EXAMPLES.glob("*.txt"))]
RECORDS = [
    {"id": f"n{number}", "text": text, "more": f'"{number},\t'}
    for number, text in enumerate([*TEXTS, TEXTS[0]])
]

Records = list[dict[str, Any]]


def to_lines(records: Records) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def to_array(records: Records) -> bytes:
    return json.dumps(records, indent=2, ensure_ascii=False).encode()


def to_rows(records: Records, delimiter: str = ",") -> bytes:
    made = io.StringIO(newline="")
    writer = csv.DictWriter(made, list(records[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records)
    return made.getvalue().encode()


def to_parquet(records: Records) -> bytes:
    pa = pytest.importorskip("pyarrow")
    made = io.BytesIO()
    pytest.importorskip("pyarrow.parquet").write_table(
        pa.Table.from_pylist(records), made, row_group_size=4
    )
    return made.getvalue()


def from_rows(data: bytes, delimiter: str = ",") -> Records:
    return list(csv.DictReader(io.StringIO(data.decode(), newline=""), delimiter=delimiter))


def from_parquet(data: bytes) -> Records:
    table: Records = pytest.importorskip("pyarrow.parquet").read_table(io.BytesIO(data)).to_pylist()
    return table


FORMATS: dict[str, tuple[Callable[[Records], bytes], Callable[[bytes], Records]]] = {
    "jsonl": (to_lines, lambda data: [json.loads(line) for line in data.splitlines()]),
    "json": (to_array, json.loads),
    "csv": (to_rows, from_rows),
    "tsv": (
        lambda records: to_rows(records, delimiter="\t"),
        lambda data: from_rows(data, delimiter="\t"),
    ),
    "parquet": (to_parquet, from_parquet),
}
CASES = [
    (kind, suffix) for kind in FORMATS for suffix in COMPRESS if not suffix or kind != "parquet"
]


def without_sources(value: Any) -> Any:
    """A line of a run's notes without what depends on how records are numbered or written."""
    if isinstance(value, dict):
        return {
            name: without_sources(item)
            for name, item in value.items()
            if name not in ("source", "record")
        }
    return [without_sources(item) for item in value] if isinstance(value, list) else value


def notes(folder: Path, name: str) -> list[dict[str, Any]]:
    lines = (folder / "_dedup" / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    put(folder, {"a.jsonl": to_lines(RECORDS)})
    dedup.clean(folder / "a.jsonl", folder / "out")
    return folder / "out"


@pytest.mark.parametrize(("kind", "suffix"), CASES)
def test_decisions_are_the_same_in_every_format(
    tmp_path: Path, reference: Path, kind: str, suffix: str
) -> None:
    make, read_back = FORMATS[kind]
    name = f"a.{kind}{suffix}"
    put(tmp_path / "in", {name: COMPRESS[suffix](make(RECORDS))})
    dedup.clean(tmp_path / "in", tmp_path / "out")
    for notes_name in ("clusters.jsonl", "removed.jsonl"):
        found, expected = notes(tmp_path / "out", notes_name), notes(reference, notes_name)
        assert without_sources(found) == without_sources(expected)
    left = read_back(raw_file(tmp_path / "out" / name))
    assert left == [json.loads(line) for line in raw_file(reference / "a.jsonl").splitlines()]
    ledger = notes(tmp_path / "out", "removed.jsonl")
    ids = {record["id"]: record["text"] for record in RECORDS}
    run = Run(ids, {one["id"]: one["text"] for one in left}, by_id(ledger), oracle.Rules())
    assert run.ledger
    assert list(checker.problems(run)) == []
    dedup.restore(tmp_path / "out", tmp_path / "back")
    back = raw_file(tmp_path / "back" / name)
    assert read_back(back) == RECORDS
    if kind != "parquet":
        assert back == make(RECORDS)
    again = dedup.clean(tmp_path / "out", tmp_path / "again", search="exhaustive")
    assert again.report["counts"]["spans_removed"] == 0


def by_id(ledger: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The ledger with ids for sources, which the checker takes as names."""
    made = []
    for entry in ledger:
        changed = {**entry, "source": entry["document"]}
        if entry.get("keeper"):
            changed["keeper"] = {**entry["keeper"], "source": entry["keeper"]["document"]}
        made.append(changed)
    return made


def test_one_folder_may_hold_them_all(tmp_path: Path) -> None:
    files = {f"a.{kind}": make(RECORDS[:3]) for kind, (make, _) in FORMATS.items()}
    files |= {"t.txt": RECORDS[0]["text"].encode(), "b.csv.xz": COMPRESS[".xz"](files["a.csv"])}
    put(tmp_path / "in", files)
    result = dedup.clean(tmp_path / "in", tmp_path / "out")
    counts = result.report["counts"]
    assert (counts["documents_read"], counts["documents_kept"]) == (19, 3)
    dedup.restore(tmp_path / "out", tmp_path / "back")
    before, after = tree_of(tmp_path / "in"), tree_of(tmp_path / "back")
    assert after.keys() == before.keys()
    for name in files:
        if name == "a.parquet":
            assert from_parquet(after[name]) == RECORDS[:3]
        else:
            assert raw_file(tmp_path / "back" / name) == raw_file(tmp_path / "in" / name), name


STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
SMALL = [
    {"id": str(number), "text": f'{STORY}\n\n"é" {number % 2}', "n": number} for number in range(4)
]
DAMAGE = st.tuples(
    st.floats(0, 1),
    st.integers(0, 20),
    st.sampled_from([b"", *[b"%c" % c for c in b'"\n\r,[]{}\\ \xff']]),
)


@given(
    st.sampled_from(["jsonl", "json", "csv", "tsv"]),
    st.lists(DAMAGE, min_size=1, max_size=3),
    st.sampled_from([1, 7, 100, 2**20]),
    st.sampled_from([60, 300, 2**26]),
)
def test_a_damaged_file_is_an_error_or_comes_back_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    damage: list[tuple[float, int, bytes]],
    size: int,
    most: int,
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    data = FORMATS[kind][0](SMALL)
    for place, length, instead in damage:
        start = int(place * len(data))
        data = data[:start] + instead + data[start + length :]
    put(folder / "in", {f"a.{kind}": data})
    options = dedup.Options(jobs=1, batch_bytes=size, max_line=most)
    try:
        result = dedup.clean(folder / "in", folder / "out", options=options)
    except InputError:
        return
    counts = result.report["counts"]
    assert counts["documents_read"] == (
        counts["documents_kept"] + counts["documents_dropped"] + counts["records_skipped"]
    )
    dedup.restore(folder / "out", folder / "back")
    assert raw_file(folder / "back" / f"a.{kind}") == data
