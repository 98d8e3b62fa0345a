"""What the documents say is so: commands, flags, names, output shown, lines of files, examples."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.main import get_command

import dedup
from dedup import exchange
from dedup.cli import main, make_app
from dedup.policy import Policy

ROOT = Path(__file__).parent.parent
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
DOCUMENTS += ["docs/formats.md", "docs/datasketch.md"]
TEXTS = {
    name: (ROOT / name).read_text(encoding="utf-8") for name in [*DOCUMENTS, "examples/README.md"]
}
GUIDE = TEXTS["README.md"] + TEXTS["docs/formats.md"]

COMMANDS = get_command(make_app(())).commands


def flags_of(command):
    """The flags of a command, or of all commands of a group."""
    own = {flag for item in command.params for flag in item.opts if flag.startswith("-")}
    parts = getattr(command, "commands", {}).values()
    return own.union({"--help", "-h"}, *map(flags_of, parts))


FLAGS = {name: flags_of(command) for name, command in COMMANDS.items()}
# Of programs that are not ours, in the documents.
FOREIGN = {"--check", "--quick", "--release"}


def blocks(document: str, language: str) -> list[str]:
    """The fenced blocks of a document in one language."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", TEXTS[document])


def command_lines() -> list[tuple[str, list[str]]]:
    """Every `dedup ...` line and inline code of the documents, as words."""
    found = []
    for name, text in TEXTS.items():
        lines = re.findall(r"(?m)^(?:\$ |    )?dedup .*$", text) + re.findall(
            r"`(dedup .*?)`", text
        )
        for line in lines:
            words = shlex.split(line.removeprefix("$ ").replace("…", ""), comments=True)
            found += [(name, words)] if len(words) > 1 else []
    return found


@pytest.fixture
def beside_the_examples(tmp_path, monkeypatch):
    """A folder with the examples in it, as a clone has them, in which one may write."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name):
    assert f"dedup {name} " in TEXTS["README.md"]


@pytest.mark.parametrize(("document", "words"), command_lines())
def test_every_command_and_flag_that_is_shown_exists(document, words):
    if words[1].startswith("-"):
        assert words[1] in {"--version", "--help"}, document
        return
    assert words[1] in COMMANDS, document
    used = {word.partition("=")[0] for word in words[2:] if re.match(r"--?[a-z]", word)}
    assert used <= FLAGS.get(words[1], set()), document


def test_every_flag_that_is_named_exists():
    known = {flag for flags in FLAGS.values() for flag in flags} | FOREIGN
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", "".join(TEXTS.values())))
    assert named <= known


def test_every_flag_is_documented():
    named = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", GUIDE))
    assert {flag for flags in FLAGS.values() for flag in flags} - {"--help", "-h"} <= named


def test_every_setting_has_its_row_with_its_default():
    rows = dict(re.findall(r"(?m)^\| `(\w+)` \| `--.*? \| (.*?) \|", TEXTS["docs/formats.md"]))
    for name, (_, default) in Policy.settings().items():
        shown = "none" if default is None else str(default)
        assert rows[name].strip("`") == shown, name


def test_every_public_name_is_documented():
    assert [name for name in dedup.__all__ if not re.search(rf"\b{name}\b", GUIDE)] == []


def test_all_that_is_public_is_exported():
    public = {
        name
        for name, value in vars(dedup).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("dedup.")
    }
    assert public <= set(dedup.__all__)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example(name):
    assert f"Example:\n  dedup {name}" in (COMMANDS[name].epilog or "")


def test_the_lines_of_the_readme_work(beside_the_examples, capfd):
    lines = blocks("README.md", "sh")[0].splitlines()
    for line in lines:
        words = shlex.split(line, comments=True)[1:]
        # The two runs that are compared there differ.
        assert main(words) == (words[0] == "compare"), capfd.readouterr().err
    assert len(lines) >= 10


def test_the_output_in_the_readme_is_what_is_printed(beside_the_examples, capfd):
    for block in blocks("README.md", "console"):
        line, _, shown = block.partition("\n")
        assert main(shlex.split(line)[2:]) == 0
        assert without_time(capfd.readouterr().out) == without_time(shown)


def without_time(text: str) -> str:
    return re.sub(r"\bin [0-9.,]+ s\b(, .*)?", "in 0.00 s", text)


@pytest.mark.parametrize("document", ["README.md", "docs/datasketch.md"])
def test_the_python_that_is_shown_runs(document, beside_the_examples, capsys):
    for block in blocks(document, "python"):
        exec(compile(block, document, "exec"), {"__name__": "shown"})
    assert capsys.readouterr().out


def test_every_name_of_the_exchange_is_described():
    for name in exchange.__all__:
        assert re.search(rf"`{name}[`(]|`{name}s", TEXTS["docs/datasketch.md"]), name


def test_the_lines_in_the_formats_come_from_runs(beside_the_examples, capfd):
    (feed,) = blocks("docs/formats.md", "jsonl")
    Path("feed.jsonl").write_bytes(feed.encode())
    main(["clean", "examples/articles", "-o", "clean", "-q"])
    main(["clean", "examples/articles", "-o", "whole", "--unit", "document", "-q"])
    assert main(["clean", "feed.jsonl", "-o", "bad", "-q"]) == 2
    written = [
        without_ids(line)
        for path in sorted(Path().glob("*/_dedup/*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    shown = "".join(blocks("docs/formats.md", "json")).splitlines()
    assert len(shown) >= 6
    for line in map(without_ids, shown):
        pattern = re.compile(re.escape(line).replace("…", ".*"))
        assert any(map(pattern.fullmatch, written)), line


def without_ids(line: str) -> str:
    """Ids follow the policy's digest, which follows the fold table."""
    return re.sub(r'"(cluster|story)":"[0-9a-f]{16}"', r'"\1":""', line)


def test_every_field_of_the_report_is_described():
    report = dedup.scan(["One text.", "One text."]).report
    text = TEXTS["docs/formats.md"]
    for name in [*report, *report["counts"], *report["versions"], *report["seconds"]]:
        assert re.search(rf"`{name}[`.]", text), name


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_to_files(name):
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXTS[name]):
        assert (ROOT / name).parent.joinpath(target).exists(), target


def test_the_readme_is_short():
    assert len(TEXTS["README.md"].splitlines()) <= 200
