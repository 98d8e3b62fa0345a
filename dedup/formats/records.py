"""The vocabulary of the formats: an input, and what is read of it at one time.

Texts come as parallel lists, ready for the core; lines of JSON stay the bytes they are, and
the core finds the records in them.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, get_args

from dedup.errors import InputError
from dedup.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Format = Literal["text", "jsonl", "json", "csv", "tsv", "parquet"]
# A cell in the core's words: its bytes with its quotes, from the start of the rows.
Span = tuple[int, int]
# A row in the core's words: end, cells, line feeds, fault; the cells of text, id and other fields.
Row = tuple[int, int, int, int, Span | None, Span | None, "list[Span | None]"]

FORMAT_NAMES: tuple[Format, ...] = get_args(Format)
FORMAT_CHOICE = f"{', '.join(FORMAT_NAMES[:-1])} or {FORMAT_NAMES[-1]}"
Compression = Literal["", ".gz", ".zst", ".bz2", ".xz"]

# Large enough that a call of the core costs nothing beside its work, small enough that a
# few batches in flight do not count.
BATCH_BYTES = 2**20
# A longer line is no record that anyone wrote on purpose: most often a file without line ends.
MAX_LINE = 2**26
# Text packs to a twentieth at best; what grows beyond this was made to fill a memory.
MAX_EXPANSION = 200.0

STDIN = "-"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Input(NamedTuple):
    r"""One file to read.

    path: to open, and to name in messages, as the user typed it. name: relative to the
    common folder, with `/`, valid UTF-8 (bytes that are not show as `\xff`); `-` for
    stdin. output: the relative path in an output tree. id: of a text file's document.
    stamp: device, inode, size and time of change when the input was found; None for stdin.
    spool: what stdin held, None for a file. walked: found in a folder or by a pattern.
    """

    path: str
    name: str
    output: str
    format: Format
    compression: Compression
    id: str
    stamp: tuple[int, int, int, int] | None = None
    spool: BinaryIO | None = None
    walked: bool = False

    def entry(self, text_field: str) -> dict[str, Any]:
        """The input as `report.json` lists it; `base64` holds an output path not UTF-8."""
        made: dict[str, Any] = {"path": self.name, "output": self.output, "format": self.format}
        if self.format != "text":
            made["text_field"] = text_field
        if not is_utf8(self.output):
            made["output"] = self.name
            made["base64"] = base64.b64encode(os.fsencode(self.output)).decode()
        return made


@dataclass(frozen=True, slots=True)
class Reading:
    """How inputs are read; nothing here changes which texts match.

    extra_fields: other fields of each record that the run asks for, four at most. max_line:
    bytes of the longest record that is read. max_expansion: how many times its size a compressed
    file may grow, once it gave 64 MiB. date_field: by whose dates versions of one text follow one
    another; None for the field of the policy's window or keepers, else input order.
    """

    text_field: str = "text"
    id_field: str = "id"
    input_format: Format | None = None
    batch_bytes: int = BATCH_BYTES
    extra_fields: tuple[str, ...] = ()
    max_line: int = MAX_LINE
    max_expansion: float = MAX_EXPANSION
    date_field: str | None = None

    def __post_init__(self) -> None:
        fields: dict[str, object] = {"text_field": self.text_field, "id_field": self.id_field}
        if self.date_field is not None:
            fields["date_field"] = self.date_field
        for name, value in fields.items():
            if not isinstance(value, str) or not is_utf8(value):
                raise InputError(f"{name} is {value!r}; it must be a str of valid Unicode")
            if not value:
                raise InputError(f"{name} is empty; it must name a field")

    def entry(self) -> dict[str, Any]:
        """What an answer depends on, as `report.json` has it."""
        names = ("text_field", "id_field", "date_field", "input_format", "max_line")
        return {name: getattr(self, name) for name in names}


@dataclass(slots=True, eq=False, repr=False)
class Part:
    """A text file inside a batch: whether it made a document, its bytes and their checksum."""

    input: Input
    document: bool
    size: int
    crc32: int


@dataclass(slots=True, eq=False, repr=False)
class Batch:
    """Documents with their texts, in input order, as parallel lists.

    fields: the records that the caller holds, else empty. skipped: files that could not be
    read, in order. parts: the text files, none for what the caller holds. weight: bytes of
    input after decompression, or characters. A batch may hold no document.
    """

    texts: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    fields: list[Mapping[str, Any]] = field(default_factory=list)
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


@dataclass(slots=True, eq=False, repr=False)
class Lines:
    """Consecutive whole lines of one input, with their ends, as they stand in it.

    first: the number of the first one, from 1; following: that of the line after them.
    last: the input ends here; then size and crc32 are of all its bytes after decompression.
    ends: for records of an array, where each of them ends, one byte before the next begins; None
    for lines. before, after: bytes of an array's file around its records.
    """

    input: Input
    data: bytes
    first: int
    following: int
    last: bool = False
    size: int = 0
    crc32: int = 0
    ends: Sequence[int] | None = None
    before: bytes = b""
    after: bytes = b""

    @property
    def weight(self) -> int:
        """Bytes."""
        return len(self.data) + len(self.before) + len(self.after)

    def pick(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """Some of the lines, their ends included; a byte order mark before line 1 is no part."""
        line: Callable[[int], bytes] | None = None
        for number in numbers:
            line = line or (self._by_line() if self.ends is None else self._by_end(self.ends))
            yield line(number - self.first)

    def _by_end(self, ends: Sequence[int]) -> Callable[[int], bytes]:
        starts = [0, *(end + 1 for end in ends)]
        return lambda place: self.data[starts[place] : ends[place]]

    def _by_line(self) -> Callable[[int], bytes]:
        lines = self.data.split(b"\n")
        last = len(lines) - 1
        if self.first == 1:
            lines[0] = lines[0].removeprefix(BYTE_ORDER_MARK)
        return lambda place: lines[place] + b"\n" if place < last else lines[place]

    def core(self) -> tuple[bytes, str, int, Sequence[int] | None]:
        """The lines as the core takes them."""
        return self.data, self.input.name, self.first, self.ends


@dataclass(slots=True, eq=False, repr=False)
class Torn:
    """A part of a record that is longer than `max_line`: it passes by and is never held.

    number: the record's. numbers, length: in the last part how many numbers the record takes and
    its bytes in all; 0 in the parts before.
    """

    input: Input
    data: bytes
    number: int
    numbers: int = 0
    length: int = 0

    @property
    def weight(self) -> int:
        """Bytes."""
        return len(self.data)

    def skipped(self, most: int) -> list[Skipped]:
        """The bad record, where this is its last part."""
        if not self.numbers:
            return []
        source = f"{self.input.name}:{self.number}"
        aside = (self.length, self.numbers)
        return [Skipped(source, self.number, too_long(most), b"", aside)]


@dataclass(slots=True, eq=False, repr=False)
class Rows:
    """Consecutive records of one input whose texts Python holds, as parallel lists.

    numbers: of each record's line (or its own number) in the input. extras: the extra fields'
    values of each record, empty where none is asked for. skipped: bad records, in order. content:
    all that the format needs to write the records. weight: bytes of input. last: the input ends
    here; then size and crc32 are of all its bytes after decompression, and more is what else
    `restore` needs to know of it.
    """

    input: Input
    content: Any
    texts: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    extras: list[Sequence[Any]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    weight: int = 0
    last: bool = False
    size: int = 0
    crc32: int = 0
    more: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def sources(self) -> list[str]:
        """Where each record stands."""
        return [f"{self.input.name}:{number}" for number in self.numbers]


def too_long(most: int) -> str:
    """The reason why a record is not even held."""
    return f"the record is longer than {most:,} bytes (--max-line)"


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
