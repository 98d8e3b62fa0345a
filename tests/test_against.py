"""Cleaning against other corpora and indexes, as users meet it: what goes, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import runs
from held_against import index_of, own_and_eval, removed
from stories import OTHER, STORY, THIRD

import dedup
from dedup import Document, Index


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return own_and_eval(tmp_path)


def test_what_stands_there_goes_and_says_where(folder: Path) -> None:
    before = runs.tree(folder / "eval")
    result = dedup.clean(folder / "own", folder / "out", against=folder / "eval")
    assert runs.tree(folder / "eval") == before
    assert [line["text"] for line in runs.read_lines(folder / "out" / "a.jsonl")] == [OTHER, THIRD]
    assert not (folder / "out" / "b.txt").exists()
    name = str(folder / "eval")
    keepers = [entry["keeper"] for entry in removed(folder / "out") if "keeper" in entry]
    place = {"document": "x", "source": "a.jsonl:1", "against": name, "span": [9, 89]}
    assert keepers == [place, place, {"document": "z", "source": "a.jsonl:3", "span": [0, 80]}]
    assert dedup.restore(folder / "out", folder / "back")
    assert runs.tree(folder / "back") == runs.tree(folder / "own")
    counts = result.report["counts"]
    assert (counts["documents_read"], counts["documents_kept"]) == (4, 2)
    assert counts["blocks"] == 5
    [entry] = result.report["against"]
    assert (entry["name"], entry["documents"], entry["records_skipped"]) == (name, 2, 0)
    assert [file["path"] for file in entry["inputs"]] == ["a.jsonl"]
    assert entry["inputs"][0]["bytes"] == len(before["a.jsonl"])
    characters = len(STORY) + len(STORY)
    assert (entry["blocks"], entry["characters"]) == (3, len("Headline") + characters)
    assert (entry["blocks_repeated"], entry["characters_repeated"]) == (2, characters)
    # The id stands in both, and that is no collision; in one corpus it is.
    assert not any("more than once" in line for line in result.warnings)


def test_the_reference_wins_whatever_keep_says(folder: Path) -> None:
    near = (
        STORY.replace("tomorrow", "today") + " It is the third time this month, and not the last."
    )
    rules: list[Any] = [
        "first",
        "longest",
        "earliest:rank",
        "latest:rank",
        "prefer:own/*",
        "prefer-field:rank=9",
        lambda document: -len(document.text),
    ]
    for keep in rules:
        documents = [{"text": near, "rank": 9}, {"text": THIRD, "rank": 0}]
        seen = [{"text": near[:-10], "rank": 5}, {"text": OTHER, "rank": 4}]
        result = dedup.clean(documents, against=seen, keep=keep, threshold=0.6)
        assert [document.text for document in result.documents] == [THIRD], keep
        assert result.removed[0]["keeper"]["against"] == "memory"


def test_only_what_concerns_the_corpus_is_reported() -> None:
    seen = [STORY, STORY, f"{STORY}\n{OTHER}", OTHER.replace("eleven", "twelve")]
    result = dedup.scan([THIRD], against=seen)
    assert (result.clusters, result.matches, result.versions) == ([], [], [])
    assert result.report["hot"]["repeats"] == []
    assert result.report["counts"]["blocks_distinct"] == 1
    result = dedup.scan([THIRD, f"{THIRD}\n{STORY}"], against=seen)
    members = [[(one.source, one.against) for one in each.members] for each in result.clusters]
    assert members == [[("[0]", "memory"), ("[1]", None)], [("[0]", None), ("[1]", None)]]
    left = {(match.left.against, match.right.against) for match in result.matches}
    assert left == {("memory", None), (None, None)}
    assert [len(story.members) for story in result.versions] in ([], [2])
    repeats = result.report["hot"]["repeats"]
    assert repeats[0] == {**repeats[0], "source": "[1]", "copies": 4, "documents": 4, "text": STORY}


def test_a_text_that_holds_a_reference_stays_and_is_reported() -> None:
    question = (
        "What did the harbour office say about the ferry that will not sail tomorrow because of"
    )
    question += " the storm, and who wrote that herons are back on the river?"
    page = f"{OTHER} {question} {THIRD} {THIRD[::-1]}"
    result = dedup.clean([page], against=[question])
    assert [document.text for document in result.documents] == [page]
    [cluster] = result.clusters
    assert [(one.against, one.kept) for one in cluster.members] == [
        ("memory", None),
        (None, "contained"),
    ]


def test_every_kind_of_reference_gives_the_same(folder: Path) -> None:
    pandas = pytest.importorskip("pandas")
    documents = runs.read_lines(folder / "eval" / "a.jsonl")
    index = index_of(folder / "seen.dedup", documents)
    out = 0

    def left(against: Any) -> dict[str, bytes]:
        nonlocal out
        out += 1
        dedup.clean(folder / "own", folder / f"out{out}", against=against)
        return runs.tree(
            folder / f"out{out}",
            without=["clusters.jsonl", "removed.jsonl", "report.json", "versions.jsonl"],
        )

    wanted = left(folder / "eval")
    with Index.open(index, mode="r") as opened:
        for against in [
            str(folder / "eval"),
            str(folder / "eval" / "*.jsonl"),
            folder / "eval" / "a.jsonl",
            [folder / "eval", folder / "eval" / "a.jsonl"],
            documents,
            [Document("x", one["text"]) for one in documents],
            [one["text"] for one in documents],
            pandas.DataFrame(documents),
            str(index),
            index,
            opened,
            [opened, folder / "eval"],
        ]:
            assert left(against) == wanted
    assert left(None) == left([]) != wanted
    frame = dedup.clean(pandas.DataFrame({"text": [STORY, THIRD]}), against=documents).data
    assert list(frame["text"]) == [THIRD]
    assert len(dedup.matches([STORY], against=documents)) == 1


def test_boilerplate_and_groups_count_what_it_is_held_against() -> None:
    seen = [{"text": f"Read also\n{number} {STORY[number:]}", "site": "a"} for number in range(9)]
    own = [{"text": f"{OTHER}\nRead also", "site": "a"}, {"text": THIRD, "site": "b"}]
    texts = [one.text for one in dedup.clean(own, against=seen, boilerplate="first").documents]
    assert texts == [OTHER, THIRD]
    texts = [one.text for one in dedup.clean(own, against=seen, boilerplate="all").documents]
    assert texts == [OTHER, THIRD]
    grouped = dedup.clean(own, against=[{"text": THIRD, "site": "a"}], group_by="site")
    assert len(grouped.documents) == 2
    grouped = dedup.clean(own, against=[{"text": THIRD, "site": "b"}], group_by="site")
    assert len(grouped.documents) == 1


def test_every_format_gives_its_groups_and_dates(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    records = [{"text": STORY, "site": "a", "day": "2024-02-01"}]
    frame = pandas.DataFrame(records)
    frame.to_csv(tmp_path / "seen.csv", index=False)
    frame.to_parquet(tmp_path / "seen.parquet")
    runs.write_lines(tmp_path / "seen.jsonl", records)
    files = [tmp_path / f"seen.{suffix}" for suffix in ("csv", "parquet", "jsonl")]
    for against in (*files, frame, records):
        for own, kept in [("a", 0), ("b", 1)]:
            found = dedup.clean([{**records[0], "site": own}], against=against, group_by="site")
            assert len(found.documents) == kept
        for day, kept in [("2024-02-02", 0), ("2024-02-05", 1)]:
            found = dedup.clean([{**records[0], "day": day}], against=against, window="2d:day")
            assert len(found.documents) == kept


def test_an_index_gives_its_dates_and_fields(tmp_path: Path) -> None:
    documents = [{"id": "a", "text": STORY, "date": "2024-02-01", "site": "a"}]
    path = index_of(tmp_path / "seen.dedup", documents)
    for day, kept in [("2024-02-03", 0), ("2024-02-20", 1)]:
        own = [{"text": STORY, "day": day, "site": "a"}]
        assert len(dedup.clean(own, against=path, window="7d:day").documents) == kept
    own = [{"text": STORY, "site": "b"}]
    assert len(dedup.clean(own, against=path, group_by="site").documents) == 1


def test_versions_of_both_follow_one_another_by_their_dates() -> None:
    chapters = [f"{STORY}\n\n{OTHER}\n\n{THIRD}{' It is so.' * n}" for n in range(3)]
    seen = [
        {"text": chapters[2], "date": "2024-03-01"},
        {"text": chapters[0], "date": "2024-01-01"},
    ]
    own = [{"text": chapters[1], "date": "2024-02-01"}]
    for how in ({"date_field": "date"}, {"keep": "latest:date"}):
        [story] = dedup.scan(own, against=seen, **how).versions
        found = [(member.source, member.against) for member in story.members]
        assert found == [("[1]", "memory"), ("[0]", None), ("[0]", "memory")]


def test_another_policy_or_a_writer_of_an_index_does_not_matter(tmp_path: Path) -> None:
    policy = dedup.Policy(unit="line", threshold=0.9, min_tokens=4, numbers="mask")
    with Index.open(tmp_path / "seen.dedup", policy) as index:
        index.add("a", f"{OTHER}\n{STORY}")
        index.commit()
        index.add("b", THIRD)
        paths = (tmp_path / "seen.dedup", index)
        found = [dedup.clean([STORY, THIRD, OTHER + OTHER], against=one) for one in paths]
    assert [len(one.documents) for one in found] == [2, 1]
    near = dedup.clean([STORY.replace("storm", "gale")], against=tmp_path / "seen.dedup")
    assert near.documents == []


def test_compare_tells_what_runs_were_held_against(folder: Path) -> None:
    for name, against in [("one", None), ("two", folder / "eval")]:
        dedup.clean(folder / "own", folder / name, against=against)
    found = dedup.compare(folder / "one", folder / "two")
    assert found.settings == {"against": (None, str(folder / "eval"))}
    assert "against none" in str(found)
    with (folder / "eval" / "a.jsonl").open("a") as file:
        file.write("\n")
    dedup.clean(folder / "own", folder / "three", against=folder / "eval")
    changed = dedup.compare(folder / "two", folder / "three")
    assert changed.settings["against"][1].endswith("eval, changed")
    assert changed.same


def test_against_alone_leaves_what_the_corpus_repeats_of_itself(folder: Path) -> None:
    texts = [f"{STORY}\n\n{OTHER}", f"{OTHER}\n\n{THIRD}", f"{OTHER}\n\n{THIRD}"]
    result = dedup.clean(texts, against=[STORY], scope="against")
    assert [one.text for one in result.documents] == [OTHER, *texts[1:]]
    [cluster] = result.clusters
    assert [member.against for member in cluster.members] == ["memory", None]
    both = dedup.clean(texts, against=[STORY])
    assert [one.text for one in both.documents] == [OTHER, THIRD]


def test_against_alone_drops_copies_of_what_stands_there() -> None:
    page = "\n".join([STORY, "Share", STORY, "Share", OTHER])
    result = dedup.clean([page, page, THIRD, THIRD], against=[page, page], scope="against")
    assert [one.text for one in result.documents] == [THIRD, THIRD]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "nothing was named that the corpus is held against"),
        ({"against": [STORY], "group_by": "site"}, "makes two groups"),
    ],
)
def test_against_alone_needs_something(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(dedup.PolicyError, match=message):
        dedup.clean([STORY], scope="against", **settings)


def test_an_index_has_no_such_scope(tmp_path: Path) -> None:
    with pytest.raises(dedup.PolicyError, match="scope is against"):
        Index.open(tmp_path / "index", dedup.Policy(scope="against"))
