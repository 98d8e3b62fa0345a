"""Cleaning against other corpora and indexes, as users meet it: files, names, errors, resumption."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
import runs
from files import put
from resuming import LINES, SMALL, Corpus, answer, beside, of_lines, outcomes, texts

import dedup
from dedup import Document, Index, InputError, OutputError, PolicyError
from dedup.cli import main
from dedup.options import Options

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
OTHER = "Herons are back on the river after an absence of eleven years, the ranger wrote."
THIRD = "Bakers say that the price of flour is the reason why bread costs more since May."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus `own` with files of two formats, and `eval`, which has texts and an id of it."""
    own = [{"id": "x", "text": f"{STORY}\n{OTHER}"}, {"id": "y", "text": STORY}]
    own += [{"id": "z", "text": THIRD, "rank": 9}]
    seen = [
        {"id": "x", "text": f"Headline\n{STORY.upper()}", "rank": 1},
        {"id": "q", "text": STORY},
    ]
    runs.write_lines(tmp_path / "own" / "a.jsonl", own)
    put(tmp_path / "own", {"b.txt": THIRD.encode()})
    runs.write_lines(tmp_path / "eval" / "a.jsonl", seen)
    return tmp_path


def index_of(path: Path, documents: list[Any]) -> Path:
    with Index.open(path) as index:
        index.add_many(documents)
    return path


def removed(output: Path) -> list[dict[str, Any]]:
    return runs.read_lines(output / "_dedup" / "removed.jsonl")


# --- what goes, and what is said ----------------------------------------------------------------


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


# --- what cannot be ------------------------------------------------------------------------------


def test_what_cannot_be_held_against_is_an_error(folder: Path) -> None:
    own = folder / "own"
    index = index_of(folder / "seen.dedup", [("a", STORY)])
    with pytest.raises(InputError, match="is to be cleaned, and held against too"):
        dedup.scan(folder, against=folder / "own" / "b.txt")
    with pytest.raises(PolicyError, match="scope is within"):
        dedup.scan(own, against=folder / "eval", scope="within")
    with pytest.raises(InputError, match="no such file"):
        dedup.scan(own, against=folder / "nothing")
    put(folder, {"x.dat": b"text"})
    with pytest.raises(InputError, match="tells no format") as caught:
        dedup.scan(own, against=folder / "x.dat", input_format="jsonl")
    assert caught.value.hint == "rename it: what is held against is read by its suffix"
    for output in (folder / "eval", folder / "eval" / "out", index, index / "out", folder):
        with pytest.raises(OutputError, match="the output"):
            dedup.clean(own, output, against=[folder / "eval", index])
    for command in (dedup.plan, dedup.tune):
        with pytest.raises(dedup.DedupError, match="against is for scan, clean and matches"):
            command(own, against=folder / "eval")
    (index / "catalogue.db").write_bytes(b"no database")
    with pytest.raises(dedup.CorruptIndexError):
        dedup.scan(own, against=index)


def test_an_index_of_another_format_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_of(folder / "seen.dedup", [("a", STORY)])
    monkeypatch.setattr("dedup.index.rules.METHOD", 99)
    with pytest.raises(dedup.IncompatibleIndexError) as caught:
        dedup.scan(folder / "own", against=index)
    assert caught.value.wanted == "method 99"


