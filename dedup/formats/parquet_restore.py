"""Giving a Parquet file back: to the value, in row groups of the size they had.

The cleaned file and the rows that were kept aside are read side by side. Imports pyarrow.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, final

import pyarrow as pa

from dedup.errors import FormatError
from dedup.formats.arrow import take, text_way, texts_at, with_texts
from dedup.formats.notes import UNTOUCHED
from dedup.formats.parquet import batches, opened, texts_crc32
from dedup.formats.parquet_writer import ParquetOutput
from dedup.formats.records import Input, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.formats.output import OutputStream
    from dedup.formats.putback import PutBack


def restore_parquet(
    run: PutBack, item: Input, aside: str, entry: Mapping[str, Any], stream: OutputStream | None
) -> None:
    """Rebuild the file of an input; aside: the path of the rows that were kept aside.

    entry: its object in the report. Raises FormatError where a file does not fit the ledger.
    """
    with ExitStack() as stack:
        _, file = stack.enter_context(opened(item))
        kept = _Supply(file)
        other = None
        if os.path.isfile(aside):
            _, other = stack.enter_context(opened(item._replace(path=aside)))
        gone = _Supply(other)
        like = file if file.metadata.num_row_groups or other is None else other
        output = None if stream is None else ParquetOutput(stream, like)
        way = text_way(file.schema_arrow, entry["text_field"], shown(item.path))
        check, number = 0, 1
        for size in filter(None, entry["row_groups"]):
            group = _Group(run, item, number, size)
            table = group.rebuilt(kept, gone, way)
            check = texts_crc32(_texts(table, way), check)
            number += size
            if output is not None:
                output.add(table)
                output.end_group()
        if check != entry["texts"] or kept.left() or gone.left():
            message = f"{shown(item.path)}: does not give back its input: {number - 1} rows rebuilt"
            raise FormatError(message, path=item.path, hint=UNTOUCHED)
        if output is not None:
            output.finish()


def _texts(table: Any, way: list[str]) -> list[str | None]:
    return [text for part in table.to_batches() for text in texts_at(part, way)[0]]


@final
class _Supply:
    """The rows of a file, taken as many as are needed; None for no file."""

    def __init__(self, file: Any) -> None:
        self._batches = iter(()) if file is None else batches(file)
        self._ready: Any = None

    def take(self, count: int) -> list[Any]:
        """The next rows as batches; fewer at the end."""
        taken = []
        while count:
            if self._ready is None or not self._ready.num_rows:
                self._ready, _ = next(self._batches, (None, False))
            if self._ready is None:
                break
            part = self._ready.slice(0, count)
            taken.append(part)
            count -= part.num_rows
            self._ready = self._ready.slice(part.num_rows)
        return taken

    def left(self) -> bool:
        """Whether there are more rows."""
        return bool(self.take(1))


@final
class _Group:
    """The rows of one row group of the input: where each comes from, and its ledger."""

    def __init__(self, run: PutBack, item: Input, first: int, size: int) -> None:
        self._item = item
        self._order: list[bool] = []
        self._ledgers: dict[int, list[bytes]] = {}
        for row in range(size):
            went, ledger = run.fate(f"{item.name}:{first + row}")
            self._order.append(went)
            if ledger:
                self._ledgers[row] = ledger

    def rebuilt(self, kept: _Supply, gone: _Supply, way: list[str]) -> Any:
        """The rows as a table."""
        away = sum(self._order)
        stay = len(self._order) - away
        parts = [*kept.take(stay), *gone.take(away)]
        if not parts or sum(part.num_rows for part in parts) != len(self._order):
            message = f"{shown(self._item.path)}: rows are missing"
            raise FormatError(message, path=self._item.path, hint=UNTOUCHED)
        # The rows that stayed come first, then those that went; each is asked for in its turn.
        turns, counts = [], [0, stay]
        for went in self._order:
            turns.append(counts[went])
            counts[went] += 1
        table = take(pa.Table.from_batches(parts).unify_dictionaries(), turns)
        return self._with_passages(table, way) if self._ledgers else table

    def _with_passages(self, table: Any, way: list[str]) -> Any:
        from dedup import _core

        rows = list(self._ledgers)
        cut = take(table, rows)
        texts = [text or "" for text in _texts(cut, way)]
        try:
            whole = _core.restore_texts(texts, list(self._ledgers.values()))
        except ValueError as error:
            message = f"{shown(self._item.path)}: a text does not fit the ledger"
            raise FormatError(message, path=self._item.path, hint=UNTOUCHED) from error
        # Only these rows are made anew; a text that is no UTF-8 passes as it is.
        turns = list(range(table.num_rows))
        for place, row in enumerate(rows):
            turns[row] = table.num_rows + place
        both = pa.concat_tables([table, with_texts(cut, way, whole)]).unify_dictionaries()
        return take(both, turns)
