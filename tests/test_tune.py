"""`policy --tune`: what a sample tells of the threshold, counted as plain loops count it."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import oracle
import pytest
import runs
import strategies
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup.cli import main
from dedup.tuning import LEVELS, proposed
from dedup.tuning.text import marked, tuning_lines

POLICIES = st.fixed_dictionaries(
    {},
    optional={
        "unit": st.sampled_from(["line", "document"]),
        "numbers": st.sampled_from(["keep", "mask"]),
        "shingle_size": st.sampled_from([1, 5]),
        "short_tokens": st.just(8),
    },
)


def long_nodes(texts: list[str], rules: oracle.Rules) -> list[oracle.Block]:
    """The first block of each different text that a threshold decides on."""
    least = max(rules.short_tokens, rules.min_tokens, 1)
    found: dict[bytes, oracle.Block] = {}
    for block in oracle.blocks_of(texts, rules):
        if len(block.tokens) >= least:
            found.setdefault(block.fingerprint, block)
    return list(found.values())


def resemblance(left: oracle.Block, right: oracle.Block) -> float:
    return len(left.shingles & right.shingles) / len(left.shingles | right.shingles)


def hundredth(score: float) -> int:
    return int(score * 100 + 1e-9)


@given(texts=strategies.any_corpora(), policy=POLICIES)
def test_counts_are_those_of_all_pairs(texts: list[str], policy: dict[str, Any]) -> None:
    tuning = dedup.tune(texts, **policy)
    nodes = long_nodes(texts, runs.rules_of(policy))
    scores = [[resemblance(one, other) for other in nodes if other is not one] for one in nodes]
    assert tuning.blocks == tuning.compared == len(nodes)
    best = [0] * 101
    for own in scores:
        best[hundredth(max(own, default=0.0))] += 1
    assert list(tuning.best) == best
    for level in tuning.levels:
        start = round(100 * level.level)
        pairs = sum(hundredth(score) >= start for own in scores for score in own)
        assert level.pairs == pairs / 2
        assert level.blocks == sum(best[start:])
        assert level.near == sum(
            any(abs(score - level.level) <= 0.05 for score in own) for own in scores
        )
        for pair in level.examples:
            rules = runs.rules_of(policy)
            left, right = (
                oracle.blocks_of([side.text], oracle.Rules(**{**vars(rules), "unit": "document"}))[
                    0
                ]
                for side in (pair.left, pair.right)
            )
            assert pair.resemblance == resemblance(left, right)
            assert abs(pair.resemblance - level.level) <= 0.05
            assert "".join(left for _, left, _ in pair.diff) == pair.left.text
            assert "".join(right for _, _, right in pair.diff) == pair.right.text
    shown = [
        side.text
        for one in tuning.levels
        for pair in one.examples
        for side in (pair.left, pair.right)
    ]
    assert len(shown) == len(set(shown))
    assert all(len(line) <= 200 for line in tuning_lines(tuning))


def word(chance: random.Random) -> str:
    """A word without digits."""
    return "".join(chance.choices("abcdefghijklmnop", k=7))


def edited(words: list[str], changes: int, chance: random.Random) -> str:
    made = list(words)
    for place in chance.sample(range(len(words)), changes):
        made[place] = word(chance)
    return " ".join(made)


def test_a_gap_of_the_counts_is_proposed_and_nothing_else_is() -> None:
    chance = random.Random(4)
    texts = []
    for _ in range(60):
        words = [word(chance) for _ in range(60)]
        close, far = edited(words, 1, chance), edited(words, 6, chance)
        texts += [" ".join(words), close] if chance.random() < 0.6 else [" ".join(words), far]
    found = dedup.tune(texts)
    assert found.proposal.gap
    assert 0.65 <= found.proposal.threshold <= 0.85
    assert "few texts have their closest relative" in found.proposal.reason
    assert dedup.tune(
        ["Nothing of this is alike.", "Not one word more."], threshold=0.8
    ).proposal == (proposed([0] * 101, 0.8))
    assert proposed([0] * 101, 0.8).threshold == 0.8


def test_pairs_of_numbers_alone_are_shown_last_and_said_to_stay() -> None:
    frame = (
        "Rain of {} mm in the night and fog on the hills until noon, then sun, and in the evening a light "
        "wind from the west at {} kilometres an hour, which will turn to the north before the morning."
    )
    texts = [frame.format(n, n + 20) for n in range(9)]
    levels = dedup.tune(texts).levels
    pairs = [pair for level in levels for pair in level.examples]
    assert pairs
    assert all(pair.template for pair in pairs)
    assert sum(level.templates for level in levels) == sum(level.near for level in levels) > 0


def test_what_differs_is_marked_without_colour() -> None:
    left = "The ferry will not sail tomorrow, the harbour office said, because of the storm at sea."
    right = "The ferry will not sail today, the harbour office says, because of the storm at sea."
    from dedup.explanation import aligned

    line = marked(aligned(left, right))
    assert line == (
        "The ferry will not sail [-tomorrow,-] {+today,+} the harbour office [-said,-] {+says,+} "
        "because of the storm at …"
    ) or line.startswith(
        "… ferry will not sail [-tomorrow,-] {+today,+} the harbour office [-said,-]"
    )


def test_the_command_prints_text_and_json(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(9)
    words = [word(chance) for _ in range(40)]
    path = runs.write_lines(
        tmp_path / "in.jsonl",
        [{"id": str(n), "body": edited(words, 1 + n % 9, chance)} for n in range(40)],
    )
    path.write_bytes(path.read_bytes() + b"{\n")
    assert main(["policy", "--tune", str(path), "--text-field", "body", "--top", "2"]) == 0
    shown = capfd.readouterr()
    assert "About 0.7" in shown.out
    assert "in.jsonl:" in shown.out
    assert "[-" in shown.out
    assert "{+" in shown.out
    assert "Proposal: --threshold " in shown.out
    assert "1 records of the sample could not be read" in shown.err
    assert max(map(len, shown.out.splitlines())) <= 80
    assert main(["policy", "--tune", str(path), "--text-field", "body", "--format", "json"]) == 0
    figures = json.loads(capfd.readouterr().out)
    assert [level["level"] for level in figures["levels"]] == list(LEVELS)
    assert figures["sample"]["documents"] == 40
    assert figures["levels"][0]["chance_here"] >= 0.99
    assert main(["policy", "--tune", str(tmp_path / "absent")]) == 2
    assert main(["policy", "--tune", str(path), "--top", "-1"]) == 2


def test_a_large_crowd_takes_bounded_time_and_all_formats_are_sampled(tmp_path: Path) -> None:
    """15 MB, most of it one crowd of near copies: all its pairs would be 800 million."""
    chance = random.Random(1)
    words = [word(chance) for _ in range(45)]
    records = [{"id": f"n{n}", "text": edited(words, 1 + n % 4, chance)} for n in range(40_000)]
    path = runs.write_lines(tmp_path / "in.jsonl", records)
    begun = time.process_time()
    found = dedup.tune(path, jobs=1)
    assert time.process_time() - begun < 30
    assert not found.sample["whole"]
    assert 6e6 < found.sample["bytes"] < 11e6
    assert found.compared == 1024 < found.blocks
    assert found.levels[0].pairs > 10**7
    assert all(pair.left.name.startswith("n") for level in found.levels for pair in level.examples)
