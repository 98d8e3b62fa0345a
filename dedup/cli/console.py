"""The three streams: data on stdout, everything else on stderr, nothing unsafe on either."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from dedup.errors import OutputError
from dedup.terminal import encodable, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.errors import DedupError
    from dedup.model import Skipped

# Bad records that are named before the rest is only counted.
MOST_SKIPPED = 10


def print_lines(lines: Iterable[str]) -> None:
    """Print lines for a person on stdout."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    print_data(f"{encodable(line, encoding)}\n".encode(encoding, "replace") for line in lines)


def print_data(chunks: Iterable[bytes]) -> None:
    """Write data to stdout, byte for byte; what no one reads any more is left unwritten.

    That is no error: the reader has seen enough. The run goes on, for its exit code and what it
    tells on stderr. Raises OutputError when the disk behind a redirection is full.
    """
    if sys.stdout is None:  # started with stdout closed
        return
    stdout = sys.stdout.buffer
    try:
        for chunk in chunks:
            stdout.write(chunk)
        stdout.flush()
    except BrokenPipeError:
        silence_stdout()
    except OSError as error:
        silence_stdout()
        raise OutputError(f"stdout: {(error.strerror or str(error)).lower()}") from error


def silence_stdout() -> None:
    """Point stdout nowhere, so that what is still buffered raises nothing at exit."""
    if sys.stdout is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def tell(line: str) -> None:
    """Print one line on stderr; a closed stderr is no reason to fail.

    A line end in it is shown as an escape: it comes from a name, not from us.
    """
    if sys.stderr is None:
        return
    encoding = getattr(sys.stderr, "encoding", None) or "ascii"
    with suppress(OSError):
        print(encodable(visible(line), encoding), file=sys.stderr)  # noqa: T201


def tell_error(error: DedupError) -> None:
    """Print an error and its hint."""
    tell_failure(error.message, error.hint)


def tell_failure(message: str, hint: str | None = None) -> None:
    """Print `error: ...` and, after a blank line, `hint: ...`."""
    tell(f"error: {message}")
    if hint is not None:
        tell("")
        tell(f"hint: {hint}")


def tell_skipped(skipped: Iterable[Skipped], count: int) -> None:
    """Name the first bad records, count the others."""
    for number, record in enumerate(skipped):
        if number == MOST_SKIPPED:
            break
        tell(str(record))
    if count > MOST_SKIPPED:
        tell(f"and {count - MOST_SKIPPED:,} more bad records")


def tell_remedies(output: str, *, fields: bool) -> None:
    """Say what can be done about bad records.

    output: the folder that was written, or empty. fields: some of them lack their text.
    """
    remedies = ["--skip-bad exits 0 in spite of them"]
    if fields:
        remedies.insert(0, "--text-field names the field of the text")
    if output:
        remedies.insert(0, f"they are in {output.rstrip('/')}/_dedup/skipped.jsonl")
    tell("")
    tell(f"hint: {'; '.join(remedies)}")


def is_terminal(stream: object) -> bool:
    """Whether a person looks at this stream."""
    try:
        return bool(stream is not None and stream.isatty())  # type: ignore[attr-defined]
    except ValueError:  # a closed file
        return False


def bold(text: str) -> str:
    """The text in bold where stdout is a terminal that has it and no one objects."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not is_terminal(sys.stdout):
        return text
    return f"\x1b[1m{text}\x1b[0m"
