"""An index as something that a corpus is held against: its documents, as it keeps their texts."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.formats import Inputs
from dedup.formats.compression import stamp
from dedup.formats.memory import batches_of
from dedup.formats.records import Input, shown
from dedup.model import Document

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from dedup.formats import Piece
    from dedup.index.index import Index

_CATALOGUE = "catalogue.db"


def is_index(path: str | os.PathLike[str]) -> bool:
    """Whether a path is that of an index; of a damaged one too."""
    try:
        return Path(path, _CATALOGUE).is_file()
    except OSError:
        return False  # no name of a file at all


class IndexReference:
    """The documents of an index, as one of its readers sees them now.

    dated: fields that a date is asked of; where a document has no such field its own date answers.
    """

    def __init__(self, index: Index, dated: Sequence[str], batch_bytes: int) -> None:
        self.name = shown(index.path)
        self._index = index
        self._dated = dated
        self._batch_bytes = batch_bytes
        self._missing = 0

    @property
    def inputs(self) -> Inputs:
        """Its folder, and the file in it that no other folder has."""
        path = Path(self._index.path, _CATALOGUE)
        with suppress(OSError):
            known = stamp(path.stat())
            return Inputs((Input(str(path), "", "", "text", "", "", known),), (self._index.path,))
        return Inputs((), (self._index.path,))

    @property
    def warnings(self) -> Sequence[str]:
        """There are none."""
        return ()

    @property
    def size(self) -> int | None:
        """Is not known."""
        return None

    @property
    def resumable(self) -> bool:
        """What is not committed may be gone later on."""
        return self._index.is_settled

    def pieces(self) -> Iterator[Piece]:
        """All documents, in the order in which they came."""
        yield from batches_of(self._documents(), batch_bytes=self._batch_bytes)

    def _documents(self) -> Iterator[Document]:
        for entry in self._index.entries(texts=True):
            self._missing += entry.missing
            # What was said of it beside its fields may be asked for as well, as `Scoping` has it.
            fields = {"id": entry.id, "source": entry.source, **entry.fields}
            for name in self._dated:
                fields.setdefault(name, entry.date)
            yield Document(entry.id, entry.text or "", entry.source or entry.id, fields)

    def identity(self) -> Any:
        """Which index it is, and its state."""
        return [self.name, *self._index.snapshot()]

    def entry(self) -> dict[str, Any]:
        """Its identity and generation, and how many blocks it lacks if it lacks any."""
        identity, generation = self._index.snapshot()
        entry = {
            "name": self.name,
            "kind": "index",
            "identity": identity,
            "generation": generation,
            "digest": self._index.policy.digest,
        }
        return {**entry, "blocks_missing": self._missing} if self._missing else entry

    def check(self) -> None:
        """A reader sees one state, whatever is written meanwhile."""

    def difference(self, entry: dict[str, Any]) -> str | None:
        """Compares identity and generation."""
        was = (entry.get("identity"), entry.get("generation"))
        if was == self._index.snapshot():
            return None
        return f"{self.name} is held against and has changed since it was read"
