"""`scan --plan`: what a small input takes is counted, what a large one takes is near; nothing is written."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

import dedup
from dedup.cli import main
from dedup.forecast import Forecast, disk, memory, on_disk, seconds, table_places
from dedup.forecast.growth import MOST_POWER, Basis, Trial, grown, power
from dedup.forecast.rehearsal import rehearse
from dedup.forecast.text import plan_lines, plan_warnings
from dedup.formats import Reading
from dedup.formats.expansion import expansion
from dedup.formats.sample import sample_of
from dedup.formats.source import Files
from dedup.options import Options
from dedup.policy import Policy
from dedup.run import Run

ROOT = Path(__file__).parent.parent
MOST = 2**16
SETTINGS = {"here": 10**12, "temporary": 10**12}

AMOUNTS = {
    "documents": 100,
    "blocks": 1000,
    "blocks_distinct": 800,
    "tokens": 12000,
    "characters_read": 9_000_000,
    "characters_removed": 900_000,
    "reading.documents": 5000,
    "reading.blocks": 15000,
    "reading.raw_texts": 3400,
    "reading.distinct_blocks": 28800,
    "reading.normal_forms": 30000,
    "deciding.decided": 20000,
    "most": 120000,
    "output": 8_000_000,
    "clusters_bytes": 500_000,
    "ledger": 1_000_000,
}
TIMES = {"read": 0.1, "match": 0.2, "decide": 0.05, "clean": 0.1}


def trial(weight: int, share: float = 1.0) -> Trial:
    return Trial(weight, TIMES, TIMES, {name: share * value for name, value in AMOUNTS.items()})


def basis(total: int = 10_000_000, **more: object) -> Basis:
    values = {"whole": False, "total": total, "packed": total, "files": 1, "jobs": 2}
    parts = [trial(2_500_000, 0.25)] * 4
    return Basis(**{"trial": trial(10**7), "parts": parts, "base": 30 << 20, **values, **more})


def test_an_amount_that_a_fourth_of_the_text_has_a_fourth_of_grows_with_the_text():
    assert power(trial(4000), [trial(1000, 0.25)] * 4, "blocks_distinct") == pytest.approx(1)
    assert grown(basis(10**9), "blocks_distinct") == pytest.approx(80_000)


def test_an_amount_that_half_of_the_text_has_most_of_grows_slower():
    found = power(trial(4000), [trial(2000, 0.75)] * 2, "blocks_distinct")
    assert 0.5 <= found < 1
    slower = basis(10**9, parts=[trial(5_000_000, 0.75)] * 2)
    assert grown(slower, "blocks_distinct") < 80_000
    assert grown(slower, "blocks") == 100_000, "whatever the parts say"


def test_a_power_is_bounded_and_where_nothing_is_known_it_is_one():
    assert power(trial(4000), [trial(1000, 0)] * 4, "ledger") == MOST_POWER
    assert power(trial(4000), [], "ledger") == 1
    assert power(trial(4000), [trial(4000)], "ledger") == 1
    assert power(trial(4000), [trial(1000, 0.25)], "nothing of this name") == 1


def test_what_was_taken_whole_is_not_extrapolated():
    whole = basis(10**9, whole=True)
    assert grown(whole, "blocks_distinct") == 800
    assert disk(whole)["clusters"] == AMOUNTS["clusters_bytes"]
    assert seconds(whole, TIMES) == TIMES


def test_more_text_takes_more_of_everything():
    small, large = basis(10**8), basis(10**9)
    assert all(memory(small)[stage] < memory(large)[stage] for stage in ("read", "match", "clean"))
    assert all(disk(small)[name] < disk(large)[name] for name in ("output", "clusters", "ledger"))
    assert all(seconds(small, TIMES)[stage] < seconds(large, TIMES)[stage] for stage in TIMES)


def test_the_disk_never_holds_the_temporary_file_beside_the_output():
    made = disk(basis(10**9))
    assert made["needed"] == max(
        made["output"] + made["clusters"] + made["ledger"], made["temporary"]
    )


def test_what_lies_beyond_a_limit_takes_disk():
    free = Forecast(basis(10**9)).to_dict()
    limited = Forecast(basis(10**9, limit=100 << 20)).to_dict()
    beyond = limited["memory"]["beyond_limit"]
    assert beyond == free["memory"]["peak"] - (100 << 20)
    assert free["memory"]["beyond_limit"] == 0
    assert limited["disk"]["needed"] == free["disk"]["needed"] + beyond


def test_checkpoints_take_disk_until_the_end():
    without, made = disk(basis(10**9)), disk(basis(10**9, checkpoints=True))
    assert made["checkpoints"] > made["temporary"] == 0
    written = sum(made[name] for name in ("output", "clusters", "ledger"))
    assert made["needed"] == written + made["checkpoints"] > without["needed"]


def test_under_a_cap_goes_to_disk_what_is_beyond_it_but_never_what_is_no_array():
    peaks = memory(basis(10**9))
    peak = max(peaks.values())
    assert on_disk(peaks, None) == 0
    assert on_disk(peaks, peak) == 0
    assert on_disk(peaks, peak - 1000) == 1000
    assert on_disk(peaks, 1) == peak - peaks["base"]


@pytest.mark.parametrize("entries", [1, 7, 8, 1000, 1_491_528])
def test_a_table_holds_its_entries_and_is_never_less_than_a_third_full(entries):
    places = table_places(entries)
    assert entries <= places * 7 / 10
    assert places == 64 or entries > places / 3


def test_an_empty_basis_makes_a_plan_of_nothing():
    nothing = Basis(
        trial=Trial(0, {}, {}, {}),
        parts=[],
        whole=True,
        total=0,
        packed=0,
        files=1,
        jobs=1,
        base=0,
        free=SETTINGS,
    )
    figures = Forecast(nothing).to_dict()
    assert figures["disk"]["needed"] == 0
    assert len(list(plan_lines(figures))) <= 20


def test_too_little_room_and_bad_records_are_warned_of():
    crowded = basis(10**10, free={"here": 5, "temporary": 5})
    crowded.trial.amounts["records_skipped"] = 3
    first, second, third = plan_warnings(Forecast(crowded).to_dict())
    assert "5 bytes are free here" in first
    assert "TMPDIR" in second
    assert third == "3 of 103 records of the sample could not be read"
    assert not list(plan_warnings(Forecast(basis(free=SETTINGS)).to_dict()))


STEMS = [f"{one}{two}" for one in "bcdfghjklmnp" for two in ("ar", "el", "in", "os", "um", "ai")]


def paragraph(number: int) -> str:
    chance = random.Random(number)
    words = range(chance.randrange(6, 40))
    return " ".join("".join(chance.choices(STEMS, k=chance.randrange(1, 4))) for _ in words)


def corpus(megabytes: float) -> list[dict]:
    """Records of paragraphs some of which are common and most are rare, as Heaps' law has it."""
    chance = random.Random(1)
    records, size = [], 0
    while size < megabytes * 1e6:
        numbers = [int(chance.paretovariate(0.25)) for _ in range(chance.randrange(2, 9))]
        text = "\n".join(map(paragraph, numbers))
        size += len(text) + 30
        records.append({"id": str(len(records)), "text": text})
    return records


