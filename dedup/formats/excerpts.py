"""Texts at some places of a corpus, cut from its pieces as these are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.formats.records import Lines, Torn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.formats.reader import Piece
    from dedup.model import Span

Places = list[tuple[str, "Span"]]


class Excerpts:
    """The texts at some places.

    places: source of a document, and a span of its text. texts: one for each place, "" until its
    document has come by.
    """

    def __init__(self, places: Places, text_field: str) -> None:
        self.texts = [""] * len(places)
        self._places = places
        self._text_field = text_field
        self._wanted: dict[str, list[int]] = {}
        for number, (source, _) in enumerate(places):
            self._wanted.setdefault(source, []).append(number)

    @classmethod
    def read(cls, pieces: Iterable[Piece], places: Places, text_field: str) -> list[str]:
        """The texts, of as many pieces as it takes."""
        excerpts = cls(places, text_field)
        for _ in excerpts.passing(pieces):
            if not excerpts._wanted:
                break
        return excerpts.texts

    def passing(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces, of which each gives its texts on its way."""
        for piece in pieces:
            if self._wanted:
                for number, text in self._cut_from(piece):
                    self.texts[number] = text
            yield piece

    def of(self, places: Sequence[object]) -> list[str]:
        """The texts, for who asks for those same places."""
        assert list(places) == self._places
        return self.texts

    def _cut_from(self, piece: Piece) -> Iterator[tuple[int, str]]:
        """Numbers of the places that stand in a piece, no more wanted, and their texts."""
        wanted, places = self._wanted, self._places
        if isinstance(piece, Torn):
            return
        if not isinstance(piece, Lines):
            for source, text in zip(piece.sources, piece.texts, strict=True):
                for number in wanted.pop(source, ()):
                    yield number, text[slice(*places[number][1])]
            return
        from dedup import _core

        lines = range(piece.first, piece.following)
        sought = []
        for source in list(wanted):
            name, _, line = source.rpartition(":")
            if name == piece.input.name and line.isdecimal() and int(line) in lines:
                sought += [(number, int(line)) for number in wanted.pop(source)]
        if sought:
            spans = [(line, *places[number][1]) for number, line in sought]
            texts = _core.excerpts(piece.core(), self._text_field, spans)
            yield from zip((number for number, _ in sought), texts, strict=True)
