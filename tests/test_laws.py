"""The laws of the design: what holds for every corpus, every policy and every engine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import checker
import oracle
import pytest
import runs
import strategies
from hypothesis import given
from hypothesis import strategies as st

import dedup

Found = dict[frozenset[bytes], tuple[str, float, float, bool]]


def matches(texts: Sequence[str], **settings: Any) -> Found:
    """Pairs of fingerprints with what is said of them, whatever their order."""
    found: Found = {}
    for match in dedup.scan(list(texts), **settings).matches:
        sides = [
            texts[int(side.source[1:-1])][slice(*side.span)] for side in (match.left, match.right)
        ]
        # Which of several equal texts is shown depends on the input's order.
        relation = "equal" if match.relation == "identical" else match.relation
        key = frozenset(oracle.fingerprint(side) for side in sides)
        found[key] = (relation, match.resemblance, match.containment, match.template)
    return found


def fingerprints(text: str) -> set[bytes]:
    return {block.fingerprint for block in oracle.blocks_of([text], oracle.Rules())}


def removed_blocks(run: checker.Run) -> set[tuple[str, tuple[int, int]]]:
    """Source and span of every block that the ledger takes away."""
    found = set()
    for entry in run.ledger:
        if not entry.get("dropped"):
            blocks = checker.inside(run.blocks_of(entry["source"]), entry["span"])
            found |= {(entry["source"], block.span) for block in blocks}
    return found


def kept_by_layout(texts: Sequence[str], **settings: Any) -> list[dict[str, Any]]:
    clusters = [runs.plain(cluster) for cluster in dedup.scan(list(texts), **settings).clusters]
    return [
        member
        for cluster in clusters
        for member in cluster["members"]
        if member.get("kept") == "layout"
    ]


# --- 2: thresholds and other documents -------------------------------------------------------


@given(strategies.any_corpora(), st.floats(0.7, 1.0), st.floats(0.7, 1.0))
def test_raising_the_threshold_never_adds_a_match(
    texts: list[str], one: float, other: float
) -> None:
    loose = matches(texts, threshold=min(one, other), search="exhaustive")
    strict = matches(texts, threshold=max(one, other), search="exhaustive")
    assert set(strict) <= set(loose)


@pytest.mark.parametrize("search", ["lsh", "exhaustive"])
@given(texts=strategies.any_corpora(), added=strategies.pools().flatmap(strategies.documents))
def test_adding_a_document_never_changes_the_matches_of_others(
    texts: list[str], added: str, search: str
) -> None:
    before, after = matches(texts, search=search), matches([*texts, added], search=search)
    others = set().union(*map(fingerprints, texts))
    # A text that stands once becomes a match with itself when the new document has it too.
    pairs = {
        key: value
        for key, value in after.items()
        if key <= others and (len(key) == 2 or key in before)
    }
    assert pairs == before


# --- 3: order --------------------------------------------------------------------------------


@pytest.mark.parametrize("search", ["lsh", "exhaustive"])
@given(texts=strategies.any_corpora(), seed=st.integers(0, 999))
def test_the_order_of_the_input_never_changes_the_matches(
    texts: list[str], seed: int, search: str
) -> None:
    shuffled = random.Random(seed).sample(texts, len(texts))
    # Of equal texts the first one says what is a name, so its place does.
    policy = {"search": search, "names": "keep"}
    assert matches(shuffled, **policy) == matches(texts, **policy)
    assert set(matches(shuffled, search=search)) == set(matches(texts, search=search))


# --- 4: keepers ------------------------------------------------------------------------------

POLICIES = st.fixed_dictionaries(
    {},
    optional={
        "unit": st.sampled_from(["paragraph", "line", "document"]),
        "keep": st.sampled_from(["first", "longest"]),
        "scope": st.sampled_from(["within", "across"]),
        "numbers": st.sampled_from(["keep", "mask"]),
        "names": st.just("keep"),
        "search": st.just("exhaustive"),
        "min_tokens": st.sampled_from([0, 1, 4, 20]),
        "threshold": st.sampled_from([0.5, 0.8, 1.0]),
    },
)


@given(strategies.any_corpora(), POLICIES)
def test_every_removed_passage_has_its_keeper_in_the_output(
    texts: list[str], policy: dict[str, Any]
) -> None:
    assert list(checker.problems(runs.clean_texts(texts, **policy))) == []


@given(
    strategies.any_corpora(),
    st.fixed_dictionaries(
        {}, optional={"scope": st.sampled_from(["within", "across"]), "numbers": st.just("keep")}
    ),
)
def test_what_goes_is_what_the_greedy_rule_says(texts: list[str], policy: dict[str, Any]) -> None:
    run = runs.clean_texts(texts, search="exhaustive", min_run=0, **policy)
    blocks = oracle.blocks_of(texts, run.rules)
    repeats = [
        block for block, kept in zip(blocks, oracle.greedy(blocks), strict=True) if kept is not None
    ]
    places = {(f"[{block.document}]", block.span): block for block in repeats}
    gone = removed_blocks(run)
    assert gone <= set(places)
    long = {place for place, block in places.items() if len(block.tokens) >= run.rules.min_tokens}
    if not kept_by_layout(texts, search="exhaustive", min_run=0, **policy):
        assert long <= gone


@given(strategies.any_corpora())
def test_clusters_tell_of_every_removed_span_and_of_one_keeper(texts: list[str]) -> None:
    result = dedup.clean(list(texts))
    clusters = [runs.plain(cluster) for cluster in result.clusters]
    assert len({cluster["cluster"] for cluster in clusters}) == len(clusters)
    for cluster in clusters:
        keepers = [member for member in cluster["members"] if member["keeper"]]
        assert len(keepers) == 1 or cluster["relation"] == "chain"
        assert cluster["documents"] == len({member["source"] for member in cluster["members"]})
        for member in cluster["members"]:
            spans = oracle.split(texts[int(member["source"][1:-1])])
            first, last = member["blocks"]
            start, end = member["span"]
            assert spans[first][0] <= start < spans[first][1]
            assert spans[last][0] < end <= spans[last][1]
            # A keeper may be a part of its block: as much of it as one that goes repeats.
            whole = cluster["relation"] in ("identical", "near") and not member["keeper"]
            if whole and member.get("kept") != "part":
                assert [spans[first][0], spans[last][1]] == member["span"]
    names = {cluster["cluster"] for cluster in clusters}
    assert {
        entry["cluster"] for entry in map(runs.plain, result.removed) if not entry.get("dropped")
    } <= names


# --- 5: cleaning -----------------------------------------------------------------------------


@given(strategies.any_corpora(), POLICIES)
def test_cleaning_a_cleaned_corpus_removes_nothing(
    texts: list[str], policy: dict[str, Any]
) -> None:
    once = list(runs.clean_texts(texts, **policy).outputs.values())
    if once:
        again = runs.clean_texts(once, **policy)
        assert again.ledger == []
        assert list(again.outputs.values()) == once


@given(texts=strategies.any_corpora())
def test_restore_gives_every_text_file_back(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    texts = [text or "\n" for text in texts]
    source = runs.write_texts(folder / "in", texts)
    assert list(checker.problems(runs.clean_folder(source, folder / "out"))) == []
    dedup.restore(folder / "out", folder / "back")
    assert runs.tree(folder / "back") == runs.tree(source)


@given(texts=strategies.any_corpora(), escaped=st.booleans(), spaced=st.booleans())
def test_restore_gives_every_record_back(
    texts: list[str], escaped: bool, spaced: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("records")
    records = [
        {"id": number, "text": text, "other": {"text": "é"}} for number, text in enumerate(texts)
    ]
    path = runs.write_lines(folder / "in" / "corpus.jsonl", records)
    if escaped:
        text = "".join(runs.json.dumps(record) + "\r\n" for record in records)
        path.write_bytes(text.replace("}", " }" if spaced else "}").encode())
    assert list(checker.problems(runs.clean_records(path, folder / "out"))) == []
    dedup.restore(folder / "out", folder / "back")
    assert runs.tree(folder / "back") == runs.tree(folder / "in")


@given(texts=strategies.corpora())
def test_files_and_memory_give_the_same_answer(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("same")
    path = runs.write_lines(folder / "in" / "corpus.jsonl", [{"text": text} for text in texts])
    from_file, from_memory = runs.clean_records(path, folder / "out"), runs.clean_texts(texts)
    assert list(from_file.outputs.values()) == list(from_memory.outputs.values())
    assert [entry.get("span") for entry in from_file.ledger] == [
        entry.get("span") for entry in from_memory.ledger
    ]


# --- 6: other ways to run are in test_jobs.py ------------------------------------------------


@given(strategies.any_corpora(), st.sampled_from([1, 2, 7]))
def test_the_number_of_jobs_changes_nothing(texts: list[str], jobs: int) -> None:
    one, other = dedup.clean(list(texts), jobs=1), dedup.clean(list(texts), jobs=jobs)
    assert list(map(runs.plain, one.removed)) == list(map(runs.plain, other.removed))
    assert list(map(runs.plain, one.clusters)) == list(map(runs.plain, other.clusters))
    assert [document.text for document in one.documents] == [
        document.text for document in other.documents
    ]


# --- 7: counts -------------------------------------------------------------------------------


@given(strategies.any_corpora(), POLICIES)
def test_the_counts_of_the_report_add_up(texts: list[str], policy: dict[str, Any]) -> None:
    result = dedup.clean(list(texts), **policy)
    run = runs.clean_texts(texts, **policy)
    counts = result.report["counts"]
    assert counts["documents_read"] == len(texts)
    assert counts["documents_kept"] == len(run.outputs)
    assert counts["documents_dropped"] == len(run.dropped)
    assert counts["records_skipped"] == 0
    assert counts["characters_read"] == sum(map(len, texts))
    # Only what has no token can go without a copy: `}`, the last line of a dropped document.
    left_over = [block.text for source in run.dropped for block in run.blocks_of(source)]
    assert counts["characters_without_copy"] <= sum(
        len(text) for text in left_over if not oracle.tokens(text)
    )
    assert counts["blocks"] == len(oracle.blocks_of(texts, run.rules))
    assert counts["spans_removed"] == sum(map(len, run.removed.values()))
    left = sum(map(len, run.outputs.values()))
    assert counts["characters_read"] - counts["characters_removed"] == left


def test_a_bad_record_is_counted_and_kept_aside(tmp_path: Path) -> None:
    lines = [
        b'{"text":"one"}\n',
        b'{"text":3}\n',
        b'{"text":\n',
        b'{"text":"\xff"}\n',
        b'{"text":"two"}',
    ]
    path = tmp_path / "in" / "bad.jsonl"
    path.parent.mkdir()
    path.write_bytes(b"".join(lines))
    result = dedup.clean(path, tmp_path / "out")
    counts = result.report["counts"]
    assert (counts["documents_read"], counts["documents_kept"], counts["records_skipped"]) == (
        5,
        2,
        3,
    )
    skipped = runs.read_lines(tmp_path / "out" / "_dedup" / "skipped.jsonl")
    assert [entry["source"] for entry in skipped] == ["bad.jsonl:2", "bad.jsonl:3", "bad.jsonl:4"]
    assert "base64" in skipped[2]
    dedup.restore(tmp_path / "out", tmp_path / "back")
    assert (tmp_path / "back" / "bad.jsonl").read_bytes() == path.read_bytes()
