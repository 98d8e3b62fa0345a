"""Parquet files: read in batches of rows, one row group after the other.

A row's number counts from 1 over the whole file. When the run only looks, the columns that it
asks for are read and no others. Imports pyarrow, so it is itself imported only for Parquet.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from isal.isal_zlib import crc32

from dedup.errors import FieldError, FormatError
from dedup.formats.arrow import extras_at, ids_at, locate, text_way, texts_at
from dedup.formats.compression import HARMLESS, check_stamp, open_input, reading
from dedup.formats.records import Input, Reading, Rows, shown, too_long
from dedup.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

# Text in one batch, and its rows at most. Not an option: what is written must not depend on it.
BATCH_BYTES = 2**20
BATCH_ROWS = 4096
BLOCK = 2**20


@dataclass(frozen=True, slots=True)
class Taken:
    """What the writer needs of some rows.

    batch: the rows with all columns; None when the run only looks. documents, bad: the rows of
    it that make documents, and that do not. way: to the text. file: how its file was written.
    group_ends: a row group of the input ends here.
    """

    batch: Any
    documents: list[int]
    bad: list[int]
    way: list[str]
    file: Any
    group_ends: bool


def read_parquet(item: Input, reading: Reading, *, to_write: bool) -> Iterator[Rows]:
    """The rows of the file. Raises FormatError where it is damaged, FieldError without a text."""
    with opened(item) as (raw, file):
        _check_growth(item, file.metadata, _size(raw), reading.max_expansion)
        way = _way(item, file.schema_arrow, reading)
        columns = None if to_write else _columns(file.schema_arrow, reading, way)
        number, check = 1, 0
        for batch, group_ends in batches(file, columns):
            rows, texts = _rows(item, reading, batch, way, number)
            documents = [row - number for row in rows.numbers]
            bad = sorted(set(range(len(texts))).difference(documents))
            rows.content = Taken(batch, documents, bad, way, file, group_ends)
            rows.weight = _size(raw) * batch.num_rows // file.metadata.num_rows
            if to_write:
                _show_records(rows, batch, bad)
                check = texts_crc32(texts, check)
            number += batch.num_rows
            yield rows
        last = Rows(item, Taken(None, [], [], way, file, group_ends=False), last=True)
        if to_write:
            last.size, last.crc32 = _whole(raw)
            last.more = {"row_groups": group_sizes(file), "texts": check}
        check_stamp(item, raw)
        yield last


@contextmanager
def opened(item: Input) -> Iterator[tuple[BinaryIO, Any]]:
    """The open file, and the reader that has read its footer."""
    if item.compression:
        message = f"{shown(item.path)}: a Parquet file packed as {item.compression} is not read"
        raise FormatError(message, path=item.path, hint="unpack it; Parquet is packed inside")
    with (
        reading(item.path),
        sound(item),
        open_input(item) as raw,
        pq.ParquetFile(raw, page_checksum_verification=True) as file,
    ):
        yield raw, file


@contextmanager
def sound(item: Input) -> Iterator[None]:
    """Turn what pyarrow says of damaged files into FormatError."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        why = str(error).partition("\n")[0][:160].rstrip(". ")
        message = f"{shown(item.path)}: not a sound Parquet file: {why}"
        hint = "fetch the file again, or give it the suffix of what it is"
        raise FormatError(message, path=item.path, hint=hint) from error


def batches(file: Any, columns: list[str] | None = None) -> Iterator[tuple[Any, bool]]:
    """All rows in batches that depend on the file alone; whether one ends its row group."""
    for group in range(file.metadata.num_row_groups):
        about = file.metadata.row_group(group)
        if not about.num_rows:
            continue
        each = max(1, about.total_byte_size // about.num_rows)
        size = min(BATCH_ROWS, max(1, BATCH_BYTES // each))
        left = about.num_rows
        for batch in file.iter_batches(size, [group], columns, use_threads=False):
            left -= batch.num_rows
            yield batch, left == 0


def group_sizes(file: Any) -> list[int]:
    """The rows of each row group."""
    groups = range(file.metadata.num_row_groups)
    return [file.metadata.row_group(group).num_rows for group in groups]


def texts_crc32(texts: Iterable[str | None], check: int) -> int:
    """The CRC-32 of texts in their order, continued; None, for a bad row, is a text of its own."""
    data = b"".join(b"\1" if text is None else text.encode() + b"\0" for text in texts)
    return crc32(data, check)


def _way(item: Input, schema: Any, reading: Reading) -> list[str]:
    try:
        return text_way(schema, reading.text_field, shown(item.path))
    except FieldError as error:
        error.path = item.path
        raise


def _columns(schema: Any, reading: Reading, way: list[str]) -> list[str]:
    asked = (reading.id_field, *reading.extra_fields)
    ways = [way, *filter(None, (locate(schema, name) for name in asked))]
    return [".".join(one) for one in ways]


def _rows(
    item: Input, reading: Reading, batch: Any, way: list[str], number: int
) -> tuple[Rows, list[str | None]]:
    """The records of a batch, whose first row has this number; all rows' texts, None where null."""
    texts, bad = texts_at(batch, way)
    rows = Rows(item, None)
    ids = ids_at(batch, reading.id_field)
    extras = [extras_at(batch, name) for name in reading.extra_fields]
    most = reading.max_line
    for place, text in enumerate(texts):
        source = f"{item.name}:{number + place}"
        if text is not None and len(text) > most // 4 and len(text.encode()) > most:
            bad[place] = too_long(most)
        if text is None or place in bad:
            rows.skipped.append(Skipped(source, number + place, bad[place], b""))
            continue
        rows.texts.append(text)
        rows.ids.append(ids[place] or source)
        rows.numbers.append(number + place)
        if extras:
            rows.extras.append([values[place] for values in extras])
    return rows, texts


def _show_records(rows: Rows, batch: Any, bad: list[int]) -> None:
    """Give the bad records what people can read; the rows themselves are kept aside."""
    for place, (row, skipped) in enumerate(zip(bad, rows.skipped, strict=True)):
        try:
            [values] = batch.slice(row, 1).to_pylist()
            record = orjson.dumps(values, default=repr)
        except (UnicodeDecodeError, TypeError):
            record = b""
        rows.skipped[place] = Skipped(skipped.source, skipped.line, skipped.reason, record)


def _check_growth(item: Input, about: Any, used: int, most: float) -> None:
    groups = [about.row_group(group) for group in range(about.num_row_groups)]
    made = sum(group.total_byte_size for group in groups)
    if made > HARMLESS and made > most * used:
        message = f"{shown(item.path)}: grows to more than {most:g} times its size: "
        message += f"{made:,} bytes out of {used:,}"
        hint = "raise --max-expansion if you trust the file"
        raise FormatError(message, path=item.path, hint=hint)


def _size(raw: BinaryIO) -> int:
    return os.fstat(raw.fileno()).st_size


def _whole(raw: BinaryIO) -> tuple[int, int]:
    """Size and checksum of the file's bytes."""
    raw.seek(0)
    size = check = 0
    while block := raw.read(BLOCK):
        size += len(block)
        check = crc32(block, check)
    return size, check
