"""Two runs side by side: what changed is what two ledgers say, whatever the format."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import runs
import strategies
from hypothesis import given

import dedup
from dedup.formats.folder import Losses, cleaned_inputs

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
OTHER = "Herons have come back to the old harbour, and the fishermen bring their grandchildren."
TEXTS = [STORY, f"{OTHER}\n\n{STORY}", STORY, f"{OTHER}\n\nA line.", "Nothing here repeats at all."]


def pair(folder: Path, source: Any, one: dict[str, Any], two: dict[str, Any]) -> dedup.Comparison:
    dedup.clean(source, folder / "one", **one)
    dedup.clean(source, folder / "two", **two)
    return dedup.compare(folder / "one", folder / "two")


def gone(run: Any, inputs: dict[str, str]) -> dict[str, tuple[str, frozenset[int]]]:
    """The fate of each document and the places that went, by the plainest reading of a ledger."""
    found = {}
    for source, text in inputs.items():
        entries = [entry for entry in run.ledger if entry["source"] == source]
        places = {
            place
            for entry in entries
            if not entry.get("dropped")
            for place in range(*entry["span"])
        }
        dropped = any(entry.get("dropped") for entry in entries)
        if dropped:
            places = set(range(len(text)))
        fate = "dropped" if dropped else "cut" if places else "whole"
        found[source] = (fate, frozenset(places))
    return found


@given(texts=strategies.corpora())
def test_what_changed_is_what_the_ledgers_say(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("pair")
    path = runs.write_lines(folder / "in" / "corpus.jsonl", [{"text": text} for text in texts])
    one = runs.clean_records(path, folder / "one")
    two = runs.clean_records(path, folder / "two", keep="longest", min_tokens=4, threshold=0.9)
    found = dedup.compare(folder / "one", folder / "two", examples=100)
    before, after = gone(one, dict(one.inputs)), gone(two, dict(two.inputs))
    changed = {source for source in before if before[source] != after[source]}
    shown = {change.source: change for changes in found.examples.values() for change in changes}
    assert set(shown) == changed
    assert found.same == (not changed)
    assert found.changed == len(changed)
    for source, change in shown.items():
        fates, places = zip(before[source], after[source], strict=True)
        assert change.fates == fates
        assert change.characters == tuple(map(len, places))
        for entry in change.passages:
            missing = set(range(*entry["span"])) - places[2 - entry["run"]]
            assert missing
    for side, fates in zip(found.runs, (before, after), strict=True):
        counts = Counter(fate for fate, _ in fates.values())
        assert side.fates == {name: counts[name] for name in ("whole", "cut", "dropped")}


@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv", "parquet", "txt"])
def test_characters_of_dropped_documents_count_whole_in_every_format(suffix, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    texts = [f'{text}\n\n"quoted", é\n' for text in TEXTS]
    records = [{"id": str(number), "text": text} for number, text in enumerate(texts)]
    if suffix == "txt":
        runs.write_texts(source, texts)
    elif suffix == "jsonl":
        runs.write_lines(source / "a.jsonl", records)
    elif suffix == "json":
        (source / "a.json").write_text(json.dumps(records))
    elif suffix == "csv":
        rows = [
            "id,text",
            *('"{}","{}"'.format(r["id"], r["text"].replace('"', '""')) for r in records),
        ]
        (source / "a.csv").write_text("\n".join(rows))
    else:
        pytest.importorskip("pyarrow")
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records), source / "a.parquet")
    found = pair(tmp_path, source, {}, {"min_kept": 0.9})
    for side, folder in zip(found.runs, ("one", "two"), strict=True):
        losses = Losses(str(tmp_path / folder), cleaned_inputs(str(tmp_path / folder)))
        total = sum(loss.characters for loss in losses)
        assert total == side.report["counts"]["characters_removed"]
    assert not found.same
    assert {change.fates[1] for change in found.examples["more"]} == {"dropped"}


def test_passages_cut_in_another_way_are_no_change_and_other_copies_are_counted(tmp_path):
    source = runs.write_texts(
        tmp_path / "in", [f"{STORY}\n\n{OTHER}", STORY, OTHER, f"{STORY}\n\n{OTHER}"]
    )
    found = pair(tmp_path, source, {"keep": "prefer:000*"}, {"keep": "prefer:000*", "seed": 2})
    assert found.same
    assert found.settings == {"seed": (1, 2)}
    ledger = tmp_path / "two" / "_dedup" / "removed.jsonl"
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    for line in lines:
        if "keeper" in line:
            line["keeper"]["span"] = [0, 1]
    ledger.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert dedup.compare(tmp_path / "one", tmp_path / "two").keepers > 0


def test_examples_are_those_with_the_most_changed_text_and_their_number_is_bounded(tmp_path):
    chance = random.Random(1)
    words = [f"word{number}" for number in range(500)]
    texts = [" ".join(chance.sample(words, 10 + number)) for number in range(30)]
    source = runs.write_lines(
        tmp_path / "in" / "a.jsonl",
        [
            {"text": f"{text}\n\n{n} own words {chance.random()}"}
            for n, text in enumerate(texts * 2)
        ],
    )
    found = pair(tmp_path, source, {}, {"min_tokens": 25})
    less = found.examples["less"]
    assert len(less) == 10 < found.changed
    sizes = [change.characters[0] for change in less]
    assert sizes == sorted(sizes, reverse=True)
    assert "and 5 more documents: --top 15" in str(found)


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    source = runs.write_texts(tmp_path / "in", TEXTS)
    dedup.clean(source, tmp_path / "one")
    with pytest.raises(dedup.FormatError, match="no clean run wrote it"):
        dedup.compare(tmp_path / "one", source)
    with pytest.raises(dedup.InputError, match="must be the name of a folder"):
        dedup.compare(tmp_path / "one", 7)


@pytest.mark.parametrize(
    ("texts", "message"),
    [(TEXTS[:1], "from 1 input, "), ([*TEXTS[:-1], "Another text."], "has 13 bytes; in")],
)
def test_runs_over_other_inputs_are_refused(texts, message, tmp_path):
    dedup.clean(runs.write_texts(tmp_path / "in", TEXTS), tmp_path / "one")
    dedup.clean(runs.write_texts(tmp_path / "other", texts), tmp_path / "two")
    with pytest.raises(dedup.InputError, match=message):
        dedup.compare(tmp_path / "one", tmp_path / "two")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{\n", r"removed.jsonl:\d+: no sound line"),
        (b'{"document":"x","source":"nowhere.txt","span":[0,1]}\n', "nowhere.txt is no input's"),
        (b'{"document":"x","source":"000.txt","span":[0,1]}\n', "stands before the line above"),
        (b'{"document":"x","source":"deep/er/005.txt","span":7}\n', "no sound entry"),
    ],
)
def test_a_ledger_that_was_changed_is_refused(line, message, tmp_path):
    texts = [*TEXTS, "Nor does anything here."]
    found = pair(tmp_path, runs.write_texts(tmp_path / "in", texts), {}, {})
    assert found.same
    with (tmp_path / "two" / "_dedup" / "removed.jsonl").open("ab") as file:
        file.write(line)
    with pytest.raises(dedup.FormatError, match=message):
        dedup.compare(tmp_path / "one", tmp_path / "two")


def test_a_report_without_its_parts_is_refused(tmp_path):
    pair(tmp_path, runs.write_texts(tmp_path / "in", TEXTS), {}, {})
    report = tmp_path / "two" / "_dedup" / "report.json"
    report.write_text("{}")
    with pytest.raises(dedup.FormatError, match="has no policy"):
        dedup.compare(tmp_path / "one", tmp_path / "two")
    report.write_text("[]")
    with pytest.raises(dedup.FormatError, match="no sound report"):
        dedup.compare(tmp_path / "one", tmp_path / "two")
