r"""JSON Lines: one object a line, split at `\n` only.

A line's bytes, with its end, are the record; the core reads it. Only lines that it cannot
read come back here, to be told what is wrong with them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, final

import orjson

from dedup.errors import FormatError
from dedup.fields import look_up
from dedup.formats.compression import InputStream, compression_by_magic
from dedup.formats.counted import Counted
from dedup.formats.records import Input, Lines, Reading, Torn, shown
from dedup.formats.torn import stretches
from dedup.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

# What JSON counts as white space: a line of nothing else is blank, not a cut record.
BLANK = b" \t\r\n"

# Fields that are named where the text is missing, and objects that are looked into for them.
MOST_FIELDS = 5
DEEPEST_FIELD = 3

# What orjson says of an escape such as \ud800 that has no partner.
_LONE_SURROGATE = r"(low|high) surrogate in string"


def read_jsonl(item: Input, reading: Reading) -> Iterator[Lines | Torn]:
    """The input in pieces of whole lines, each of about `batch_bytes` or one longer line.

    A line longer than `max_line` passes by in parts. The last piece carries `last`, and the size
    and checksum of the whole input; it is empty.
    """
    with InputStream(item, reading.max_expansion) as stream:
        check_plain(item, stream.start())
        source = Counted(stream, reading.batch_bytes)
        number = yield from _Lines(item, reading.max_line).pieces(source)
    yield Lines(item, b"", number, number, last=True, size=source.size, crc32=source.crc32)


@final
class _Lines:
    """The lines that were found so far; number: of the next one."""

    def __init__(self, item: Input, most: int) -> None:
        self._item = item
        self._most = most
        self._number = 1
        self._passed = 0

    def pieces(self, source: Counted) -> Generator[Lines | Torn, None, int]:
        """All lines; returns the number after the last one."""
        waiting: list[bytes | memoryview] = []
        held = 0
        for block in source:
            end = block.rfind(b"\n") + 1
            if end:
                data = b"".join([*waiting, memoryview(block)[:end]])
                waiting, held = [block[end:]], len(block) - end
                yield from self._whole(data)
                del data
                continue
            waiting.append(block)
            held += len(block)
            if held > self._most:
                yield Torn(self._item, b"".join(waiting), self._number)
                self._passed += held
                waiting, held = [], 0
        rest = b"".join(waiting)
        if rest or self._passed:
            yield from self._whole(rest)
        return self._number

    def _whole(self, data: bytes) -> Iterator[Lines | Torn]:
        """Pieces of data that ends with a line; it may begin inside a long one."""
        if self._passed:
            end = data.find(b"\n") + 1 or len(data)
            yield self._torn(data[:end])
            data = data[end:]
        if not data:
            return
        if len(data) <= self._most:
            yield self._lines(data)
            return
        ends = _ends_of(data)
        for low, count, long in stretches(ends, 0, self._most):
            piece = data[ends[low - 1] if low else 0 : ends[low + count - 1]]
            yield self._torn(piece) if long else self._lines(piece)

    def _lines(self, data: bytes) -> Lines:
        from dedup._core import count_line_feeds

        first = self._number
        self._number += count_line_feeds(data) + (not data.endswith(b"\n"))
        return Lines(self._item, data, first, self._number)

    def _torn(self, data: bytes) -> Torn:
        """The end of a long line."""
        length, self._passed = self._passed + len(data), 0
        self._number += 1
        return Torn(self._item, data, self._number - 1, numbers=1, length=length)


def _ends_of(data: bytes) -> list[int]:
    """Where each line ends; the last one may have no line feed."""
    ends = [place.end() for place in re.finditer(rb"\n", data)]
    return ends if ends and ends[-1] == len(data) else [*ends, len(data)]


def check_plain(item: Input, start: bytes) -> None:
    """Raise FormatError where lines begin like a compressed file: all of them would be bad."""
    suffix = compression_by_magic(start)
    if suffix:
        message = f"{shown(item.path)}: holds compressed data, and its name does not say so"
        raise FormatError(message, path=item.path, hint=f"give it the suffix {suffix}")


def skipped_lines(lines: Lines, numbers: Sequence[int], text_field: str) -> Iterator[Skipped]:
    """The notes of lines that hold no text, with their bytes."""
    for number, line in zip(numbers, lines.pick(numbers), strict=True):
        yield Skipped(f"{lines.input.name}:{number}", number, why_bad(line, text_field), line)


def why_bad(line: bytes, text_field: str) -> str:
    """The reason why a line holds no text, for people; bytes and characters count from 0."""
    # With its end, a string that was cut would be one with a control character.
    line = line.rstrip(b"\r\n")
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return _why_invalid(line, error)
    if not isinstance(record, dict):
        return f"not a JSON object but {_kind(record)}"
    try:
        text = look_up(record, text_field)
    except KeyError:
        return f"the text field {text_field} is missing{_other_names(record)}"
    if isinstance(text, str):
        return "the text is longer than 4 GiB"
    return f"the text field {text_field} is {_kind(text)}, not a string"


def _why_invalid(line: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as wrong:
        return f"invalid UTF-8 at byte {wrong.start} of the line (0x{line[wrong.start]:02x})"
    if re.search(_LONE_SURROGATE, error.msg):
        return f"lone surrogate in a string that begins near character {error.pos}"
    if error.msg == "unexpected end of data":
        # The first line of a record that was printed over several.
        spread = "; one record stands on one line, or in an array" if line.strip() == b"{" else ""
        return f"cut JSON: the line ends inside the record{spread}"
    return f"invalid JSON at character {error.pos}: {error.msg}"


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "a string"}
    return kinds.get(type(value), "an array" if isinstance(value, list) else "an object")


def _other_names(record: dict[str, Any]) -> str:
    """The string fields there are, longest text first, so that the user can name the right one."""
    fields = sorted(_string_fields(record), key=lambda field: -len(field[1]))
    names = [name for name, _ in fields[:MOST_FIELDS]] + ["…"] * (len(fields) > MOST_FIELDS)
    if not names:
        # {"data": [{"text": …}]}: what an interface answers.
        names = [name for name, value in record.items() if _holds_records(value)][:1]
        return f"; {names[0]} is an array of objects: give that array alone" if names else ""
    return f"; string fields here: {', '.join(names)}"


def _holds_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _string_fields(record: dict[str, Any], inside: str = "") -> Iterator[tuple[str, str]]:
    """Names and values of the strings in a record, `meta.body` for those inside an object."""
    for name, value in record.items():
        path = f"{inside}{name}"
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, dict) and path.count(".") < DEEPEST_FIELD:
            yield from _string_fields(value, f"{path}.")
