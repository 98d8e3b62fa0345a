"""Stories: documents that are versions of one text, named as in `versions.jsonl` (docs/formats.md).

Blocks and spans are as in `model`. Every value is frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup.model.plain import pair
from dedup.story_head import BECAME, StoryHead, source_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.model import Span


@dataclass(frozen=True, slots=True)
class Blocks:
    """Consecutive blocks of one version.

    was: what they were in the version before it, None for those that came and those that went
    (which are blocks of that version). relation, resemblance, containment, template: of the two,
    where one block was changed.
    """

    blocks: Span
    span: Span
    was: Blocks | None = None
    relation: str | None = None
    resemblance: float | None = None
    containment: float | None = None
    template: bool | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Blocks:
        """Blocks of their JSON object."""
        scores = (value.get(name) for name in _SCORES)
        was = None if "was" not in value else cls.from_json(value["was"])
        return cls(pair(value["blocks"]), pair(value["span"]), was, *scores)

    def to_dict(self) -> dict[str, Any]:
        """The blocks as plain JSON values; what is None is left out."""
        made: dict[str, Any] = {"blocks": list(self.blocks), "span": list(self.span)}
        if self.was is not None:
            made["was"] = self.was.to_dict()
        scores = ((name, getattr(self, name)) for name in _SCORES)
        return made | {name: value for name, value in scores if value is not None}

    def __len__(self) -> int:
        return self.blocks[1] - self.blocks[0] + 1


_SCORES = ("relation", "resemblance", "containment", "template")


@dataclass(frozen=True, slots=True)
class Version:
    """One document of a story, and what became of the version before it.

    relation: `identical`, `equal`, `near`, `contained`, or `apart` where the two match only other
    versions. resemblance, containment: of the whole documents, exact. All are None, and nothing is
    listed, for the first version. same, changed, came: its own blocks; went: those of the version
    before it. A block that was split or merged is `changed` once for each of its parts. against:
    the name of what the corpus was held against, where the document is of that.
    """

    document: str
    source: str
    relation: str | None = None
    resemblance: float | None = None
    containment: float | None = None
    same: tuple[Blocks, ...] = ()
    changed: tuple[Blocks, ...] = ()
    came: tuple[Blocks, ...] = ()
    went: tuple[Blocks, ...] = ()
    against: str | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Version:
        """A version of its JSON object."""
        became = {name: tuple(map(Blocks.from_json, value.get(name, ()))) for name in BECAME}
        return cls(
            value["document"],
            value["source"],
            value.get("relation"),
            value.get("resemblance"),
            value.get("containment"),
            **became,
            against=value.get("against"),
        )

    def to_dict(self) -> dict[str, Any]:
        """The version as plain JSON values; a first one has its place alone."""
        made: dict[str, Any] = {"document": self.document, "source": self.source}
        if self.against is not None:
            made["against"] = self.against
        if self.relation is None:
            return made
        made |= {name: getattr(self, name) for name in _SCORES[:3]}
        return made | {name: [one.to_dict() for one in getattr(self, name)] for name in BECAME}


@dataclass(frozen=True, slots=True)
class Story:
    """Documents that are versions of one text, in their order.

    story: 16 hex digits. documents: how many versions there are.
    """

    story: str
    documents: int
    members: tuple[Version, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Story:
        """A story of its line in `versions.jsonl`."""
        members = tuple(map(Version.from_json, value["members"]))
        return cls(value["story"], value["documents"], members)

    def to_dict(self) -> dict[str, Any]:
        """The story as plain JSON values."""
        members = [member.to_dict() for member in self.members]
        return {"story": self.story, "documents": self.documents, "members": members}


def head_of(value: Mapping[str, Any]) -> StoryHead:
    """What a summary tells of a line in `versions.jsonl`."""
    first, last = (Version.from_json(value["members"][place]) for place in (0, -1))
    # A block that was merged from several stands there with each of them.
    stretches = ({one.blocks for one in getattr(last, name)} for name in BECAME)
    blocks = tuple(sum(end - start + 1 for start, end in one) for one in stretches)
    sources = [source_in(one.source, one.against) for one in (first, last)]
    return StoryHead(sources[0], sources[1], value["documents"], blocks)
