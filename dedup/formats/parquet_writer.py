"""Writing Parquet: the same schema, and for each column the codec it had.

One row group comes out of each that went in, so the bytes depend on the input alone; rows
that go, or that hold no text, are kept in a Parquet file aside, for `restore`. Imports pyarrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import pyarrow as pa
import pyarrow.parquet as pq

from dedup.formats.arrow import rest_of, take

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dedup.formats.output import OutputStream
    from dedup.formats.parquet import Taken
    from dedup.formats.records import Rows

_NO_CODEC = "UNCOMPRESSED"


@final
class ParquetOutput:
    """A Parquet file that is written row group by row group, as another one (`like`) was."""

    def __init__(self, stream: OutputStream, like: Any) -> None:
        self._schema = like.schema_arrow
        self._waiting: list[Any] = []
        self._sink = Sink(stream)
        self._writer = pq.ParquetWriter(
            pa.PythonFile(self._sink, "w"),
            self._schema,
            write_page_checksum=True,
            **_settings(like.metadata),
        )

    def add(self, table: Any) -> None:
        """Append rows to the row group."""
        if table.num_rows:
            self._waiting.append(table)

    def end_group(self) -> None:
        """Write the rows that were added as one row group; none where there are none."""
        if self._waiting:
            table = pa.concat_tables(self._waiting).unify_dictionaries()
            self._writer.write_table(table, row_group_size=table.num_rows)
        self._waiting = []

    def finish(self) -> None:
        """Write the footer."""
        self.end_group()
        self._writer.close()


def _settings(about: Any) -> dict[str, Any]:
    """How a file was written, as far as its footer tells and its first row group shows."""
    if not about.num_row_groups:
        return {}
    group = about.row_group(0)
    columns = [group.column(place) for place in range(group.num_columns)]
    codecs = {
        column.path_in_schema: "NONE" if column.compression == _NO_CODEC else column.compression
        for column in columns
    }
    dictionaries = [
        column.path_in_schema
        for column in columns
        if any("DICTIONARY" in encoding for encoding in column.encodings)
    ]
    return {"compression": codecs, "use_dictionary": dictionaries or False}


@final
class ParquetRows:
    """Writes the rows that stay; the others go into the file that `aside` makes."""

    def __init__(self, stream: OutputStream, aside: Callable[[], OutputStream]) -> None:
        self._stream = stream
        self._make_aside = aside
        self._output: ParquetOutput | None = None
        self._aside: ParquetOutput | None = None
        self._aside_stream: OutputStream | None = None

    def write(self, rows: Rows, cleaned: Sequence[str | None]) -> None:
        """Write the rows, with what is left of their texts."""
        taken: Taken = rows.content
        if self._output is None:
            self._output = ParquetOutput(self._stream, taken.file)
        if taken.batch is None:
            return
        stays = [place for place, rest in enumerate(cleaned) if rest is not None]
        table = pa.Table.from_batches([taken.batch])
        kept = rest_of(
            table,
            taken.way,
            [taken.documents[place] for place in stays],
            [rows.texts[place] for place in stays],
            [rest for rest in cleaned if rest is not None],
        )
        self._output.add(kept)
        gone = [row for row, rest in zip(taken.documents, cleaned, strict=True) if rest is None]
        self._put_aside(taken, table, sorted([*gone, *taken.bad]))
        if taken.group_ends:
            self._output.end_group()
            if self._aside is not None:
                self._aside.end_group()

    def _put_aside(self, taken: Taken, table: Any, rows: list[int]) -> None:
        if not rows:
            return
        if self._aside is None:
            self._aside_stream = self._make_aside()
            self._aside = ParquetOutput(self._aside_stream, taken.file)
        self._aside.add(take(table, rows))

    def finish(self) -> dict[str, Any]:
        """Write the footers."""
        if self._output is not None:
            self._output.finish()
        if self._aside is not None and self._aside_stream is not None:
            self._aside.finish()
            self._aside_stream.close()
        return {}


@final
class Sink:
    """An output stream as pyarrow writes to it; closed with its tree, not by pyarrow."""

    def __init__(self, stream: OutputStream) -> None:
        self._stream = stream
        self._place = 0
        self.closed = False

    def write(self, data: Any) -> int:
        """Append bytes; what a writer that was given up still has to say goes nowhere."""
        if not self._stream.closed:
            self._stream.write(bytes(data))
        self._place += len(data)
        return len(data)

    def tell(self) -> int:
        """Bytes written so far."""
        return self._place

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is closed here."""
        self.closed = True
