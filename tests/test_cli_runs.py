"""`scan`, `clean` and `restore` from start to end: what they print, write and refuse."""

from __future__ import annotations

import gzip
import json
import os
import pty
from pathlib import Path

import pytest
from commands import BAD_RECORDS, OTHER, REPOSITORY, STORY, check, command, run, three_articles

from dedup.policy import Policy


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return three_articles(tmp_path)


def test_scan_gives_a_first_user_a_useful_answer(articles):
    check("scan", run("scan", "articles", cwd=articles.parent))


def test_scan_of_one_file_without_repeats_says_so(articles):
    check("scan-nothing", run("scan", "a.txt", cwd=articles))


def test_a_scan_that_finds_nothing_says_what_was_not_compared(articles):
    flags = ("--group-by", "site", "--group-scope", "across", "--window", "7d")
    check("scan-nothing-in-groups", run("scan", "articles", *flags, cwd=articles.parent))


@pytest.mark.parametrize("words", [[], ["--top", "3"], ["--format", "json"], ["--format", "jsonl"]])
def test_scan_of_the_examples(words):
    name = "-".join(["scan-examples", *(word.strip("-") for word in words)])
    outcome = run("scan", "examples/articles", *words, cwd=REPOSITORY)
    if "--format" not in words:
        assert max(map(len, outcome[0].splitlines())) <= 80
    check(name, outcome)


def test_the_next_command_says_what_was_said(articles):
    def next_of(*words: str) -> str:
        out, *_ = run("scan", "articles", *words, cwd=articles.parent)
        return out.splitlines()[-1]

    raised = "Next: dedup clean articles -o clean/ --threshold 0.9"
    assert next_of("-t", "0.9") == raised
    assert next_of("-t", "0.9", "--containment", "0.8") == f"{raised} --containment 0.8"


def test_the_next_command_does_what_this_one_would(articles):
    words = ["--min-tokens", "4", "--keep", "prefer:b*", "--skip-bad", "--id-field", "key", "-j1"]
    stdout, _, _ = run("scan", "articles", *words, cwd=articles.parent)
    assert stdout.splitlines()[-1] == (
        "Next: dedup clean articles -o clean/ --min-tokens 4 --keep 'prefer:b*' "
        "--id-field key --skip-bad"
    )


def test_json_is_the_report_and_the_lines_of_jsonl(articles):
    whole = json.loads(run("scan", articles, "--format", "json")[0])
    lines = run("scan", articles, "--format", "jsonl")[0].splitlines()
    assert whole["clusters"] == [json.loads(line) for line in lines]
    assert whole["report"]["policy"] == Policy().to_dict()
    assert len(lines) == 2


def test_fail_on_duplicates_exits_1_only_when_something_repeats(articles):
    assert run("scan", articles, "--fail-on-duplicates", "-q") == ("", "", 1)
    assert run("scan", articles / "a.txt", "--fail-on-duplicates", "-q") == ("", "", 0)
    assert run("scan", articles, "-q") == ("", "", 0)


def test_clean_and_restore_give_everything_back(articles, tmp_path):
    check("clean", run("clean", "articles", "-o", "clean", cwd=tmp_path))
    assert (tmp_path / "clean" / "b.txt").read_text(encoding="utf-8").strip() == OTHER.strip()
    check("restore", run("restore", "clean", "-o", "back", cwd=tmp_path))
    for name in ("a.txt", "b.txt", "c.txt"):
        assert (tmp_path / "back" / name).read_bytes() == (articles / name).read_bytes()


def test_a_dry_run_writes_nothing(articles, tmp_path):
    check("clean-dry-run", run("clean", "articles", "-o", "clean", "--dry-run", cwd=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["articles"]


def test_nothing_is_overwritten_unasked(articles, tmp_path):
    assert run("clean", articles, "-o", tmp_path / "clean", "-q") == ("", "", 0)
    stdout, stderr, code = run("clean", articles, "-o", tmp_path / "clean")
    assert (stdout, code) == ("", 2)
    assert "--force" in stderr
    assert run("clean", articles, "-o", tmp_path / "clean", "-q", "--force") == ("", "", 0)


PROBLEMS = {
    "missing": ["scan", "missing.txt"],
    "empty-folder": ["scan", "nothing"],
    "unknown-suffix": ["scan", "page.pdf"],
    "cut-gzip": ["scan", "cut.txt.gz"],
    "output-inside": ["clean", "articles", "-o", "articles/clean"],
    "output-exists": ["clean", "articles", "-o", "nothing/full"],
    "restore-of-nothing": ["restore", "articles", "-o", "back"],
    "explain-missing": ["explain", "missing.txt", "articles/a.txt"],
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_with_a_file_names_it_and_leaves_nothing_behind(name, articles, tmp_path):
    (tmp_path / "nothing").mkdir()
    (tmp_path / "page.pdf").write_bytes(b"%PDF")
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(STORY.encode() * 99)[:-20])
    if name == "output-exists":
        (tmp_path / "nothing" / "full").mkdir()
        (tmp_path / "nothing" / "full" / "mine.txt").write_text("mine", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    outcome = run(*PROBLEMS[name], cwd=tmp_path)
    assert outcome[2] == 2
    assert "Traceback" not in outcome[1]
    assert sorted(tmp_path.rglob("*")) == before
    check(f"problem-{name}", outcome)


def test_bad_records_are_named_and_the_output_is_still_written(tmp_path):
    (tmp_path / "feed.jsonl").write_bytes(BAD_RECORDS)
    check("bad-records", run("clean", "feed.jsonl", "-o", "clean", cwd=tmp_path))
    assert (tmp_path / "clean" / "_dedup" / "skipped.jsonl").exists()
    stdout, stderr, code = run("scan", "feed.jsonl", "--skip-bad", cwd=tmp_path)
    assert code == 0
    assert stderr.count("feed.jsonl:") == 5
    assert "Skipped 5 bad records" in stdout


def test_after_ten_bad_records_the_rest_is_counted(tmp_path):
    (tmp_path / "feed.jsonl").write_bytes(b"{}\n" * 25)
    _, stderr, code = run("scan", "feed.jsonl", cwd=tmp_path)
    assert code == 2
    assert stderr.count("feed.jsonl:") == 10
    assert "and 15 more bad records\n\nhint: --text-field" in stderr


def test_stdin_is_read_when_it_is_named_or_piped():
    text = f"{STORY}\n{OTHER}\n{STORY}".encode()
    named = run("scan", "-", "--format", "jsonl", stdin=text)
    assert named == run("scan", "--format", "jsonl", stdin=text)
    assert json.loads(named[0])["kind"] == "self-repeat"


def test_no_path_and_a_terminal_get_a_short_usage():
    master, slave = pty.openpty()
    try:
        process = command("scan", stdin=slave)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        os.close(slave)
        os.close(master)
    check("scan-no-path", (stdout.decode(), stderr.decode(), process.returncode))
