"""Law 6 of the design: an index, filled in any split, finds what one scan of its documents finds."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import oracle
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from index_beside import Beside, is_open

import dedup
from dedup import Policy

Found = dict[frozenset[bytes], tuple[str, float, float, bool]]


def found_by_scan(texts: Sequence[str], policy: Policy) -> Found:
    """Pairs of fingerprints with what one scan says of them."""
    found: Found = {}
    for match in dedup.scan(list(texts), policy=policy).matches:
        sides = [
            texts[int(side.source[1:-1])][slice(*side.span)] for side in (match.left, match.right)
        ]
        key = frozenset(map(oracle.fingerprint, sides))
        found[key] = (match.relation, match.resemblance, match.containment, match.template)
    return found


def found_by_index(index: dedup.Index, texts: dict[str, str]) -> Found:
    """The same of an index."""
    found: Found = {}
    for match in index.matches():
        sides = [
            texts[side["document"]][slice(*side["span"])]
            for side in (match["left"], match["right"])
        ]
        key = frozenset(map(oracle.fingerprint, sides))
        scores = match["resemblance"], match["containment"]
        assert key not in found
        found[key] = (match["relation"], *scores, match["template"])
    return found


def left_by_clean(texts: Sequence[str], policy: Policy) -> list[str | None]:
    """What one clean leaves of each text; None where it is dropped."""
    documents = [{"id": str(place), "text": text} for place, text in enumerate(texts)]
    left = {one.id: one.text for one in dedup.clean(documents, policy=policy).documents}
    return [left.get(str(place)) for place in range(len(texts))]


def left_by(verdict: dedup.Verdict) -> str | None:
    return None if verdict.action == "drop" else verdict.clean_text


def long_blocks(text: str | None) -> list[bytes]:
    """What is left that could have gone alone."""
    blocks = oracle.blocks_of([text or ""], oracle.Rules())
    return [block.fingerprint for block in blocks if len(block.tokens) >= 8]


POLICIES = [
    {},
    {"unit": "document"},
    {"unit": "line", "threshold": 0.8},
    {"numbers": "mask", "names": "keep"},
    {"numbers": "keep", "scope": "across"},
    {"scope": "within"},
    {"min_tokens": 1, "short_tokens": 0},
    {"containment": 0},
    {"protect": "the|la", "shingle_size": 5},
    {"min_run": 0},
    {"min_run": 15},
]


@given(
    texts=st.one_of(strategies.any_corpora(), strategies.loose_corpora()),
    splits=st.lists(st.integers(1, 4), min_size=1),
    changes=st.sampled_from(POLICIES),
)
def test_any_split_finds_and_leaves_what_one_run_does(
    texts: list[str], splits: list[int], changes: dict[str, Any]
) -> None:
    policy = Policy(**changes)
    verdicts: list[dedup.Verdict] = []
    with tempfile.TemporaryDirectory() as folder:
        place = 0
        while place < len(texts):
            for size in splits:
                with dedup.Index.open(f"{folder}/index", policy, jobs=1) as index:
                    part = texts[place : place + size]
                    named = [(str(place + n), text) for n, text in enumerate(part)]
                    verdicts += index.add_many(named)
                place += size
        with dedup.Index.open(f"{folder}/index", mode="r", jobs=1) as index:
            found = found_by_index(index, {str(n): text for n, text in enumerate(texts)})
            assert index.verify() == []
    if any(verdict.hot for verdict in verdicts):
        return
    assert found == found_by_scan(texts, policy)
    for place, verdict in enumerate(verdicts):
        assert left_by(verdict) == left_by_clean(texts[: place + 1], policy)[-1]


class Held(Beside):
    """An index beside a dict: adding, removing, crashes, merges, and readers of older commits."""

    @initialize(pool=strategies.pools())
    def start(self, pool: list[str]) -> None:
        self.begin(pool)

    @rule(data=st.data(), id=st.sampled_from("abcdef"))
    def add(self, data: st.DataObject, id: str) -> None:
        text = data.draw(strategies.loose_documents(self.pool))
        same = self.now.get(id) == text
        if not same:
            self.take_out(id)
        verdict = self.index.add(id, text)
        if not same:
            self.judge(verdict, text)
            self.now[id] = text

    @rule(data=st.data())
    def check(self, data: st.DataObject) -> None:
        text = data.draw(strategies.loose_documents(self.pool))
        self.judge(self.index.check(text), text)

    def judge(self, verdict: dedup.Verdict, text: str) -> None:
        """The verdict is what a run says of the text when it comes last.

        Once documents were removed, other passages may be found: short blocks that go with their
        neighbours may then stay, or go. What is long enough to go alone goes all the same.
        """
        if verdict.hot:
            return
        expected = left_by_clean([*self.now.values(), text], self.policy)[-1]
        if self.removed:
            assert long_blocks(left_by(verdict)) == long_blocks(expected)
        else:
            assert left_by(verdict) == expected

    @invariant()
    @is_open
    def holds_what_it_should(self) -> None:
        assert [entry.id for entry in self.index] == list(self.now)
        assert len(self.index) == len(self.now)
        with dedup.Index.open(self.path, mode="r", jobs=1) as reader:
            assert [entry.id for entry in reader] == list(self.committed)
        found = found_by_index(self.index, self.now)
        assert found == found_by_scan(list(self.now.values()), self.policy)


TestHeld = Held.TestCase
TestHeld.settings = settings(max_examples=30, stateful_step_count=20)


def test_two_of_three_near_texts_are_found_in_any_order(tmp_path: Path) -> None:
    words = strategies.SENTENCES[3].split()
    texts = [" ".join([*words, *words[:5], *more]) for more in ([], ["one"], ["two", "three"])]
    with dedup.Index.open(tmp_path / "index") as index:
        for place, text in enumerate(texts):
            verdict = index.add(str(place), text)
            assert verdict.action == ("keep" if place == 0 else "drop")
    assert verdict.matches[0].document == "0"


def test_compacting_what_holds_no_block_any_more_leaves_an_index(tmp_path: Path) -> None:
    with dedup.Index.open(tmp_path / "index") as index:
        index.add("a", strategies.SENTENCES[0])
        index.add("b", "\n")
        index.add("a", "\n\n")
        index.compact()
        assert [entry.id for entry in index] == ["b", "a"]
        assert index.verify() == []
