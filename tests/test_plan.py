"""`scan --plan`: what a small input takes is counted, what a large one takes is near; nothing is written."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kinds_of_file import KINDS, corpus, write

import dedup
from dedup.cli import main
from dedup.forecast.rehearsal import rehearse
from dedup.formats import Reading
from dedup.options import Options
from dedup.policy import Policy
from dedup.run import Run

ROOT = Path(__file__).parent.parent
MOST = 2**16


@pytest.fixture(scope="module")
def records() -> list[dict]:
    return corpus(1.2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_from_a_tenth_is_near_to_the_whole_run(kind, tmp_path, records):
    path = write(tmp_path, kind, records)
    run = Run.make(path, Policy(), Options(jobs=2), Reading())
    figures = rehearse(run, 2 * MOST).to_dict()
    output = tmp_path / "clean"
    counts = dedup.clean(path, output, jobs=2).report["counts"]
    taken = sum(file.stat().st_size for file in output.rglob("*") if file.is_file())
    assert not figures["sample"]["whole"]
    assert figures["counts"]["blocks_distinct"] == pytest.approx(
        counts["blocks_distinct"], rel=0.25
    )
    assert figures["disk"]["needed"] == pytest.approx(taken, rel=0.35)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_taken_whole_is_exact(kind, tmp_path, records):
    path = write(tmp_path, kind, records)
    forecast = dedup.plan(path, jobs=2)
    figures = forecast.to_dict()
    report = dedup.clean(path, tmp_path / "clean", jobs=2).report
    notes = tmp_path / "clean" / "_dedup"
    assert figures["sample"]["whole"]
    assert figures["input"]["exact"]
    assert figures["counts"]["blocks_distinct"] == report["counts"]["blocks_distinct"]
    assert figures["disk"]["clusters"] == (notes / "clusters.jsonl").stat().st_size
    assert figures["disk"]["versions"] == (notes / "versions.jsonl").stat().st_size
    assert figures["disk"]["ledger"] == pytest.approx(
        (notes / "removed.jsonl").stat().st_size, rel=0.01
    )
    cleaned = [
        file
        for file in (tmp_path / "clean").rglob("*")
        if file.is_file() and notes not in file.parents
    ]
    size = sum(file.stat().st_size for file in cleaned)
    # Of rows only the text is weighed.
    assert figures["disk"]["output"] == pytest.approx(size, rel=0.05 if kind == ".csv" else 0.01)


def test_state_per_distinct_block_is_in_the_report():
    state = dedup.scan(
        "examples/articles" if Path("examples").exists() else ROOT / "examples/articles"
    ).report["state"]
    assert state["bytes"] > 1000
    assert 50 < state["bytes_per_distinct_block"] < 1000


def test_the_command_prints_a_page_and_writes_nothing(tmp_path, monkeypatch, capfd):
    shutil.copytree(ROOT / "examples" / "articles", tmp_path / "articles")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert main(["scan", "articles", "--plan"]) == 0
    shown, told = capfd.readouterr()
    lines = shown.splitlines()
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 80
    assert "bytes per distinct block (measured)" in shown
    assert told == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_the_command_prints_the_same_as_json(capfd):
    folder = str(ROOT / "examples" / "articles")
    assert main(["scan", folder, "--plan", "--format", "json", "-j", "2"]) == 0
    figures = json.loads(capfd.readouterr().out)
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert list(figures) == [
        "input", "sample", "counts", "power", "memory", "disk", "seconds", "jobs",
    ]  # fmt: skip
    for group, values in figures.items():
        assert f"| `{group}` |" in text
        for name in values if isinstance(values, dict) else ():
            assert f"`{name}" in text, name
    assert figures["counts"]["documents"] == 15


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-"], "error: -: stdin has no plan\n\nhint: save it to a file, and name that\n"),
        (
            ["examples", "--format", "jsonl"],
            "error: format is jsonl; it must be one of text, json\n",
        ),
        (["nowhere"], "error: nowhere: no such file or folder\n"),
    ],
)
def test_what_has_no_plan_is_an_error(words, message, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert main(["scan", *words, "--plan"]) == 2
    assert capfd.readouterr() == ("", message)


def test_chains_and_documents_in_memory_have_no_plan():
    with pytest.raises(dedup.PolicyError, match="linkage is chain"):
        dedup.plan(ROOT / "examples" / "articles", linkage="chain")
    with pytest.raises(dedup.InputError, match="documents in memory have no plan"):
        dedup.plan(["One text."])


def test_a_damaged_file_is_the_error_of_a_scan(tmp_path, records):
    path = write(tmp_path, ".jsonl.zst", records)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(dedup.FormatError, match="cut off"):
        dedup.plan(path)
    path = write(tmp_path, ".jsonl.gz", records)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(dedup.FormatError, match="cut off"):
        dedup.plan(path)


def test_a_file_that_grows_too_much_is_the_error_of_a_run(tmp_path):
    """It was taken for a large file; reading it in earnest ended at `max_expansion`."""
    record = json.dumps({"text": "x" * 1000}) + "\n"
    path = tmp_path / "bomb.jsonl.gz"
    path.write_bytes(gzip.compress(record.encode() * 400_000, 9))
    with pytest.raises(dedup.FormatError, match="grows to more than 20 times its size"):
        dedup.plan(path, options=Options(max_expansion=20))
    with pytest.raises(dedup.FormatError, match="grows to more than 20 times its size"):
        dedup.scan(path, options=Options(max_expansion=20))
    assert dedup.plan(path, options=Options(max_expansion=5000)).to_dict()["input"]["bytes"] > 3e8


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["scan", "twenty_newsgroups", "web_pages", "impresso_passim", "opentermsarchive.dev"]
)
def test_the_plan_is_near_on_real_text(name, shared_data, tmp_path):
    path = shared_data / f"{name}.jsonl.zst"
    words = [sys.executable, "-m", "dedup"]
    plan = subprocess.run(
        [*words, "scan", str(path), "--plan", "--format", "json", "-j", "2"],
        capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip
    figures = json.loads(plan.stdout)
    program = (
        "import re, sys; from dedup.cli import main; main(sys.argv[1:]);"
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1] + '000')"
    )
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program, "clean", str(path), "-o", str(tmp_path / "o"), "-j2", "-q"],
        capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip
    took = time.perf_counter() - begun
    taken = sum(file.stat().st_size for file in (tmp_path / "o").rglob("*") if file.is_file())
    assert figures["memory"]["peak"] == pytest.approx(int(done.stdout), rel=0.25)
    needed = figures["disk"]["needed"] - figures["disk"]["checkpoints"]
    assert needed == pytest.approx(taken, rel=0.25)
    # Other work on the machine makes any wall clock wrong; a factor of three is a bug.
    assert took / 3 < figures["seconds"]["total"] < took * 3
