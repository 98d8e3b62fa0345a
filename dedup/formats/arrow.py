"""Arrow tables: the column of a text, and the table without what goes.

Imports pyarrow, so it is itself imported only where a table is at hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from dedup.errors import FieldError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Names that a message shows.
_SHOWN = 8


def locate(fields: Any, name: str) -> list[str] | None:
    """The way to a field: a column's name, then names inside structs; None where there is none.

    A name with dots is a column of that name, else each part names a field one struct deeper.
    fields: a schema or a struct type.
    """
    if fields.get_field_index(name) >= 0:
        return [name]
    outer, dot, rest = name.partition(".")
    if not dot or fields.get_field_index(outer) < 0:
        return None
    inner = fields.field(outer).type
    deeper = locate(inner, rest) if pa.types.is_struct(inner) else None
    return None if deeper is None else [outer, *deeper]


def text_way(schema: pa.Schema, name: str, where: str) -> list[str]:
    """The way to the text; FieldError where there is none or it is no text. where: for messages."""
    way = locate(schema, name)
    if way is None:
        raise _no_text(schema.names, name, where)
    kind = _type_at(schema, way)
    if not _is_text(kind):
        message = f"{where}: the column {name} is of type {kind}; it must be a string"
        raise FieldError(message, field=name, hint="cast it, or name another with --text-field")
    return way


def _no_text(names: list[str], name: str, where: str) -> FieldError:
    count = names.count(name)
    if count > 1:
        message = f"{where}: {count} columns are named {name}; it must be one"
        hint = "rename the others, or name another column with --text-field"
        return FieldError(message, field=name, hint=hint)
    known = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    message = f"{where}: no column is named {name}; there are: {known}"
    return FieldError(message, field=name, hint="name the text's column with --text-field")


def _type_at(schema: pa.Schema, way: list[str]) -> pa.DataType:
    kind = schema.field(way[0]).type
    for name in way[1:]:
        kind = kind.field(name).type
    return kind


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    view = getattr(pa.types, "is_string_view", lambda _: False)
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or view(kind)


def column_at(batch: Any, way: list[str]) -> Any:
    """The array at the end of a way; null where a struct above it is null."""
    array = batch.column(way[0])
    for name in way[1:]:
        array = pc.struct_field(array, name)
    return array


def texts_at(batch: Any, way: list[str]) -> tuple[list[str | None], dict[int, str]]:
    """The texts, None for bad ones, and the reason for each of these by its row."""
    array = column_at(batch, way)
    try:
        texts, bad = array.to_pylist(), dict[int, str]()
    except UnicodeDecodeError:
        texts, bad = _decoded(array)
    for row, text in enumerate(texts):
        if text is None:
            bad.setdefault(row, "the text is null")
    return texts, bad


def _decoded(array: Any) -> tuple[list[str | None], dict[int, str]]:
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    large = pa.types.is_large_string(array.type)
    view = not large and not pa.types.is_string(array.type)
    binary = pa.large_binary() if large else pa.binary_view() if view else pa.binary()
    texts: list[str | None] = []
    bad: dict[int, str] = {}
    for row, data in enumerate(array.cast(binary).to_pylist()):
        try:
            texts.append(None if data is None else data.decode())
        except UnicodeDecodeError as wrong:
            place = wrong.start
            bad[row] = f"invalid UTF-8 at byte {place} of the text (0x{data[place]:02x})"
            texts.append(None)
    return texts, bad


def ids_at(batch: Any, name: str) -> list[str | None]:
    """The id of each row, None where it is neither a string nor a whole number."""
    way = locate(batch.schema, name)
    if way is None:
        return [None] * batch.num_rows
    kind = _type_at(batch.schema, way)
    if not _is_text(kind) and not pa.types.is_integer(kind):
        return [None] * batch.num_rows
    try:
        values = column_at(batch, way).to_pylist()
    except UnicodeDecodeError:
        values = _decoded(column_at(batch, way))[0]
    return [None if value in (None, "") else str(value) for value in values]


def extras_at(batch: Any, name: str) -> list[Any]:
    """The values of another field, as text or numbers; None where there is no such field."""
    way = locate(batch.schema, name)
    if way is None:
        return [None] * batch.num_rows
    values = column_at(batch, way).to_pylist()
    plain = (str, int, float, type(None))
    return [value if isinstance(value, plain) else str(value) for value in values]


def take(table: Any, rows: Sequence[int]) -> Any:
    """Some rows of a table, in this order."""
    try:
        return table.take(pa.array(rows, pa.int64()))
    except pa.ArrowNotImplementedError:
        # Views, and types of extensions, cannot be taken, but every array can be sliced.
        slices = [table.slice(start, length) for start, length in _runs(rows)]
        return pa.concat_tables(slices) if slices else table.slice(0, 0)


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Stretches of consecutive rows: the first of each, and how many."""
    start = 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place] != rows[place - 1] + 1:
            yield rows[start], place - start
            start = place


def rest_of(
    table: Any, way: list[str], rows: Sequence[int], texts: Sequence[str], rests: Sequence[str]
) -> Any:
    """Some rows of a table, with the texts that are left of theirs.

    rows: ascending. texts, rests: parallel to them, before and after.
    """
    kept = table if len(rows) == table.num_rows else take(table, rows)
    if all(rest is text or rest == text for rest, text in zip(rests, texts, strict=True)):
        return kept
    return with_texts(kept, way, rests)


def in_one_batch(table: Any) -> Any:
    """A table as one RecordBatch, also where it has no rows."""
    arrays = [column.combine_chunks() for column in table.columns]
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def with_texts(table: Any, way: list[str], texts: Sequence[str | None]) -> Any:
    """A table with other texts, of the same type."""
    place = table.schema.get_field_index(way[0])
    column = table.column(place)
    if len(way) > 1:
        column = pa.concat_arrays(column.chunks) if column.num_chunks else column.combine_chunks()
    return table.set_column(place, table.schema.field(place), _replaced(column, way[1:], texts))


def _replaced(array: Any, way: list[str], texts: Sequence[str | None]) -> Any:
    if not way:
        return pa.array(texts, array.type)
    fields = [array.type.field(place) for place in range(array.type.num_fields)]
    children = [
        _replaced(child, way[1:], texts) if field.name == way[0] else child
        for field, child in zip(fields, array.flatten(), strict=True)
    ]
    return pa.StructArray.from_arrays(children, fields=fields, mask=array.is_null())
