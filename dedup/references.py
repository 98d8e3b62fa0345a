"""What a corpus is held against: documents that are read first, always stay, and are never written.

A reference is read once. What tells it from another one goes into checkpoints and into the report,
so that one that changes under a run, or between two, is noticed.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from dedup.errors import InputError
from dedup.formats.compression import stamp
from dedup.formats.counted import content_of
from dedup.formats.records import STDIN, Batch, Torn, shown
from dedup.formats.walk import check_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats import Inputs, Piece
    from dedup.formats.records import Input
    from dedup.formats.source import Files, Held

CHANGED = "let it rest while it is read"


class Reference(Protocol):
    """Documents that a corpus is held against."""

    @property
    def name(self) -> str:
        """What output calls it."""

    @property
    def inputs(self) -> Inputs:
        """The files and folders that nothing may be written to."""

    @property
    def size(self) -> int | None:
        """What its pieces weigh in all, where that is known beforehand."""

    @property
    def warnings(self) -> Sequence[str]:
        """What the user should know of what is read and what is not, one line each."""

    @property
    def resumable(self) -> bool:
        """Whether it can be told from another one later on."""

    def pieces(self) -> Iterator[Piece]:
        """All of its documents; once."""

    def identity(self) -> Any:
        """What tells it from another one before it is read, as JSON values."""

    def entry(self) -> dict[str, Any]:
        """How the report lists it, once it was read."""

    def check(self) -> None:
        """Raise InputError where it is not what it was when it was opened."""

    def difference(self, entry: dict[str, Any]) -> str | None:
        """In what it differs from what a report lists, in words; None where in nothing."""


@dataclass(slots=True, eq=False, repr=False)
class FileReference:
    """Files, as scan reads them."""

    name: str
    files: Files
    _read: list[dict[str, Any]] = field(default_factory=list)

    @property
    def inputs(self) -> Inputs:
        """The files."""
        return self.files.inputs

    @property
    def size(self) -> int | None:
        """Bytes, where no file is compressed."""
        return self.files.size

    @property
    def warnings(self) -> Sequence[str]:
        """What was passed over."""
        return self.files.warnings

    @property
    def resumable(self) -> bool:
        """What stdin held cannot be read again."""
        return all(item.stamp is not None for item in self.inputs.files)

    def pieces(self) -> Iterator[Piece]:
        """All documents; the size and checksum of each file are noted."""
        self._read = []
        for piece in self.files.batches():
            yield piece
            if isinstance(piece, Batch):
                ended = [(part.input, part.size, part.crc32) for part in piece.parts]
            elif isinstance(piece, Torn) or not piece.last:
                ended = []
            else:
                ended = [(piece.input, piece.size, piece.crc32)]
            self._read += [_listed(*one) for one in ended]

    def identity(self) -> Any:
        """Names, and what the system says of each file."""
        return [
            self.name,
            [[item.name, item.format, *(item.stamp or ())[1:]] for item in self.inputs.files],
        ]

    def entry(self) -> dict[str, Any]:
        """Its files with sizes and checksums."""
        return {"name": self.name, "kind": "files", "inputs": self._read}

    def check(self) -> None:
        """Each file has the size, time and inode that it had."""
        for item in self.inputs.files:
            if item.stamp is not None and stamp(check_regular(item.path)) != item.stamp:
                message = f"{shown(item.path)}: changed since it was read"
                raise InputError(message, path=item.path, hint=CHANGED)

    def difference(self, entry: dict[str, Any]) -> str | None:
        """Reads the files again."""
        listed = entry.get("inputs", [])
        if (entry["name"], len(listed)) != (self.name, len(self.inputs.files)):
            return f"{self.name} is held against; it was {entry['name']}, {len(listed):,} files"
        for item, was in zip(self.inputs.files, listed, strict=True):
            if _listed(item, *content_of(item, self.files.reading.max_expansion)) != was:
                return f"{shown(item.path)} is held against and has changed since it was read"
        return None


def _listed(item: Input, size: int, crc32: int) -> dict[str, Any]:
    return {"path": item.name, "format": item.format, "bytes": size, "crc32": crc32}


@dataclass(slots=True, eq=False, repr=False)
class HeldReference:
    """Documents that the caller holds."""

    documents: Held
    name: str = "memory"
    _digest: str = ""

    @property
    def inputs(self) -> Inputs:
        """There are no files."""
        from dedup.formats import Inputs

        return Inputs((), ())

    @property
    def size(self) -> int | None:
        """Code points."""
        return self.documents.size

    @property
    def warnings(self) -> Sequence[str]:
        """What looks like a mistake."""
        return self.documents.warnings

    @property
    def resumable(self) -> bool:
        """The same texts are the same reference."""
        return True

    def pieces(self) -> Iterator[Piece]:
        """All documents."""
        yield from self.documents.batches()

    def identity(self) -> Any:
        """A hash of all ids and texts."""
        if not self._digest:
            made = hashlib.blake2b(digest_size=16)
            for document in self.documents.documents:
                for part in (document.id, document.source, document.text):
                    data = part.encode()
                    made.update(len(data).to_bytes(8, "little") + data)
            self._digest = made.hexdigest()
        return [self.name, self._digest]

    def entry(self) -> dict[str, Any]:
        """Its hash."""
        return {"name": self.name, "kind": "memory", "digest": self.identity()[1]}

    def check(self) -> None:
        """The caller sees to it."""

    def difference(self, entry: dict[str, Any]) -> str | None:
        """Compares the hashes."""
        same = entry.get("digest") == self.identity()[1]
        return None if same else "the texts in memory that it is held against are others"


def differences(references: Sequence[Reference], entries: Sequence[dict[str, Any]]) -> str | None:
    """In what references differ from those that a report lists, in words."""
    if len(references) != len(entries):
        return f"it is held against {len(references):,} inputs; it was against {len(entries):,}"
    found = (one.difference(entry) for one, entry in zip(references, entries, strict=True))
    return next((one for one in found if one is not None), None)


def check_apart(inputs: Inputs, references: Sequence[Reference]) -> None:
    """Raise InputError where a file is read and held against, too: nothing of it would be left."""
    own = {item.stamp[:2] for item in inputs.files if item.stamp is not None}
    has_stdin = any(item.path == STDIN for item in inputs.files)
    for item in (item for one in references for item in one.inputs.files):
        if item.stamp is not None and item.stamp[:2] in own:
            message = f"{shown(item.path)}: is to be cleaned, and held against too"
            hint = "nothing of it would be left; name other files to clean"
            raise InputError(message, path=item.path, hint=hint)
        if item.path == STDIN and has_stdin:
            message = "stdin is to be cleaned, and held against too; it can be read only once"
            raise InputError(message, path=STDIN, hint="save one of the two to a file")


def said_of(entry: dict[str, Any]) -> Iterator[str]:
    """What to say of bad records in what the corpus is held against, and of what it lacks."""
    name, lost = entry["name"], entry["records_skipped"]
    if lost:
        count = f"{lost:,} of {entry['documents'] + lost:,} records"
        yield f"{name}: {count} to hold against could not be read: {entry['first_skipped']}"
    if missing := entry.get("blocks_missing"):
        yield (
            f"{name}: {missing:,} short blocks were left out: the release that wrote the index "
            "did not keep their texts; add its documents to a new one"
        )


def name_of(path: str | os.PathLike[str]) -> str:
    """What output calls a path: as the user typed it."""
    return shown(os.fspath(path))
