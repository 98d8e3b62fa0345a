"""The command line itself: help, flags, version, mistakes; and the commands that show a policy or two runs or texts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from commands import STORY, check, run, three_articles

from dedup.cli import make_app
from dedup.policy import Policy

COMMANDS = ("scan", "clean", "restore", "explain", "compare", "policy")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return three_articles(tmp_path)


@pytest.mark.parametrize(
    "words", [[], *([name] for name in COMMANDS)], ids=lambda words: "-".join(words) or "dedup"
)
def test_help_fits_80_columns_and_ends_with_an_example(words):
    stdout, stderr, code = run(*words, "--help")
    assert (stderr, code) == ("", 0)
    assert max(map(len, stdout.splitlines())) <= 80
    last = stdout.split("\n\n")[-2 if words in (["explain"], ["compare"]) else -1]
    assert last.startswith("Example:\n  dedup ")
    check("-".join(["help", *words]), (stdout, stderr, code))


@pytest.mark.parametrize("name", ["scan", "clean", "explain", "policy"])
def test_flags_of_the_policy_are_its_fields_with_their_help(name):
    stdout, _, _ = run(name, "--help")
    described = " ".join(stdout.split("Policy: ")[1].split())
    flags = re.findall(r"--([a-z-]+) [A-Z]", described)
    place = flags.index("scope") + 1
    assert flags[place : place + 2] == ["within", "across"]
    del flags[place : place + 2]
    assert [flag.replace("-", "_") for flag in flags] == list(Policy.settings())
    for setting, _ in Policy.settings().values():
        assert setting.help in described


def test_every_command_is_checked_here():
    assert [entry.name for entry in make_app(()).registered_commands] == list(COMMANDS)


def test_no_command_shows_the_help():
    assert run() == run("--help")


def test_the_version_names_fold_table_and_signature():
    stdout, stderr, code = run("--version")
    assert re.fullmatch(r"dedup \S+\nfold table unicode-\S+\nsignature affine32-128\n", stdout)
    assert (stderr, code) == ("", 0)


MISTAKES = {
    "unknown-command": ["scn"],
    "unknown-flag": ["scan", "x", "--treshold", "0.8"],
    "threshold-80": ["scan", "x", "--threshold", "80"],
    "threshold-word": ["scan", "x", "-t", "high"],
    "unit": ["clean", "x", "-o", "y", "--unit", "paragraf"],
    "keep": ["scan", "x", "--keep", "oldest"],
    "protect": ["scan", "x", "--protect", "("],
    "jobs": ["scan", "x", "-j", "0"],
    "jobs-word": ["scan", "x", "-j", "two"],
    "top": ["scan", "x", "--top", "-1"],
    "format": ["scan", "x", "--format", "xml"],
    "input-format": ["scan", "x", "--input-format", "pdf"],
    "no-output": ["clean", "x"],
    "explain-one": ["explain", "a.txt"],
    "hostile": ["scan", "x", "--unit", "\x1b[31m\u202e\n"],
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_one_message_and_a_hint(name, tmp_path):
    stdout, stderr, code = run(*MISTAKES[name], cwd=tmp_path)
    assert (stdout, code) == ("", 2)
    assert re.fullmatch(r"error: .+\n(\nhint: .+\n)?", stderr)
    assert list(tmp_path.iterdir()) == []
    check(f"mistake-{name}", (stdout, stderr, code))


def test_policy_shows_every_setting_and_the_curve():
    outcome = run("policy", "--threshold", "0.8", "--keep", "prefer:lemonde/*,figaro/*")
    assert max(map(len, outcome[0].splitlines())) <= 80
    check("policy", outcome)


def test_policy_falls_back_to_plain_signs_where_the_console_has_no_others():
    stdout, _, code = run("policy", PYTHONIOENCODING="ascii")
    assert stdout.isascii()
    assert "Signatures of 32 bands x 4 rows" in stdout
    assert "####" in stdout
    assert code == 0


def test_policy_is_json_for_machines():
    stdout, _, _ = run("policy", "-t", "0.8", "--format", "json")
    shown = json.loads(stdout)
    assert Policy.from_dict(shown["policy"]) == Policy(threshold=0.8)
    assert shown["digest"] == Policy(threshold=0.8).digest
    assert (shown["bands"], shown["rows"]) == (21, 6)


def test_compare_exits_0_for_the_same_and_1_for_what_changed(articles):
    for name, flags in (("one", ()), ("two", ("--keep", "prefer:b*", "--min-tokens", "5"))):
        assert run("clean", "articles", "-o", name, "-q", *flags, cwd=articles.parent)[2] == 0
    outcome = run("compare", "one", "two", cwd=articles.parent)
    assert max(map(len, outcome[0].splitlines())) <= 80
    check("compare", outcome)
    check("compare-same", run("compare", "one", "one", cwd=articles.parent))
    check("compare-top", run("compare", "one", "two", "--top", "0", cwd=articles.parent))
    found = json.loads(run("compare", "one", "two", "--format", "json", cwd=articles.parent)[0])
    assert found["documents_changed"] == sum(change["documents"] for change in found["changes"])


def test_compare_refuses_what_is_no_run_or_of_other_inputs(articles):
    (articles / "a.txt").rename(articles.parent / "a.txt")
    for name, source in (("one", "articles"), ("two", "a.txt")):
        assert run("clean", source, "-o", name, "-q", cwd=articles.parent)[2] == 0
    check("problem-compare-inputs", run("compare", "one", "two", cwd=articles.parent))
    check("problem-compare-no-run", run("compare", "one", "articles", cwd=articles.parent))
    check("mistake-compare-format", run("compare", "one", "two", "--format", "jsonl"))


def test_explain_exits_0_for_a_match_and_1_for_none(articles):
    (articles / "d.txt").write_text(STORY.replace("last night", "on Monday"), encoding="utf-8")
    (articles / "e.txt").write_text(STORY, encoding="utf-8")
    check("explain-near", run("explain", "e.txt", "d.txt", cwd=articles))
    check("explain-passage", run("explain", "a.txt", "b.txt", cwd=articles))
    check("explain-none", run("explain", "a.txt", "c.txt", cwd=articles))
    stdout, _, code = run("explain", "e.txt", "d.txt", "--format", "json", cwd=articles)
    assert (json.loads(stdout)["relation"], code) == ("near", 0)
