"""The values that leave the pipeline, named as in the JSON files (docs/formats.md).

Spans are half-open ranges of code points in the original text; blocks count from 0, both
ends included; scores lie in [0, 1]. Every value is frozen, and `from_json` and `to_dict`
are inverse to each other on the lines the pipeline writes.

Here stands what every run has. What it finds is in modules of its own, loaded by those who look at
it: making all these classes takes as long as a small run.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Document:
    """One input record.

    source: `path` or `path:line`, empty where the caller gave none. fields: the record's
    other fields, untouched.
    """

    id: str
    text: str
    source: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Document:
        """A document of its `to_dict`."""
        return cls(value["id"], value["text"], value.get("source", ""), value.get("fields", {}))

    def to_dict(self) -> dict[str, Any]:
        """The document as plain JSON values."""
        fields = dict(self.fields)
        return {"id": self.id, "text": self.text, "source": self.source, "fields": fields}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that could not be read; record: its bytes with the line end.

    line: from 1, None for a text file. aside: for a record that is too long to be held, its bytes
    and how many numbers it takes; the bytes stand in a file of their own. `str()` is the message
    for the user.
    """

    source: str
    line: int | None
    reason: str
    record: bytes
    aside: tuple[int, int] | None = None

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Skipped:
        """A skipped record of its line in `skipped.jsonl`; the source tells its line."""
        encoded, aside = value.get("base64"), value.get("aside")
        record = base64.b64decode(encoded) if encoded is not None else value["record"].encode()
        line = value["source"].rpartition(":")[2]
        number = int(line) if line.isdecimal() else None
        where = None if aside is None else (aside[0], aside[1])
        return cls(value["source"], number, value["reason"], record, where)

    def to_dict(self) -> dict[str, Any]:
        """The skipped record as plain JSON values; `base64` where it is not UTF-8."""
        made: dict[str, Any] = {"source": self.source, "reason": self.reason}
        try:
            made["record"] = self.record.decode()
        except UnicodeDecodeError:
            made["base64"] = base64.b64encode(self.record).decode()
        if self.aside is not None:
            made["aside"] = list(self.aside)
        return made
