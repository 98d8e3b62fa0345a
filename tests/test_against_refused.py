"""What cannot be held against is an error; what cannot be read of it is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from files import put
from held_against import index_of, own_and_eval
from stories import STORY

import dedup
from dedup import InputError, OutputError, PolicyError
from dedup.cli import main
from dedup.options import Options


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return own_and_eval(tmp_path)


def test_what_cannot_be_held_against_is_an_error(folder: Path) -> None:
    own = folder / "own"
    index = index_of(folder / "seen.dedup", [("a", STORY)])
    with pytest.raises(InputError, match="is to be cleaned, and held against too"):
        dedup.scan(folder, against=folder / "own" / "b.txt")
    with pytest.raises(PolicyError, match="scope is within"):
        dedup.scan(own, against=folder / "eval", scope="within")
    with pytest.raises(InputError, match="no such file"):
        dedup.scan(own, against=folder / "nothing")
    put(folder, {"x.dat": b"text"})
    with pytest.raises(InputError, match="tells no format") as caught:
        dedup.scan(own, against=folder / "x.dat", input_format="jsonl")
    assert caught.value.hint == "rename it: what is held against is read by its suffix"
    for output in (folder / "eval", folder / "eval" / "out", index, index / "out", folder):
        with pytest.raises(OutputError, match="the output"):
            dedup.clean(own, output, against=[folder / "eval", index])
    for command in (dedup.plan, dedup.tune):
        with pytest.raises(dedup.DedupError, match="against is for scan, clean and matches"):
            command(own, against=folder / "eval")
    (index / "catalogue.db").write_bytes(b"no database")
    with pytest.raises(dedup.CorruptIndexError):
        dedup.scan(own, against=index)


def test_an_index_of_another_format_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_of(folder / "seen.dedup", [("a", STORY)])
    monkeypatch.setattr("dedup.index.rules.METHOD", 99)
    with pytest.raises(dedup.IncompatibleIndexError) as caught:
        dedup.scan(folder / "own", against=index)
    assert caught.value.wanted == "method 99"


def test_bad_records_are_told_and_count_for_the_exit_code(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (folder / "eval" / "a.jsonl").open("a") as file:
        file.write('{"id": "r"}\n')
    words = ["clean", str(folder / "own"), "--against", str(folder / "eval")]
    assert main([*words, "-o", str(folder / "out")]) == 2
    error = capfd.readouterr().err
    assert "1 of 3 records to hold against could not be read: a.jsonl:3: the text field" in error
    assert main([*words, "-o", str(folder / "out"), "--force", "--skip-bad"]) == 0
    report = json.loads((folder / "out" / "_dedup" / "report.json").read_bytes())
    assert report["counts"]["records_skipped"] == 0
    assert report["against"][0]["records_skipped"] == 1
    assert (folder / "out" / "_dedup" / "skipped.jsonl").read_bytes() == b""
    with pytest.raises(dedup.FormatError, match=r"a\.jsonl:3"):
        options = Options(skip_bad=False)
        dedup.scan(folder / "own", against=folder / "eval", options=options)


def test_a_reference_that_changes_meanwhile_is_noticed(folder: Path) -> None:
    def touch(stage: str, done: int, _: int | None) -> None:
        if stage == "match" and not done:
            with (folder / "eval" / "a.jsonl").open("a") as file:
                file.write("\n")

    with pytest.raises(InputError, match="changed since it was read"):
        dedup.clean(
            folder / "own", folder / "out", against=folder / "eval", options=Options(progress=touch)
        )
    assert not (folder / "out").exists()
