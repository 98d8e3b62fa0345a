"""Tables that the caller holds: pandas, polars, Arrow, Hugging Face.

A library is never imported here: whoever holds one of its tables has done so. Each adapter
takes the texts out and gives the table back, in its own type, without what goes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Protocol, final

from dedup.errors import FieldError, InputError, kind_of
from dedup.model import Document, Skipped
from dedup.surrogates import lone_surrogate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.formats.records import Reading

# Names that a message shows.
_SHOWN = 8


class Frame(Protocol):
    """A table of which one column holds the texts."""

    def columns(self) -> list[Any]:
        """The names of all columns."""

    def values(self, name: str) -> list[Any] | None:
        """A column, row by row; None where there is none of this name."""

    def rest(self, name: str, rows: Sequence[int], texts: Sequence[str]) -> Any:
        """The table with some of its rows, ascending, and these texts in them."""


def frame_of(data: Any) -> Frame | None:
    """The adapter of a table, None for anything else."""
    for module, name, adapter in _KINDS:
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and isinstance(data, kind):
            frame: Frame = adapter(data)
            return frame
    return None


def documents_in(frame: Frame, reading: Reading) -> tuple[list[Document], list[int], list[Skipped]]:
    """The documents of a table, the row of each, and the rows that hold no text.

    Row i is the source `[i]`. fields: only those that the run asks for. Raises FieldError where
    there is no column of texts.
    """
    texts = frame.values(reading.text_field)
    if texts is None:
        raise _no_texts(frame.columns(), reading.text_field)
    ids = frame.values(reading.id_field)
    asked = {name: frame.values(name) for name in reading.extra_fields}
    extras = {name: values for name, values in asked.items() if values is not None}
    documents, rows, skipped = [], [], []
    for row, text in enumerate(texts):
        reason = _why_bad(text)
        if reason is not None:
            skipped.append(Skipped(f"[{row}]", None, reason, b""))
            continue
        own = _id(row, None if ids is None else ids[row])
        fields = {name: _plain(values[row]) for name, values in extras.items()}
        documents.append(Document(own, text, f"[{row}]", fields))
        rows.append(row)
    return documents, rows, skipped


def _no_texts(columns: list[Any], field: str) -> FieldError:
    count = columns.count(field)
    if count > 1:
        message = f"{count} columns are named {field}; it must be one"
        hint = "rename the others, or name another column with text_field="
        return FieldError(message, field=field, hint=hint)
    known = _listed([str(name) for name in columns])
    message = f"no column is named {field}; there are: {known}"
    return FieldError(message, field=field, hint="name the column with text_field=")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def _why_bad(text: Any) -> str | None:
    if isinstance(text, str):
        return lone_surrogate(text)
    # None, NaN and every other sign for what is missing differ from themselves or are no value.
    if text is None or type(text).__name__ in ("NAType", "float"):
        return "the text is null"
    return f"the text is {kind_of(text)}; it must be a str"


def _id(row: int, value: Any) -> str:
    if isinstance(value, str) and value and _why_bad(value) is None:
        return value
    whole = hasattr(value, "__index__") and not isinstance(value, bool)
    return str(value) if whole else str(row)


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, type(None))) else str(value)


@final
class PandasFrame:
    """A pandas DataFrame; index, types and attributes stay."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def columns(self) -> list[Any]:
        """The labels of the columns."""
        return list(self._data.columns)

    def values(self, name: str) -> list[Any] | None:
        """The column of this label, if there is exactly one."""
        if list(self._data.columns).count(name) != 1:
            return None
        values: list[Any] = self._data[name].tolist()
        return values

    def rest(self, name: str, rows: Sequence[int], texts: Sequence[str]) -> Any:
        """The rows by their place."""
        pandas = sys.modules["pandas"]
        kept = self._data.iloc[list(rows)].copy()
        if kept[name].tolist() != list(texts):
            kind = kept[name].dtype
            if isinstance(kind, pandas.CategoricalDtype):
                known = list(kind.categories)
                new = dict.fromkeys(text for text in texts if text not in set(known))
                kind = pandas.CategoricalDtype([*known, *new], kind.ordered)
            # Of a bare array pandas guesses the type anew: texts that were objects would be `str`.
            kept[name] = pandas.Series(list(texts), kept.index, dtype=kind)
        return kept


