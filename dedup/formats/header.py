"""The header of a table of separated values: which column holds what."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.errors import FieldError, FormatError
from dedup.formats.compression import MAGIC_LENGTH, compression_by_magic
from dedup.formats.records import BYTE_ORDER_MARK, shown

if TYPE_CHECKING:
    from dedup.formats.records import Input, Reading

# Other marks that tables are separated by, to say so when the header seems to be one cell.
_OTHERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# Names that a message shows.
_SHOWN = 8
_HINT = "the first line names the columns"


class BlankError(FormatError):
    """The first line of a table is blank: in most cases the file is empty."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How many cells a row has, and the places of those that are read; None where absent."""

    count: int
    text: int
    id: int | None
    extras: tuple[int | None, ...]


def columns_of(item: Input, reading: Reading, header: bytes, delimiter: bytes) -> Columns:
    """The columns that a header names.

    Raises FormatError where it is no header, FieldError where no column or more than one has the
    name of the text field.
    """
    names = _names(item, header, delimiter.decode())
    count = names.count(reading.text_field)
    if count != 1:
        raise _no_text(item, reading.text_field, names, count)
    places = {name: place for place, name in enumerate(names)}
    extras = tuple(map(places.get, reading.extra_fields))
    return Columns(len(names), places[reading.text_field], places.get(reading.id_field), extras)


def _names(item: Input, header: bytes, delimiter: str) -> list[str]:
    header = header.removeprefix(BYTE_ORDER_MARK)
    if not header.strip():
        where, why = f"{shown(item.path)}:1", "the file begins with no header"
        raise BlankError(f"{where}: {why}", path=item.path, line=1, hint=_HINT)
    if found := compression_by_magic(header[:MAGIC_LENGTH]):
        hint = f"give it the suffix {found}"
        raise _no_header(item, "holds compressed data, and its name does not say so", hint)
    if header[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _no_header(item, "looks like UTF-16", "convert it with iconv")
    try:
        text = header.decode()
        rows = csv.reader(io.StringIO(text.rstrip("\r\n"), newline=""), delimiter=delimiter)
        first, *others = list(rows)
    except (UnicodeDecodeError, csv.Error) as error:
        raise _no_header(item, f"the header cannot be read: {error}") from error
    if others:
        why = "lines end with carriage returns alone, or a quote of the header is not closed"
        raise _no_header(item, why, "write it anew with line feeds as line ends")
    return first


def _no_header(item: Input, why: str, hint: str | None = None) -> FormatError:
    return FormatError(f"{shown(item.path)}:1: {why}", path=item.path, line=1, hint=hint or _HINT)


def _no_text(item: Input, field: str, names: list[str], count: int) -> FieldError:
    where = f"{shown(item.path)}:1"
    if count > 1:
        return FieldError(
            f"{where}: {count} columns are named {field}; it must be one",
            path=item.path,
            line=1,
            field=field,
            hint="rename the others",
        )
    known = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    hint = "name the text's column with --text-field"
    other = [what for mark, what in _OTHERS.items() if len(names) == 1 and mark in names[0]]
    if other:
        hint = f"it seems to be separated by {other[0]}; .csv is read with commas, .tsv with tabs"
    message = f"{where}: no column is named {field}; there are: {known}"
    return FieldError(message, path=item.path, line=1, field=field, hint=hint)
