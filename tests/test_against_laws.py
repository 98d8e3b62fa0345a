"""The laws of a corpus that is held against another one, which always stays."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import checker
import oracle
import pytest
import runs
import strategies
from hypothesis import assume, given
from hypothesis import strategies as st

import dedup

POLICIES = st.fixed_dictionaries(
    {},
    optional={
        "unit": st.sampled_from(["paragraph", "line", "document"]),
        "keep": st.sampled_from(["first", "longest"]),
        "scope": st.just("across"),
        "numbers": st.sampled_from(["keep", "mask"]),
        "names": st.just("keep"),
        "boilerplate": st.just("first"),
        "search": st.just("exhaustive"),
        "min_tokens": st.sampled_from([0, 1, 4, 20]),
        "threshold": st.sampled_from([0.5, 0.8, 1.0]),
    },
)


@st.composite
def two_corpora(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Texts to clean, and those that they are held against, out of one pool."""
    texts = draw(strategies.any_corpora())
    count = draw(st.integers(0, len(texts)))
    return texts[count:], texts[:count]


def clean(
    texts: list[str], against: list[str], **policy: Any
) -> tuple[checker.Run, dedup.CleanResult]:
    """A run for the checker, which is told that the texts held against stand as they were."""
    result = dedup.clean(list(texts), against=list(against), **policy)
    seen = {f"seen {number}": text for number, text in enumerate(against)}
    ledger = [runs.plain(entry) for entry in result.removed]
    for entry in ledger:
        assert "against" not in entry
        keeper = entry.get("keeper")
        if keeper is not None and "against" in keeper:
            assert keeper.pop("against") == "memory"
            keeper["source"] = f"seen {keeper['source'][1:-1]}"
    run = checker.Run(
        seen | {f"[{number}]": text for number, text in enumerate(texts)},
        seen | {document.source: document.text for document in result.documents},
        ledger,
        runs.rules_of(policy),
    )
    return run, result


@given(two_corpora(), POLICIES)
def test_every_removed_passage_has_its_keeper_in_the_output_or_in_what_it_is_held_against(
    corpora: tuple[list[str], list[str]], policy: dict[str, Any]
) -> None:
    run, result = clean(*corpora, **policy)
    assert list(checker.problems(run)) == []
    counts, texts = result.report["counts"], corpora[0]
    assert counts["documents_read"] == len(texts)
    assert counts["documents_kept"] == len(result.documents)
    assert counts["documents_kept"] + counts["documents_dropped"] == len(texts)
    assert counts["characters_read"] == sum(map(len, texts))
    assert counts["blocks"] == len(oracle.blocks_of(texts, run.rules))
    left = sum(len(document.text) for document in result.documents)
    assert counts["characters_read"] - counts["characters_removed"] == left


SCOPES = st.fixed_dictionaries(
    {},
    optional={
        "keep": st.just("longest"),
        "scope": st.just("across"),
        "group_by": st.just("site"),
        "group_scope": st.sampled_from(["within", "across"]),
        "window": st.sampled_from(["1d:day", "2d:day"]),
    },
).filter(lambda policy: "group_scope" not in policy or "group_by" in policy)


@given(two_corpora(), SCOPES, st.integers(0, 10_000))
def test_what_goes_is_what_the_greedy_rule_says(
    corpora: tuple[list[str], list[str]], policy: dict[str, Any], seed: int
) -> None:
    chance = random.Random(seed)
    texts, against = corpora
    groups = [chance.choice(["", "a", "b"]) for _ in (*against, *texts)]
    days = [chance.choice([None, 1, 2, 3, 4]) for _ in groups]
    records = [
        {"text": text, "site": group, "day": day and f"2024-02-{day:02}"}
        for text, group, day in zip([*against, *texts], groups, days, strict=True)
    ]
    count = len(against)
    result = dedup.clean(
        records[count:], against=records[:count], search="exhaustive", min_run=0, **policy
    )
    window = policy.get("window")
    rules = oracle.Rules(
        scope=policy.get("scope", "both"),
        group_scope=policy.get("group_scope", "within"),
        window=None if window is None else int(window[0]) * 86400,
    )
    blocks = [
        oracle.Block(
            number,
            span,
            text[slice(*span)],
            rules,
            groups[number] if "group_by" in policy else "",
            None if days[number] is None else days[number] * 86400,
        )
        for number, text in enumerate([*against, *texts])
        for span in oracle.split(text)
    ]
    oracle.spell(blocks)
    rank = [-len(block.tokens) for block in blocks] if "keep" in policy else None
    repeats = {
        (f"[{block.document - count}]", block.span): block
        for block, kept in zip(blocks, oracle.greedy(blocks, rank, count), strict=True)
        if kept is not None
    }
    gone = {
        (entry["source"], block.span)
        for entry in result.removed
        if not entry.get("dropped")
        for block in checker.inside(
            [one for one in blocks if f"[{one.document - count}]" == entry["source"]],
            entry["span"],
        )
    }
    assert gone <= set(repeats)
    members = [member for cluster in result.clusters for member in cluster.members]
    if not any(member.kept == "layout" for member in members):
        least = rules.min_tokens
        assert {place for place, one in repeats.items() if len(one.tokens) >= least} <= gone


