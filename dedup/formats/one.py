"""One document, by the name a person gives it: a text file, or one record of a file of records."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dedup.errors import FormatError, InputError
from dedup.formats.discover import discover
from dedup.formats.jsonl import why_bad
from dedup.formats.reader import read
from dedup.formats.records import STDIN, Batch, Input, Lines, Rows, Torn, shown
from dedup.formats.walk import stem_and_format

if TYPE_CHECKING:
    from dedup.formats.records import Reading


def text_at(name: str, reading: Reading) -> str:
    """The text of a file, of stdin (`-`), or of the record `path:line` or `path:id` of a file.

    Files are read as `scan` reads them, also compressed ones; one of unknown suffix is a text. A
    file of records needs no line where it holds one. Raises InputError where there is no such
    file, FormatError where it holds no such text.
    """
    path, record = _taken_apart(name)
    item = _input_at(path, reading)
    found: list[str] = []
    for piece in read([item], reading):
        if isinstance(piece, Batch):
            return _only_text(item, piece, record)
        if not isinstance(piece, Torn):
            found += _texts_in(piece, record, reading)
        if len(found) > 1 or (found and record):
            break
    if len(found) == 1:
        return found[0]
    if record:
        message = f"{shown(path)}: holds no record {shown(record)}"
        raise FormatError(message, path=path, hint="a record is named by its line or its id")
    message = f"{shown(path)}: holds {'more than one record' if found else 'no record'}"
    raise FormatError(message, path=path, hint=f"name one by its line: {shown(path)}:1")


def _taken_apart(name: str) -> tuple[str, str]:
    """Path and record; a file whose name holds a colon comes first."""
    path, _, record = name.rpartition(":")
    if path and not os.path.lexists(name) and (path == STDIN or os.path.isfile(path)):
        return path, record
    return name, ""


def _input_at(path: str, reading: Reading) -> Input:
    if os.path.isdir(path):
        raise InputError(f"{shown(path)}: a folder, not one text", path=path, hint="name a file")
    input_format = reading.input_format
    if input_format is None and path != STDIN and stem_and_format(path)[1] is None:
        input_format = "text"
    return discover([path], input_format=input_format).files[0]


def _only_text(item: Input, batch: Batch, record: str) -> str:
    if record:
        message = f"{shown(item.path)}: a text file, without records"
        raise FormatError(message, path=item.path, hint="name the file alone")
    if batch.skipped:
        message = f"{shown(item.path)}: {batch.skipped[0].reason}"
        raise FormatError(message, path=item.path, hint="convert the file to UTF-8")
    return batch.texts[0]


def _texts_in(piece: Lines | Rows, record: str, reading: Reading) -> list[str]:
    """The texts of the wanted record in some lines or rows, or of all where none is named."""
    records: list[tuple[str | None, int, str]]
    if isinstance(piece, Rows):
        records = list(zip(piece.ids, piece.numbers, piece.texts, strict=True))
    else:
        from dedup import _core

        records = _core.read_records(piece.core(), reading.text_field, reading.id_field)
    if not record:
        return [text for _, _, text in records]
    if not record.isdecimal():
        return [text for own, _, text in records if own == record][:1]
    number = int(record)
    found = [text for _, line, text in records if line == number]
    lines = piece if isinstance(piece, Lines) else None
    if lines and not found and number in range(lines.first, lines.following):
        reason = why_bad(next(lines.pick([number])), reading.text_field)
        path = lines.input.path
        raise FormatError(f"{shown(path)}:{number}: {reason}", path=path, line=number)
    return found
