"""What is planted: a corpus, its repeats and the look-alikes that must not be joined.

Spans are half-open ranges of code points of the document's text. Documents count from 0.
"""

from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A part of a document."""

    document: int
    start: int
    end: int

    @property
    def length(self) -> int:
        """Characters."""
        return self.end - self.start

    def shared(self, other: "Place") -> int:
        """Characters that both have."""
        if self.document != other.document:
            return 0
        return max(0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True)
class Repeat:
    """Two places that say the same.

    kind: its class. family: repeats of one text share it. may_go: whether one copy may go by
    default. regions: what may be reported of each side without being too much; the sides
    themselves but where they are items of a longer repeat. stays: the side that should stay.
    """

    kind: str
    family: int
    left: Place
    right: Place
    may_go: bool
    stays: Place
    regions: tuple[Place, Place]


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Two places that share something and do not repeat."""

    kind: str
    left: Place
    right: Place


@dataclass(slots=True)
class Planted:
    """The corpus. fresh: places that say something new beside a repeat and must never go."""

    ids: list[str] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    look_alikes: list[LookAlike] = field(default_factory=list)
    fresh: list[Place] = field(default_factory=list)

    def text(self, place: Place) -> str:
        """The characters of a place."""
        return self.texts[place.document][place.start : place.end]

    def write(self, path: Path) -> None:
        """As JSON lines, which is all that an engine gets to see."""
        rows = zip(self.ids, self.sites, self.texts, strict=True)
        lines = (orjson.dumps({"id": i, "site": s, "text": t}) + b"\n" for i, s, t in rows)
        path.write_bytes(b"".join(lines))

    def labels(self) -> bytes:
        """What is planted, as JSON, without the texts."""
        named = asdict(self)
        del named["texts"]
        return orjson.dumps(named)
