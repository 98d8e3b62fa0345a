"""`dedup clean`: write the corpus without its repeats, and a ledger of what went."""

from __future__ import annotations

from contextlib import contextmanager
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
    output = Path(writing.output)
    was_there = output.exists()
    try:
        yield
    except (KeyboardInterrupt, Terminated):
        if not writing.dry_run:
            is_new = output.exists() and not was_there
            fate = "as it was" if was_there else "complete" if is_new else "not written"
            tell(f"{writing.output}: {fate}")
        raise


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
