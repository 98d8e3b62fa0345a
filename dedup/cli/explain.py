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
  dedup explain new.txt seen.dedup:item-7       a document of an index
  dedup explain a.txt b.txt --threshold 0.8 --format json

Exit code: 0 when the texts match, as a whole or in a passage, 1 when not.
"""

# What both arguments may be.
ONE = "a text file, FILE:LINE or FILE:ID of a JSONL file, INDEX:ID, or - for stdin."


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
    found = [(name, _text_in_index(name)) for name in (left, right)]
    one, other = (text_at(name, reading) if text is None else text for name, text in found)
    explanation = pipeline.explain(one, other, policy, labels=(left, right))
    if format == "json":
        import orjson

        print_data([inert(orjson.dumps(explanation.to_dict())), b"\n"])
    else:
        print_lines(str(explanation).split("\n"))
    return 0 if explanation.matches else FOUND


def _text_in_index(name: str) -> str | None:
    """The text of `INDEX:ID`; None where the name is that of no index."""
    from dedup.index import Index
    from dedup.index.reference import is_index

    ends = (place for place, character in enumerate(name) if character == ":")
    for end in ends:
        if is_index(name[:end]):
            with Index.open(name[:end], mode="r") as index:
                text = index.text(name[end + 1 :])
            if text is None:
                message = f"{name[:end]}: the index holds no {name[end + 1 :]}"
                raise UsageProblem(message, hint=f"dedup index export {name[:end]} lists the ids")
            return text
    return None
