"""Reading: inputs in, batches out, the same ones however often it is done.

A batch spans several small text files, and a large file of lines makes several pieces, so
the core is called with enough to do and a corpus is never held in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.formats.jsonl import read_jsonl
from dedup.formats.text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.formats.records import Batch, Input, Lines

# Large enough that a call of the core costs nothing beside its work, small enough that a
# few batches in flight do not count.
BATCH_BYTES = 2**20
BATCH_RECORDS = 4096


def read(
    inputs: Iterable[Input],
    *,
    batch_bytes: int = BATCH_BYTES,
    batch_records: int = BATCH_RECORDS,
) -> Iterator[Batch | Lines]:
    """All documents of the inputs, in order: text files in batches, JSONL as pieces of lines.

    A batch holds up to `batch_records` documents and about `batch_bytes` bytes (one longer
    file makes a batch of its own). No inputs, no batches. Raises InputError or FormatError
    when a file cannot be read to its end; a file that is no text is in `Batch.skipped`.
    """
    batch: Batch | None = None
    for item in inputs:
        if item.format == "jsonl":
            if batch is not None:
                yield batch
                batch = None
            yield from read_jsonl(item, batch_bytes)
            continue
        one = read_text(item)
        if batch is not None and not _fits(batch, one, batch_bytes, batch_records):
            yield batch
            batch = None
        if batch is None:
            batch = one
        else:
            batch.extend(one)
    if batch is not None:
        yield batch


def _fits(batch: Batch, one: Batch, size: int, count: int) -> bool:
    return batch.weight + one.weight <= size and len(batch.parts) < count