def test_bad_records_are_told_and_count_for_the_exit_code(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (folder / "eval" / "a.jsonl").open("a") as file:
        file.write('{"id": "r"}\n')
    words = ["clean", str(folder / "own"), "--against", str(folder / "eval")]
    assert main([*words, "-o", str(folder / "out")]) == 2
    error = capfd.readouterr().err
    assert "1 of 3 records to hold against could not be read: a.jsonl:3: the text field" in error
    assert main([*words, "-o", str(folder / "out"), "--force", "--skip-bad"]) == 0
    report = json.loads((folder / "out" / "_dedup" / "report.json").read_bytes())
    assert report["counts"]["records_skipped"] == 0
    assert report["against"][0]["records_skipped"] == 1
    assert (folder / "out" / "_dedup" / "skipped.jsonl").read_bytes() == b""
    with pytest.raises(dedup.FormatError, match=r"a\.jsonl:3"):
        options = Options(skip_bad=False)
        dedup.scan(folder / "own", against=folder / "eval", options=options)


def test_a_reference_that_changes_meanwhile_is_noticed(folder: Path) -> None:
    def touch(stage: str, done: int, _: int | None) -> None:
        if stage == "match" and not done:
            with (folder / "eval" / "a.jsonl").open("a") as file:
                file.write("\n")

    with pytest.raises(InputError, match="changed since it was read"):
        dedup.clean(
            folder / "own", folder / "out", against=folder / "eval", options=Options(progress=touch)
        )
    assert not (folder / "out").exists()


# --- resumption, other runs ----------------------------------------------------------------------


@pytest.fixture
def resumed(tmp_path: Path) -> tuple[Corpus, list[Path]]:
    """A corpus with many checkpoints that is held against files and an index."""
    paths = of_lines(tmp_path / "in")
    put(tmp_path / "seen", {f"{n}.txt": text.encode() for n, text in enumerate(texts(150, 1))})
    index_of(tmp_path / "seen.dedup", list(enumerate_texts(texts(60, 2))))
    settings = {**LINES.settings, "against": [str(tmp_path / "seen"), str(tmp_path / "seen.dedup")]}
    return Corpus("against", of_lines, settings), paths


def enumerate_texts(found: list[str]) -> list[tuple[str, str]]:
    return [(str(number), text) for number, text in enumerate(found)]


def cleaned(corpus: Corpus, paths: list[Path], output: Path, **more: Any) -> list[str]:
    against = [Path(name) for name in corpus.settings["against"]]
    settings = {**corpus.settings, "against": against}
    return Corpus(corpus.name, corpus.make, settings).clean(paths, output, **more)


def test_killed_and_resumed_it_gives_the_same_bytes(
    resumed: tuple[Corpus, list[Path]], tmp_path: Path
) -> None:
    corpus, paths = resumed
    cleaned(corpus, paths, tmp_path / "whole")
    assert "against" in json.dumps(removed(tmp_path / "whole"))
    output = tmp_path / "out"
    shares = [
        ("read", 0.2),
        ("read", 0.6),
        ("read", 0.9),
        ("match", 0),
        ("decide", 0),
        ("clean", 0),
    ]
    moments = [[signal.SIGKILL, stage, share] for stage, share in shares]
    found = outcomes(corpus, paths, output, [*moments, [0, "", 0]])
    assert [code for code, _ in found] == [-signal.SIGKILL] * len(moments) + [0]
    assert found[-1][1][0].endswith("were read and compared")
    assert answer(output) == answer(tmp_path / "whole")
    assert beside(output) == []
    report = json.loads((output / "_dedup" / "report.json").read_bytes())
    whole = json.loads((tmp_path / "whole" / "_dedup" / "report.json").read_bytes())
    assert report["against"] == whole["against"]
    assert report["counts"] == whole["counts"]


@pytest.mark.parametrize("change", ["file", "index", "fewer"])
def test_a_state_of_another_reference_is_refused(
    change: str, resumed: tuple[Corpus, list[Path]], tmp_path: Path
) -> None:
    corpus, paths = resumed
    output = tmp_path / "out"
    [(code, _)] = outcomes(corpus, paths, output, [[signal.SIGKILL, "read", 0.9]])
    assert code == -signal.SIGKILL
    complete = tmp_path / "whole"
    cleaned(corpus, paths, complete)
    assert cleaned(corpus, paths, complete, resume=True) == [f"{complete}: is complete already"]
    if change == "file":
        with (tmp_path / "seen" / "3.txt").open("a") as file:
            file.write("\nmore")
    elif change == "index":
        with Index.open(tmp_path / "seen.dedup") as index:
            index.remove("7")
    else:
        del corpus.settings["against"][1]
    message = "against 1 inputs" if change == "fewer" else "not what it was"
    with pytest.raises(OutputError, match=message):
        cleaned(corpus, paths, output, resume=True)
    message = "against 1 inputs" if change == "fewer" else "has changed since it was read"
    with pytest.raises(OutputError, match=message):
        cleaned(corpus, paths, complete, resume=True)
    assert cleaned(corpus, paths, output) == []


def test_any_jobs_batches_and_memory_give_the_same_bytes(
    resumed: tuple[Corpus, list[Path]], tmp_path: Path
) -> None:
    corpus, paths = resumed
    cleaned(corpus, paths, tmp_path / "one")
    against = [Path(name) for name in corpus.settings["against"]]
    settings = {**corpus.settings, "against": against}
    for number, options in enumerate([Options(jobs=1), Options(jobs=3, memory="128M", **SMALL)]):
        output = tmp_path / f"other{number}"
        dedup.clean(paths, output, options=options, **settings)
        assert answer(output) == answer(tmp_path / "one")


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


# --- the command ---------------------------------------------------------------------------------


def test_the_command_takes_several(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    index = str(index_of(folder / "seen.dedup", [("item 7", THIRD)]))
    own, seen = str(folder / "own"), str(folder / "eval")
    words = [own, "--against", seen, "--against", index]
    assert main(["scan", *words]) == 0
    shown = capfd.readouterr().out
    assert "Held against 2 documents of" in shown
    assert "Held against 1 document of" in shown
    assert f"Next: dedup clean {own} --against {seen} --against {index} -o clean/" in shown
    assert max(map(len, shown.splitlines()[:-1])) <= 80
    assert main(["clean", *words, "-o", str(folder / "out")]) == 0
    assert runs.read_lines(folder / "out" / "a.jsonl") == [{"id": "x", "text": OTHER}]
    capfd.readouterr()
    assert main(["explain", str(folder / "own" / "b.txt"), f"{index}:item 7"]) == 0
    assert "identical" in capfd.readouterr().out
    assert main(["explain", str(folder / "own" / "b.txt"), f"{index}:nobody"]) == 2
    assert main(["scan", *words, "--plan"]) == 2
    assert f"a plan of both: dedup scan {own} {seen} --plan" in capfd.readouterr().err
    assert main(["scan", own, "--against", seen, "--fail-on-duplicates", "-q"]) == 1
    assert main(["scan", own, "--against", seen, "--format", "jsonl"]) == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert lines[0]["members"][0]["against"] == seen
    assert [dedup.Cluster.from_json(line).to_dict() for line in lines] == lines


def test_stdin_can_be_either_but_not_both(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import io
    import sys

    for words in (
        ["scan", "-", "--against", str(folder / "own")],
        ["scan", str(folder / "own"), "--against", "-"],
    ):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(THIRD.encode())))
        assert main([*words, "--format", "jsonl"]) == 0
        first = json.loads(capfd.readouterr().out.splitlines()[0])
        assert "against" in first["members"][0]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(THIRD.encode())))
    assert main(["scan", "-", "--against", "-"]) == 2


