"""`dedup explain`: why two texts match, or do not."""

from __future__ import annotations

from typing import Annotated

import typer

from dedup.cli.console import print_data, print_lines
from dedup.cli.flags import ID_FIELD, INPUT_FORMAT, TEXT_FIELD, TextOrJson, flagged
from dedup.cli.running import FOUND, UsageProblem, check_format, check_input_format
from dedup.policy import Policy
from dedup.terminal import inert

EXAMPLE = """
Example:
  dedup explain monday.txt tuesday.txt
  dedup explain feed.jsonl:12 feed.jsonl:40     two records, by their lines
  dedup explain a.txt b.txt --threshold 0.8 --format json

Exit code: 0 when the texts match, as a whole or in a passage, 1 when not.
"""

# What both arguments may be.
ONE = "a text file, FILE:LINE or FILE:ID of a JSONL file, or - for stdin."


@flagged
def explain(  # noqa: PLR0913 -- one flag each
    left: Annotated[str, typer.Argument(metavar="A", help=f"One text: {ONE}")],
    right: Annotated[str, typer.Argument(metavar="B", help="The other one, likewise.")],
    policy: Policy,
    text_field: TEXT_FIELD = "text",
    id_field: ID_FIELD = "id",
    input_format: INPUT_FORMAT = None,
    format: TextOrJson = "text",
) -> int:
    """Compare two texts: scores, shared passages, aligned difference."""
    check_format(format, ("text", "json"))
    check_input_format(input_format)
    if left == right == "-":
        raise UsageProblem("both texts are stdin, which can be read only once")
    from dedup import pipeline
    from dedup.formats.one import text_at
    from dedup.formats.records import Reading

    reading = Reading(text_field, id_field, input_format)  # type: ignore[arg-type]
    texts = text_at(left, reading), text_at(right, reading)
    explanation = pipeline.explain(*texts, policy, labels=(left, right))
    if format == "json":
        import orjson

        print_data([inert(orjson.dumps(explanation.to_dict())), b"\n"])
    else:
        print_lines(str(explanation).split("\n"))
    return 0 if explanation.matches else FOUND
