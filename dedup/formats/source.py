"""A corpus that can be read as often as needed: files, or documents the caller holds."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dedup.errors import InputError, kind_of
from dedup.formats.discover import Inputs, discover
from dedup.formats.excerpts import Excerpt, Excerpts, Places
from dedup.formats.frames import Frame, documents_in, frame_of
from dedup.formats.memory import batches_of, documents_of
from dedup.formats.reader import read
from dedup.formats.records import FORMAT_CHOICE, FORMAT_NAMES, Batch, Reading
from dedup.formats.strays import without_strays
from dedup.model import Document, Skipped

if TYPE_CHECKING:
    from dedup.formats.reader import Piece

Position = tuple[int, int]

START = (0, 0)

# No system takes a longer path.
LONGEST_NAME = 4096
TEXTS = "a str is a path or a glob; texts go in a list: [text]"
PATHS = "files are read from a list of pathlib.Path, or from one str"


class Source(Protocol):
    """What the pipeline asks of a corpus."""

    @property
    def inputs(self) -> Inputs | None:
        """The files, or None for documents in memory."""

    @property
    def size(self) -> int | None:
        """Bytes that batches weigh in all, where that is known beforehand."""

    @property
    def warnings(self) -> Sequence[str]:
        """What the user should know of what is read and what is not, one line each."""

    def batches(self, *, to_write: bool = False, after: Position = START) -> Iterator[Piece]:
        """All documents in order; the same ones each time. to_write: with all their fields.

        after: how many inputs were taken to their end, and how many pieces of the one after them.
        """

    def excerpts(self, places: Places) -> list[Excerpt]:
        """What stands at each (source, span)."""

    def text_files(self, sources: Collection[str]) -> set[str]:
        """Those of some documents that are text files, of which a line is a line of the file."""


class Files(NamedTuple):
    """Documents in files."""

    inputs: Inputs
    reading: Reading
    warnings: Sequence[str] = ()

    @classmethod
    def found(cls, paths: Any, reading: Reading) -> Files:
        """The files that paths, folders and patterns lead to."""
        inputs = discover(paths, input_format=reading.input_format)
        inputs, warnings = without_strays(inputs, reading)
        return cls(inputs, reading, warnings)

    @property
    def size(self) -> int | None:
        """Known only where no file is compressed."""
        total = 0
        for item in self.inputs.files:
            if item.compression or item.stamp is None:
                return None
            total += item.stamp[2]
        return total

    def batches(self, *, to_write: bool = False, after: Position = START) -> Iterator[Piece]:
        """All documents of all files, or those after a place between two pieces."""
        inputs, pieces = after
        rest = read(self.inputs.files[inputs:], self.reading, to_write=to_write)
        return islice(rest, pieces, None)

    def excerpts(self, places: Places) -> list[Excerpt]:
        """Reads again the files that hold the places, up to the last of them."""
        names = {name for source, _ in places for name in (source, source.rpartition(":")[0])}
        files = [item for item in self.inputs.files if item.name in names]
        return Excerpts.read(read(files, self.reading), places, self.reading.text_field)

    def text_files(self, sources: Collection[str]) -> set[str]:
        """Each is the one document of its file."""
        files = self.inputs.files
        return {item.name for item in files if item.name in sources and item.format == "text"}


class Held(NamedTuple):
    """Documents that the caller holds.

    frame: the table that they stand in, if it is one; rows: the row of each. skipped: rows that
    hold no text.
    """

    documents: list[Document]
    reading: Reading
    frame: Frame | None = None
    rows: Sequence[int] = ()
    skipped: Sequence[Skipped] = ()
    warnings: Sequence[str] = ()

    @property
    def inputs(self) -> None:
        """There are no files."""
        return None

    @property
    def size(self) -> int | None:
        """Code points."""
        return sum(len(document.text) for document in self.documents)

    def batches(self, *, to_write: bool = False, after: Position = START) -> Iterator[Piece]:
        """All documents; what was skipped comes first."""
        assert after == START, "what the caller holds is read at one go"
        if self.skipped:
            yield Batch(skipped=list(self.skipped))
        yield from batches_of(self.documents, batch_bytes=self.reading.batch_bytes)

    def rest(self, numbers: Sequence[int], texts: Sequence[str]) -> Any:
        """The table with the documents of these numbers, and their texts; None where it is none."""
        if self.frame is None:
            return None
        rows = [self.rows[number] for number in numbers]
        return self.frame.rest(self.reading.text_field, rows, texts)

    def excerpts(self, places: Places) -> list[Excerpt]:
        """Looks the places up."""
        return Excerpts.read(self.batches(), places, self.reading.text_field)

    def text_files(self, sources: Collection[str]) -> set[str]:
        """There are no files."""
        return set()


def open_source(data: Any, reading: Reading) -> Source:
    """The corpus that `data` means.

    A str or a path, or several paths, name files, folders and globs (`-` is stdin). Any
    other iterable holds documents: str, dict or Document, also mixed. A table of pandas, polars,
    pyarrow or Hugging Face holds one document a row.
    Raises InputError where it is neither, and what `discover` and `documents_of` raise.
    """
    if reading.input_format not in (None, *FORMAT_NAMES):
        given = reading.input_format
        raise InputError(f"input_format is {given!r}; it must be {FORMAT_CHOICE}")
    if isinstance(data, str):
        return _files_named(data, reading)
    if isinstance(data, os.PathLike):
        return Files.found(data, reading)
    frame = frame_of(data)
    if frame is not None:
        found, rows, skipped = documents_in(frame, reading)
        return Held(found, reading, frame, rows, skipped)
    if isinstance(data, (bytes, bytearray, Mapping, Document)) or not isinstance(data, Iterable):
        kind = kind_of(data)
        raise InputError(
            f"the input is {kind}; it must be a path, paths, or a list of documents",
            hint="one document: [document]",
        )
    items = list(data)
    if items and all(isinstance(item, os.PathLike) for item in items):
        return Files.found(items, reading)
    documents = documents_of(items, text_field=reading.text_field, id_field=reading.id_field)
    return Held(documents, reading, warnings=_warnings_of(items))


def _files_named(name: str, reading: Reading) -> Files:
    """The files that a str names; where it names none, it may have been meant as a text."""
    if not name or "\n" in name or len(name) > LONGEST_NAME:
        message = f"{_excerpt(name)}: no path" if name else "the input is an empty str"
        raise InputError(message, hint=TEXTS)
    try:
        return Files.found(name, reading)
    except InputError as error:
        if error.hint is None:
            error.hint = TEXTS
        raise


def _excerpt(text: str) -> str:
    """A text for a message: its start and its end, in one line."""
    cut = text if len(text) <= 60 else f"{text[:40]}…{text[-19:]}"
    return repr(cut)


def _warnings_of(items: Sequence[Any]) -> list[str]:
    """A list of str holds texts; where all of them are names of files, that may not be meant."""
    named = bool(items) and all(
        isinstance(item, str) and item and len(item) <= LONGEST_NAME and os.path.isfile(item)
        for item in items
    )
    return [f"the texts are names of files, as {items[0]!r} is; {PATHS}"] if named else []
