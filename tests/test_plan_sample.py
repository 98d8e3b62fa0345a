"""The sample of a plan: as large as asked for, of whole records, from all of the input."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from kinds_of_file import KINDS, corpus, write

from dedup.formats import Reading
from dedup.formats.expansion import expansion
from dedup.formats.sample import sample_of
from dedup.formats.source import Files
from dedup.options import Options
from dedup.policy import Policy
from dedup.run import Run

MOST = 2**16


@pytest.fixture(scope="module")
def records() -> list[dict]:
    return corpus(1.2)


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


def test_the_longest_records_of_a_sample_are_known(tmp_path):
    lines = [json.dumps({"text": "x" * length}) for length in (5, 900, 17)]
    for name, data in (("a.jsonl", "\n".join(lines)), ("a.json", f"[{','.join(lines)}]")):
        path = tmp_path / name
        path.write_text(data)
        assert sample_of(Files.found(path, Reading()), MOST).longest(2) == [912, 29]
    path = tmp_path / "a.csv"
    path.write_text("text\nxx\n" + "é" * 40)
    assert sample_of(Files.found(path, Reading()), MOST).longest(9) == [80, 2]


def test_growth_is_told_of_files_with_several_members(tmp_path, records):
    (item,) = Files.found(write(tmp_path, ".jsonl.gz", records), Reading()).inputs.files
    length = len("".join(f"{json.dumps(record)}\n" for record in records))
    assert expansion(item, 2**30, 200.0) == (length, item.stamp[2], True)
