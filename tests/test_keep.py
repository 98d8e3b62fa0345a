"""`keep`: which copy stays, by a field, a length or a function, whatever the order of the input."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from typing import Any

import pytest
import runs
from hypothesis import given
from hypothesis import strategies as st
from scoped import OTHER, SEEDS, STORY, article, kept, passage

import dedup


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
