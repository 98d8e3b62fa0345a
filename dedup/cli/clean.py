"""`dedup clean`: write the corpus without its repeats, and a ledger of what went."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.cli.console import tell
from dedup.cli.flags import AGAINST, Paths, Reading, Showing, Writing, flagged
from dedup.cli.running import (
    Ending,
    UsageProblem,
    check_showing,
    clean_command,
    command_of,
    finish,
    given_paths,
    paths_of,
    reading_arguments,
    running,
)
from dedup.cli.signals import Terminated
from dedup.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE = """
Example:
  dedup clean articles/ -o clean/                  the first copy of everything
  dedup clean feed.jsonl -o clean/ --keep longest  the longest copy
  dedup clean train/ --against eval/ -o clean/     without what stands in eval/
  dedup clean new/ --against seen.dedup -o clean/  without what an index holds
  dedup clean articles/ -o clean/ --dry-run        only say what would go
"""


@contextmanager
def telling_of(writing: Writing) -> Iterator[None]:
    """Say of an interrupted run what became of its folder."""
    before = _folder_of(writing.output)
    try:
        yield
    except (KeyboardInterrupt, Terminated):
        if not writing.dry_run:
            now = _folder_of(writing.output)
            fate = "not written" if now is None else "as it was" if now == before else "complete"
            tell(f"{writing.output}: {fate}")
        raise


def _folder_of(name: str) -> tuple[int, int] | None:
    """What tells a folder from another one of its name; None where there is none."""
    with suppress(OSError, ValueError):
        status = Path(name).stat()
        return status.st_dev, status.st_ino
    return None


@flagged
def clean(
    policy: Policy,
    reading: Reading,
    showing: Showing,
    writing: Writing,
    paths: Paths = None,
    against: AGAINST = None,
) -> int:
    """Write a corpus without its repeats, in its own format.

    FOLDER gets every input under its own name, and _dedup/ with the clusters, the ledger
    of everything removed (`dedup restore` gives it back), the report, and bad records.
    """
    check_showing(showing, reading)
    sources = given_paths(paths)
    if sources is None:
        raise UsageProblem("no input was named", hint="dedup clean articles/ -o clean/")
    from dedup import pipeline

    with running(reading, showing) as options, telling_of(writing):
        result = pipeline.clean(
            paths_of(sources),
            writing.output,
            against=paths_of(against or []),
            policy=policy,
            options=options,
            force=writing.force,
            dry_run=writing.dry_run,
            resume=writing.resume,
            **reading_arguments(reading),
        )
    if writing.dry_run:
        again = clean_command(sources, writing.output, policy, reading, against)
        ending = Ending("Would remove", again)
    else:
        back = command_of("restore", [writing.output], ["-o", "restored/"])
        ending = Ending("Removed", back, writing.output)
    return finish(result, reading, showing, ending)
