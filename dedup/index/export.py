"""What an index holds, as a file that others read: Parquet, or JSON lines.

Documents are written as they are read, some at a time, so neither needs memory for all of them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from dedup.errors import OutputError
from dedup.formats.compression import compression_of
from dedup.formats.extras import need_pyarrow
from dedup.formats.output import OutputStream, writing
from dedup.formats.records import shown
from dedup.formats.walk import stem_and_format
from dedup.terminal import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.index.verdict import Entry

FORMATS = ("jsonl", "parquet")
COLUMNS = ("id", "text", "date", "source", "fields")
# Characters of texts that one row group of Parquet holds, about, and documents at most.
GROUP_CHARACTERS = 8 << 20
GROUP_DOCUMENTS = 1 << 16


def lines_of(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Each document as a line of JSON."""
    for entry in entries:
        yield inert(orjson.dumps(entry.to_dict(), option=orjson.OPT_APPEND_NEWLINE))


def export_to(path: str, entries: Iterable[Entry], format: str | None = None) -> int:
    """Write documents with their texts to a new file, which appears whole; how many there were.

    format: `jsonl` or `parquet`; None: as the file's name ends, for lines also with .gz, .zst, .bz2
    or .xz. Raises OutputError where the file exists or cannot be written, MissingExtraError where
    Parquet needs pyarrow.
    """
    format = format or stem_and_format(path)[1]
    if format not in FORMATS:
        message = f"{shown(path)}: its name tells no format to export; .jsonl and .parquet do"
        raise OutputError(message, path=path, hint=f"say --format {' or '.join(FORMATS)}")
    if format == "parquet":
        need_pyarrow(shown(path))
    _check_new(path)
    target = Path(path)
    partial = target.with_name(f".{target.name}.dedup-partial-{os.getpid()}")
    compression = compression_of(path) if format == "jsonl" else ""
    try:
        with OutputStream(str(partial), compression, name=path) as stream:
            write = _write_columns if format == "parquet" else _write_lines
            count = write(stream, entries)
        _check_new(path)
        with writing(path):
            partial.rename(target)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise
    return count


def _check_new(path: str) -> None:
    if os.path.lexists(path):
        message = f"{shown(path)}: exists already"
        raise OutputError(message, path=path, hint="name a new file, or remove that one first")


def _write_lines(stream: OutputStream, entries: Iterable[Entry]) -> int:
    count = 0
    for line in lines_of(entries):
        stream.write(line)
        count += 1
    return count


def _write_columns(stream: OutputStream, entries: Iterable[Entry]) -> int:
    from dedup.formats.columns import TextColumns

    columns = TextColumns(stream, COLUMNS, unique=("id", "text"))
    rows: list[tuple[str, ...]] = []
    count = characters = 0
    for entry in entries:
        fields = orjson.dumps(dict(entry.fields)).decode()
        rows.append((entry.id, entry.text or "", entry.date, entry.source, fields))
        count += 1
        characters += len(rows[-1][1]) + len(fields)
        if characters >= GROUP_CHARACTERS or len(rows) >= GROUP_DOCUMENTS:
            columns.write(rows)
            rows, characters = [], 0
    columns.write(rows)
    columns.finish()
    return count
