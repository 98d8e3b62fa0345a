"""Fields of records that Python holds, by the rule that the core keeps for lines of JSON.

A field names a key of the record; when there is no such key and the name has dots, each part
names a key one object deeper.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def look_up(record: Any, field: str) -> Any:
    """The value at a field; KeyError where there is none.

    >>> look_up({"a": {"b": 1}}, "a.b"), look_up({"a.b": 2, "a": {"b": 1}}, "a.b")
    (1, 2)
    """
    rest = field
    while isinstance(record, Mapping):
        if rest in record:
            return record[rest]
        outer, dot, rest = rest.partition(".")
        if not dot or outer not in record:
            break
        record = record[outer]
    raise KeyError(field)


def with_value(record: Mapping[str, Any], field: str, value: Any) -> dict[str, Any]:
    """The record with another value at a field that it has; what is not on the way is shared.

    >>> with_value({"a": {"b": 1}, "c": 2}, "a.b", 3)
    {'a': {'b': 3}, 'c': 2}
    """
    if field in record:
        return {**record, field: value}
    outer, _, rest = field.partition(".")
    return {**record, outer: with_value(record[outer], rest, value)}
