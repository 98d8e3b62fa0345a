"""Groups, windows of time, and the order of keepers: what goes is what the oracle's greedy rule says."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from typing import Any

import checker
import oracle
import pytest
import runs
import strategies
from hypothesis import given
from hypothesis import strategies as st
from scoped import DAY, OTHER, SEEDS, STORY

import dedup

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


@pytest.mark.parametrize("group_scope", [None, "within", "across"])
@pytest.mark.parametrize("window", [None, 1, 3, 10])
@pytest.mark.parametrize("scope", ["both", "across"])
def test_the_keeper_is_the_first_kept_one_in_scope(scope, window, group_scope):
    """Of many copies of three texts, two of them alike, in random groups at random times."""
    chance = random.Random(f"{scope} {window} {group_scope}")
    texts = [STORY, STORY.replace("tomorrow", "tonight"), OTHER]
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
