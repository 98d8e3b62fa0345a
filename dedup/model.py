"""The values that leave the pipeline, named as in the JSON files (docs/formats.md).

Spans are half-open ranges of code points in the original text; blocks count from 0, both
ends included; scores lie in [0, 1]. Every value is frozen, and `from_json` and `to_dict`
are inverse to each other on the lines the pipeline writes.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, fields
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
        span = _pair(value["span"])
        return cls(value["document"], value["source"], span, value.get("against"))

    def to_dict(self) -> dict[str, Any]:
        """The place as plain JSON values."""
        return _plain(self)


@dataclass(frozen=True, slots=True)
class Difference:
    """A number or name in which a repeat and its keeper differ: either text, cut, and its place."""

    text: str
    span: Span
    keeper_text: str
    keeper_span: Span

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Difference:
        """A difference of its JSON object in `clusters.jsonl`."""
        keeper = value["keeper"]
        return cls(value["text"], _pair(value["span"]), keeper["text"], _pair(keeper["span"]))

    def to_dict(self) -> dict[str, Any]:
        """The difference as plain JSON values."""
        keeper = {"text": self.keeper_text, "span": list(self.keeper_span)}
        return {"text": self.text, "span": list(self.span), "keeper": keeper}


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between two passages that are one repeat: here, and between those it repeats.

    Either is None where nothing stands there: a block came, or went. Not both are.
    """

    span: Span | None
    keeper_span: Span | None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Gap:
        """A gap of its JSON object in `clusters.jsonl`."""
        return cls(_optional_pair(value, "span"), _optional_pair(value, "keeper_span"))

    def to_dict(self) -> dict[str, Any]:
        """The gap as plain JSON values; what is None is left out."""
        return _plain(self)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A part of a repeat that its keeper lost too: its place in both, the cluster that tells it."""

    span: Span
    keeper_span: Span
    cluster: str

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Elsewhere:
        """A part of its JSON object in `clusters.jsonl`."""
        return cls(_pair(value["span"]), _pair(value["keeper_span"]), value["cluster"])

    def to_dict(self) -> dict[str, Any]:
        """The part as plain JSON values."""
        return _plain(self)


@dataclass(frozen=True, slots=True)
class Member:
    """One passage of a cluster; the scores are its own against the keeper.

    relation, resemblance, containment: None for the keeper. kept: the rule that keeps a
    repeat (`min_tokens`, `boilerplate`, `numbers`, `protect`, `contained`, `layout`), None
    for the keeper and for what is removed. differences: where `numbers` keeps it, the first
    five numbers or names in which it differs; differing: how many there are; else None.
    against: the name of what the corpus was held against, for a keeper that stands there.
    keeper_span: the part of the keeper's span that it repeats; None where that is all of it.
    gaps: the blocks in the middle that do not repeat, in order; None where there are none.
    elsewhere: the parts that went from the keeper's span too, as they repeat a third text; None
    where there are none.
    """

    document: str
    source: str
    blocks: Span
    span: Span
    keeper: bool
    relation: str | None = None
    resemblance: float | None = None
    containment: float | None = None
    kept: str | None = None
    differences: tuple[Difference, ...] | None = None
    differing: int | None = None
    against: str | None = None
    keeper_span: Span | None = None
    gaps: tuple[Gap, ...] | None = None
    elsewhere: tuple[Elsewhere, ...] | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Member:
        """A member of its JSON object in `clusters.jsonl`."""
        return cls(
            value["document"],
            value["source"],
            _pair(value["blocks"]),
            _pair(value["span"]),
            value["keeper"],
            value.get("relation"),
            value.get("resemblance"),
            value.get("containment"),
            value.get("kept"),
            _differences(value.get("differences")),
            value.get("differing"),
            value.get("against"),
            _optional_pair(value, "keeper_span"),
            tuple(map(Gap.from_json, value["gaps"])) if "gaps" in value else None,
            tuple(map(Elsewhere.from_json, value["elsewhere"])) if "elsewhere" in value else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """The member as plain JSON values; what is None is left out."""
        return _plain(self)


@dataclass(frozen=True, slots=True)
class Cluster:
    """One kept passage and the passages that repeat it, in input order.

    cluster: 16 hex digits. kind: `self-repeat`, `boilerplate`, `shared`, `template`.
    relation: the weakest of its members'. tokens: of the keeper. documents: how many
    documents it touches.
    """

    cluster: str
    kind: str
    relation: str
    tokens: int
    documents: int
    members: tuple[Member, ...]

    @property
    def keeper(self) -> Member | None:
        """The member that survives; None where every copy goes (`boilerplate="all"`)."""
        return next((member for member in self.members if member.keeper), None)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Cluster:
        """A cluster of its line in `clusters.jsonl`."""
        return cls(
            value["cluster"],
            value["kind"],
            value["relation"],
            value["tokens"],
            value["documents"],
            tuple(Member.from_json(member) for member in value["members"]),
        )

    def to_dict(self) -> dict[str, Any]:
        """The cluster as plain JSON values."""
        return _plain(self)


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
        place = value["document"], value["source"], _pair(value["blocks"]), _pair(value["span"])
        return cls(*place, value["copies"], value.get("against"))

    def to_dict(self) -> dict[str, Any]:
        """The side as plain JSON values."""
        return _plain(self)


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
        return _plain(self)


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
            _pair(value["span"]),
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
        return {**_plain(self), "keeper": keeper}


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
        where = None if aside is None else _pair(aside)
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


def ledger_entry(value: Mapping[str, Any]) -> Removed | Dropped:
    """The value of one line of `removed.jsonl`."""
    return Dropped.from_json(value) if value.get("dropped") else Removed.from_json(value)


def _plain(value: Any) -> dict[str, Any]:
    """The fields of a value in their order; None is left out, tuples become lists."""
    made = {}
    for name in (one.name for one in fields(value)):
        item = getattr(value, name)
        if isinstance(item, tuple):
            made[name] = [one.to_dict() if hasattr(one, "to_dict") else one for one in item]
        elif item is not None:
            made[name] = item.to_dict() if hasattr(item, "to_dict") else item
    return made


def _differences(value: Any) -> tuple[Difference, ...] | None:
    return None if value is None else tuple(Difference.from_json(one) for one in value)


def _pair(value: Any) -> Span:
    start, end = value
    return start, end


def _optional_pair(value: Mapping[str, Any], name: str) -> Span | None:
    return _pair(value[name]) if name in value else None
