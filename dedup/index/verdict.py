"""The values that an index gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.model import Span


@dataclass(frozen=True, slots=True)
class Sighting:
    """A passage of a text that was seen before, and where.

    span: where it stands in the text. relation, resemblance, containment: the weakest of its
    blocks. document, source, other_span: where the other one stands; document is empty where that
    is the text itself. first_seen: the date of that document. kept: the rule by which the passage
    stays (`min_tokens`, `numbers`, `protect`, `contained`, `layout`; `part` of a block, which as a
    whole repeats nothing), None where it goes.
    """

    span: Span
    relation: str
    resemblance: float
    containment: float
    document: str
    source: str
    first_seen: str
    other_span: Span
    kept: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The sighting as plain JSON values; what is None or empty is left out."""
        made: dict[str, Any] = {
            "span": list(self.span),
            "relation": self.relation,
            "resemblance": self.resemblance,
            "containment": self.containment,
            "document": self.document,
            "source": self.source,
            "first_seen": self.first_seen,
            "other_span": list(self.other_span),
            "kept": self.kept,
        }
        return {name: value for name, value in made.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a text by the policy of an index.

    action: `keep` as it is, `clean` (a part of it goes), `drop` (nothing would be left). novelty:
    the share of its blocks' characters that repeat nothing, or stay as they say something else
    (`kept` is `numbers` or `contained`), 1.0 for a text without blocks.
    matches: what repeats, in its order. clean_text: what is left, empty for `drop`. hot: how many
    buckets were so full that only a part of them was looked at; only where it is not 0 may a match
    have been missed that a scan finds.
    """

    action: str
    novelty: float
    matches: tuple[Sighting, ...]
    clean_text: str
    hot: int = 0

    @property
    def seen(self) -> bool:
        """Whether any of it goes."""
        return self.action != "keep"

    @property
    def was_held(self) -> bool:
        """Whether any of it goes for another document: not for what stands earlier in it alone."""
        return any(found.kept is None and found.document for found in self.matches)

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain JSON values, without the text."""
        return {
            "action": self.action,
            "novelty": self.novelty,
            "hot": self.hot,
            "matches": [found.to_dict() for found in self.matches],
        }

    @classmethod
    def of(cls, told: tuple[Any, ...], text: str) -> Verdict:
        """The verdict of what the core told of a text."""
        action, rest, characters, repeated, sightings, hot = told
        left = text if rest is None else rest
        return cls(
            action,
            1.0 if not characters else (characters - repeated) / characters,
            tuple(_sighting(one) for one in sightings),
            "" if action == "drop" else left,
            hot,
        )


def _sighting(told: tuple[Any, ...]) -> Sighting:
    span, relation, resemblance, containment, kept, other, other_span = told
    _, document, source, date = other
    return Sighting(
        span, relation, resemblance, containment, document, source, date, other_span, kept
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """A document that an index holds: what was said of it when it was added.

    text: its text, where it was asked for, as the index keeps it: each block as it was first
    spelled in any document, with line ends, blank lines or spaces between them. missing: blocks
    that it lacks, short ones that an index of an older release did not keep.
    """

    id: str
    date: str
    source: str
    fields: Mapping[str, Any]
    text: str | None = None
    missing: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The entry as plain JSON values; without a text where none was asked for."""
        text = {} if self.text is None else {"text": self.text}
        return {
            "id": self.id,
            **text,
            "date": self.date,
            "source": self.source,
            "fields": dict(self.fields),
        }


@dataclass(frozen=True, slots=True)
class HeldBlock:
    """One of the different blocks that an index holds, with its text.

    document, source, span: where it stands first. text: as it was spelled when it first came; the
    block of that place may differ in case, accents, points or punctuation.
    """

    document: str
    source: str
    span: Span
    text: str
