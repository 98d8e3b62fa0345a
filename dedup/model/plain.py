"""Values as plain JSON values, and spans back from them."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.model import Span


def plain(value: Any) -> dict[str, Any]:
    """The fields of a value in their order; None is left out, tuples become lists."""
    made = {}
    for name in (one.name for one in fields(value)):
        item = getattr(value, name)
        if isinstance(item, tuple):
            made[name] = [one.to_dict() if hasattr(one, "to_dict") else one for one in item]
        elif item is not None:
            made[name] = item.to_dict() if hasattr(item, "to_dict") else item
    return made


def pair(value: Any) -> Span:
    """A span of its JSON value."""
    start, end = value
    return start, end


def optional_pair(value: Mapping[str, Any], name: str) -> Span | None:
    """A span that an object may lack."""
    return pair(value[name]) if name in value else None
