"""The second reading: batches into the core, and what is left of them out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup.errors import FormatError, InputError
from dedup.formats import Lines, Rows, Torn

if TYPE_CHECKING:
    from dedup import _core
    from dedup.formats import Piece


@dataclass(slots=True, eq=False, repr=False)
class Cleaner:
    """Cleans batch after batch; counts the documents, so that an input that grew is noticed.

    documents: the number of the next one; expected: where they end.
    """

    corpus: _core.Corpus
    expected: int
    text_field: str
    documents: int

    def __call__(self, batch: Piece) -> tuple[Any, bytes]:
        """What is left of a batch, as `Target.write` takes it, and its ledger lines."""
        first = self.documents
        if isinstance(batch, Torn):
            return b"", b""
        if not isinstance(batch, Lines):
            self._count(len(batch))
            texts, lines = self.corpus.clean_texts(first, batch.texts)
            if isinstance(batch, Rows):
                from dedup.formats.rows import whole_records

                lines = whole_records(batch, texts, lines)
            return texts, lines
        try:
            rest, ledger, count = self.corpus.clean_lines(first, batch.core(), self.text_field)
        except ValueError as error:
            raise FormatError(str(error)) from error
        self._count(count)
        return rest, ledger

    def _count(self, documents: int) -> None:
        self.documents += documents
        if self.documents > self.expected:
            raise InputError("the input grew while it was read")
