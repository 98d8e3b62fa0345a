"""Texts at some places of a corpus, cut from its pieces as these are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup.formats.records import Batch, Lines, Torn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.formats.reader import Piece
    from dedup.model import Span

Places = list[tuple[str, "Span"]]


class Excerpt(NamedTuple):
    """The text at a place; lines: the first and the last one of a text file, counted from 1."""

    text: str
    lines: tuple[int, int] | None = None


class Excerpts:
    """The texts at some places.

    places: source of a document, and a span of its text. found: one for each place, empty until
    its document has come by.
    """

    def __init__(self, places: Places, text_field: str) -> None:
        self.found = [Excerpt("")] * len(places)
        self._places = places
        self._text_field = text_field
        self._wanted: dict[str, list[int]] = {}
        for number, (source, _) in enumerate(places):
            self._wanted.setdefault(source, []).append(number)

    @classmethod
    def read(cls, pieces: Iterable[Piece], places: Places, text_field: str) -> list[Excerpt]:
        """What stands at the places, of as many pieces as it takes."""
        excerpts = cls(places, text_field)
        for _ in excerpts.passing(pieces):
            if not excerpts._wanted:
                break
        return excerpts.found

    def passing(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces, of which each gives its texts on its way."""
        for piece in pieces:
            if self._wanted:
                for number, excerpt in self._cut_from(piece):
                    self.found[number] = excerpt
            yield piece

    def of(self, places: Sequence[object]) -> list[Excerpt]:
        """What was found, for who asks for those same places."""
        assert list(places) == self._places
        return self.found

    def _cut_from(self, piece: Piece) -> Iterator[tuple[int, Excerpt]]:
        """Numbers of the places that stand in a piece, no more wanted, and what stands there."""
        if isinstance(piece, Torn):
            return
        if isinstance(piece, Lines):
            yield from self._cut_from_lines(piece)
            return
        is_file = isinstance(piece, Batch) and bool(piece.parts)
        for source, text in zip(piece.sources, piece.texts, strict=True):
            numbers = self._wanted.pop(source, ())
            spans = [self._places[number][1] for number in numbers]
            lines = _lines(text, spans) if is_file else [None] * len(spans)
            for number, span, place in zip(numbers, spans, lines, strict=True):
                yield number, Excerpt(text[slice(*span)], place)

    def _cut_from_lines(self, piece: Lines) -> Iterator[tuple[int, Excerpt]]:
        from dedup import _core

        wanted, places = self._wanted, self._places
        lines = range(piece.first, piece.following)
        sought = []
        for source in list(wanted):
            name, _, line = source.rpartition(":")
            if name == piece.input.name and line.isdecimal() and int(line) in lines:
                sought += [(number, int(line)) for number in wanted.pop(source)]
        if sought:
            spans = [(line, *places[number][1]) for number, line in sought]
            texts = _core.excerpts(piece.core(), self._text_field, spans)
            for (number, _), text in zip(sought, texts, strict=True):
                yield number, Excerpt(text)


class _LineNumbers:
    """Counts the lines of a text up to places that ascend."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place, self._line = 0, 1

    def of(self, place: int) -> int:
        """The line of a code point, as an editor counts them, from 1."""
        ends = (self._text.count(end, self._place, place) for end in ("\n", "\r", "\r\n"))
        feeds, returns, both = ends
        self._place, self._line = place, self._line + feeds + returns - both
        return self._line


def _lines(text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """The lines of a text in which spans begin and end."""
    # The line end behind the last word belongs to that word's line.
    ends = [start + max(1, len(text[start:end].rstrip())) - 1 for start, end in spans]
    count = _LineNumbers(text).of
    lines = {place: count(place) for place in sorted({*ends, *(start for start, _ in spans)})}
    return [(lines[start], lines[end]) for (start, _), end in zip(spans, ends, strict=True)]
