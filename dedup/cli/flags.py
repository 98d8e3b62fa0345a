"""The flags, declared once.

Flags of the policy are generated from its fields, so that name, default and help are the
library's. Flags that several commands share come in groups: a command takes one value for
a group (`policy: Policy, reading: Reading`), and `flagged` gives it the flags of each.
"""

from __future__ import annotations

import inspect
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Optional, get_type_hints

import typer

from dedup.cli.layout import INPUT, OUTPUT, POLICY
from dedup.cli.running import UsageProblem
from dedup.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.settings import Setting

# What every reader of the code calls by name; other policy flags have their long form only.
_SHORT_NAMES = {"threshold": "-t"}
_NOTES = {
    "keep": "RULE may be earliest[:FIELD], latest[:FIELD], prefer:GLOB[,GLOB] or "
    "prefer-field:FIELD=GLOB[,GLOB]. Of prefer, GLOB matches the path as scan shows it, or as "
    "typed.",
    "containment": "It rises with a threshold above 0.7, unless it is said.",
    "short_threshold": "It is no lower than the threshold, unless it is said.",
}
_METAVARS = {"keep": "RULE", "protect": "REGEX", "group_by": "FIELD", "window": "TIME"}

Paths = Annotated[
    Optional[list[str]],  # noqa: UP045 -- typer reads it at run time, on Python 3.10 too
    typer.Argument(
        metavar="PATH...",
        help="Files (.txt .md .jsonl .json .csv .tsv .parquet, also .gz .zst .bz2 .xz), folders, "
        "globs, or - for stdin.",
        show_default=False,
    ),
]


def flag(panel: str, help: str, *names: str, metavar: str | None = None) -> Any:
    """A flag that takes a value; without names that of its parameter."""
    return typer.Option(
        *names, help=help, metavar=metavar, rich_help_panel=panel, show_default=False
    )


def _number(panel: str, help: str, *names: str) -> Any:
    return typer.Option(
        *names,
        help=help,
        metavar="NUMBER",
        parser=_whole_number,
        rich_help_panel=panel,
        show_default=False,
    )


def _whole_number(word: Any) -> int:
    try:
        return int(word)
    except ValueError:
        message = f"{word} is not a whole number"
        raise typer.BadParameter(message) from None


def _size(word: Any) -> int:
    from dedup.memory import said_size

    size = word if isinstance(word, int) else said_size(word)
    if size is None:
        message = f"{word} is no size such as 100M or 1GiB"
        raise typer.BadParameter(message)
    return size


def switch(panel: str, help: str, *names: str) -> Any:
    """A flag that is there or not."""
    return typer.Option(*names, help=help, rich_help_panel=panel, show_default=False)


TextOrJson = Annotated[
    str, flag(OUTPUT, "What stdout gets: text or json. [text]", metavar="FORMAT")
]


PAIRS = Annotated[int, _number(OUTPUT, "Pairs of each level that --tune shows. [3]", "--top")]

TUNE = Annotated[
    Optional[str],  # noqa: UP045
    flag(
        INPUT,
        "Files, a folder or a glob: show how alike their texts are, and propose a threshold.",
        metavar="SAMPLE",
    ),
]


EXAMPLES = Annotated[int, _number(OUTPUT, "Documents that are shown each way. [10]", "--top")]


TEXT_FIELD = Annotated[
    str, flag(INPUT, "Field or column that holds the text. [text]", metavar="NAME")
]
ID_FIELD = Annotated[str, flag(INPUT, "Field or column that holds the id. [id]", metavar="NAME")]
INPUT_FORMAT = Annotated[
    Optional[str],  # noqa: UP045
    flag(
        INPUT,
        "Read every input as text, jsonl, json, csv, tsv or parquet, whatever its suffix.",
        metavar="FORMAT",
    ),
]


@dataclass(slots=True, eq=False, repr=False)
class Feeding:
    """How inputs are read into an index, and with how many threads."""

    text_field: TEXT_FIELD = "text"
    id_field: ID_FIELD = "id"
    input_format: INPUT_FORMAT = None
    date_field: Annotated[
        Optional[str],  # noqa: UP045
        flag(
            INPUT,
            "Field of dates, which order versions. [that of keep or window; of an index: date]",
            metavar="NAME",
        ),
    ] = None
    skip_bad: Annotated[bool, switch(INPUT, "Exit 0 in spite of bad records.", "--skip-bad")] = (
        False
    )
    max_line: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            help="The longest record, as 100M or bytes; a longer one is a bad record. [64MiB]",
            metavar="SIZE",
            parser=_size,
            rich_help_panel=INPUT,
            show_default=False,
        ),
    ] = None
    max_expansion: Annotated[
        Optional[float],  # noqa: UP045
        flag(
            INPUT,
            "How many times its size a compressed file may grow, beyond 64 MiB. [200]",
            metavar="NUMBER",
        ),
    ] = None
    jobs: Annotated[
        Optional[int],  # noqa: UP045
        _number(INPUT, "Threads; all processors by default.", "--jobs", "-j"),
    ] = None


@dataclass(slots=True, eq=False, repr=False)
class Reading(Feeding):
    """How inputs are read by a run, which holds its memory to a limit."""

    memory: Annotated[
        Optional[str],  # noqa: UP045
        flag(
            INPUT,
            "Memory to hold, as 512M or 4G; more lies on disk. [half of what is free]",
            metavar="SIZE",
        ),
    ] = None


