"""Law 6 where documents are compared inside or across groups, or within a window of time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from typing import Any

import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from test_index_laws import found_by_index, found_by_scan, left_by, long_blocks

import dedup
from dedup import Policy

POLICIES = [
    {"group_by": "site"},
    {"group_by": "site", "group_scope": "across"},
    {"window": "3d:seen"},
    {"window": "3d:seen", "group_by": "site"},
    {"window": "2d:seen", "group_by": "site", "group_scope": "across"},
    {"window": "1d:seen", "scope": "across"},
    {"window": "1d:seen", "scope": "within"},
    {"group_by": "site", "scope": "across", "unit": "line"},
    {"group_by": "site", "min_run": 0},
    {"window": "3d:seen", "min_run": 0, "min_tokens": 1},
    {"window": "3d:seen", "min_run": 15, "group_by": "site"},
    {"window": "2d:seen", "unit": "document"},
]
SAID = st.fixed_dictionaries(
    {"site": st.sampled_from(["a", "b", None]), "seen": st.sampled_from([None, *range(1, 9)])}
)


def days(said: dict[str, Any]) -> dict[str, Any]:
    """The fields of a document; its day as a date."""
    day = said["seen"]
    seen = {} if day is None else {"seen": f"2026-01-{day:02d}"}
    return {**seen, **({} if said["site"] is None else {"site": said["site"]})}


def left_by_clean(documents: Sequence[dict[str, Any]], policy: Policy) -> str | None:
    """What one clean leaves of the last document; None where it is dropped."""
    named = [{**one, "id": str(place)} for place, one in enumerate(documents)]
    left = {one.id: one.text for one in dedup.clean(named, policy=policy).documents}
    return left.get(str(len(documents) - 1))


@given(
    texts=st.one_of(strategies.any_corpora(), strategies.loose_corpora()),
    said=st.lists(SAID, min_size=1),
    splits=st.lists(st.integers(1, 4), min_size=1),
    changes=st.sampled_from(POLICIES),
)
def test_any_split_finds_and_leaves_what_one_run_does(
    texts: list[str], said: list[dict[str, Any]], splits: list[int], changes: dict[str, Any]
) -> None:
    policy = Policy(**changes)
    documents = [
        {"text": text, **days(said[place % len(said)])} for place, text in enumerate(texts)
    ]
    verdicts: list[dedup.Verdict] = []
    with tempfile.TemporaryDirectory() as folder:
        place = 0
        while place < len(documents):
            for size in splits:
                part = documents[place : place + size]
                with dedup.Index.open(f"{folder}/index", policy, jobs=1) as index:
                    named = [{**one, "id": str(place + n)} for n, one in enumerate(part)]
                    checked = [
                        index.check(one["text"], fields=without_text(one)) for one in part[:1]
                    ]
                    added = index.add_many(named)
                    for verdict, told in zip(checked, added, strict=False):
                        assert left_by(verdict) == left_by(told)
                        own = [found.document in ("", str(place)) for found in told.matches]
                        assert own == [found.document == "" for found in verdict.matches]
                    verdicts += added
                place += size
        with dedup.Index.open(f"{folder}/index", mode="r", jobs=1) as index:
            found = found_by_index(index, {str(n): text for n, text in enumerate(texts)})
            assert index.verify() == []
    if any(verdict.hot for verdict in verdicts):
        return
    assert found == found_by_scan(texts, policy)
    for place, verdict in enumerate(verdicts):
        assert left_by(verdict) == left_by_clean(documents[: place + 1], policy)


def without_text(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "text"}


class Scoped(RuleBasedStateMachine):
    """An index of such a policy beside a dict: adding, removing, crashes and merges."""

    @initialize(pool=strategies.pools(), changes=st.sampled_from(POLICIES))
    def start(self, pool: list[str], changes: dict[str, Any]) -> None:
        self.folder = tempfile.mkdtemp()
        self.path = f"{self.folder}/index"
        self.pool = pool
        self.now: dict[str, dict[str, Any]] = {}
        self.committed: dict[str, dict[str, Any]] = {}
        self.removed = False
        self.policy = Policy(**changes)
        self.index = dedup.Index.open(self.path, self.policy, jobs=1)

    @rule(data=st.data(), id=st.sampled_from("abcdef"), said=SAID)
    def add(self, data: st.DataObject, id: str, said: dict[str, Any]) -> None:
        document = {"text": data.draw(strategies.loose_documents(self.pool)), **days(said)}
        same = id in self.now and self.now[id]["text"] == document["text"]
        if not same and self.now.pop(id, None) is not None:
            self.removed = True
        verdict = self.index.add(id, document["text"], fields=without_text(document))
        if not same:
            self.judge(verdict, document)
            self.now[id] = document

    @rule(data=st.data(), said=SAID)
    def check(self, data: st.DataObject, said: dict[str, Any]) -> None:
        document = {"text": data.draw(strategies.loose_documents(self.pool)), **days(said)}
        verdict = self.index.check(document["text"], fields=without_text(document))
        self.judge(verdict, document)

    def judge(self, verdict: dedup.Verdict, document: dict[str, Any]) -> None:
        """As in `test_index_laws`: once documents were removed, what can go alone goes all the same."""
        if verdict.hot:
            return
        expected = left_by_clean([*self.now.values(), document], self.policy)
        if self.removed:
            assert long_blocks(left_by(verdict)) == long_blocks(expected)
        else:
            assert left_by(verdict) == expected

    @rule(id=st.sampled_from("abcdef"))
    def remove(self, id: str) -> None:
        assert self.index.remove(id) == (id in self.now)
        self.removed |= self.now.pop(id, None) is not None

    @rule()
    def commit(self) -> None:
        self.index.commit()
        self.committed = dict(self.now)

    @rule()
    def compact(self) -> None:
        self.index.compact()
        self.committed = dict(self.now)

    @rule()
    def crash(self) -> None:
        self.index.discard()
        self.now = dict(self.committed)
        self.index = dedup.Index.open(self.path, jobs=1)

    @invariant()
    @precondition(lambda self: hasattr(self, "index"))
    def holds_what_it_should(self) -> None:
        assert [entry.id for entry in self.index] == list(self.now)
        texts = {id: document["text"] for id, document in self.now.items()}
        found = found_by_index(self.index, texts)
        assert found == found_by_scan(list(texts.values()), self.policy)

    def teardown(self) -> None:
        if hasattr(self, "index"):
            self.index.discard()
            shutil.rmtree(self.folder)


TestScoped = Scoped.TestCase
TestScoped.settings = settings(max_examples=30, stateful_step_count=20)
