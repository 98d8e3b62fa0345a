"""Reading: inputs in, batches of documents out, the same ones however often it is done.

A batch spans several small files, and a large file makes several batches, so the core is
called with enough to do and a corpus is never held as Python strings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.formats.jsonl import read_jsonl
from dedup.formats.text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.formats.records import Batch, Input

# Large enough that a call of the core costs nothing beside its work, small enough that a
# few batches in flight do not count.
BATCH_BYTES = 2**20
BATCH_RECORDS = 4096


def read(
    inputs: Iterable[Input],
    *,
    text_field: str = "text",
    id_field: str = "id",
    fields: bool = False,
    batch_bytes: int = BATCH_BYTES,
    batch_records: int = BATCH_RECORDS,
) -> Iterator[Batch]:
    """All documents of the inputs, in order, in batches of one format each.

    A batch holds up to `batch_records` documents and about `batch_bytes` bytes (one longer
    line or file makes a batch of its own). `fields` asks for the parsed records. No inputs,
    no batches. Raises InputError or FormatError when a file cannot be read to its end;
    a bad record is in `Batch.skipped` instead.
    """
    batch: Batch | None = None
    for piece in _pieces(inputs, text_field, id_field, batch_bytes, batch_records, fields=fields):
        if batch is None:
            batch = piece
        elif _fits(batch, piece, batch_bytes, batch_records):
            batch.extend(piece)
        else:
            yield batch
            batch = piece
    if batch is not None:
        yield batch


def _pieces(
    inputs: Iterable[Input], text_field: str, id_field: str, size: int, count: int, *, fields: bool
) -> Iterator[Batch]:
    for item in inputs:
        if item.format == "text":
            yield read_text(item, fields=fields)
        else:
            yield from read_jsonl(
                item,
                text_field=text_field,
                id_field=id_field,
                fields=fields,
                size=size,
                count=count,
            )


def _fits(batch: Batch, piece: Batch, size: int, count: int) -> bool:
    if piece.weight == 0 and len(piece) == 0 and batch.format == piece.format:
        return True
    return (
        batch.format == piece.format
        and batch.weight + piece.weight <= size
        and len(batch) + len(piece) <= count
    )


class DuplicateIds:
    """Counts records whose id an earlier record had; they are reported, never merged.

    count: how many such records. first: the id and the source of the first one, or None.
    Holds one 64-bit hash an id (about 60 bytes in all), of Python's keyed hash: the chance
    of one false report among 10 million ids is 3 in a million.
    """

    def __init__(self) -> None:
        self.count = 0
        self.first: tuple[str, str] | None = None
        self._seen: set[int] = set()

    def close(self) -> None:
        """Forget the ids; the counts stay."""
        self._seen = set()

    def add(self, ids: list[str], sources: list[str]) -> None:
        """Take in the ids of one batch."""
        seen = self._seen
        hashes = list(map(hash, ids))
        before = len(seen)
        fresh = set(hashes)
        if len(fresh) == len(ids) and seen.isdisjoint(fresh):
            seen |= fresh
            return
        for place, value in enumerate(hashes):
            if value in seen and self.first is None:
                self.first = (ids[place], sources[place])
            seen.add(value)
        self.count += len(ids) - (len(seen) - before)
