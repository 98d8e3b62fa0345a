"""`dedup restore`: give back every input of a clean run."""

from __future__ import annotations

from typing import Annotated

import typer

from dedup.cli.console import print_lines
from dedup.cli.flags import DRY_RUN, FOLDER, FORCE_RESTORE, flagged
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
    output: FOLDER,
    dry_run: DRY_RUN = False,
    force: FORCE_RESTORE = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing.", rich_help_panel="Output")
    ] = False,
) -> int:
    """Give every input of a clean run back, to the byte, under FOLDER.

    The result is compared with what was read then; where the folder was changed since,
    nothing is written.
    """
    from dedup.formats.restore import restore as restore_folder

    done = restore_folder(cleaned, output, force=force, dry_run=dry_run)
    if not quiet:
        verb = "Can restore" if dry_run else "Restored"
        lines = [
            f"{verb} {plural(done.inputs, 'input')}, {plural(done.bytes, 'byte')}",
            f"with {plural(done.passages, 'passage')} and {plural(done.documents, 'document')} "
            f"that had gone, {plural(done.skipped, 'bad record')}",
        ]
        if not dry_run:
            lines.append(f"in {visible(output)}")
        with complete("" if dry_run else output):
            print_lines(lines)
    return 0
