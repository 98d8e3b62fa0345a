"""The command `dedup`: the library's functions under the same names.

`main` is the only place that turns errors into messages and exit codes: 0; 1 where a
command says that something was (`--fail-on-duplicates`, `compare`) or was not (`explain`)
found; 2
for usage and errors; 128 and the number of the signal that ended the run. Everything heavy
is imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dedup.cli.console import (
    print_lines,
    silence_stdout,
    tell,
    tell_error,
    tell_failure,
)
from dedup.cli.layout import Command, Group
from dedup.cli.signals import SIGNAL_EXIT, Terminated, interruptible
from dedup.errors import DedupError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED = 2
QUOTES = "'?"
INTERRUPT_EXIT = SIGNAL_EXIT + 2
INTERRUPTED = "interrupted"

# The class above every error of the command line; newer releases of typer bring click along,
# older ones import it, and this holds for both.
_ClickException: Any = typer.BadParameter.__mro__[2]

EXAMPLE = """
Example:
  dedup scan articles/
  dedup clean articles/ -o clean/
"""

# Each in a module of its name, there called so; in the order of the help.
COMMANDS = {
    "scan": "scan",
    "clean": "clean",
    "restore": "restore",
    "explain": "explain",
    "compare": "compare",
    "policy": "show_policy",
    "index": "app",
}


def _print_version(wanted: bool) -> None:  # noqa: FBT001 -- typer calls it
    if not wanted:
        return
    from dedup.report import versions

    found = versions()
    print_lines(
        [
            f"dedup {found['dedup']}",
            f"fold table {found['fold']}",
            f"signature {found['signature']}",
        ]
    )
    raise typer.Exit


def _dedup(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version, the fold table and the signature scheme.",
            callback=_print_version,
            is_eager=True,
            show_default=False,
        ),
    ] = False,
) -> None:
    """Find text that repeats, show the evidence, and give the text back clean."""


def make_app(words: Sequence[str]) -> typer.Typer:
    """The command for these words: where the first one names a command, only that one is loaded.

    Reading the flags of all of them takes twice as long as reading those of one.
    """
    app = typer.Typer(
        cls=Group,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    )
    app.callback(epilog=EXAMPLE)(_dedup)
    for name in words[:1] if words[:1] and words[0] in COMMANDS else COMMANDS:
        module = import_module(f"dedup.cli.{name}")
        command = getattr(module, COMMANDS[name])
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, cls=Group, epilog=module.EXAMPLE)
        else:
            app.command(name, cls=Command, epilog=module.EXAMPLE)(command)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; never raises for what a user does."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with interruptible():
            return _run(words)
    except SystemExit:  # typer's answer to a closed pipe behind a help text
        silence_stdout()
        return 0
    except Terminated as end:
        tell(INTERRUPTED)
        return end.exit_code
    except KeyboardInterrupt:
        tell(INTERRUPTED)
        return INTERRUPT_EXIT
    except Exception as error:  # a person gets one line, whatever it is
        _tell(error, verbose="-v" in words or "--verbose" in words)
        return FAILED


def _run(words: list[str]) -> int:
    words = words or ["--help"]
    code = make_app(words)(words, prog_name="dedup", standalone_mode=False)
    if code == INTERRUPT_EXIT:  # typer has an exit of its own for that
        tell(INTERRUPTED)
    return code if isinstance(code, int) else 0


def _tell(error: Exception, *, verbose: bool) -> None:
    """Say on stderr what went wrong; a traceback only for a bug of ours, and only with -v."""
    if isinstance(error, DedupError):
        tell_error(error)
    elif isinstance(error, _ClickException):
        _tell_usage(error)
    elif isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        tell_failure(f"{name}{(error.strerror or str(error)).lower()}")
    elif isinstance(error, MemoryError):
        tell_failure("out of memory", "scan fewer files at once")
    else:
        _tell_bug(error, verbose=verbose)


def _tell_usage(error: Any) -> None:
    """Say what is wrong with the command line, and where its help is."""
    message = error.format_message()
    context = getattr(error, "ctx", None)
    hint = f"see {context.command_path} --help" if context is not None else "see dedup --help"
    message, _, guess = message.partition(" Did you mean ")
    if type(error).__name__ == "NoSuchOption":
        message = f"no such option: {error.option_name}"
        guess = nearest(error.option_name, error.possibilities or ()) or ""
    if guess:
        hint = f"did you mean {guess.strip(QUOTES)}"
    tell_failure(f"{message[:1].lower()}{message[1:].rstrip('.')}", hint)


def _tell_bug(error: Exception, *, verbose: bool) -> None:
    if verbose:
        import traceback

        for line in "".join(traceback.format_exception(error)).splitlines():
            tell(line)
    tell_failure(
        f"this is a bug of dedup: {type(error).__name__}: {error}",
        "run again with -v and report what it prints",
    )