@pytest.fixture(scope="module")
def records() -> list[dict]:
    return corpus(1.2)


def write(folder: Path, kind: str, records: list[dict]) -> Path:
    path = folder / f"corpus{kind}"
    if not kind:
        path.mkdir()
        for record in records:
            (path / f"{record['id']}.txt").write_text(record["text"])
        return path
    lines = "".join(f"{json.dumps(record)}\n" for record in records)
    text = "\n\n".join(record["text"] for record in records)
    rows = "".join('"{}","{}"\n'.format(*record.values()) for record in records)
    half = len(lines) // 2
    made = {
        ".jsonl": lambda: lines.encode(),
        ".jsonl.gz": lambda: b"".join(
            gzip.compress(member.encode()) for member in (lines[:half], lines[half:])
        ),
        ".jsonl.zst": lambda: zstandard.ZstdCompressor().compress(lines.encode()),
        ".json": lambda: json.dumps(records).encode(),
        ".csv": lambda: f"id,text\n{rows}".encode(),
        ".txt": lambda: text.encode(),
        ".txt.gz": lambda: gzip.compress(text.encode()),
    }
    path.write_bytes(made[kind]())
    return path


KINDS = [".jsonl", ".jsonl.gz", ".jsonl.zst", ".json", ".csv", ".txt", ".txt.gz", ""]


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_weighs_what_is_asked_for_and_knows_the_whole(kind, tmp_path, records):
    path = write(tmp_path, kind, records)
    files = Files.found(path, Reading())
    sample = sample_of(files, MOST)
    assert not sample.whole
    assert MOST / 2 < sample.size < MOST * 2
    whole = sum(piece.weight for piece in files.batches())
    # So little of a file grows by less than all of it.
    assert sample.total == pytest.approx(whole, rel=0.25)
    assert sum(part.size for part in sample.parts(4)) == sample.size


