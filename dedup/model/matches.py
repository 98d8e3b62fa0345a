"""Pairs of texts that match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup.model.plain import pair, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.model import Span


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a match: the first place of a text, and how many blocks have it.

    against: the name of what the corpus was held against, where it stands first there.
    """

    document: str
    source: str
    blocks: Span
    span: Span
    copies: int
    against: str | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Side:
        """A side of its JSON object."""
        place = value["document"], value["source"], pair(value["blocks"]), pair(value["span"])
        return cls(*place, value["copies"], value.get("against"))

    def to_dict(self) -> dict[str, Any]:
        """The side as plain JSON values."""
        return plain(self)


@dataclass(frozen=True, slots=True)
class Match:
    """A verified pair, or a text that stands several times.

    relation: `identical`, `equal`, `near`, `contained`. template: the sides differ in
    numbers or names only, so the match removes nothing.
    """

    left: Side
    right: Side
    relation: str
    resemblance: float
    containment: float
    template: bool = False

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Match:
        """A match of its JSON object."""
        return cls(
            Side.from_json(value["left"]),
            Side.from_json(value["right"]),
            value["relation"],
            value["resemblance"],
            value["containment"],
            value.get("template", False),
        )

    def to_dict(self) -> dict[str, Any]:
        """The match as plain JSON values."""
        return plain(self)
