"""Tables in memory: what comes back is of the same type, without what went."""

from __future__ import annotations

import datetime
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import dedup
from dedup.errors import FieldError, FormatError, InputError

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
OTHER = "Herons have come back to the old harbour this spring, and nobody chases them away."
COLUMNS: dict[str, list[Any]] = {
    "id": [7, 8, 9, 10, 11],
    "text": [f"{STORY}\n\n{OTHER}", None, STORY, f"Gulls.\n\n{OTHER}", "Storks."],
    "when": [datetime.datetime(2024, 1, day) for day in range(1, 6)],
    "n": [1.5, 2.5, float("inf"), None, 0.0],
}
LEFT = [COLUMNS["text"][0], "Gulls.", "Storks."]
ROWS = [0, 3, 4]


def hugging_face(columns: dict[str, list[Any]]) -> Any:
    return pytest.importorskip("datasets").Dataset.from_dict(columns)


MAKE: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "pandas": pandas.DataFrame,
    "polars": polars.DataFrame,
    "arrow": pa.table,
    "batch": pa.RecordBatch.from_pydict,
    "datasets": hugging_face,
}


def columns_of(frame: Any) -> dict[str, list[Any]]:
    """The table as plain lists."""
    if isinstance(frame, pandas.DataFrame):
        return {name: frame[name].tolist() for name in frame}
    if isinstance(frame, polars.DataFrame):
        return frame.to_dict(as_series=False)
    return frame.to_dict() if hasattr(frame, "features") else frame.to_pydict()


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_clean_gives_back_the_same_type_without_what_went(make: Any) -> None:
    frame = make(COLUMNS)
    result = dedup.clean(frame)
    assert type(result.data) is type(frame)
    found, before = columns_of(result.data), columns_of(frame)
    assert list(found) == list(before)
    assert found["text"] == LEFT
    for name in ("id", "when"):
        assert found[name] == [before[name][row] for row in ROWS], name
    assert columns_of(frame)["text"][0] == COLUMNS["text"][0], "the caller's table is untouched"
    assert [document.id for document in result.documents] == ["7", "10", "11"]
    assert [document.source for document in result.documents] == ["[0]", "[3]", "[4]"]
    [skipped] = result.skipped
    assert str(skipped) == "[1]: the text is null"
    counts = result.report["counts"]
    assert (counts["documents_read"], counts["records_skipped"]) == (5, 1)
    assert counts["documents_dropped"] == 1
    with pytest.raises(FormatError, match="the text is null"):
        dedup.scan(frame, options=dedup.Options(skip_bad=False))


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_types_of_columns_stay(make: Any) -> None:
    result = dedup.clean(make(COLUMNS)).data
    schema = {"pandas": "dtypes", "polars": "schema", "pyarrow": "schema", "datasets": "features"}
    name = schema[type(result).__module__.partition(".")[0]]
    left, right = getattr(result, name), getattr(make(COLUMNS), name)
    assert left.equals(right) if hasattr(left, "equals") else left == right


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_scan_finds_what_a_list_of_texts_would_show(make: Any) -> None:
    texts = [text for text in COLUMNS["text"] if text is not None]
    frame = make({"text": texts, "date": ["2024", "2023", "2022", "2021"]})
    listed = [
        {"text": text, "date": date}
        for text, date in zip(texts, ["2024", "2023", "2022", "2021"], strict=True)
    ]
    for settings in ({}, {"keep": "earliest"}, {"keep": "longest"}):
        left, right = dedup.scan(frame, **settings), dedup.scan(listed, **settings)
        assert [one.to_dict() for one in left.clusters] == [one.to_dict() for one in right.clusters]
        assert left.largest(3) == right.largest(3)


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_an_unchanged_an_empty_and_an_all_dropped_table(make: Any) -> None:
    frame = make({"text": ["a", "b"], "n": [1, 2]})
    assert columns_of(dedup.clean(frame).data) == {"text": ["a", "b"], "n": [1, 2]}
    twice = make({"text": [STORY, STORY], "n": [1, 2]})
    assert columns_of(dedup.clean(twice, boilerplate="all").data)["n"] == [1]
    none = make({"text": [None, None], "n": [1, 2]})
    if make is not pandas.DataFrame:
        assert columns_of(dedup.clean(none).data) == {"text": [], "n": []}


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_a_table_without_texts_is_an_error(make: Any) -> None:
    with pytest.raises(FieldError, match="no column is named text; there are: body, n") as caught:
        dedup.scan(make({"body": ["a"], "n": [1]}))
    assert caught.value.field == "text"
    numbers = dedup.scan(make({"text": [1, 2]}))
    assert [one.reason for one in numbers.skipped] == ["the text is an int; it must be a str"] * 2
    with pytest.raises(InputError, match="documents in memory are not written"):
        dedup.clean(make({"text": ["a"]}), "somewhere")
    with pytest.raises(InputError, match="a table is no stream"):
        list(dedup.unique(make({"text": ["a"]})))


def test_what_pandas_has_beside_its_columns_stays() -> None:
    frame = pandas.DataFrame(COLUMNS, index=list("aabbc"))
    frame["text"] = frame["text"].astype("category")
    frame.attrs["who"] = "me"
    result = dedup.clean(frame).data
    assert list(result.index) == ["a", "b", "c"]
    assert result["text"].tolist() == LEFT
    assert isinstance(result["text"].dtype, pandas.CategoricalDtype)
    assert result.attrs == {"who": "me"}
    odd = pandas.DataFrame({"text": pandas.Series(["a", "\ud800", 3, float("nan")], dtype=object)})
    reasons = [one.reason for one in dedup.scan(odd).skipped]
    assert reasons == [
        "lone surrogate U+D800 at 0",
        "the text is an int; it must be a str",
        "the text is null",
    ]


