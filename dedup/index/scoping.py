"""Which documents an index compares a new one with: those of its group, and near it in time.

The fields are those that `add` was given; `id`, `source` and `date` name what was said beside them.
A document without a date has that of the moment when it was added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from dedup.fields import look_up
from dedup.stages.scopes import UNDATED, group_name, seconds_of

if TYPE_CHECKING:
    from dedup.index.documents import Given
    from dedup.policy import Policy


@dataclass(frozen=True, slots=True)
class Scoping:
    """The fields that a policy asks of documents, None for none."""

    group_field: str | None
    time_field: str | None

    @classmethod
    def of(cls, policy: Policy) -> Scoping:
        """Those of its groups and of its window."""
        window = policy.window_rule
        return cls(policy.group_by, None if window is None else window.field)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of both, without those that every document has."""
        asked = (self.group_field, self.time_field)
        return tuple(name for name in asked if name not in (None, "id", "source", "date"))

    @property
    def is_any(self) -> bool:
        """Whether the policy asks for any."""
        return self.group_field is not None or self.time_field is not None

    def of_document(self, document: Given) -> tuple[str, int]:
        """The name of its group, empty for none, and its time, `UNDATED` for none."""
        if not self.is_any:
            return "", UNDATED
        fields: dict[str, Any] = orjson.loads(document.fields)
        said = {"id": document.id, "source": document.source, "date": document.moment, **fields}
        seconds = seconds_of(_value(said, self.time_field))
        group = group_name(_value(said, self.group_field))
        return group, UNDATED if seconds is None else seconds


def _value(fields: dict[str, Any], name: str | None) -> Any:
    if name is None:
        return None
    try:
        return look_up(fields, name)
    except KeyError:
        return None