@final
class PolarsFrame:
    """A polars DataFrame."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def columns(self) -> list[Any]:
        """The names of the columns."""
        return list(self._data.columns)

    def values(self, name: str) -> list[Any] | None:
        """The column of this name."""
        if name not in self._data.columns:
            return None
        values: list[Any] = self._data[name].to_list()
        return values

    def rest(self, name: str, rows: Sequence[int], texts: Sequence[str]) -> Any:
        """The rows by their place."""
        polars = sys.modules["polars"]
        stays = [False] * self._data.height
        for row in rows:
            stays[row] = True
        kept = self._data.filter(polars.Series(stays, dtype=polars.Boolean))
        if kept[name].to_list() == list(texts):
            return kept
        kind = kept.schema[name]
        if isinstance(kind, polars.Enum):
            kind = polars.Enum(list(dict.fromkeys([*kind.categories, *texts])))
        return kept.with_columns(polars.Series(name, list(texts), dtype=kind))


@final
class ArrowFrame:
    """A pyarrow Table; a text may stand inside structs, as `a.b`."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def columns(self) -> list[Any]:
        """The names of the columns."""
        return list(self._data.schema.names)

    def values(self, name: str) -> list[Any] | None:
        """The field of this name, as `locate` finds it."""
        from dedup.formats.arrow import column_at, locate

        way = locate(self._data.schema, name)
        if way is None:
            return None
        values: list[Any] = column_at(self._data, way).to_pylist()
        return values

    def rest(self, name: str, rows: Sequence[int], texts: Sequence[str]) -> Any:
        """The rows by their place."""
        from dedup.formats.arrow import locate, rest_of

        way = locate(self._data.schema, name)
        assert way is not None
        values = self.values(name) or []
        return rest_of(self._data, way, rows, [values[row] for row in rows], texts)


@final
class RecordBatchFrame:
    """A pyarrow RecordBatch: a table in one piece."""

    def __init__(self, data: Any) -> None:
        self._table = ArrowFrame(sys.modules["pyarrow"].Table.from_batches([data]))

    def columns(self) -> list[Any]:
        """The names of the columns."""
        return self._table.columns()

    def values(self, name: str) -> list[Any] | None:
        """The field of this name."""
        return self._table.values(name)

    def rest(self, name: str, rows: Sequence[int], texts: Sequence[str]) -> Any:
        """The rows by their place."""
        from dedup.formats.arrow import in_one_batch

        return in_one_batch(self._table.rest(name, rows, texts))


@final
class HuggingFaceFrame:
    """A `datasets.Dataset`; its features, description and split stay."""

    def __init__(self, data: Any) -> None:
        self._data = data
        # Only this way a dataset that was filtered or shuffled shows the rows it has.
        self._table = ArrowFrame(data.with_format("arrow")[:])

    def columns(self) -> list[Any]:
        """The names of the columns."""
        return self._table.columns()

    def values(self, name: str) -> list[Any] | None:
        """The field of this name."""
        return self._table.values(name)

    def rest(self, name: str, rows: Sequence[int], texts: Sequence[str]) -> Any:
        """The rows by their place."""
        table = self._table.rest(name, rows, texts)
        made = type(self._data)(table, info=self._data.info.copy(), split=self._data.split)
        return made.with_format(**self._data.format) if self._data.format["type"] else made


@final
class LazyFrame:
    """What a plan promises and nobody has computed; it is refused."""

    def __init__(self, data: Any) -> None:
        kind = kind_of(data)
        hint = "dedup.clean(frame.collect())"
        raise InputError(f"the input is {kind}, which holds no rows yet", hint=hint)


@final
class Splits:
    """The tables of a `datasets.DatasetDict`, which may hold the same texts; it is refused."""

    def __init__(self, data: Any) -> None:
        kind = type(data).__name__
        names = [str(name) for name in data]
        if not names:
            raise InputError(f"the input is an empty {kind}")
        message = f"the input is {kind_of(data)}, which holds tables: {_listed(names)}"
        raise InputError(message, hint=f'give one of them: dedup.clean(data["{names[0]}"])')


_KINDS: tuple[tuple[str, str, Any], ...] = (
    ("pandas", "DataFrame", PandasFrame),
    ("polars", "DataFrame", PolarsFrame),
    ("polars", "LazyFrame", LazyFrame),
    ("pyarrow", "Table", ArrowFrame),
    ("pyarrow", "RecordBatch", RecordBatchFrame),
    ("datasets", "Dataset", HuggingFaceFrame),
    ("datasets", "DatasetDict", Splits),
    ("datasets", "IterableDatasetDict", Splits),
)
