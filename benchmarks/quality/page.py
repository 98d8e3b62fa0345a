"""Documents under the planter's hand: pieces that can be taken, changed and put between.

Places in a page are numbered so that piece i is 2i, the gap after it 2i + 1, and that
before all of them -1. Two plants always
have a piece between them that belongs to neither, so that neither can grow into the other.
"""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field

from benchmarks.quality.planted import Place


@dataclass(slots=True)
class Piece:
    """A paragraph; marks name parts of it: name, start, end."""

    text: str
    marks: list[tuple[Hashable, int, int]] = field(default_factory=list)


def whole(text: str, *names: Hashable) -> Piece:
    """A piece that is marked from end to end."""
    return Piece(text, [(name, 0, len(text)) for name in names])


@dataclass(slots=True)
class Page:
    """A document; `changed` has the pieces that stand in the place of a piece or gap."""

    identity: str
    site: str
    language: str
    separator: str
    paragraphs: list[str]
    changed: dict[int, list[Piece]] = field(default_factory=dict)
    planted: list[int] = field(default_factory=list)

    def is_free(self, first: int, last: int) -> bool:
        """Whether a plant may take the places first to last."""
        if first < -1 or last > 2 * len(self.paragraphs) - 1:
            return False
        return all(
            (taken < first and has_piece_between(taken, first))
            or (taken > last and has_piece_between(last, taken))
            for taken in self.planted
        )  # fmt: skip

    def take(self, first: int, last: int, pieces: list[Piece]) -> None:
        """Put pieces into the places first to last, whose own pieces go."""
        for place in range(first, last + 1):
            self.changed[place] = []
            self.planted.append(place)
        self.changed[first] = pieces

    def render(self, number: int) -> tuple[str, dict[Hashable, Place]]:
        """The text, and where each mark stands in it; one over several pieces spans them."""
        pieces = [
            piece
            for place in range(-1, 2 * len(self.paragraphs))
            for piece in self.changed.get(place, self.own(place))
        ]
        ends: dict[Hashable, list[int]] = defaultdict(list)
        position = 0
        for piece in pieces:
            for name, start, end in piece.marks:
                ends[name] += [position + start, position + end]
            position += len(piece.text) + len(self.separator)
        text = self.separator.join(piece.text for piece in pieces)
        return text, {name: Place(number, min(at), max(at)) for name, at in ends.items()}

    def own(self, place: int) -> list[Piece]:
        """What the document itself has at a place."""
        return [] if place % 2 or place < 0 else [Piece(self.paragraphs[place // 2])]


def has_piece_between(low: int, high: int) -> bool:
    """Whether an even number lies strictly between."""
    return high - low > 2 or (high - low == 2 and low % 2 == 1)
