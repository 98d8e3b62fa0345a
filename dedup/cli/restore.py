"""`dedup restore`: give back every input of a clean run."""

from __future__ import annotations

from typing import Annotated

import typer

from dedup.cli.console import print_lines
from dedup.cli.flags import Writing, flagged
from dedup.cli.running import complete
from dedup.report_text import plural
from dedup.terminal import visible

EXAMPLE = """
Example:
  dedup restore clean/ -o restored/
  dedup restore clean/ -o restored/ --dry-run   only check that it can be done
"""

Cleaned = Annotated[str, typer.Argument(metavar="CLEANED", help="Folder that `dedup clean` wrote.")]


@flagged
def restore(
    cleaned: Cleaned,
    writing: Writing,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing.", rich_help_panel="Output")
    ] = False,
) -> int:
    """Give every input of a clean run back, to the byte, under FOLDER.

    The result is compared with what was read then; where the folder was changed since,
    nothing is written.
    """
    from dedup.formats.restore import restore as restore_folder

    done = restore_folder(cleaned, writing.output, force=writing.force, dry_run=writing.dry_run)
    if not quiet:
        verb = "Can restore" if writing.dry_run else "Restored"
        lines = [
            f"{verb} {plural(done.inputs, 'input')}, {plural(done.bytes, 'byte')}",
            f"with {plural(done.passages, 'passage')} and {plural(done.documents, 'document')} "
            f"that had gone, {plural(done.skipped, 'bad record')}",
        ]
        if not writing.dry_run:
            lines.append(f"in {visible(writing.output)}")
        with complete("" if writing.dry_run else writing.output):
            print_lines(lines)
    return 0