@dataclass(slots=True, eq=False, repr=False)
class Showing:
    """What is printed, and where."""

    format: Annotated[
        str, flag(OUTPUT, "What stdout gets: text, json or jsonl. [text]", metavar="FORMAT")
    ] = "text"
    top: Annotated[int, _number(OUTPUT, "Clusters that the summary shows. [10]", "--top")] = 10
    fail_on_duplicates: Annotated[
        bool, switch(OUTPUT, "Exit 1 when something repeats.", "--fail-on-duplicates")
    ] = False
    no_progress: Annotated[bool, switch(OUTPUT, "No progress bars.", "--no-progress")] = False
    quiet: Annotated[bool, switch(OUTPUT, "No summary, no progress.", "--quiet", "-q")] = False
    verbose: Annotated[
        bool, switch(OUTPUT, "Also say how long each stage took.", "--verbose", "-v")
    ] = False


FOLDER = Annotated[str, flag(OUTPUT, "Folder to write.", "--output", "-o", metavar="FOLDER")]
DRY_RUN = Annotated[bool, switch(OUTPUT, "Say what would be done; write nothing.", "--dry-run")]


AGAINST = Annotated[
    Optional[list[str]],  # noqa: UP045
    flag(
        INPUT,
        "What repeats of this goes, and it stays as it is: files, a folder, a glob, or an index "
        "(dedup index). May be given again.",
        "--against",
        metavar="PATH",
    ),
]


PLAN = Annotated[
    bool,
    switch(
        OUTPUT,
        "Say from a sample what memory, disk and time dedup clean would take; scan nothing.",
        "--plan",
    ),
]


FORCE_RESTORE = Annotated[
    bool,
    switch(OUTPUT, "Replace the folder if clean wrote it from the same inputs.", "--force"),
]


@dataclass(slots=True, eq=False, repr=False)
class Writing:
    """Where a folder of results goes."""

    output: FOLDER
    dry_run: DRY_RUN = False
    force: Annotated[
        bool, switch(OUTPUT, "Replace the folder if an earlier clean wrote it.", "--force")
    ] = False
    resume: Annotated[
        bool, switch(OUTPUT, "Go on where the same command was cut short.", "--resume")
    ] = False


def flagged(command: Callable[..., int]) -> Callable[..., int]:
    """The command with each parameter that is a group of flags replaced by these flags."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, type] = {}
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        hint = hints[parameter.name]
        if hint is Policy:
            groups[parameter.name] = hint
            parameters += _policy_parameters()
        elif hint in (Feeding, Reading, Showing, Writing):
            groups[parameter.name] = hint
            parameters += _group_parameters(hint)
        else:
            parameters.append(parameter.replace(annotation=hint, kind=_KEYWORD))

    @wraps(command)
    def with_groups(**values: Any) -> int:
        for name, group in groups.items():
            if group is Policy:
                _take_scope(values)
            given = {item.name: values.pop(item.name) for item in fields(group)}
            values[name] = Policy(**_numbers(given)) if group is Policy else group(**given)
        return command(**values)

    # typer reads both; the wrapped function's own would hide the flags.
    del with_groups.__wrapped__
    with_groups.__annotations__ = {item.name: item.annotation for item in parameters}
    with_groups.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return with_groups


_KEYWORD = inspect.Parameter.KEYWORD_ONLY


def _policy_parameters() -> list[inspect.Parameter]:
    parameters = []
    for name, (setting, default) in Policy.settings().items():
        hint = Annotated[Optional[str], _policy_flag(name, setting, default)]  # noqa: UP045
        value = None if default is None or setting.follows is not None else str(default)
        parameters.append(inspect.Parameter(name, _KEYWORD, default=value, annotation=hint))
        if name == "scope":
            parameters += _scope_parameters()
    return parameters


def _scope_parameters() -> list[inspect.Parameter]:
    """`--within` and `--across`, which are values of `--scope`."""
    return [
        inspect.Parameter(
            name,
            _KEYWORD,
            default=False,
            annotation=Annotated[bool, switch(POLICY, f"The same as --scope {name}.", f"--{name}")],
        )
        for name in ("within", "across")
    ]


def _take_scope(values: dict[str, Any]) -> None:
    """Lets `--within` or `--across` say the scope; raises UsageProblem where they disagree."""
    named = [name for name in ("within", "across") if values.pop(name)]
    default = str(Policy.settings()["scope"][1])
    said = {*named, values["scope"]} - {default}
    if len(said) > 1:
        message = f"--{' and --'.join(named)}: they disagree"
        if len(named) == 1:
            message = f"--{named[0]} and --scope {values['scope']}: they disagree"
        raise UsageProblem(message, hint="without them repeats stand anywhere")
    if named:
        values["scope"] = named[0]


def _policy_flag(name: str, setting: Setting, default: Any) -> Any:
    metavar = "NAME" if setting.choices else _METAVARS.get(name, "NUMBER")
    names = [f"--{name.replace('_', '-')}"]
    if name in _SHORT_NAMES:
        names.append(_SHORT_NAMES[name])
    help = setting.help
    if setting.choices:
        help += f" One of {', '.join(setting.choices)}."
    if name in _NOTES:
        help += f" {_NOTES[name]}"
    if default is not None:
        help += f" [{default}]"
    return flag(POLICY, help, *names, metavar=metavar)


def _numbers(given: dict[str, str | None]) -> dict[str, Any]:
    """The words of the command line as the policy's values.

    What is no number is left a word: the policy refuses it, and knows what was meant.
    """
    values: dict[str, Any] = dict(given)
    for name, (setting, _) in Policy.settings().items():
        with suppress(ValueError, TypeError):
            values[name] = setting.kind(given[name]) if given[name] is not None else None
    return values


def _group_parameters(group: type) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(item.name, _KEYWORD, default=_default(item), annotation=hints[item.name])
        for item in fields(group)
    ]


def _default(item: Any) -> Any:
    return inspect.Parameter.empty if item.default is MISSING else item.default
