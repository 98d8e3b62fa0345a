"""What the readers give, record by record, for tests of reading and writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from files import put

from dedup import Policy, _core
from dedup.engines.local import open_corpus
from dedup.formats import Lines, OutputTree, Piece, Reading, Torn, discover, read
from dedup.formats.jsonl import skipped_lines
from dedup.formats.records import MAX_LINE
from dedup.model import Skipped

BOM = b"\xef\xbb\xbf"

# Files of lines that are hard to keep as they are: marks, blank and bad lines, other line ends.
SHAPES = [
    b"",
    b"\n",
    b"\n \t\r\n\n",
    BOM,
    BOM + b"\n",
    BOM + b"\n\n" + b'{"text":"a"}',
    BOM + b'{"text":"a"}\r\n\r\n{"text":"b"}\r\n',
    BOM + b'{"text":1}\n',
    b'{"text":"a"}',
    b'{"text":"a"}\n\n',
    b'\n{"text":"drop"}\n \n{"text":"a"}\nbad\n\n{"text":"drop"}',
    BOM + b'{"text":"drop"}\n',
    b'{"text":"one CUT two"}\r\n{"id":"k","text":"CUT x CUT y","n":1.50}\nbad',
    b'{"text":"a"}\r{"text":"b"}\n',
    b'{"text":"a"}\n' + BOM + b'{"text":"b"}\n',
    b"bad\n" * 7,
]


@dataclass(frozen=True)
class Record:
    """A document as it was read; data: its file or its line, without a mark before line 1."""

    id: str
    source: str
    text: str
    data: bytes


@dataclass
class Whole:
    """Everything that was read."""

    records: list[Record] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    weight: int = 0

    @property
    def texts(self) -> list[str]:
        """The documents' texts."""
        return [record.text for record in self.records]


def gather(batches: Iterable[Piece], text_field: str = "text") -> Whole:
    """All records of some batches."""
    whole = Whole()
    for batch in batches:
        whole.weight += batch.weight
        whole.records += records_of(batch, text_field)
        whole.skipped += skipped_of(batch, text_field)
    return whole


def read_all(path: Path, text_field: str = "text", **options: int) -> Whole:
    """All records of a path."""
    return gather(read(discover(path).files, Reading(text_field, **options)), text_field)


def records_of(batch: Piece, text_field: str = "text") -> Iterator[Record]:
    """The records of one batch."""
    if isinstance(batch, Torn):
        return
    if not isinstance(batch, Lines):
        for id_, source, text in zip(batch.ids, batch.sources, batch.texts, strict=True):
            yield Record(id_, source, text, text.encode())
        return
    found = _core.read_records(batch.core(), text_field, "id")
    lines = batch.pick([number for _, number, _ in found])
    for (id_, number, text), line in zip(found, lines, strict=True):
        source = f"{batch.input.name}:{number}"
        yield Record(id_ or source, source, text, line)


def skipped_of(batch: Piece, text_field: str = "text") -> list[Skipped]:
    """The bad records of one batch; what the core counts must be what it reads."""
    if isinstance(batch, Torn):
        return batch.skipped(MAX_LINE)
    if not isinstance(batch, Lines):
        return batch.skipped
    corpus = open_corpus(Policy(), 1)
    count, bad, _ = corpus.add_lines(batch.core(), text_field, "id", [])
    assert count == len(_core.read_records(batch.core(), text_field, "id"))
    return list(skipped_lines(batch, bad, text_field))


def write(tree: OutputTree, batch: Piece, clean: Callable[[Record], bytes | None]) -> None:
    """Write a batch, cleaned record by record: a plain stand-in for the core."""
    if not isinstance(batch, Lines):
        texts = [clean(record) for record in records_of(batch)]
        tree.write(batch, [None if text is None else text.decode() for text in texts])
    else:
        tree.write_lines(batch, b"".join(_rest_of(batch, clean)))
    tree.skip(skipped_of(batch))


def _rest_of(batch: Lines, clean: Callable[[Record], bytes | None]) -> Iterator[bytes]:
    if batch.first == 1 and batch.data.startswith(BOM):
        yield BOM
    records = {record.source: record for record in records_of(batch)}
    numbers = range(batch.first, batch.following)
    for number, line in zip(numbers, batch.pick(numbers), strict=True):
        record = records.get(f"{batch.input.name}:{number}")
        if record is not None:
            yield clean(record) or b""
        elif not line.strip(b" \t\r\n"):
            yield line


def lines_of(tmp_path: Path, data: bytes, text_field: str = "text") -> Whole:
    """What some lines hold."""
    return read_all(put(tmp_path, {"a.jsonl": data}) / "a.jsonl", text_field)
