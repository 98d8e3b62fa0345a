"""Reading: inputs in, pieces out, the same ones however often it is done.

A batch spans several small text files, and a large file of records makes several pieces, so
the core is called with enough to do and a corpus is never held in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.formats.extras import need_pyarrow
from dedup.formats.jsonl import read_jsonl
from dedup.formats.records import Batch, Lines, Reading, Rows, Torn, shown
from dedup.formats.text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.formats.records import Input

Piece = Batch | Lines | Rows | Torn

BATCH_RECORDS = 4096

_DEFAULT = Reading()


def read(
    inputs: Iterable[Input], reading: Reading = _DEFAULT, *, to_write: bool = False
) -> Iterator[Piece]:
    """All documents of the inputs, in order: text files in batches, others as pieces of records.

    A batch holds up to BATCH_RECORDS documents and about `batch_bytes` bytes (one longer file
    makes a batch of its own). No inputs, no batches. to_write: with the fields that only a
    writer needs. Raises InputError or FormatError when a file cannot be read to its end; a file
    that is no text is in `Batch.skipped`.
    """
    batch: Batch | None = None
    for item in inputs:
        if item.format != "text":
            if batch is not None:
                yield batch
                batch = None
            yield from _records(item, reading, to_write=to_write)
            continue
        one = read_text(item, reading)
        if batch is not None and not _fits(batch, one, reading.batch_bytes):
            yield batch
            batch = None
        if batch is None:
            batch = one
        else:
            batch.extend(one)
    if batch is not None:
        yield batch


def _records(item: Input, reading: Reading, *, to_write: bool) -> Iterator[Lines | Rows | Torn]:
    if item.format == "jsonl":
        return read_jsonl(item, reading)
    if item.format == "json":
        from dedup.formats.array import read_json

        return read_json(item, reading)
    if item.format == "parquet":
        need_pyarrow(shown(item.path))
        from dedup.formats.parquet import read_parquet

        return read_parquet(item, reading, to_write=to_write)
    from dedup.formats.separated import read_separated

    return read_separated(item, reading)


def _fits(batch: Batch, one: Batch, size: int) -> bool:
    return batch.weight + one.weight <= size and len(batch.parts) < BATCH_RECORDS
