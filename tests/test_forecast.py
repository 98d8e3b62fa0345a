"""What a forecast makes of a sample: how amounts grow, and the memory, disk and time of it."""

from __future__ import annotations

import pytest

import dedup
from dedup.forecast import Forecast, disk, memory, on_disk, seconds, table_places
from dedup.forecast.growth import MOST_POWER, Basis, Trial, grown, power
from dedup.forecast.text import plan_lines, plan_warnings

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
