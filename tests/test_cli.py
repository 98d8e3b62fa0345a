"""The command as its users meet it: whole runs with stdout, stderr and exit code.

Runs that are compared as a whole stand in `snapshots/`; DEDUP_UPDATE_SNAPSHOTS=1 writes
them anew. Times and versions are replaced by signs, so a snapshot holds everywhere.
"""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dedup.cli import make_app
from dedup.policy import Policy

REPOSITORY = Path(__file__).parent.parent
EXAMPLES = REPOSITORY / "examples" / "articles"
SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = os.environ.get("DEDUP_UPDATE_SNAPSHOTS") == "1"
COMMANDS = ("scan", "clean", "restore", "explain", "compare", "policy")

STORY = (
    "The council voted last night on the budget of the town, after a debate that went on "
    "until two in the morning and left both sides tired but content.\n"
)
OTHER = (
    "Herons have come back to the old harbour this spring, and the fishermen who used to "
    "chase them away now bring their grandchildren to watch.\n"
)


def command(*words: object, cwd: Path | None = None, **settings: object) -> subprocess.Popen:
    """Start the command; text goes in and comes out as bytes."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NO_COLOR", "COLUMNS", "TERM", "PYTHONIOENCODING", "LC_ALL", "LANG")
    }
    environment |= {"LC_ALL": "C.UTF-8", "PYTHONPATH": str(REPOSITORY)}
    environment |= settings.pop("environment", {})
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE) | settings
    line = [sys.executable, "-m", "dedup", *map(str, words)]
    return subprocess.Popen(line, cwd=cwd, env=environment, **streams)


def run(
    *words: object, cwd: Path | None = None, stdin: bytes = b"", **environment: str
) -> tuple[str, str, int]:
    """Run the command to its end: stdout, stderr, exit code."""
    process = command(*words, cwd=cwd, environment=environment)
    stdout, stderr = process.communicate(stdin, timeout=120)
    return stdout.decode(), stderr.decode(), process.returncode


def normalised(text: str) -> str:
    """Without what may differ between two runs or two machines."""
    text = re.sub(r"\bin [0-9.,]+ s\b(, [0-9.,]+ million characters a second)?", "in 0.00 s", text)
    text = re.sub(r"(?m)^policy [0-9a-f]{16}$", "policy ...", text)
    text = re.sub(r'"seconds":\{[^}]*\}', '"seconds":{}', text)
    text = re.sub(r'"versions":\{[^}]*\}', '"versions":{}', text)
    text = re.sub(r"(?m)(, policy )[0-9a-f]{16}$", r"\1...", text)
    return re.sub(r'"(digest|cluster|story)":"[0-9a-f]{16}"', r'"\1":"..."', text)


def check(name: str, outcome: tuple[str, str, int]) -> None:
    """Compare a whole run with its snapshot."""
    stdout, stderr, code = outcome
    shown = f"exit {code}\n--- stdout\n{normalised(stdout)}--- stderr\n{normalised(stderr)}"
    path = SNAPSHOTS / f"{name}.txt"
    if UPDATE:
        path.write_text(shown, encoding="utf-8")
    assert path.exists(), f"no {path.name}; DEDUP_UPDATE_SNAPSHOTS=1 writes it"
    assert shown == path.read_text(encoding="utf-8")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder of three texts: one stands in two of them, one line twice in one."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(f"{STORY}\nA line of its own, and short.\n", encoding="utf-8")
    (folder / "b.txt").write_text(f"{OTHER}\n{STORY}", encoding="utf-8")
    (folder / "c.txt").write_text(f"{OTHER}\nOne more thing to say about it.\n", encoding="utf-8")
    return folder


# The command line itself


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


# policy and explain


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


def test_a_scan_that_finds_nothing_says_what_was_not_compared(articles):
    flags = ("--group-by", "site", "--group-scope", "across", "--window", "7d")
    check("scan-nothing-in-groups", run("scan", "articles", *flags, cwd=articles.parent))


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


# scan, clean, restore


def test_scan_gives_a_first_user_a_useful_answer(articles):
    check("scan", run("scan", "articles", cwd=articles.parent))


def test_scan_of_one_file_without_repeats_says_so(articles):
    check("scan-nothing", run("scan", "a.txt", cwd=articles))


@pytest.mark.parametrize("words", [[], ["--top", "3"], ["--format", "json"], ["--format", "jsonl"]])
def test_scan_of_the_examples(words):
    name = "-".join(["scan-examples", *(word.strip("-") for word in words)])
    outcome = run("scan", "examples/articles", *words, cwd=REPOSITORY)
    if "--format" not in words:
        assert max(map(len, outcome[0].splitlines())) <= 80
    check(name, outcome)


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


BAD_RECORDS = (
    json.dumps({"id": 1, "text": STORY}).encode() + b"\n"
    b'{"id": 2, "text": "cut off\n'
    b'{"id": 3, "title": "no text"}\n'
    b'{"id": 4, "text": null}\n'
    b'{"id": 5, "text": "\xff"}\n'
    b"[1, 2]\n" + json.dumps({"id": 6, "text": STORY}).encode() + b"\n"
)


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


# Streams, signals, terminals


def test_hostile_names_and_texts_cannot_act_on_a_terminal(tmp_path):
    name = "a\x1b]52;c;x\x07\u202eb.txt"
    hostile = STORY.replace("council", "\x1b[31mcoun\u202ecil\x9b\x07")
    (tmp_path / name).write_text(f"{hostile}\n{hostile}", encoding="utf-8")
    for words in (["scan", "."], ["scan", f"{name}x"], ["explain", name, name]):
        stdout, stderr, _ = run(*words, cwd=tmp_path)
        unsafe = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
        assert not unsafe.search(stdout + stderr)


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp1252"},
        {"LC_ALL": "tr_TR.UTF-8"},
    ],
)
def test_any_console_gets_an_answer_and_the_same_data(articles, locale):
    (articles / "d.txt").write_text(f"中文 é ↯ {STORY}\n中文 é ↯ {STORY}", encoding="utf-8")
    process = command("scan", articles, environment=locale)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert run("scan", articles, "--format", "jsonl", **locale) == run(
        "scan", articles, "--format", "jsonl"
    )


def test_a_closed_pipe_is_no_error(articles):
    for index in range(3000):
        (articles / f"x{index}.txt").write_text(
            f"{index} {STORY}\n{index} {STORY}", encoding="utf-8"
        )
    process = command("scan", articles, "--format", "jsonl")
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 0
    process.stdin.close()
    process.stderr.close()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_do_no_harm(articles, closed):
    line = f'"$0" -m dedup scan "$1" {closed}'
    done = subprocess.run(
        ["sh", "-c", line, sys.executable, articles], capture_output=True, cwd=REPOSITORY
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_an_error(articles):
    with Path("/dev/full").open("wb") as full:
        process = command("scan", articles, "--format", "json", stdout=full)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2
    assert stderr == b"error: stdout: no space left on device\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_cleanly(number, code, tmp_path):
    """The run waits for stdin, so the signal finds it at work."""
    process = command("clean", "-", "-o", "clean", cwd=tmp_path)
    wait_until_it_reads(process)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=10)
    assert (process.returncode, stdout, stderr) == (code, b"", b"")
    assert list(tmp_path.iterdir()) == []


def wait_until_it_reads(process: subprocess.Popen) -> None:
    """Return when the command has read what was written to its stdin."""
    stuffing = b"x" * (1 << 20)
    deadline = time.monotonic() + 30
    os.set_blocking(process.stdin.fileno(), False)
    written = 0
    # A pipe holds 64 KiB: once more than that has gone in, the command is reading.
    while written <= 1 << 18 and time.monotonic() < deadline:
        if select.select([], [process.stdin], [], 0.1)[1]:
            written += os.write(process.stdin.fileno(), stuffing)
    assert written > 1 << 18


def test_bars_are_drawn_only_on_a_terminal_and_only_if_wanted(articles):
    assert b"\x1b" in stderr_on_a_terminal("scan", articles)
    assert stderr_on_a_terminal("scan", articles, "--no-progress") == b""
    assert stderr_on_a_terminal("scan", articles, "-q") == b""


def stderr_on_a_terminal(*words: object) -> bytes:
    master, slave = pty.openpty()
    process = command(*words, stderr=slave, environment={"TERM": "xterm"})
    os.close(slave)
    process.communicate(timeout=60)
    seen = b""
    while select.select([master], [], [], 0.2)[0]:
        try:
            seen += os.read(master, 4096)
        except OSError:  # Linux reports the closed end of a terminal as an error.
            break
    os.close(master)
    return seen
