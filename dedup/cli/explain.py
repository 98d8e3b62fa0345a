"""`dedup explain`: why two texts match, or do not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dedup.cli.console import print_data, print_lines
from dedup.cli.flags import TextOrJson, flagged
from dedup.cli.running import FOUND, check_format
from dedup.errors import FormatError, InputError
from dedup.policy import Policy

EXAMPLE = """
Example:
  dedup explain monday.txt tuesday.txt
  dedup explain a.txt b.txt --threshold 0.8 --format json

Exit code: 0 when the texts match, as a whole or in a passage, 1 when not.
"""


@flagged
def explain(
    left: Annotated[str, typer.Argument(metavar="A", help="A text file.")],
    right: Annotated[str, typer.Argument(metavar="B", help="Another text file.")],
    policy: Policy,
    format: TextOrJson = "text",
) -> int:
    """Compare two texts: scores, shared passages, aligned difference."""
    check_format(format, ("text", "json"))
    texts = _text_of(left), _text_of(right)
    from dedup import pipeline

    explanation = pipeline.explain(*texts, policy, names=(left, right))
    if format == "json":
        import orjson

        print_data([orjson.dumps(explanation.to_dict(), option=orjson.OPT_APPEND_NEWLINE)])
    else:
        print_lines(str(explanation).split("\n"))
    return 0 if explanation.matches else FOUND


def _text_of(path: str) -> str:
    """The text of one file as it stands, a byte order mark and carriage returns included."""
    try:
        return Path(path).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"{path}: byte {error.start} is not valid UTF-8"
        raise FormatError(reason, path=path, hint="convert the file to UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}", path=path) from error