@pytest.mark.parametrize("kind", [".jsonl", ".jsonl.zst", ".json", ".csv"])
def test_a_sample_has_whole_records_none_twice(kind, tmp_path, records):
    path = write(tmp_path, kind, records)
    run = Run.make(path, Policy(unit="document"), Options(jobs=1), Reading())
    sample = sample_of(run.source, MOST)
    run = replace(run, source=sample, reading=sample.reading)
    run.decide()
    ids = [int(run.corpus.document_name(number)[0]) for number in range(run.intake.documents)]
    assert not run.intake.skipped
    assert sorted(set(ids)) == sorted(ids)
    if kind == ".jsonl":
        assert ids[0] == 0
        assert ids[-1] == len(records) - 1, "from the start to the end"


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


def test_growth_is_told_of_files_with_several_members(tmp_path, records):
    (item,) = Files.found(write(tmp_path, ".jsonl.gz", records), Reading()).inputs.files
    length = len("".join(f"{json.dumps(record)}\n" for record in records))
    assert expansion(item, 2**30, 200.0) == (length, item.stamp[2], True)


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


def test_bad_records_take_disk_and_long_ones_memory(tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b'{"id": 1, "tex\n' * 60_000)
    dedup.clean(path, tmp_path / "out")
    figures = dedup.plan(path).to_dict()
    skipped = (tmp_path / "out" / "_dedup" / "skipped.jsonl").stat().st_size
    assert figures["disk"]["skipped"] == skipped
    assert figures["disk"]["needed"] >= skipped
    assert any("skipped.jsonl" in line for line in plan_lines(figures))
    short, long = basis(), basis(records=[30 << 20])
    more = memory(long)["clean"] - memory(short)["clean"]
    assert 2 * (29 << 20) < more < 5 * (29 << 20)
    many = memory(basis(records=[30 << 20] * 9))["clean"] - memory(long)["clean"]
    assert many == 3 * (29 << 20)


def test_the_longest_records_of_a_sample_are_known(tmp_path):
    lines = [json.dumps({"text": "x" * length}) for length in (5, 900, 17)]
    for name, data in (("a.jsonl", "\n".join(lines)), ("a.json", f"[{','.join(lines)}]")):
        path = tmp_path / name
        path.write_text(data)
        assert sample_of(Files.found(path, Reading()), MOST).longest(2) == [912, 29]
    path = tmp_path / "a.csv"
    path.write_text("text\nxx\n" + "é" * 40)
    assert sample_of(Files.found(path, Reading()), MOST).longest(9) == [80, 2]


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