# --- documents out of an index -------------------------------------------------------------------


def test_an_index_is_exported_with_its_texts(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    found = texts(300, 11)
    documents = [
        {"id": f"d{n}", "text": text, "source": f"feed:{n}", "site": n % 3}
        for n, text in enumerate(found)
    ]
    path = index_of(tmp_path / "seen.dedup", documents)
    with Index.open(path, mode="w") as index:
        index.remove("d7")
        index.add("fresh", f"Short\n\n{STORY}", date="2024-01-02")
        wanted = [entry.to_dict() for entry in index.entries(texts=True)]
        assert index.export(tmp_path / "seen.parquet") == len(index) == 300
        assert index.export(tmp_path / "seen.jsonl.zst") == 300
        assert index.text("fresh") == f"Short\n\n{STORY}"
        assert index.text("d7") is None
    assert [entry["text"] for entry in wanted] == [*found[:7], *found[8:], f"Short\n\n{STORY}"]
    assert list(wanted[0]) == ["id", "text", "date", "source", "fields"]
    assert runs.read_lines(tmp_path / "seen.jsonl.zst") == wanted
    rows = parquet.read_table(tmp_path / "seen.parquet").to_pylist()
    assert [{**row, "fields": json.loads(row["fields"])} for row in rows] == wanted
    held, files = (dedup.scan(one) for one in (wanted, tmp_path / "seen.parquet"))
    assert files.report["counts"] == held.report["counts"]
    with pytest.raises(OutputError, match="exists already"), Index.open(path, mode="r") as index:
        index.export(tmp_path / "seen.parquet")
    with pytest.raises(OutputError, match="tells no format"), Index.open(path, mode="r") as index:
        index.export(tmp_path / "seen.txt")
    assert [name for name in tmp_path.iterdir() if name.name.startswith(".")] == []


def test_an_export_has_row_groups_of_bounded_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = index_of(tmp_path / "seen.dedup", enumerate_texts(texts(100, 12)))
    monkeypatch.setattr("dedup.index.export.GROUP_CHARACTERS", 3000)
    with Index.open(path, mode="r") as index:
        index.export(tmp_path / "seen.parquet")
    about = parquet.ParquetFile(tmp_path / "seen.parquet").metadata
    groups = [about.row_group(place).num_rows for place in range(about.num_row_groups)]
    assert sum(groups) == 100
    assert 1 < max(groups) < 50


def test_the_export_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow")
    path = str(index_of(tmp_path / "seen.dedup", [("a", STORY), ("b", "")]))
    assert main(["index", "export", path, "-o", str(tmp_path / "x.parquet")]) == 0
    assert capfd.readouterr().out == f"Wrote 2 documents to {tmp_path / 'x.parquet'}\n"
    assert (
        main(["index", "export", path, "-o", str(tmp_path / "x"), "--format", "jsonl", "-q"]) == 0
    )
    assert main(["index", "export", path]) == 0
    assert (tmp_path / "x").read_text() == capfd.readouterr().out
    assert main(["index", "export", path, "--format", "parquet"]) == 2
    assert "hint: -o FILE.parquet" in capfd.readouterr().err
    assert main(["index", "export", path, "-o", str(tmp_path / "x.csv")]) == 2
    assert main(["scan", str(tmp_path / "x.parquet"), "--format", "jsonl"]) == 0
