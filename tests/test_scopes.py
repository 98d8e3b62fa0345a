"""Groups, windows of time, and the order of keepers: what may be a repeat of what, and what stays."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import checker
import oracle
import pytest
import runs
import strategies
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup.stages.scopes import seconds_of

DAY = 86400
STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
OTHER = "Herons have come back to the old harbour, and the fishermen bring their grandchildren."
SCOPES = st.fixed_dictionaries(
    {},
    optional={
        "group_by": st.just("site"),
        "group_scope": st.sampled_from(["within", "across"]),
        "window": st.sampled_from(["1d:day", "2d:day"]),
        "scope": st.sampled_from(["within", "across"]),
        "numbers": st.just("keep"),
    },
).filter(
    lambda policy: (
        policy.get("group_scope") != "across"
        or ("group_by" in policy and policy.get("scope") != "within")
    )
)
SEEDS = st.integers(0, 10_000)


def clean(texts: list[str], policy: dict[str, Any], seed: int = 0) -> tuple[checker.Run, Any]:
    """A run over documents with sites and days, and the oracle's blocks of it."""
    chance = random.Random(seed)
    groups = [chance.choice(["", "a", "b"]) for _ in texts]
    days = [chance.choice([None, *range(6)]) for _ in texts]
    records = [
        {"text": text, "site": group, "day": day if day is None else f"2024-02-{25 + day:02}"}
        if day != 5
        else {"text": text, "site": group, "day": "2024-03-01T00:00:00Z"}
        for text, group, day in zip(texts, groups, days, strict=True)
    ]
    result = dedup.clean(records, **policy)
    window = policy.get("window")
    rules = replace(
        runs.rules_of({**policy, "window": None}),
        window=None if window is None else int(window[0]) * DAY,
    )
    times = [None if day is None else day * DAY for day in days]
    run = checker.Run(
        {f"[{number}]": text for number, text in enumerate(texts)},
        {document.source: document.text for document in result.documents},
        [runs.plain(entry) for entry in result.removed],
        rules,
        groups=groups if "group_by" in policy else (),
        times=times,
    )
    blocks = list(itertools.chain.from_iterable(map(run.blocks_of, run.inputs)))
    return run, (result, blocks)


def check_greedy(run: checker.Run, result: Any, blocks: list[Any], rank: Any = None) -> None:
    """What went is what the oracle's greedy rule says, but for what rules of length keep; no runs."""
    repeats = [
        block
        for block, kept in zip(blocks, oracle.greedy(blocks, rank), strict=True)
        if kept is not None
    ]
    places = {(f"[{block.document}]", block.span): block for block in repeats}
    gone = {
        (entry["source"], block.span)
        for entry in run.ledger
        if not entry.get("dropped")
        for block in checker.inside(run.blocks_of(entry["source"]), entry["span"])
    }
    assert gone <= set(places)
    members = [member for cluster in result.clusters for member in cluster.members]
    if not any(member.kept == "layout" for member in members):
        least = run.rules.min_tokens
        assert {place for place, block in places.items() if len(block.tokens) >= least} <= gone


@pytest.mark.parametrize("search", ["lsh", "exhaustive"])
@given(texts=strategies.any_corpora(), policy=SCOPES, seed=SEEDS)
def test_what_goes_has_its_keeper_in_scope(
    texts: list[str], policy: dict[str, Any], seed: int, search: str
) -> None:
    run, _ = clean(texts, {**policy, "search": search}, seed)
    assert list(checker.problems(run)) == []
    if search == "exhaustive":
        run, (result, blocks) = clean(texts, {**policy, "search": search, "min_run": 0}, seed)
        check_greedy(run, result, blocks)


@given(texts=strategies.any_corpora(), policy=SCOPES, seed=SEEDS)
def test_the_longest_stays_and_of_equal_ones_the_first_by_content(
    texts: list[str], policy: dict[str, Any], seed: int
) -> None:
    policy = {**policy, "keep": "longest", "search": "exhaustive", "min_run": 0}
    run, (result, blocks) = clean(texts, policy, seed)
    check_greedy(run, result, blocks, [-len(block.tokens) for block in blocks])


@given(texts=strategies.any_corpora(), seed=SEEDS)
def test_the_latest_stays_whatever_the_order_of_the_input(texts: list[str], seed: int) -> None:
    chance = random.Random(seed)
    records = [{"text": text, "date": chance.choice([1, 2, None])} for text in texts]
    settings = {"keep": "latest", "search": "exhaustive", "min_run": 0}
    rank = {record["date"]: place for place, record in enumerate(({"date": 2}, {"date": 1}))}
    rank[None] = 9
    blocks = oracle.blocks_of(texts, oracle.Rules())
    repeats = {
        (block.document, block.span)
        for block, kept in zip(
            blocks,
            oracle.greedy(blocks, [rank[records[block.document]["date"]] for block in blocks]),
            strict=True,
        )
        if kept is not None
    }
    result = dedup.clean(records, **settings)
    for entry in map(runs.plain, result.removed):
        if not entry.get("dropped"):
            number = int(entry["source"][1:-1])
            own = [block for block in blocks if block.document == number]
            for block in checker.inside(own, entry["span"]):
                assert (number, block.span) in repeats


@pytest.mark.parametrize("keep", ["longest", "latest", "prefer-field:site=a", len])
@given(pool=st.lists(st.sampled_from([STORY, OTHER]), min_size=1), seed=SEEDS)
def test_the_order_of_the_input_decides_nothing_but_for_first(
    pool: list[str], seed: int, keep: Any
) -> None:
    chance = random.Random(seed)
    records = [
        {
            "text": f"{text} {chance.choice(['One word.', 'Two more words.', ''])}\n\n{OTHER}",
            "site": chance.choice("abc"),
            "date": chance.choice([1, 2]),
        }
        for text in pool
    ]
    keep = (lambda document: document.fields["date"]) if callable(keep) else keep

    def outcome(records: list[dict[str, Any]]) -> Counter[str]:
        return Counter(
            document.text
            for document in dedup.clean(records, keep=keep, search="exhaustive").documents
        )

    assert outcome(records) == outcome(chance.sample(records, len(records)))


