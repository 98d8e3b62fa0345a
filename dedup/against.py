"""From what the caller names to what a corpus is held against: files, held documents, indexes."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dedup.errors import InputError, PolicyError
from dedup.formats.source import Files, Held, open_source
from dedup.index import Index
from dedup.index.reference import IndexReference, is_index
from dedup.references import FileReference, HeldReference, Reference, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.formats import Reading
    from dedup.policy import Policy

_SUFFIX_HINT = "rename it: what is held against is read by its suffix"


def open_references(
    against: Any, reading: Reading, policy: Policy, jobs: int | None = None
) -> list[Reference]:
    """What `against` means: what `scan` takes as data, an `Index`, the path of one, or several.

    Several are a list of paths and `Index`es; any other list holds documents. None and an empty
    list are nothing. Files are read by their suffixes, with the fields of `reading`. Raises
    PolicyError where the policy compares no two documents, and what reading raises.
    """
    if against is None or (isinstance(against, (list, tuple)) and not against):
        return []
    if policy.scope == "within":
        message = "scope is within; it compares no document with another one to be held against"
        raise PolicyError(message, field="scope", hint="leave scope or against out")
    how = replace(reading, input_format=None)
    several = isinstance(against, (list, tuple)) and all(
        isinstance(one, (os.PathLike, Index)) for one in against
    )
    given: Sequence[Any] = against if several else [against]
    return [_reference(one, how, policy, jobs) for one in given]


def _reference(one: Any, reading: Reading, policy: Policy, jobs: int | None) -> Reference:
    if isinstance(one, Index):
        return _of_index(one, reading, policy)
    if isinstance(one, (str, os.PathLike)) and one and is_index(one):
        return _of_index(Index.open(one, mode="r", jobs=jobs), reading, policy)
    try:
        source = open_source(one, reading)
    except InputError as error:
        if error.hint is not None and error.hint.startswith("say --input-format"):
            error.hint = _SUFFIX_HINT
        raise
    if isinstance(source, Files):
        return FileReference(name_of(one), source)
    assert isinstance(source, Held)
    return HeldReference(source)


def _of_index(index: Index, reading: Reading, policy: Policy) -> IndexReference:
    window, keep = policy.window_rule, policy.keep_rule
    dated = [] if reading.date_field is None else [reading.date_field]
    if window is not None:
        dated.append(window.field)
    if keep.name in ("earliest", "latest"):
        dated.append(keep.arguments[0])
    return IndexReference(index, dated, reading.batch_bytes)
