"""Law 6 where documents are compared inside or across groups, or within a window of time."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import index_killed
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from index_beside import Beside, is_open
from test_index_laws import found_by_index, found_by_scan, left_by, long_blocks

import dedup
from dedup import Policy
from dedup.cli import main

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
    {"window": "2d:seen", "min_run": 0, "group_by": "site"},
    {"group_by": "site", "group_scope": "across", "min_run": 0},
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


def are_all_as_a_scan(policy: Policy) -> bool:
    """Whether the index must decide as a scan does.

    Where documents that meet one meet not each other, a run of tokens goes for what a later one cannot go for.
    A scan knows the later ones and lets it stay.
    """
    return policy.min_run == 0 or (policy.window is None and policy.group_scope == "within")


def may_meet(policy: Policy, one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether what stands in one of two documents may go for what stands in the other."""
    if policy.group_by and (one.get("site") == other.get("site")) != (
        policy.group_scope == "within"
    ):
        return False
    if policy.window is None or one is other:
        return True
    if "seen" not in one or "seen" not in other:
        return False
    apart = abs(int(one["seen"][-2:]) - int(other["seen"][-2:]))
    return apart <= int(policy.window[0])


def check_reach(
    policy: Policy,
    verdict: dedup.Verdict,
    own: dict[str, Any],
    held: dict[str, dict[str, Any]],
    id: str = "",
) -> None:
    """What goes goes for something within reach."""
    for found in verdict.matches:
        is_own = found.document in ("", id)
        assert not (is_own and policy.scope == "across")
        assert is_own or policy.scope != "within"
        assert may_meet(policy, own, own if is_own else held[found.document])


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
    held = {str(place): document for place, document in enumerate(documents)}
    for place, verdict in enumerate(verdicts):
        check_reach(policy, verdict, documents[place], held, str(place))
        if are_all_as_a_scan(policy):
            assert left_by(verdict) == left_by_clean(documents[: place + 1], policy)


def without_text(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "text"}


class Scoped(Beside):
    """An index of such a policy beside a dict: adding, removing, crashes and merges."""

    @initialize(pool=strategies.pools(), changes=st.sampled_from(POLICIES))
    def start(self, pool: list[str], changes: dict[str, Any]) -> None:
        self.begin(pool, Policy(**changes))

    @rule(data=st.data(), id=st.sampled_from("abcdef"), said=SAID)
    def add(self, data: st.DataObject, id: str, said: dict[str, Any]) -> None:
        document = {"text": data.draw(strategies.loose_documents(self.pool)), **days(said)}
        same = id in self.now and self.now[id]["text"] == document["text"]
        if not same:
            self.take_out(id)
        verdict = self.index.add(id, document["text"], fields=without_text(document))
        if not same:
            self.judge(verdict, document, id)
            self.now[id] = document

    @rule(data=st.data(), said=SAID)
    def check(self, data: st.DataObject, said: dict[str, Any]) -> None:
        document = {"text": data.draw(strategies.loose_documents(self.pool)), **days(said)}
        verdict = self.index.check(document["text"], fields=without_text(document))
        self.judge(verdict, document)

    def judge(self, verdict: dedup.Verdict, document: dict[str, Any], id: str = "") -> None:
        """As in `test_index_laws`: once documents were removed, what can go alone goes all the same."""
        check_reach(self.policy, verdict, document, self.now, id)
        if verdict.hot or not are_all_as_a_scan(self.policy):
            return
        expected = left_by_clean([*self.now.values(), document], self.policy)
        if self.removed:
            assert long_blocks(left_by(verdict)) == long_blocks(expected)
        else:
            assert left_by(verdict) == expected

    @invariant()
    @is_open
    def holds_what_it_should(self) -> None:
        assert [entry.id for entry in self.index] == list(self.now)
        texts = {id: document["text"] for id, document in self.now.items()}
        found = found_by_index(self.index, texts)
        assert found == found_by_scan(list(texts.values()), self.policy)


TestScoped = Scoped.TestCase
TestScoped.settings = settings(max_examples=30, stateful_step_count=20)


def test_what_went_for_something_out_of_reach_takes_nothing_with_it(tmp_path: Path) -> None:
    lines = [
        "The ferry to the northern islands leaves the harbour at seven in winter.",
        "Its captain has served on the same route for nearly thirty years now.",
        "Passengers are asked to bring warm clothes and something hot to drink.",
    ]
    with dedup.Index.open(tmp_path / "index", Policy(window="3d")) as index:
        assert index.add("whole", " ".join(lines), date="2026-01-01").action == "keep"
        assert index.add("lines", "\n".join(lines), date="2026-01-03").action == "drop"
        late = index.add("late", "\n".join(lines), date="2026-01-05")
        assert (late.action, late.matches) == ("keep", ())
        later = index.add("later", "\n".join(lines), date="2026-01-07")
        assert [found.document for found in later.matches] == ["late"]


