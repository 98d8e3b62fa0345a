"""What was cut, and what went as a whole: the lines of `removed.jsonl`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup.model.plain import pair, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.model import Span


@dataclass(frozen=True, slots=True)
class Place:
    """Where a kept copy stands: a span of one document.

    against: the name of what the corpus was held against, where the document is of that.
    """

    document: str
    source: str
    span: Span
    against: str | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Place:
        """A place of its JSON object."""
        span = pair(value["span"])
        return cls(value["document"], value["source"], span, value.get("against"))

    def to_dict(self) -> dict[str, Any]:
        """The place as plain JSON values."""
        return plain(self)


@dataclass(frozen=True, slots=True)
class Removed:
    """A passage that was cut: a line of the ledger.

    span: with the separator that went along; text: exactly `original[span]`. keeper: None
    where every copy goes (`boilerplate="all"`).
    """

    document: str
    source: str
    span: Span
    text: str
    cluster: str
    relation: str
    resemblance: float
    containment: float
    keeper: Place | None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Removed:
        """A removed passage of its line in `removed.jsonl`."""
        return cls(
            value["document"],
            value["source"],
            pair(value["span"]),
            value["text"],
            value["cluster"],
            value["relation"],
            value["resemblance"],
            value["containment"],
            Place.from_json(value["keeper"]) if value["keeper"] is not None else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """The removed passage as plain JSON values."""
        keeper = None if self.keeper is None else self.keeper.to_dict()
        return {**plain(self), "keeper": keeper}


@dataclass(frozen=True, slots=True)
class Dropped:
    """A document that went as a whole; record: its text, or its JSON line with line end."""

    document: str
    source: str
    record: str

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Dropped:
        """A dropped document of its line in `removed.jsonl`."""
        return cls(value["document"], value["source"], value["record"])

    def to_dict(self) -> dict[str, Any]:
        """The dropped document as plain JSON values."""
        place = {"document": self.document, "source": self.source}
        return {**place, "dropped": True, "record": self.record}


def ledger_entry(value: Mapping[str, Any]) -> Removed | Dropped:
    """The value of one line of `removed.jsonl`."""
    return Dropped.from_json(value) if value.get("dropped") else Removed.from_json(value)
