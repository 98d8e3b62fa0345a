"""`dedup compare`: which documents changed their fate between two clean runs."""

from __future__ import annotations

from typing import Annotated

import typer

from dedup.cli.console import bold, print_data, print_lines
from dedup.cli.flags import EXAMPLES, TextOrJson, flagged
from dedup.cli.running import FOUND, UsageProblem, check_format
from dedup.terminal import inert

EXAMPLE = """
Example:
  dedup compare clean/ strict/    where strict/ was made with --threshold 0.8
  dedup compare clean/ strict/ --top 100 --format json

Exit code: 0 when the same text of every document went, 1 when not.
"""


@flagged
def compare(
    run1: Annotated[str, typer.Argument(metavar="RUN1", help="Folder that `dedup clean` wrote.")],
    run2: Annotated[
        str, typer.Argument(metavar="RUN2", help="Another one, made from the same inputs.")
    ],
    top: EXAMPLES = 10,
    format: TextOrJson = "text",
) -> int:
    """Say which documents changed their fate between two clean runs.

    The runs may differ in policy or version. Examples each way show what went and
    which copy was kept for it.
    """
    check_format(format, ("text", "json"))
    if top < 0:
        raise UsageProblem(f"top is {top}; it must be 0 or more")
    from dedup.comparison.ledgers import compare

    comparison = compare(run1, run2, examples=top)
    if format == "json":
        import orjson

        print_data([inert(orjson.dumps(comparison.to_dict())), b"\n"])
    else:
        from dedup.comparison.text import comparison_lines

        print_lines(comparison_lines(comparison, bold=bold))
    return 0 if comparison.same else FOUND
