"""An index as a file of its documents: each with its text, date, source and fields."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import runs
from held_against import enumerate_texts, index_of
from resuming import texts
from stories import STORY

import dedup
from dedup import Index, OutputError
from dedup.cli import main


def test_an_index_is_exported_with_its_texts(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    found = texts(300, 11)
    documents = [
        {"id": f"d{n}", "text": text, "source": f"feed:{n}", "site": n % 3}
        for n, text in enumerate(found)
    ]
    path = index_of(tmp_path / "seen.dedup", documents)
    with Index.open(path, mode="w") as index:
        index.remove("d7")
        index.add("fresh", f"Short\n\n{STORY}", date="2024-01-02")
        wanted = [entry.to_dict() for entry in index.entries(texts=True)]
        assert index.export(tmp_path / "seen.parquet") == len(index) == 300
        assert index.export(tmp_path / "seen.jsonl.zst") == 300
        assert index.text("fresh") == f"Short\n\n{STORY}"
        assert index.text("d7") is None
    assert [entry["text"] for entry in wanted] == [*found[:7], *found[8:], f"Short\n\n{STORY}"]
    assert list(wanted[0]) == ["id", "text", "date", "source", "fields"]
    assert runs.read_lines(tmp_path / "seen.jsonl.zst") == wanted
    rows = parquet.read_table(tmp_path / "seen.parquet").to_pylist()
    assert [{**row, "fields": json.loads(row["fields"])} for row in rows] == wanted
    held, files = (dedup.scan(one) for one in (wanted, tmp_path / "seen.parquet"))
    assert files.report["counts"] == held.report["counts"]
    with pytest.raises(OutputError, match="exists already"), Index.open(path, mode="r") as index:
        index.export(tmp_path / "seen.parquet")
    with pytest.raises(OutputError, match="tells no format"), Index.open(path, mode="r") as index:
        index.export(tmp_path / "seen.txt")
    assert [name for name in tmp_path.iterdir() if name.name.startswith(".")] == []


def test_an_export_has_row_groups_of_bounded_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = index_of(tmp_path / "seen.dedup", enumerate_texts(texts(100, 12)))
    monkeypatch.setattr("dedup.index.export.GROUP_CHARACTERS", 3000)
    with Index.open(path, mode="r") as index:
        index.export(tmp_path / "seen.parquet")
    about = parquet.ParquetFile(tmp_path / "seen.parquet").metadata
    groups = [about.row_group(place).num_rows for place in range(about.num_row_groups)]
    assert sum(groups) == 100
    assert 1 < max(groups) < 50


def test_the_export_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow")
    path = str(index_of(tmp_path / "seen.dedup", [("a", STORY), ("b", "")]))
    assert main(["index", "export", path, "-o", str(tmp_path / "x.parquet")]) == 0
    assert capfd.readouterr().out == f"Wrote 2 documents to {tmp_path / 'x.parquet'}\n"
    assert (
        main(["index", "export", path, "-o", str(tmp_path / "x"), "--format", "jsonl", "-q"]) == 0
    )
    assert main(["index", "export", path]) == 0
    assert (tmp_path / "x").read_text() == capfd.readouterr().out
    assert main(["index", "export", path, "--format", "parquet"]) == 2
    assert "hint: -o FILE.parquet" in capfd.readouterr().err
    assert main(["index", "export", path, "-o", str(tmp_path / "x.csv")]) == 2
    assert main(["scan", str(tmp_path / "x.parquet"), "--format", "jsonl"]) == 0
