"""Documents that the caller holds: texts, dicts and Documents as batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dedup.errors import FieldError, InputError, kind_of
from dedup.fields import look_up, with_value
from dedup.formats.reader import BATCH_RECORDS
from dedup.formats.records import BATCH_BYTES, Batch
from dedup.model import Document
from dedup.surrogates import lone_surrogate


def documents_of(items: Iterable[Any], *, text_field: str, id_field: str) -> list[Document]:
    """One Document for each item, in order; item i without an id is `i`, its source `[i]`.

    Raises FieldError where a dict has no text, InputError for anything that is neither str,
    dict nor Document, and for texts that are not valid Unicode (lone surrogates).
    """
    documents: list[Document] = []
    for number, item in enumerate(items):
        if type(item) is str:
            _check_text(number, "text", item)
            documents.append(Document(str(number), item, f"[{number}]"))
            continue
        document = _document(number, item, text_field, id_field)
        documents.append(document)
        parts = {"text": document.text, "id": document.id, "source": document.source}
        for name, value in parts.items():
            if not isinstance(value, str):
                kind = kind_of(value)
                raise InputError(f"item {number}: the {name} is {kind}; it must be a str")
            _check_text(number, name, value)
    return documents


def _check_text(number: int, name: str, value: str) -> None:
    found = lone_surrogate(value)
    if found is not None:
        raise InputError(
            f"item {number}: the {name} has a {found}",
            hint="replace it, for example with text.encode('utf-8', 'replace').decode()",
        )


def _document(number: int, item: Any, text_field: str, id_field: str) -> Document:
    place = f"[{number}]"
    if isinstance(item, str):
        return Document(str(number), item, place)
    if isinstance(item, Document):
        return item if item.source else Document(item.id, item.text, place, item.fields)
    if not isinstance(item, Mapping):
        kind = kind_of(item)
        raise InputError(f"item {number} is {kind}; it must be a str, a dict or a Document")
    text = _value(item, text_field)
    if not isinstance(text, str):
        what = "missing" if text is _MISSING else kind_of(text)
        raise FieldError(
            f"item {number}: the text field {text_field} is {what}; it must be a str",
            field=text_field,
            hint="name the field with text_field=",
        )
    own = _value(item, id_field)
    name = str(own) if isinstance(own, (str, int)) and not isinstance(own, bool) else str(number)
    return Document(name, text, place, dict(item))


_MISSING = object()


def _value(item: Mapping[str, Any], field: str) -> Any:
    try:
        return look_up(item, field)
    except KeyError:
        return _MISSING


def batches_of(
    documents: Iterable[Document],
    *,
    batch_bytes: int = BATCH_BYTES,
    batch_records: int = BATCH_RECORDS,
) -> Iterator[Batch]:
    """The documents as batches of at most `batch_records`, about `batch_bytes` characters each."""
    batch = Batch()
    for document in documents:
        batch.texts.append(document.text)
        batch.ids.append(document.id)
        batch.sources.append(document.source)
        batch.fields.append(document.fields)
        batch.weight += len(document.text)
        if batch.weight >= batch_bytes or len(batch) >= batch_records:
            yield batch
            batch = Batch()
    if batch.texts:
        yield batch


def with_text(document: Document, text: str, text_field: str) -> Document:
    """The document with another text, in its fields too where they hold it."""
    if text == document.text:
        return document
    try:
        look_up(document.fields, text_field)
    except KeyError:
        return replace(document, text=text)
    return replace(document, text=text, fields=with_value(document.fields, text_field, text))