@given(two_corpora(), POLICIES)
def test_it_removes_what_one_scan_removes_that_keeps_the_reference_first(
    corpora: tuple[list[str], list[str]], policy: dict[str, Any]
) -> None:
    texts, against = corpora
    policy = {name: value for name, value in policy.items() if name != "keep"}
    # Where nothing of the reference would go, it is the beginning of one corpus.
    both = dedup.clean([*against, *texts], **policy)
    own = [f"[{number}]" for number in range(len(against))]
    assume(not any(entry["source"] in own for entry in both.removed))
    _, result = clean(texts, against, **policy)

    def shifted(source: str) -> str:
        return f"[{int(source[1:-1]) + len(against)}]"

    alone = [(shifted(one.source), one.text) for one in result.documents]
    assert alone == [(one.source, one.text) for one in both.documents if one.source not in own]
    spans = [(shifted(entry["source"]), entry.get("span")) for entry in result.removed]
    assert spans == [(entry["source"], entry.get("span")) for entry in both.removed]


@given(two_corpora(), POLICIES)
def test_cleaning_again_removes_nothing(
    corpora: tuple[list[str], list[str]], policy: dict[str, Any]
) -> None:
    _, once = clean(*corpora, **policy)
    texts = [document.text for document in once.documents]
    _, again = clean(texts, corpora[1], **policy)
    assert again.removed == []
    assert [document.text for document in again.documents] == texts


@given(two_corpora(), POLICIES)
def test_nothing_of_it_is_reported_by_itself(
    corpora: tuple[list[str], list[str]], policy: dict[str, Any]
) -> None:
    texts, against = corpora
    result = dedup.scan(list(texts), against=list(against), **policy)
    for cluster in result.clusters:
        assert all(member.against is None for member in cluster.members if not member.keeper)
        assert any(member.against is None for member in cluster.members)
    for match in result.matches:
        sides = match.left, match.right
        if all(side.against is not None for side in sides):
            # Each stands first in the reference, and one of them in the corpus too.
            assert max(side.copies for side in sides) > 1
    for story in result.versions:
        assert any(member.against is None for member in story.members)
    if not texts:
        counts = result.report["counts"]
        wanted = ("documents_read", "blocks", "blocks_distinct", "clusters", "matches", "stories")
        assert {name: counts[name] for name in wanted} == dict.fromkeys(wanted, 0)
        assert result.report["hot"]["repeats"] == []


@given(two_corpora(), st.sampled_from([2, 7]))
def test_the_number_of_jobs_changes_nothing(
    corpora: tuple[list[str], list[str]], jobs: int
) -> None:
    texts, against = corpora
    one, other = (dedup.clean(texts, against=against, jobs=count) for count in (1, jobs))
    assert one.removed == other.removed
    assert one.clusters == other.clusters
    assert [one.text for one in one.documents] == [one.text for one in other.documents]


@pytest.mark.parametrize("unit", ["paragraph", "line", "document"])
@given(corpora=two_corpora(), commits=st.integers(1, 4), compacted=st.booleans())
def test_an_index_is_held_against_as_its_documents_are(
    corpora: tuple[list[str], list[str]], commits: int, compacted: bool, unit: str
) -> None:
    texts, against = corpora
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seen.dedup"
        with dedup.Index.open(path) as index:
            for number, text in enumerate(against):
                index.add(str(number), text)
                if number % commits == 0:
                    index.add("removed", f"{text}\n\n{number}")
                    index.commit()
                    index.remove("removed")
            if compacted:
                index.compact()
        with dedup.Index.open(path, mode="r") as index:
            told = [entry.text or "" for entry in index.entries(texts=True)]
            found = dedup.clean(texts, against=index, unit=unit)
        named = dedup.clean(texts, against=path, unit=unit)
    # Blocks are kept as they were first spelled; where that is how they stand, all is as it was.
    assert len(told) == len(against)
    first: dict[bytes, str] = {}
    for text, kept in zip(against, told, strict=True):
        blocks = oracle.blocks_of([text], oracle.Rules())
        if all(first.setdefault(one.fingerprint, one.text) == one.text for one in blocks):
            again = oracle.blocks_of([kept], oracle.Rules())
            assert [(one.span, one.text) for one in again] == [(o.span, o.text) for o in blocks]
            assert len(text) == len(kept)
    wanted = dedup.clean(texts, against=told, unit=unit)
    for one in (found, named):
        assert [one.text for one in one.documents] == [one.text for one in wanted.documents]
