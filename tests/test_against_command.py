"""`--against`: the command takes several, and stdin; what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import runs
from held_against import index_of, own_and_eval
from stories import OTHER, THIRD

import dedup
from dedup.cli import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return own_and_eval(tmp_path)


def test_the_command_takes_several(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    index = str(index_of(folder / "seen.dedup", [("item 7", THIRD)]))
    own, seen = str(folder / "own"), str(folder / "eval")
    words = [own, "--against", seen, "--against", index]
    assert main(["scan", *words]) == 0
    shown = capfd.readouterr().out
    assert "Held against 2 documents of" in shown
    assert "Held against 1 document of" in shown
    assert f"Next: dedup clean {own} --against {seen} --against {index} -o clean/" in shown
    assert max(map(len, shown.splitlines()[:-1])) <= 80
    assert main(["clean", *words, "-o", str(folder / "out")]) == 0
    assert runs.read_lines(folder / "out" / "a.jsonl") == [{"id": "x", "text": OTHER}]
    capfd.readouterr()
    assert main(["explain", str(folder / "own" / "b.txt"), f"{index}:item 7"]) == 0
    assert "identical" in capfd.readouterr().out
    assert main(["explain", str(folder / "own" / "b.txt"), f"{index}:nobody"]) == 2
    assert main(["scan", *words, "--plan"]) == 2
    assert f"a plan of both: dedup scan {own} {seen} --plan" in capfd.readouterr().err
    assert main(["scan", own, "--against", seen, "--fail-on-duplicates", "-q"]) == 1
    assert main(["scan", own, "--against", seen, "--format", "jsonl"]) == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert lines[0]["members"][0]["against"] == seen
    assert [dedup.Cluster.from_json(line).to_dict() for line in lines] == lines


def test_stdin_can_be_either_but_not_both(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import io
    import sys

    for words in (
        ["scan", "-", "--against", str(folder / "own")],
        ["scan", str(folder / "own"), "--against", "-"],
    ):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(THIRD.encode())))
        assert main([*words, "--format", "jsonl"]) == 0
        first = json.loads(capfd.readouterr().out.splitlines()[0])
        assert "against" in first["members"][0]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(THIRD.encode())))
    assert main(["scan", "-", "--against", "-"]) == 2
