"""What `scan` and `clean` have in common: options, messages and the exit code."""

from __future__ import annotations

import shlex
import sys
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.cli.console import (
    bold,
    is_terminal,
    print_data,
    print_lines,
    tell,
    tell_remedies,
    tell_skipped,
)
from dedup.cli.progress import progress_bars
from dedup.errors import DedupError, OutputError
from dedup.terminal import inert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.cli.flags import Reading, Showing
    from dedup.pipeline import Options
    from dedup.policy import Policy
    from dedup.results import CleanResult, ScanResult

FOUND, FAILED = 1, 2
# Stories that a summary names.
MOST_STORIES = 3
STDIN = "-"


class UsageProblem(DedupError):
    """The command line makes no sense."""


def check_showing(showing: Showing, reading: Reading) -> None:
    """Refuse values of options before any input is opened."""
    check_format(showing.format, ("text", "json", "jsonl"))
    if showing.top < 0:
        raise UsageProblem(f"top is {showing.top}; it must be 0 or more")
    if reading.jobs is not None and reading.jobs < 1:
        raise UsageProblem(
            f"jobs is {reading.jobs}; it must be 1 or more",
            hint="leave it out for all processors",
        )
    check_input_format(reading.input_format)


def check_input_format(name: str | None) -> None:
    """Refuse an input format that there is not."""
    from dedup.formats.records import FORMAT_CHOICE, FORMAT_NAMES

    if name not in (None, *FORMAT_NAMES):
        raise UsageProblem(f"input-format is {name}; it must be {FORMAT_CHOICE}")


def check_format(name: str, allowed: tuple[str, ...]) -> None:
    """Refuse an output format that the command does not have."""
    if name not in allowed:
        raise UsageProblem(f"format is {name}; it must be one of {', '.join(allowed)}")


def given_paths(paths: list[str] | None) -> list[str] | None:
    """The paths to read: stdin where none is named and something is piped in, else None.

    An empty pipe is none: `dedup scan $FILES` of a variable that is not set asks for nothing.
    """
    if paths:
        return paths
    if is_terminal(sys.stdin):
        return None
    peek = getattr(getattr(sys.stdin, "buffer", None), "peek", None)
    return [STDIN] if peek is None or peek(1) else None


def paths_of(names: list[str]) -> list[Path]:
    """The library takes a list of str for texts, a list of paths for files."""
    if "" in names:
        raise UsageProblem("a path is empty", hint="name a file or a folder; . is this folder")
    return [Path(name) for name in names]


@contextmanager
def running(reading: Reading, showing: Showing) -> Iterator[Options]:
    """The options of a run, with progress bars while it lasts."""
    from dedup.pipeline import Options

    with progress_bars(wanted=not (showing.quiet or showing.no_progress)) as progress:
        options = Options(
            jobs=reading.jobs,
            memory=reading.memory,
            progress=progress,
            skip_bad=True,
            notice=None if showing.quiet else tell,
        )
        if reading.max_line is not None:
            options = replace(options, max_line=reading.max_line)
        if reading.max_expansion is not None:
            options = replace(options, max_expansion=reading.max_expansion)
        yield options


def reading_arguments(reading: Reading) -> dict[str, Any]:
    """The arguments of the library that say how inputs are read."""
    return {
        "text_field": reading.text_field,
        "id_field": reading.id_field,
        "date_field": reading.date_field,
        "input_format": reading.input_format,
    }


class Ending(NamedTuple):
    """How the summary ends: what was done about the repeats, where, and what to do next."""

    action: str
    then: list[str]
    output: str = ""


def show(result: ScanResult | CleanResult, showing: Showing, ending: Ending) -> None:
    """Print the result in the format that was asked for."""
    if showing.format == "jsonl":
        print_data(result.cluster_lines())
    elif showing.format == "json":
        print_data(_json_chunks(result))
    elif not showing.quiet:
        from dedup.report_text import Summary, summary_lines
        from dedup.versions_text import story_lines

        heads = result.longest_stories(MOST_STORIES) if showing.top else []
        summary = Summary(
            report=result.report,
            largest=result.largest(showing.top),
            action=ending.action,
            output=ending.output,
            next_command=shlex.join(ending.then),
            bold=bold,
            stories=list(story_lines(result.report["counts"], heads, bold)),
        )
        print_lines(summary_lines(summary))


