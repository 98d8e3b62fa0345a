"""The vocabulary of the formats: an input, and a batch of its records.

A batch holds documents as parallel lists, ready for the core, and its parts say which
input each run of documents came from and which bytes between them are no record (blank
lines, a byte order mark), so that a writer can put the file together again.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

if TYPE_CHECKING:
    from dedup.model import Skipped

Format = Literal["text", "jsonl"]
Compression = Literal["", ".gz", ".zst"]

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Input:
    r"""One file to read.

    path: to open, and to name in messages, as the user typed it. name: relative to the
    common folder, with `/`, valid UTF-8 (bytes that are not show as `\xff`); `-` for
    stdin. output: the relative path in an output tree. id: of a text file's document.
    stamp: device, inode, size and time of change when the input was found; None for stdin.
    spool: what stdin held, None for a file.
    """

    path: str
    name: str
    output: str
    format: Format
    compression: Compression
    id: str
    stamp: tuple[int, int, int, int] | None = None
    spool: BinaryIO | None = field(default=None, compare=False)

    def entry(self, text_field: str) -> dict[str, Any]:
        """The input as `report.json` lists it; `base64` holds an output path not UTF-8."""
        made: dict[str, Any] = {"path": self.name, "output": self.output, "format": self.format}
        if self.format == "jsonl":
            made["text_field"] = text_field
        if not is_utf8(self.output):
            made["output"] = self.name
            made["base64"] = base64.b64encode(os.fsencode(self.output)).decode()
        return made


@dataclass(slots=True)
class Part:
    """A run of one input's records inside a batch.

    records: how many documents of the batch belong to it. between: bytes that are no
    record, each with the number of the part's documents before it. last: the input ends
    here; then size and crc32 are of all its bytes after decompression.
    """

    input: Input
    records: int = 0
    between: list[tuple[int, bytes]] = field(default_factory=list)
    last: bool = False
    size: int = 0
    crc32: int = 0


@dataclass(slots=True)
class Batch:
    """Documents of one format, in input order, as parallel lists.

    lines: the raw records with their line ends, for JSONL; empty for text files. fields:
    the parsed records where they were asked for, else empty. skipped: records that could
    not be read, in order. weight: bytes of input after decompression. A batch may hold no
    document (an empty file still is a part).
    """

    format: Format
    texts: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    weight: int = 0

    def __len__(self) -> int:
        return len(self.texts)

    def extend(self, other: Batch) -> None:
        """Append a batch of the same format."""
        self.texts += other.texts
        self.ids += other.ids
        self.sources += other.sources
        self.lines += other.lines
        self.fields += other.fields
        self.skipped += other.skipped
        self.parts += other.parts
        self.weight += other.weight


def is_utf8(name: str) -> bool:
    """Whether a path from the file system is valid UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(name: str) -> str:
    r"""A path from the file system as valid UTF-8: other bytes as `\xff`."""
    return name if is_utf8(name) else os.fsencode(name).decode("utf-8", "backslashreplace")
