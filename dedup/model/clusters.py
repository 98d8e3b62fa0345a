"""Passages that repeat one another: the lines of `clusters.jsonl`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.model.plain import optional_pair, pair, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dedup.model import Span


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
        return cls(value["text"], pair(value["span"]), keeper["text"], pair(keeper["span"]))

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
        return cls(optional_pair(value, "span"), optional_pair(value, "keeper_span"))

    def to_dict(self) -> dict[str, Any]:
        """The gap as plain JSON values; what is None is left out."""
        return plain(self)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A part of a repeat that its keeper lost too: its place in both, the cluster that tells it."""

    span: Span
    keeper_span: Span
    cluster: str

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Elsewhere:
        """A part of its JSON object in `clusters.jsonl`."""
        return cls(pair(value["span"]), pair(value["keeper_span"]), value["cluster"])

    def to_dict(self) -> dict[str, Any]:
        """The part as plain JSON values."""
        return plain(self)


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
            pair(value["blocks"]),
            pair(value["span"]),
            value["keeper"],
            value.get("relation"),
            value.get("resemblance"),
            value.get("containment"),
            value.get("kept"),
            _differences(value.get("differences")),
            value.get("differing"),
            value.get("against"),
            optional_pair(value, "keeper_span"),
            tuple(map(Gap.from_json, value["gaps"])) if "gaps" in value else None,
            tuple(map(Elsewhere.from_json, value["elsewhere"])) if "elsewhere" in value else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """The member as plain JSON values; what is None is left out."""
        return plain(self)


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
        return plain(self)


def _differences(value: Any) -> tuple[Difference, ...] | None:
    return None if value is None else tuple(Difference.from_json(one) for one in value)


class LargeCluster(NamedTuple):
    """One of the largest clusters.

    cluster: with its keeper and its first other members; members: how many it has in all. text:
    of its keeper. lines: the first and the last line of each member of `cluster` in its file,
    counted from 1; None where its document is not a text file.
    """

    cluster: Cluster
    members: int
    text: str
    lines: Sequence[tuple[int, int] | None]
