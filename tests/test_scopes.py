"""Groups and windows of time, one thing at a time: what may be a repeat of what, and which settings make no sense."""

from __future__ import annotations

from typing import Any

import pytest
import runs
from scoped import DAY, STORY, article, kept, passage

import dedup
from dedup.stages.scopes import seconds_of


def test_a_group_is_compared_inside_or_only_with_others():
    records = [article("1", site="a"), article("2", site="b"), article("3", site="a"), article("4")]
    assert kept(records) == ["1"]
    assert kept(records, group_by="site") == ["1", "2", "4"]
    assert kept(records, group_by="site", group_scope="across") == ["1", "3"]
    assert kept([article("1", n=1), article("2", n="1"), article("3", n=2)], group_by="n") == [
        "1",
        "3",
    ]


def test_only_what_is_near_in_time_is_a_repeat():
    days = ["2024-01-01", "2024-01-08", "2024-01-08T00:00:01", "2024-01-20", None, None]
    records = [article(str(number), date=day) for number, day in enumerate(days)]
    result = dedup.clean(records, window="7d")
    assert [document.id for document in result.documents] == ["0", "2", "3", "4", "5"]
    assert any("2 of 6 documents have no date" in line for line in result.warnings)
    twice = {"id": "x", "text": f"{STORY}\n\nBetween.\n\n{STORY}"}
    assert len(dedup.clean([twice], window="1s").removed) == 1


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "frame"])
def test_three_fields_are_read_in_every_format(suffix, tmp_path):
    rows = [
        {"id": "1", "text": STORY, "site": "a", "day": "2024-01-01", "rank": "2"},
        {"id": "2", "text": STORY, "site": "a", "day": "2024-01-02", "rank": "1"},
        {"id": "3", "text": STORY, "site": "a", "day": "2024-02-02", "rank": "1"},
        {"id": "4", "text": STORY, "site": "b", "day": "2024-01-02", "rank": "1"},
    ]
    data: Any = tmp_path / f"a.{suffix}"
    if suffix == "jsonl":
        runs.write_lines(data, rows)
    elif suffix == "csv":
        lines = [
            ",".join(rows[0]),
            *(",".join(f'"{cell}"' for cell in row.values()) for row in rows),
        ]
        data.write_text("\n".join(lines))
    else:
        pyarrow = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        table = pyarrow.Table.from_pylist(rows)
        data = table if suffix == "frame" else data
        if suffix == "parquet":
            parquet.write_table(table, data)
    result = dedup.scan(data, group_by="site", window="7d:day", keep="earliest:rank")
    [cluster] = result.clusters
    assert [member.document for member in cluster.members] == ["2", "1"]
    assert result.warnings == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": "7"}, "window is 7; it must be a whole number of s, m, h, d or w"),
        ({"window": "0d"}, "window is 0d"),
        ({"window": "9999999w"}, "window is 9999999w"),
        ({"window": "7d:"}, "window is 7d:"),
        ({"group_by": ""}, "group_by is empty"),
        ({"group_scope": "across"}, "group_by names no field"),
        ({"group_scope": "across", "group_by": "a", "scope": "within"}, "never in two groups"),
        ({"keep": "latest:"}, "keep is latest:"),
        ({"keep": "prefer-field:site"}, "keep is prefer-field:site"),
        ({"keep": "newest"}, "keep is newest"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(dedup.PolicyError, match=message):
        dedup.Policy(**settings)


@pytest.mark.parametrize("name", ["group_by", "window"])
def test_a_stream_has_no_groups_and_no_times(name):
    with pytest.raises(dedup.PolicyError, match="judged by its texts alone"):
        next(dedup.unique([STORY], **{name: "7d"}))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1970-01-02", DAY),
        ("1970-01-01T00:00:01.9Z", 1),
        ("1970-01-01 02:00+02:00", 0),
        ("1970-01-01T00:00-0130", 5400),
        ("19700103", 2 * DAY),
        (19700103, 2 * DAY),
        (1_700_000_000, 1_700_000_000),
        ("1700000000.5", 1_700_000_000),
        (1_700_000_000_123, 1_700_000_000),
        (-1.5, -2),
        *((value, None) for value in ("2024-13-01", "yesterday", "", None, True, [], float("nan"))),
    ],
)
def test_dates_are_seconds(value, seconds):
    assert seconds_of(value) == seconds


def test_a_window_of_many_copies_takes_no_longer_for_each():
    """A footer that stands 20,000 times, in as many groups and hours, is not compared pair by pair."""
    records = [
        {"text": STORY, "site": str(number % 3), "date": 3600 * (number * 7919 % 20_000)}
        for number in range(20_000)
    ]
    for settings in (
        {"window": "90m"},
        {"window": "2h", "group_by": "site", "group_scope": "across"},
    ):
        result = dedup.clean(records, **settings)
        assert result.report["seconds"]["decide"] < 2
        assert result.removed


@pytest.mark.parametrize(
    ("policy", "home"),
    [({"group_by": "site"}, "[1]"), ({"scope": "within"}, None), ({"group_by": "kind"}, None)],
)
def test_runs_across_paragraph_breaks_go_in_scope_only(
    policy: dict[str, str], home: str | None
) -> None:
    # The first and the previous place of the run stand in another group than the last one.
    one, other = passage(0), passage(1)
    texts = [f"{passage(n)} {one}\n\n{other} {passage(n + 10)}" for n in (2, 3, 4)]
    records = [
        {"text": text, "site": site, "kind": number}
        for number, (text, site) in enumerate(zip([*texts, f"{one} {other}"], "baba", strict=True))
    ]
    result = dedup.clean(records, **policy)
    sources = [entry["keeper"]["source"] for entry in result.removed if "keeper" in entry]
    assert sources == [home] * (home is not None)
    for cluster in result.clusters:
        members = [int(member.source.strip("[]")) for member in cluster.members]
        assert len({records[member]["site"] for member in members}) == 1
        assert home is not None
