r"""JSON Lines: one object a line, split at `\n` only.

A line's bytes, with its end, are the record: they go to the core and into the output as
they are. Blank lines and a byte order mark at the start are no records but stay in place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
from isal.isal_zlib import crc32

from dedup.formats.compression import InputStream
from dedup.formats.records import Batch, Input, Part
from dedup.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What JSON counts as white space: a line of nothing else is blank, not a cut record.
BLANK = b" \t\r\n"

# What orjson says of an escape such as \ud800 that has no partner.
_LONE_SURROGATE = re.compile(r"(low|high) surrogate in string")


def read_jsonl(
    item: Input, *, text_field: str, id_field: str, fields: bool, size: int, count: int
) -> Iterator[Batch]:
    """The input as batches of one part each, of about `size` bytes and at most `count` lines.

    The last batch's part carries `last`, and the size and checksum of the whole input; it
    holds no document.
    """
    parser = _Parser(item, text_field, id_field, fields=fields)
    with InputStream(item) as stream:
        while lines := stream.lines(size):
            for start in range(0, len(lines), count):
                yield parser.parse(lines[start : start + count])
    end = Part(item, last=True, size=parser.size, crc32=parser.crc32)
    yield Batch("jsonl", parts=[end])


class _Parser:
    """Lines in, batches out; counts lines and bytes and keeps the checksum."""

    def __init__(self, item: Input, text_field: str, id_field: str, *, fields: bool) -> None:
        self.item = item
        self.text_field = text_field
        self.id_field = id_field
        self.fields = fields
        self.text_of = _getter(text_field)
        self.number = 0
        self.size = 0
        self.crc32 = 0

    def parse(self, lines: list[bytes]) -> Batch:
        """The next lines as a batch of one part."""
        part = Part(self.item)
        batch = Batch("jsonl", parts=[part], weight=sum(map(len, lines)))
        for line in lines:
            self.crc32 = crc32(line, self.crc32)
        if self.size == 0 and lines[0].startswith(BYTE_ORDER_MARK):
            part.between.append((0, BYTE_ORDER_MARK))
            lines[0] = lines[0][len(BYTE_ORDER_MARK) :]
        self.size += batch.weight
        self._fill(batch, part, lines)
        part.records = len(batch.texts)
        return batch

    def _fill(self, batch: Batch, part: Part, lines: list[bytes]) -> None:
        # The loop every record goes through: nothing in it but what a good record needs.
        texts, ids, sources, kept = batch.texts, batch.ids, batch.sources, batch.lines
        loads, text_of, id_field, fields = orjson.loads, self.text_of, self.id_field, self.fields
        prefix = f"{self.item.name}:"
        for number, line in enumerate(lines, self.number + 1):
            try:
                record = loads(line)
                text = text_of(record)
            except (orjson.JSONDecodeError, KeyError, TypeError, IndexError):
                text = None
            if type(text) is not str:
                self._set_aside(batch, part, number, line)
                continue
            source = f"{prefix}{number}"
            name = record.get(id_field)
            if type(name) is not str:
                name = str(name) if type(name) is int else source
            texts.append(text)
            ids.append(name or source)
            sources.append(source)
            kept.append(line)
            if fields:
                batch.fields.append(record)
        self.number += len(lines)

    def _set_aside(self, batch: Batch, part: Part, number: int, line: bytes) -> None:
        if not line.strip(BLANK):
            part.between.append((len(batch.texts), line))
            return
        reason = why_bad(line, self.text_field)
        batch.skipped.append(Skipped(f"{self.item.name}:{number}", number, reason, line))


def _getter(field: str) -> Callable[[Any], Any]:
    """What finds the text in a parsed record; raises KeyError or TypeError where it cannot.

    `a.b` means the key b of the object a, unless the record has a key spelt `a.b`.
    """
    if "." not in field:
        return lambda record: record[field]
    names = field.split(".")

    def nested(record: Any) -> Any:
        if field in record:
            return record[field]
        for name in names:
            record = record[name]
        return record

    return nested


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
        text = _getter(text_field)(record)
    except (KeyError, TypeError, IndexError):
        return f"the text field {text_field} is missing{_other_names(record)}"
    return f"the text field {text_field} is {_kind(text)}, not a string"


def _why_invalid(line: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as wrong:
        return f"invalid UTF-8 at byte {wrong.start} of the line (0x{line[wrong.start]:02x})"
    if _LONE_SURROGATE.search(error.msg):
        return f"lone surrogate in a string that begins near character {error.pos}"
    if error.msg == "unexpected end of data":
        return "cut JSON: the line ends inside the record"
    return f"invalid JSON at character {error.pos}: {error.msg}"


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "a string"}
    return kinds.get(type(value), "an array" if isinstance(value, list) else "an object")


def _other_names(record: dict[str, Any]) -> str:
    """The string fields there are, the first five, so that the user can name the right one."""
    names = [name for name, value in record.items() if isinstance(value, str)][:5]
    return f"; string fields here: {', '.join(names)}" if names else ""
