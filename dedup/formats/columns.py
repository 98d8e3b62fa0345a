"""A new Parquet file of columns of texts, written row group by row group. Imports pyarrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import pyarrow as pa
import pyarrow.parquet as pq

from dedup.formats.parquet_writer import Sink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.formats.output import OutputStream


@final
class TextColumns:
    """Rows of texts, one for each of the named columns; unique: those that hold no text twice."""

    def __init__(
        self, stream: OutputStream, names: Sequence[str], unique: Sequence[str] = ()
    ) -> None:
        self._schema = pa.schema([(name, pa.string()) for name in names])
        sink = pa.PythonFile(Sink(stream), "w")
        self._writer = pq.ParquetWriter(
            sink,
            self._schema,
            compression="zstd",
            use_dictionary=[name for name in names if name not in unique],
            write_page_checksum=True,
        )

    def write(self, rows: Sequence[Sequence[str]]) -> None:
        """Write rows as one row group; none where there are none."""
        if rows:
            columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
            table = pa.Table.from_arrays(columns, schema=self._schema)
            self._writer.write_table(table, row_group_size=len(rows))

    def finish(self) -> None:
        """Write the footer."""
        self._writer.close()