def test_of_a_full_bucket_those_near_in_time_are_looked_at(tmp_path: Path) -> None:
    chance = random.Random(1)
    template, others = index_killed.WORDS[:40], index_killed.WORDS[40:]
    with dedup.Index.open(tmp_path / "index", Policy(window="1d")) as index:
        actions = []
        for day in range(120):
            words = list(template)
            words[chance.randrange(40)] = chance.choice(others) + chance.choice(others)
            verdict = index.add(str(day), " ".join(words), date=day * 86400)
            actions.append(verdict.action)
            index.commit()
    # Each second one goes for the one of the day before.
    assert actions == ["keep", "drop"] * 60
    assert verdict.hot


def test_files_are_added_and_checked_with_their_groups_and_times(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "The ferry to the northern islands leaves the harbour at seven in winter."
    lines = [
        {"id": "a", "text": text, "meta": {"site": "x"}, "date": "2026-01-01"},
        {"id": "b", "text": text, "meta": {"site": "y"}, "date": "2026-01-02"},
        {"id": "c", "text": text, "meta": {"site": "x"}, "date": "2026-01-03"},
        {"id": "d", "text": text, "meta": {"site": "x"}, "date": "2026-02-03"},
    ]
    feed, index = tmp_path / "feed.jsonl", str(tmp_path / "index")
    feed.write_text("".join(json.dumps(line) + "\n" for line in lines))
    scoped = ["--group-by", "meta.site", "--window", "7d"]
    assert main(["index", "add", index, str(feed), *scoped, "--format", "jsonl"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["action"] for one in told] == ["keep", "keep", "drop", "keep"]
    late = {"text": text, "meta": {"site": "y"}, "date": "2026-02-04"}
    feed.write_text(json.dumps(late) + "\n")
    assert main(["index", "check", index, str(feed)]) == 0
    feed.write_text(json.dumps({**late, "meta": {"site": "x"}}) + "\n")
    assert main(["index", "check", index, str(feed)]) == 1


def test_a_text_that_is_added_again_is_judged_by_what_was_said_first(tmp_path: Path) -> None:
    text = "The ferry to the northern islands leaves the harbour at seven in winter."
    with dedup.Index.open(tmp_path / "index", Policy(window="7d", group_by="source")) as index:
        index.add("a", text, date="2026-01-01", source="x")
        index.add("b", text, date="2026-01-02", source="x")
        assert index.add("b", text, date="2026-03-01", source="y").action == "drop"
        assert index.check(text, date="2026-01-03", source="y").action == "keep"
        assert index.check(text, date="2026-01-03", source="x").action == "drop"
        # Without a date it is now.
        assert index.check(text, source="x").action == "keep"


def test_the_index_of_the_first_release_with_groups_is_read(tmp_path: Path) -> None:
    golden = Path(__file__).parent / "golden" / "index-8-scoped"
    shutil.copytree(golden, tmp_path / "index")
    expected = json.loads(golden.with_suffix(".json").read_text())
    with dedup.Index.open(tmp_path / "index", mode="r") as index:
        assert index.verify() == []
        assert [entry.to_dict() for entry in index] == expected["entries"]
        said: dict[str, Any] = {"date": 8 * 86400, "fields": {"side": 1}}
        found = [index.check(text, **said).to_dict() for text in expected["asked"]]
        assert json.loads(json.dumps(found)) == expected["verdicts"]
    with dedup.Index.open(tmp_path / "index") as index:
        index.add("new", index_killed.text_of(7), **said)
        index.compact()
        assert index.verify() == []


FERRY = (
    "The ferry to the northern islands leaves the harbour at seven in the winter and its captain "
    "has served on the same route for nearly thirty years now without a single accident."
)
NEAR = FERRY.replace("accident", "complaint")


@pytest.mark.parametrize("min_run", [0, 20])
@pytest.mark.parametrize("cuts", [[3], [1, 2], [2, 1], [1, 1, 1]])
@pytest.mark.parametrize("policy", [{"group_by": "site"}, {"window": "3d"}])
def test_a_held_text_goes_for_a_new_one_of_its_batch(
    tmp_path: Path, policy: dict[str, Any], cuts: list[int], min_run: int
) -> None:
    """What is held is out of reach, and a text like it comes before its copy."""
    documents: list[dict[str, Any]] = [
        {"id": "0", "text": FERRY, "site": "x", "date": "2026-01-01"},
        {"id": "1", "text": NEAR, "site": "y", "date": "2026-02-01"},
        {"id": "2", "text": FERRY, "site": "y", "date": "2026-02-01"},
    ]
    actions = []
    with dedup.Index.open(tmp_path / "index", Policy(**policy, min_run=min_run)) as index:
        for count in cuts:
            some, documents = documents[:count], documents[count:]
            actions += [verdict.action for verdict in index.add_many(some)]
    assert actions == ["keep", "keep", "drop"]


@pytest.mark.parametrize("min_run", [0, 20])
@pytest.mark.parametrize("at_once", [False, True])
def test_a_removed_text_goes_for_a_new_one_of_its_batch(
    tmp_path: Path, at_once: bool, min_run: int
) -> None:
    with dedup.Index.open(tmp_path / "index", Policy(min_run=min_run)) as index:
        index.add("0", FERRY)
        index.remove("0")
        pair = [("1", NEAR), ("2", FERRY)]
        verdicts = index.add_many(pair) if at_once else [index.add(*one) for one in pair]
        assert [verdict.action for verdict in verdicts] == ["keep", "drop"]
