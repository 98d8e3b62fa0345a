"""No character is lost that has no kept copy: the checker's proof for whole runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import checker
import oracle
import pytest
import runs
import strategies
from checker import Run
from hypothesis import given
from hypothesis import strategies as st

EXAMPLES = Path(__file__).parent.parent / "examples" / "articles"
SCAN_DOCUMENTS = 1500

ALPHA = " ".join(f"alpha{number}" for number in range(30))
BETA = " ".join(f"beta{number}" for number in range(30))


def honest() -> Run:
    """A run as it should be, made by hand."""
    entry = {
        "source": "b",
        "span": [len(BETA), len(BETA) + 1 + len(ALPHA)],
        "text": "\n" + ALPHA,
        "relation": "identical",
        "resemblance": 1.0,
        "containment": 1.0,
        "keeper": {"source": "a", "span": [0, len(ALPHA)]},
    }
    return Run({"a": ALPHA, "b": BETA + "\n" + ALPHA}, {"a": ALPHA, "b": BETA}, [entry])


def test_the_checker_accepts_an_honest_run() -> None:
    assert list(checker.problems(honest())) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"keeper": {"source": "b", "span": [0, len(BETA)]}}, "no copy in"),
        ({"keeper": {"source": "b", "span": [31, 40 + len(BETA)]}}, "meets the removed span"),
        ({"text": "\n" + BETA}, "not the text of"),
        ({"span": [len(BETA), len(BETA) + 9], "text": ("\n" + ALPHA)[:9]}, "cuts through"),
        ({"span": [len(BETA), len(BETA)], "text": ""}, "span"),
        ({"relation": "near"}, "the ledger says"),
        ({"resemblance": 0.9}, "the ledger says"),
        ({"source": "c"}, "never read"),
    ],
)
def test_the_checker_refuses_a_false_ledger(change: dict[str, Any], complaint: str) -> None:
    run = honest()
    found = list(checker.problems(Run(run.inputs, run.outputs, [{**run.ledger[0], **change}])))
    assert any(complaint in problem for problem in found), found


def test_the_checker_refuses_a_lost_or_changed_document() -> None:
    run = honest()
    assert list(checker.problems(Run(run.inputs, {"b": BETA}, run.ledger)))
    assert list(checker.problems(Run(run.inputs, {"a": ALPHA[1:], "b": BETA}, run.ledger)))
    dropped = {"source": "a", "dropped": True, "record": ALPHA}
    found = list(checker.problems(Run(run.inputs, {"b": BETA}, [*run.ledger, dropped])))
    assert any("would be left" in problem for problem in found)
    assert any("was dropped" in problem for problem in found)


@given(strategies.any_corpora(), st.sampled_from(["both", "within", "across"]), st.booleans())
def test_nothing_is_lost_of_small_corpora(texts: list[str], scope: str, wide: bool) -> None:
    policy = {"min_tokens": 3, "threshold": 0.4, "short_tokens": 8} if wide else {}
    assert list(checker.problems(runs.clean_texts(texts, scope=scope, **policy))) == []


@pytest.mark.parametrize("words", [34, 40])
def test_a_stretch_of_the_keeper_holds_what_went_for_it(words: int) -> None:
    # Of one word many times in a row the whole keeper has enough, and its densest stretch has not.
    parts = [f"{chr(97 + number % 26)}{'word' * (number // 26)}bc" for number in range(words)]
    texts = [" ".join(["changed"] * count + parts[count:]) for count in range(19)]
    assert list(checker.problems(runs.clean_texts(texts))) == []


def test_nothing_is_lost_of_the_examples(tmp_path: Path) -> None:
    texts = [runs.read_text(path) for path in sorted(EXAMPLES.glob("*.txt"))]
    texts += [
        record["text"]
        for path in sorted(EXAMPLES.glob("*.jsonl"))
        for record in runs.read_lines(path)
    ]
    run = runs.clean_texts(texts)
    assert run.ledger
    assert list(checker.problems(run)) == []


def test_nothing_is_lost_of_a_folder_with_repeats_across_files(tmp_path: Path) -> None:
    source = runs.write_texts(
        tmp_path / "in", [ALPHA, BETA + "\n\n" + ALPHA, ALPHA + "\r\n" + BETA, "", "Share\n"]
    )
    run = runs.clean_folder(source, tmp_path / "out")
    assert list(checker.problems(run)) == []
    assert sum(len(entry["text"]) for entry in run.ledger if "text" in entry) >= 2 * len(
        ALPHA
    ) + len(BETA)


@pytest.mark.parametrize(
    "policy", [{}, {"threshold": 0.5, "min_tokens": 4}], ids=["default", "loose"]
)
def test_nothing_is_lost_of_real_text(
    shared_data: Path, tmp_path: Path, policy: dict[str, Any]
) -> None:
    records = runs.first_records(shared_data / "scan.jsonl.zst", SCAN_DOCUMENTS)
    path = runs.write_lines(tmp_path / "in" / "scan.jsonl", records)
    run = runs.clean_records(path, tmp_path / "out", **policy)
    assert len(run.ledger) > 100
    assert list(checker.problems(run)) == []
    assert run.rules == oracle.Rules(**policy)


@pytest.mark.slow
def test_nothing_is_lost_of_pages_with_their_boilerplate(shared_data: Path, tmp_path: Path) -> None:
    records = runs.first_records(shared_data / "web_pages.jsonl.zst", 1120)
    path = runs.write_lines(tmp_path / "in" / "pages.jsonl", records)
    assert list(checker.problems(runs.clean_records(path, tmp_path / "out"))) == []
