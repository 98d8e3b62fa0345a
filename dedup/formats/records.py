"""The vocabulary of the formats: an input, and what is read of it at one time.

Texts come as parallel lists, ready for the core; JSON Lines stay the bytes they are, and
the core finds the records in them.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.model import Skipped

Format = Literal["text", "jsonl"]
Compression = Literal["", ".gz", ".zst"]

STDIN = "-"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


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
    """A text file inside a batch: whether it made a document, its bytes and their checksum."""

    input: Input
    document: bool
    size: int
    crc32: int


@dataclass(slots=True)
class Batch:
    """Documents with their texts, in input order, as parallel lists.

    fields: the records that the caller holds, else empty. skipped: files that could not be
    read, in order. parts: the text files, none for what the caller holds. weight: bytes of
    input after decompression, or characters. A batch may hold no document.
    """

    texts: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    weight: int = 0

    def __len__(self) -> int:
        return len(self.texts)

    def paths(self) -> list[str]:
        """The path of each document's file as the user gave it; none for what the caller holds."""
        return [part.input.path for part in self.parts if part.document]

    def extend(self, other: Batch) -> None:
        """Append another batch."""
        self.texts += other.texts
        self.ids += other.ids
        self.sources += other.sources
        self.fields += other.fields
        self.skipped += other.skipped
        self.parts += other.parts
        self.weight += other.weight


@dataclass(slots=True)
class Lines:
    """Consecutive whole lines of one JSONL input, with their ends, as they stand in it.

    first: the number of the first one, from 1; following: that of the line after them.
    last: the input ends here; then size and crc32 are of all its bytes after decompression.
    """

    input: Input
    data: bytes
    first: int
    following: int
    last: bool = False
    size: int = 0
    crc32: int = 0

    @property
    def weight(self) -> int:
        """Bytes."""
        return len(self.data)

    def pick(self, numbers: Sequence[int]) -> list[bytes]:
        """Some of the lines, their ends included; a byte order mark before line 1 is no part."""
        if not numbers:
            return []
        lines = self.data.split(b"\n")
        last = len(lines) - 1
        picked = []
        for number in numbers:
            place = number - self.first
            line = lines[place] + (b"\n" if place < last else b"")
            picked.append(line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line)
        return picked

    def core(self) -> tuple[bytes, str, int]:
        """The lines as the core takes them."""
        return self.data, self.input.name, self.first


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
