"""What people are told: names as they are, claims that hold, and a remedy for what went wrong."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path

import pytest
from commands import BAD_RECORDS, OTHER, STORY, run

import dedup
from dedup.formats.jsonl import why_bad

HOSTILE = "a\x9b31m\u202eb\u2066c\x7f"
RAW = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
READING = "Temperatures reach {} degrees in the {} and the wind comes from the west at noon today."


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def shown(*words: object, cwd: Path) -> str:
    stdout, stderr, _ = run(*words, cwd=cwd)
    return stdout + stderr


# --- names -----------------------------------------------------------------------------------


def test_ids_and_sources_hold_no_raw_control_in_any_json(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / f"{HOSTILE}.txt").write_text(f"{STORY}\n{STORY}", encoding="utf-8")
    records = [{"id": HOSTILE, "text": STORY}, {"id": "b", "text": STORY}]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (source / f"{HOSTILE}.jsonl").write_text(f"{lines}{{}}\n", encoding="utf-8")
    for words in (["scan", "in"], ["clean", "in", "-o", "out"]):
        for format in ("json", "jsonl"):
            stdout, _, _ = run(*words, "--format", format, "--skip-bad", "-q", cwd=tmp_path)
            if words[0] == "scan":
                assert json.dumps(HOSTILE)[1:-1].replace("\\u007f", "\x7f")[:8] in stdout
            assert not RAW.search(stdout)
    for path in (tmp_path / "out" / "_dedup").iterdir():
        assert not RAW.search(path.read_text(encoding="utf-8")), path.name
    name = f"in/{HOSTILE}.txt"
    assert not RAW.search(run("explain", name, name, "--format", "json", cwd=tmp_path)[0])
    ids = {m.document for c in dedup.scan(source).clusters for m in c.members}
    assert HOSTILE in ids


def test_names_are_escaped_and_never_squeezed(tmp_path: Path) -> None:
    for name in ("a\nb", " ", "a  b"):
        write(tmp_path, **{name: f"{STORY}\n{STORY}"})
    listed = shown("scan", ".", "--top", "9", cwd=tmp_path)
    for name in (r"a\nb.txt", "kept    .txt", "a  b.txt"):
        assert name in listed


def test_an_output_that_is_not_utf8_is_shown_as_its_bytes(tmp_path: Path) -> None:
    write(tmp_path, a=f"{STORY}\n{STORY}")
    output = os.fsdecode(b"out\xff")
    assert r"Written to out\xff;" in shown("clean", "a.txt", "-o", output, cwd=tmp_path)
    assert r"in back\xff" in shown("restore", output, "-o", os.fsdecode(b"back\xff"), cwd=tmp_path)


def test_the_next_command_takes_names_that_look_like_flags(tmp_path: Path) -> None:
    (tmp_path / "-a.txt").write_text(f"{STORY}\n{STORY}", encoding="utf-8")
    last = shown("scan", "--", "-a.txt", cwd=tmp_path).splitlines()[-1]
    assert last == "Next: dedup clean -o clean/ -- -a.txt"
    stdout, stderr, code = run(*last.split()[2:], cwd=tmp_path)
    assert (stderr, code) == ("", 0)
    assert "Written to clean;" in stdout


# --- claims ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("scope", "other"), [("within", "across"), ("across", "within")])
def test_a_scope_has_flags_of_its_own(tmp_path: Path, scope: str, other: str) -> None:
    write(tmp_path, a=f"{STORY}\n{STORY}", b=STORY)
    said = run("scan", ".", f"--{scope}", "--format", "jsonl", cwd=tmp_path)
    assert said == run("scan", ".", "--scope", scope, "--format", "jsonl", cwd=tmp_path)
    assert said[0] != run("scan", ".", "--format", "jsonl", cwd=tmp_path)[0]
    for words in ([f"--{other}"], ["--scope", other]):
        stdout, stderr, code = run("scan", ".", f"--{scope}", *words, cwd=tmp_path)
        assert (stdout, code) == ("", 2)
        assert "they disagree" in stderr


@pytest.mark.parametrize(
    ("scope", "claim"),
    [("within", "stands twice inside one document"), ("across", "stands in two documents")],
)
def test_under_a_scope_nothing_is_said_of_the_rest(tmp_path: Path, scope: str, claim: str) -> None:
    write(tmp_path, **({"a": STORY, "b": STORY} if scope == "within" else {"a": STORY * 2}))
    listed = shown("scan", ".", "--scope", scope, cwd=tmp_path)
    assert claim in listed
    assert max(map(len, listed.splitlines())) <= 80


def test_chains_keep_templates_and_promise_no_clean(tmp_path: Path) -> None:
    texts = [READING.format(12, "morning"), READING.format(14, "morning")]
    assert [cluster.kind for cluster in dedup.scan(texts, linkage="chain").clusters] == ["template"]
    write(tmp_path, a=STORY, b=STORY)
    listed = shown("scan", ".", "--linkage", "chain", cwd=tmp_path)
    assert "would remove" not in listed
    assert "dedup clean needs --linkage keeper" in listed


def test_clean_says_that_it_wrote_where_nothing_repeats(tmp_path: Path) -> None:
    write(tmp_path, a=STORY)
    assert "Written to out as it was" in shown("clean", "a.txt", "-o", "out", cwd=tmp_path)


def test_what_differs_in_numbers_does_not_stand_in_another_document() -> None:
    texts = [READING.format(12, "morning"), READING.format(14, "morning")]
    assert dedup.scan(texts).report["similar_documents"] == []


def test_without_clusters_to_show_there_is_one_blank_line(tmp_path: Path) -> None:
    write(tmp_path, a=f"{STORY}\n{STORY}")
    assert "\n\n\n" not in shown("scan", "a.txt", "--top", "0", cwd=tmp_path)


# --- remedies --------------------------------------------------------------------------------


def test_bad_records_come_with_remedies(tmp_path: Path) -> None:
    (tmp_path / "feed.jsonl").write_bytes(BAD_RECORDS)
    (tmp_path / "bad.jsonl").write_bytes(b"{}\n")
    told = run("clean", "feed.jsonl", "-o", "out", cwd=tmp_path)[1]
    for remedy in ("out/_dedup/skipped.jsonl", "--skip-bad", "--text-field"):
        assert remedy in told
    assert "hint" not in run("scan", "feed.jsonl", "--skip-bad", cwd=tmp_path)[1]
    assert "No record could be read" in run("scan", "bad.jsonl", cwd=tmp_path)[0]
    assert dedup.scan(tmp_path / "bad.jsonl").warnings == ["1 of 1 records could not be read"]


def test_the_fields_with_the_longest_texts_are_named_also_inside_objects() -> None:
    record = {"id": "a", "meta": {"body": "long " * 9, "n": 1}, "title": "Some title"}
    assert why_bad(json.dumps(record).encode(), "text").endswith("here: meta.body, title, id")
    many = {f"f{number}": "x" for number in range(9)}
    assert why_bad(json.dumps(many).encode(), "text").endswith("here: f0, f1, f2, f3, f4, …")


def test_a_keeper_rule_that_finds_nothing_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "sw").mkdir()
    write(tmp_path / "sw", a=STORY, b=STORY)
    told = run("scan", "sw", "--keep", "prefer:x/b.txt", cwd=tmp_path)[1]
    assert "warning: prefer: no source matches x/b.txt; sources are relative" in told
    for pattern in ("b.txt", "sw/b.txt", "*/b.txt"):
        stdout, stderr, _ = run("scan", "sw", "--keep", f"prefer:{pattern}", cwd=tmp_path)
        assert stderr == ""
        assert re.search(r"kept +b\.txt", stdout)
    records = [{"id": 1, "text": STORY}, {"id": 2, "text": STORY}]
    told = dedup.scan(records, keep="earliest:day").warnings
    assert told == ["earliest: no record has the field day"]
    assert dedup.scan([{**records[0], "day": 3}], keep="earliest:day").warnings == []
    assert "GLOB matches the path as scan shows it, or as typed" in " ".join(
        run("scan", "--help")[0].split()
    )


def test_an_id_field_that_no_record_has_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_text(json.dumps({"key": "k", "text": STORY}), encoding="utf-8")
    wanted = ["no record has an id in the field url"]
    assert dedup.scan(path, id_field="url").warnings == wanted
    assert dedup.scan([{"text": STORY}], id_field="url").warnings == wanted
    assert dedup.scan(path, id_field="key").warnings == []


def test_a_text_in_place_of_a_path_is_shown_shortened_with_what_to_do() -> None:
    for text in (f"{STORY}\n{OTHER}" * 40, "", "No such sentence", "x" * 9000):
        with pytest.raises(dedup.InputError) as caught:
            dedup.scan(text)
        assert "\n" not in caught.value.message
        assert len(caught.value.message) < 120
        assert "texts go in a list: [text]" in (caught.value.hint or "")


def test_texts_that_are_names_of_files_are_warned_of(tmp_path: Path) -> None:
    names = [str(path) for path in write(tmp_path, a=STORY, b=OTHER).iterdir()]
    assert "pathlib.Path" in dedup.scan(names).warnings[0]
    assert dedup.scan([*names, STORY]).warnings == []


def test_results_say_what_they_are() -> None:
    assert repr(dedup.scan([STORY, STORY])) == (
        f"<ScanResult: 2 documents, 1 cluster, {len(STORY)} of {2 * len(STORY)} characters would go>"
    )
    assert repr(dedup.clean([STORY, STORY])).endswith(f"{2 * len(STORY)} characters removed>")


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("(?=a)b", "what a match touches"),
        (r"(a)\1", "write the repeated"),
        (r"(\w{1000}){1000}", "make it smaller"),
        ("(", "a backslash"),
    ],
)
def test_the_hint_for_a_pattern_fits_what_is_wrong_with_it(pattern: str, hint: str) -> None:
    with pytest.raises(dedup.PolicyError) as caught:
        dedup.Policy(protect=pattern)
    assert hint in (caught.value.hint or "")


def test_values_of_the_wrong_kind_are_errors_of_ours() -> None:
    with pytest.raises(dedup.InputError, match="the source has a lone surrogate"):
        dedup.scan([dedup.Document("a", "text", "a\ud800")])
    with pytest.raises(dedup.DedupError, match="progress is 5"):
        dedup.Options(progress=5)  # type: ignore[arg-type]


# --- explain ---------------------------------------------------------------------------------


def test_explain_takes_documents_and_dicts() -> None:
    sides = (dedup.Document("a", STORY), {"id": "b", "body": STORY})
    assert dedup.explain(*sides, text_field="body").relation == "identical"
    with pytest.raises(dedup.DedupError, match="item 1 is an int"):
        dedup.explain("a", 5)


def test_explain_reads_what_scan_reads(tmp_path: Path) -> None:
    records = [{"key": "one", "body": STORY}, {"key": "two", "body": OTHER}]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (tmp_path / "feed.jsonl.gz").write_bytes(gzip.compress(f"{lines}{{}}\n".encode()))
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(STORY.encode()))
    (tmp_path / "plain").write_text(STORY, encoding="utf-8")
    flags = ["--text-field", "body", "--id-field", "key"]
    for left in ("feed.jsonl.gz:1", "feed.jsonl.gz:one", "a.txt.gz", "plain"):
        assert run("explain", left, "a.txt.gz", *flags, cwd=tmp_path)[2] == 0, left
    assert run("explain", "feed.jsonl.gz:2", "a.txt.gz", *flags, cwd=tmp_path)[2] == 1
    assert run("explain", "-", "a.txt.gz", cwd=tmp_path, stdin=STORY.encode())[2] == 0
    for left, message in (
        ("feed.jsonl.gz", "holds more than one record"),
        ("feed.jsonl.gz:3", "feed.jsonl.gz:3: the text field body is missing"),
        ("feed.jsonl.gz:9", "holds no record 9"),
        ("a.txt.gz:1", "a text file, without records"),
        (".", "a folder"),
    ):
        _, stderr, code = run("explain", left, "plain", *flags, cwd=tmp_path)
        assert message in stderr
        assert code == 2
    assert "only once" in run("explain", "-", "-", cwd=tmp_path)[1]


def test_explain_shows_what_tells_the_names_apart() -> None:
    folder = "a/long/way/down/to/the/folder/in/which/both/of/these/files/stand"
    names = (f"{folder}/one.txt", f"{folder}/two.txt")
    listed = str(dedup.explain(STORY, STORY.upper(), labels=names))
    assert listed.startswith("one.txt and two.txt: equal")
    assert "a text of 1 token matches" in str(dedup.explain("word", STORY))


def test_an_explanation_says_why_both_stay():
    lower = "The council voted yesterday to raise the minimum wage of all who work in the old town."
    opposite = dedup.explain(lower, lower.replace("minimum", "maximum"))
    assert (opposite.relation, opposite.passages[0]["kept"]) == ("near", "contained")
    assert "    both stay: holds what the other lacks" in str(opposite).splitlines()
    edited = dedup.explain(lower, lower.replace("yesterday", "again"))
    assert edited.passages[0]["kept"] is None
    assert "both stay" not in str(edited)


def test_restore_replaces_only_the_output_of_the_same_inputs(tmp_path: Path) -> None:
    write(tmp_path, a=STORY, b=OTHER)
    for name in ("a", "b"):
        dedup.clean(tmp_path / f"{name}.txt", tmp_path / f"clean-{name}")
    dedup.clean(tmp_path / "a.txt", tmp_path / "again")
    with pytest.raises(dedup.OutputError, match="wrote from other inputs"):
        dedup.restore(tmp_path / "clean-a", tmp_path / "clean-b", force=True)
    with pytest.raises(dedup.OutputError, match="lies inside the input"):
        dedup.restore(tmp_path / "clean-a", tmp_path / "clean-a", force=True)
    dedup.restore(tmp_path / "clean-a", tmp_path / "again", force=True)
    assert [path.name for path in (tmp_path / "again").iterdir()] == ["a.txt"]


@pytest.mark.parametrize("command", [["scan"], ["clean", "-o", "out"], ["index", "add", "ix"]])
def test_an_empty_pipe_is_no_path(command: list[str], tmp_path: Path) -> None:
    """A variable that is not set named nothing: no index is made of one empty text."""
    out, err, code = run(*command, cwd=tmp_path, stdin=b"")
    assert (out, code) == ("", 2)
    assert "dedup scan PATH" in err or "was named" in err
    assert not list(tmp_path.iterdir())
    assert run(*command, "-", cwd=tmp_path, stdin=STORY.encode())[2] == 0


@pytest.mark.parametrize("name", ["add", "check"])
def test_a_command_that_lacks_a_path_shows_one_of_its_own(name: str, tmp_path: Path) -> None:
    err = run("index", name, "ix", cwd=tmp_path)[1]
    assert err.endswith(f"hint: dedup index {name} seen.dedup articles/\n")