@pytest.mark.parametrize(
    "kind",
    [
        object,
        "string[python]",
        "string[pyarrow]",
        pandas.ArrowDtype(pa.string()),
        pandas.ArrowDtype(pa.large_string()),
        "category",
        "str",
    ],
    ids=str,
)
def test_the_type_of_a_pandas_text_column_stays(kind: Any) -> None:
    texts = pandas.Series([text for text in COLUMNS["text"] if text], list("abca"), dtype=kind)
    frame = pandas.DataFrame({"n": range(4), "text": texts})
    result = dedup.clean(frame).data
    assert result["text"].tolist() == LEFT
    assert (list(result.columns), list(result.index)) == (["n", "text"], ["a", "c", "a"])
    if kind != "category":
        assert result["text"].dtype == texts.dtype


@pytest.mark.parametrize(
    "frame",
    [
        pandas.DataFrame([["a", "b", 1]], columns=["text", "text", "n"]),
        pa.Table.from_arrays([["a"], ["b"], [1]], names=["text", "text", "n"]),
    ],
    ids=["pandas", "arrow"],
)
def test_two_columns_of_the_texts_name_are_an_error(frame: Any) -> None:
    with pytest.raises(FieldError) as caught:
        dedup.scan(frame)
    assert caught.value.message == "2 columns are named text; it must be one"
    assert caught.value.field == "text"
    assert caught.value.hint == "rename the others, or name another column with text_field="


@pytest.mark.parametrize("kind", [polars.Categorical, polars.Enum])
def test_polars_categories_stay(kind: Any) -> None:
    texts = [text for text in COLUMNS["text"] if text]
    dtype = kind(texts) if kind is polars.Enum else kind
    frame = polars.DataFrame({"text": polars.Series(texts, dtype=dtype)})
    result = dedup.clean(frame).data
    assert result["text"].to_list() == LEFT
    assert isinstance(result.schema["text"], kind)
    with pytest.raises(InputError, match="holds no rows yet"):
        dedup.scan(frame.lazy())


def test_a_text_in_an_arrow_struct_is_found_by_its_dotted_name() -> None:
    texts = COLUMNS["text"]
    table = pa.table({"a": [text and {"b": text, "n": 1} for text in texts]})
    chunked = pa.concat_tables([table.slice(0, 2), table.slice(2)])
    result = dedup.clean(chunked, text_field="a.b").data
    assert result["a"].to_pylist() == [{"b": text, "n": 1} for text in LEFT]
    assert result.schema == table.schema


def test_a_filtered_dataset_shows_the_rows_it_has() -> None:
    datasets = pytest.importorskip("datasets")
    frame = (
        datasets.Dataset.from_dict(COLUMNS, split="train").select([4, 3, 2]).with_format("pandas")
    )
    result = dedup.clean(frame).data
    assert result.with_format(None)["text"][:] == ["Storks.", f"Gulls.\n\n{OTHER}", STORY]
    assert (result.split, result.format["type"]) == ("train", "pandas")
    assert result.features == frame.features


@pytest.mark.parametrize(
    "kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_a_batch_keeps_its_schema(kind: Any) -> None:
    texts = pa.array(COLUMNS["text"], kind)
    schema = pa.schema({"text": kind, "n": pa.float64()}, metadata={"who": "me"})
    batch = pa.RecordBatch.from_arrays([texts, COLUMNS["n"]], schema=schema)
    result = dedup.clean(batch).data
    assert isinstance(result, pa.RecordBatch)
    assert result.schema.equals(schema, check_metadata=True)
    assert result.column("text").to_pylist() == LEFT
    nothing = dedup.clean(batch.slice(1, 1)).data
    assert (nothing.num_rows, nothing.schema) == (0, schema)


def test_a_dictionary_of_datasets_is_refused_with_a_way_to_one() -> None:
    datasets = pytest.importorskip("datasets")
    frame = hugging_face(COLUMNS)
    splits = datasets.DatasetDict(train=frame, test=frame)
    for refused in (dedup.scan, dedup.clean, lambda data: list(dedup.unique(data))):
        with pytest.raises(InputError) as caught:
            refused(splits)
        assert caught.value.message == "the input is a DatasetDict, which holds tables: train, test"
        assert caught.value.hint == 'give one of them: dedup.clean(data["train"])'
    lazy = datasets.IterableDatasetDict({"test": frame.to_iterable_dataset()})
    with pytest.raises(InputError, match=r'dedup\.clean\(data\["test"\]\)'):
        dedup.scan(lazy)
    assert dedup.scan(lazy["test"].filter(lambda row: row["text"])).report["counts"]
    with pytest.raises(InputError, match="an empty DatasetDict"):
        dedup.scan(datasets.DatasetDict())


def test_no_library_is_loaded_for_lists() -> None:
    program = (
        "import sys, dedup\n"
        "dedup.clean(['a', 'b'])\n"
        "sys.exit(not {'pyarrow', 'pandas', 'polars', 'datasets'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