@pytest.mark.parametrize("group_scope", [None, "within", "across"])
@pytest.mark.parametrize("window", [None, 1, 3, 10])
@pytest.mark.parametrize("scope", ["both", "across"])
def test_the_keeper_is_the_first_kept_one_in_scope(scope, window, group_scope):
    """Of many copies of three texts, two of them alike, in random groups at random times."""
    chance = random.Random(f"{scope} {window} {group_scope}")
    texts = [STORY, STORY.replace("tomorrow", "today"), OTHER]
    rules = oracle.Rules(scope=scope, group_scope=group_scope or "within", window=window)
    policy = {"scope": scope, "search": "exhaustive"}
    policy |= {"window": f"{window}s"} if window else {}
    policy |= {"group_by": "site", "group_scope": group_scope} if group_scope else {}
    for _ in range(20):
        records, blocks = [], []
        for number in range(60):
            group, time = chance.choice("abc"), chance.choice([None, *range(40)])
            copies = chance.choice([1, 1, 2])
            picked = [chance.choice(texts) for _ in range(copies)]
            # Enough of its own in the middle that it is no gap of one repeat.
            middle = f"\n\n{' '.join([str(number)] * 20)}\n\n"
            records.append({"text": middle.join(picked), "site": group, "date": time})
            for text in picked:
                span = (len(blocks), 0)
                group = group if group_scope else ""
                blocks.append(oracle.Block(number, span, text, rules, group, time))
        wanted = oracle.greedy(blocks)
        result = dedup.scan(records, **policy)
        found: dict[int, int] = {}
        numbers: dict[tuple[str, int], int] = {}
        for number, block in enumerate(blocks):
            place = sum(other.document == block.document for other in blocks[:number])
            numbers[f"[{block.document}]", 2 * place] = number
        for cluster in result.clusters:
            keeper, *others = (
                numbers.get((member.source, member.blocks[0])) for member in cluster.members
            )
            found |= dict.fromkeys((one for one in others if one is not None), keeper)
        assert found == {one: kept for one, kept in enumerate(wanted) if kept is not None}


# --- one thing at a time -----------------------------------------------------------------------


def kept(records: list[dict[str, Any]], **settings: Any) -> list[str]:
    return [document.id for document in dedup.clean(records, **settings).documents]


def article(own: str, **fields: Any) -> dict[str, Any]:
    return {"id": own, "text": STORY, **fields}


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


@pytest.mark.parametrize(
    ("keep", "first"),
    [
        ("latest:at", "2"),
        ("earliest:at", "1"),
        ("prefer-field:site=z,b*", "3"),
        (lambda document: -len(document.fields["site"]), "2"),
        (lambda document: None if document.id != "3" else 1, "3"),
    ],
)
def test_which_copy_stays(keep, first, tmp_path):
    records = [
        article("0", site="a"),
        article("1", site="a", at="2024-01-01"),
        article("2", site="accc", at="2024-02-01"),
        article("3", site="bc", at="2024-01-02"),
    ]
    assert kept(records, keep=keep) == [first]
    path = runs.write_lines(tmp_path / "in" / "a.jsonl", records)
    dedup.clean(path, tmp_path / "out", keep=keep)
    [left] = runs.read_lines(tmp_path / "out" / "a.jsonl")
    assert left["id"] == first


def test_a_function_is_named_in_the_report_and_cannot_be_read_back():
    def by_site(document: dedup.Document) -> Any:
        return document.fields["site"]

    policy = dedup.Policy(keep=by_site)
    report = dedup.scan([article("1", site="b")], policy=policy, threshold=0.8).report
    name = report["policy"]["keep"]
    assert name.startswith("callable:")
    assert name.endswith("by_site")
    assert policy.digest != dedup.Policy().digest
    with pytest.raises(dedup.PolicyError, match="read back holds no function"):
        dedup.Policy.from_dict(report["policy"])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda document: document.fields["nothing"], r"fails on \[0\]: KeyError"),
        (lambda document: "x" if document.id == "1" else 7, "cannot be sorted"),
    ],
)
def test_a_function_that_fails_is_named(function, message):
    with pytest.raises(dedup.PolicyError, match=message):
        dedup.clean([article("1"), article("2")], keep=function)


def test_a_function_gets_no_rows(tmp_path):
    (tmp_path / "a.csv").write_text(f'text\n"{STORY}"\n')
    with pytest.raises(dedup.PolicyError, match="holds rows"):
        dedup.scan(tmp_path / "a.csv", keep=len)


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


def passage(seed: int, tokens: int = 15) -> str:
    """Words that stand nowhere else."""
    return " ".join(f"{chr(97 + seed)}{chr(97 + place)}word" for place in range(tokens))


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


def test_runs_of_documents_of_one_date_are_kept_by_content() -> None:
    # Whatever the order of the input, one text keeps the run, as with whole blocks.
    one, other = passage(0), passage(1)
    texts = [
        f"{passage(2)}\n\n{one} {other}",
        f"{one}\n\n{other}",
        f"{passage(3)} {one}\n\n{other}",
    ]
    answers = {
        tuple(sorted(document.text for document in result.documents))
        for order in itertools.permutations(texts)
        for result in [dedup.clean([{"text": t, "date": 1} for t in order], keep="latest")]
    }
    assert len(answers) == 1
