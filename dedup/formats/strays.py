"""Tables and JSON files of a folder that are no part of its corpus: they hold no such text.

A folder of articles may hold a price list and a package.json as well. Only what was found by
walking is judged; a file that was named is read, or its error is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from dedup.errors import FieldError, InputError
from dedup.fields import look_up
from dedup.formats.compression import InputStream
from dedup.formats.reader import read
from dedup.formats.records import BYTE_ORDER_MARK

if TYPE_CHECKING:
    from dedup.formats.discover import Inputs
    from dedup.formats.records import Input, Reading

# Bytes of a JSON file in which its first record is looked for.
FIRST_LOOK = 2**16


def without_strays(inputs: Inputs, reading: Reading) -> tuple[Inputs, list[str]]:
    """The inputs that hold texts, and a line for each walked one that does not.

    Raises InputError where none is left.
    """
    kept, strays = [], []
    for item in inputs.files:
        reason = _why_stray(item, reading) if item.walked else ""
        if reason:
            strays.append(f"{reason}; passed over")
        else:
            kept.append(item)
    if not kept:
        message = f"nothing here holds a text: {strays[0].removesuffix('; passed over')}"
        raise InputError(message, hint="name the text's field with --text-field")
    return inputs._replace(files=tuple(kept)), [*inputs.strays, *strays]


def _why_stray(item: Input, reading: Reading) -> str:
    if item.format == "json":
        missing = f"{item.name}: no record of {reading.text_field} in it"
        return "" if _begins_with_record(item, reading) else missing
    if item.format in ("csv", "tsv", "parquet"):
        from dedup.formats.header import BlankError

        try:
            next(iter(read([item], reading)), None)
        except (FieldError, BlankError) as error:
            return error.message
    return ""


def _begins_with_record(item: Input, reading: Reading) -> bool:
    """Whether a JSON file begins as an array with an object in it, or with a line with the text."""
    with InputStream(item, reading.max_expansion) as stream:
        start = stream.some(FIRST_LOOK).removeprefix(BYTE_ORDER_MARK).lstrip()
    if start.startswith(b"["):
        return b"{" in start or start[1:].lstrip()[:1] in (b"]", b"")
    # A line that is longer than the look is no settings file.
    line, end, _ = start.partition(b"\n")
    try:
        return isinstance(look_up(orjson.loads(line), reading.text_field), str)
    except (orjson.JSONDecodeError, KeyError):
        return not end and len(start) >= FIRST_LOOK // 2