def finish(
    result: ScanResult | CleanResult, reading: Reading, showing: Showing, ending: Ending
) -> int:
    """Print the result, tell what stderr gets, and return the exit code."""
    code = 0
    try:
        with complete(ending.output):
            show(result, showing, ending)
    finally:  # bad records are told of even where stdout is full
        code = exit_code(result, reading, showing, ending.output)
    return code


@contextmanager
def complete(folder: str) -> Iterator[None]:
    """Inside, a folder is written and only the summary left to print: an error says so."""
    try:
        yield
    except OutputError as error:
        hint = f"{folder} is complete; only the summary could not be written" if folder else None
        raise OutputError(error.message, hint=hint) from error


def exit_code(
    result: ScanResult | CleanResult, reading: Reading, showing: Showing, output: str
) -> int:
    """Tell warnings, bad records and timings on stderr; say how the run ended."""
    skipped = result.report["counts"]["records_skipped"]
    for warning in result.warnings:
        tell(f"warning: {warning}")
    if skipped and not (reading.skip_bad and showing.quiet):
        tell_skipped(result.skipped, skipped)
    if skipped and not reading.skip_bad:
        tell_remedies(output, fields=any("the text field" in one.reason for one in result.skipped))
    if showing.verbose:
        _tell_details(result.report)
    lost = any(entry["records_skipped"] for entry in result.report["against"])
    if (skipped or lost) and not reading.skip_bad:
        return FAILED
    found = result.report["counts"]["blocks_repeated"] > 0
    return FOUND if showing.fail_on_duplicates and found else 0


def clean_command(
    sources: list[str],
    output: str,
    policy: Policy,
    reading: Reading,
    against: list[str] | None = None,
) -> list[str]:
    """The words of the `dedup clean` that does what these settings say."""
    words = [word for path in against or () for word in ("--against", path)]
    words += ["-o", output]
    given = {name: getattr(policy, name) for name in policy.changes()}
    for item in fields(reading):
        value = getattr(reading, item.name)
        if value != item.default and item.name not in ("jobs", "memory"):
            given[item.name] = value
    for name, value in given.items():
        words.append(f"--{name.replace('_', '-')}")
        if value is not True:
            words.append(str(value))
    return command_of("clean", sources, words)


def command_of(name: str, arguments: list[str], flags: list[str]) -> list[str]:
    """The words of a command; names that look like flags stand behind `--`."""
    if any(word.startswith("-") and word != "-" for word in arguments):
        return ["dedup", name, *flags, "--", *arguments]
    return ["dedup", name, *arguments, *flags]


def _tell_details(report: dict[str, Any]) -> None:
    for stage, seconds in report["seconds"].items():
        tell(f"{stage:<12} {seconds:>9.3f} s")
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    tell(f"policy {report['digest']}, {versions}")


def _json_chunks(result: ScanResult | CleanResult) -> Iterator[bytes]:
    """`{"report":...,"clusters":[...],"versions":[...]}`, streamed."""
    import orjson

    yield b'{"report":' + inert(orjson.dumps(result.report)) + b',"clusters":['
    yield from _joined(result.cluster_lines())
    yield b'],"versions":['
    yield from _joined(result.version_lines())
    yield b"]}\n"


def _joined(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Lines in pieces, with commas between them in place of their ends."""
    waiting = b"\n"
    for chunk in chunks:
        # The last line end is no separator: another line may or may not follow it.
        whole = chunk.endswith(b"\n")
        lines = chunk[:-1] if whole else chunk
        yield waiting + lines.replace(b"\n", b",\n")
        waiting = b",\n" if whole else b""
