"""`clean --resume` where the output is complete already: a command that is given again ends."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from files import put
from resuming import CORPORA, LINES, SMALL, Corpus, answer, beside, of_lines

import dedup
from dedup.cli import main
from dedup.errors import OutputError


@pytest.fixture(params=CORPORA, ids=lambda corpus: corpus.name)
def corpus(request: pytest.FixtureRequest) -> Corpus:
    made: Corpus = request.param
    return made


def stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    """What a write would change."""
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def test_the_result_is_that_of_the_run_and_nothing_is_written(
    corpus: Corpus, tmp_path: Path
) -> None:
    paths, output = corpus.make(tmp_path / "in"), tmp_path / "out"
    first = dedup.clean(paths, output, **corpus.settings)
    written = stamps(output)
    told = corpus.clean(paths, output, resume=True)
    assert told == [f"{output}: is complete already"]
    again = dedup.clean(paths, output, resume=True, **corpus.settings)
    assert stamps(output) == written
    assert beside(output) == []
    assert again.report == json.loads(json.dumps(first.report))
    assert again.skipped == first.skipped
    assert len(again.skipped) == first.report["counts"]["records_skipped"]
    assert b"".join(again.cluster_lines()) == b"".join(first.cluster_lines())
    assert again.clusters == first.clusters
    assert again.largest(7, 2) == first.largest(7, 2)
    with pytest.raises(OutputError, match="holds no matches"):
        _ = again.matches


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("complete")
    LINES.clean(of_lines(folder / "in"), folder / "out")
    return folder


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"threshold": 0.75}, "threshold is 0.75; it was 0.7"),
        ({"keep": "first"}, "keep is first; it was earliest:date"),
        ({"text_field": "body"}, "text_field is body; it was text"),
        ({"id_field": "key"}, "id_field is key; it was id"),
        ({"input_format": "jsonl"}, "input_format is jsonl; it was None"),
        ({"max_line": 5000}, "max_line is 5000; it was 67108864"),
        ({"skip_bad": False}, "skip_bad is False; there were bad records"),
    ],
)
def test_another_setting_is_named(complete: Path, change: dict[str, Any], message: str) -> None:
    options = {name: change[name] for name in change if name in ("max_line", "skip_bad")}
    settings = {name: change[name] for name in change if name not in options}
    changed = Corpus("", of_lines, {**LINES.settings, **settings}, {**SMALL, **options})
    before = answer(complete / "out")
    with pytest.raises(OutputError, match=f"is complete, .*: {message}") as caught:
        changed.clean([complete / "in"], complete / "out", resume=True)
    assert caught.value.hint == "--force makes it anew"
    assert answer(complete / "out") == before


def test_other_inputs_are_named(complete: Path, tmp_path: Path) -> None:
    shutil.copytree(complete, tmp_path / "all")
    given, output = tmp_path / "all" / "in", tmp_path / "all" / "out"
    assert len(LINES.clean([given], output, resume=True)) == 1
    with (given / "a.jsonl").open("r+b") as file:
        file.seek(20)
        file.write(b"x")
    with pytest.raises(OutputError, match=r"a\.jsonl has changed since it was read"):
        LINES.clean([given], output, resume=True)
    (given / "b.jsonl.gz").rename(given / "d.jsonl.gz")
    put(given, {"a.jsonl": (complete / "in" / "a.jsonl").read_bytes()})
    with pytest.raises(OutputError, match=r"c\.json was not read, or was written under"):
        LINES.clean([given], output, resume=True)
    (given / "d.jsonl.gz").unlink()
    with pytest.raises(OutputError, match="there are 2 files to read; there were 3"):
        LINES.clean([given], output, resume=True)
    [line, *_] = LINES.clean([given], output, resume=True, force=True)
    assert "is complete" not in line, "made anew"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"policy": 3}'])
def test_a_report_that_says_nothing_is_no_complete_run(
    complete: Path, content: str, tmp_path: Path
) -> None:
    put(tmp_path / "out", {"_dedup/report.json": content.encode()})
    with pytest.raises(OutputError, match="not as a run of this version leaves it"):
        LINES.clean([complete / "in"], tmp_path / "out", resume=True)


@pytest.mark.parametrize(("flags", "code"), [([], 2), (["--skip-bad"], 0)])
def test_a_command_given_again_ends_as_it_did(
    flags: list[str],
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    of_lines(tmp_path / "in")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["dedup", "clean", "in", "-o", "out", "--resume", *flags])
    assert main() == code
    first = capsys.readouterr()
    assert main() == code
    again = capsys.readouterr()
    assert again.out == first.out
    assert again.err.startswith("out: is complete already\n")
    # What is wrong with ids and dates was told then; bad records are told of again.
    records = [line for line in first.err.splitlines()[1:] if " ids stand " not in line]
    assert again.err.splitlines()[1:] == records
