"""Giving the inputs back: a cleaned corpus and its ledger in, every input to the byte out.

The cleaned files, `removed.jsonl` and `skipped.jsonl` are read side by side, all in input
order; a source (`path` or `path:line`) says where a dropped or skipped record stood. What is
rebuilt is compared with the size and CRC-32 that the clean run noted for each input, so an
output that was edited or damaged is an error and leaves nothing behind.
"""

from __future__ import annotations

import base64
import io
import os
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from isal.isal_zlib import crc32

from dedup.errors import FormatError, InputError, OutputError
from dedup.formats.compression import InputStream, compression_of, reading
from dedup.formats.discover import Inputs, check_output
from dedup.formats.jsonl import BLANK, read_jsonl
from dedup.formats.notes import UNTOUCHED, Notes
from dedup.formats.partial import REPORT, check_target
from dedup.formats.reader import BATCH_BYTES
from dedup.formats.records import BYTE_ORDER_MARK, Input, shown
from dedup.formats.walk import NOTES
from dedup.formats.writer import SKIPPED, OutputTree, safe_name
from dedup.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

REMOVED = f"{NOTES}/removed.jsonl"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was rebuilt: inputs, their bytes after decompression, and what went back in."""

    inputs: int
    bytes: int
    passages: int
    documents: int
    skipped: int


def restore(
    output: str | os.PathLike[str],
    destination: str | os.PathLike[str],
    *,
    force: bool = False,
    dry_run: bool = False,
) -> Restored:
    """Rebuild every input of the clean run that wrote `output`, under `destination`.

    Files keep their relative paths and compression; stdin becomes `stdin.txt` or
    `stdin.jsonl`. dry_run: rebuild and compare, write nothing. force: replace the destination where
    a clean run wrote it from the same inputs, so that nothing is lost with it.
    Raises FormatError where the folder is no clean run's or was changed since, OutputError
    where the destination may not be written; then nothing is left behind.
    """
    if not isinstance(output, (str, os.PathLike)):
        message = f"the folder to restore is {output!r}; it must be the name of a folder"
        raise InputError(message, hint="name the folder that clean wrote")
    folder = os.fspath(output)
    entries = _entries(folder)
    items = tuple(entry.item for entry in entries)
    check_output(destination, Inputs(items, (folder,)))
    check_target(destination, force=force)
    _check_replaced(destination, entries)
    with ExitStack() as stack:
        run = _Run(
            stack.enter_context(closing(Notes(os.path.join(folder, REMOVED)))),
            stack.enter_context(closing(Notes(os.path.join(folder, SKIPPED)))),
        )
        tree = None if dry_run else stack.enter_context(OutputTree(destination, force=force))
        size = sum(_restore_one(run, entry, tree) for entry in entries)
        run.check_end()
    return Restored(len(entries), size, run.passages, run.documents, run.records)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An input as the report lists it; item.path is its cleaned file."""

    item: Input
    text_field: str
    size: int | None
    crc32: int | None


def _entries(folder: str) -> list[_Entry]:
    path = os.path.join(folder, REPORT)
    if not os.path.isfile(path):
        message = f"{shown(folder)}: holds no {REPORT}, so no clean run wrote it"
        raise FormatError(message, path=folder, hint="name the folder that clean wrote (-o)")
    with reading(path), open(path, "rb") as file:
        data = file.read()
    try:
        return [_entry(folder, value) for value in orjson.loads(data)["inputs"]]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OutputError) as error:
        message = f"{shown(path)}: no sound list of inputs: {error}"
        raise FormatError(message, path=path, hint=UNTOUCHED) from error


def _check_replaced(destination: str | os.PathLike[str], entries: list[_Entry]) -> None:
    """Raise OutputError where the destination is the output of a run that had other inputs."""
    folder = os.fspath(destination)
    if not os.path.isfile(os.path.join(folder, REPORT)):
        return

    def inputs(entries: list[_Entry]) -> set[tuple[str, int | None, int | None]]:
        return {(entry.item.name, entry.size, entry.crc32) for entry in entries}

    if inputs(_entries(folder)) != inputs(entries):
        message = f"{shown(folder)}: holds what a clean run wrote from other inputs"
        raise OutputError(message, path=folder, hint="name a new folder")


def _entry(folder: str, value: dict[str, Any]) -> _Entry:
    output = value["output"]
    if "base64" in value:
        output = os.fsdecode(base64.b64decode(value["base64"]))
    safe_name(output)
    if value["format"] not in ("text", "jsonl"):
        raise ValueError(f"format is {value['format']}; it must be text or jsonl")
    path = os.path.join(folder, output)
    item = Input(path, value["path"], output, value["format"], compression_of(output), "")
    return _Entry(item, value.get("text_field", "text"), value.get("bytes"), value.get("crc32"))


def _restore_one(run: _Run, entry: _Entry, tree: OutputTree | None) -> int:
    item = entry.item
    stream = None if tree is None else tree.file(item)
    size = check = 0
    for piece in run.text(item) if item.format == "text" else run.lines(entry):
        size += len(piece)
        check = crc32(piece, check)
        if stream is not None:
            stream.write(piece)
    if entry.size not in (None, size) or entry.crc32 not in (None, check):
        message = f"{shown(item.path)}: does not give back its input: {size} bytes rebuilt"
        message += f" with CRC-32 {check:08x}, {entry.size} with {entry.crc32 or 0:08x} wanted"
        raise FormatError(message, path=item.path, hint=UNTOUCHED)
    return size


class _Run:
    """The two lists beside the cleaned files, and what has been put back so far."""

    def __init__(self, removed: Notes, skipped: Notes) -> None:
        self._removed = removed
        self._skipped = skipped
        self.passages = 0
        self.documents = 0
        self.records = 0

    def text(self, item: Input) -> Iterator[bytes]:
        """The bytes of a text file."""
        whole, ledger = self._notes_of(item.name)
        if whole is not None:
            yield whole
            return
        self._check_there(item)
        with InputStream(item) as stream:
            data = stream.all()
        if ledger:
            data = self._put_back_text(item, data, ledger)
        yield data

    def lines(self, entry: _Entry) -> Iterator[bytes]:
        """The bytes of a JSONL file, in pieces of a batch."""
        batch = _Pending(entry.text_field)
        cleaned = self._each_line(entry.item)
        first = next(cleaned, b"")
        if first.startswith(BYTE_ORDER_MARK):
            yield BYTE_ORDER_MARK
            first = first[len(BYTE_ORDER_MARK) :]
        line: bytes | None = first or next(cleaned, None)
        number = 0
        while True:
            number += 1
            whole, ledger = self._notes_of(f"{entry.item.name}:{number}")
            if whole is None:
                if line is None or (ledger and not line.strip(BLANK)):
                    if ledger:
                        raise self._lost(entry.item, number)
                    break
                batch.add(line, ledger)
                line = next(cleaned, None)
            else:
                batch.add(whole, [])
            if batch.weight >= BATCH_BYTES:
                yield self._put_back(entry.item, batch)
        yield self._put_back(entry.item, batch)

    def check_end(self) -> None:
        """Raise FormatError when a line of the ledger or of the skipped is left over."""
        for notes in (self._removed, self._skipped):
            if notes.source is not None:
                raise notes.broken(f"{shown(notes.source)} has no place in the cleaned files")

    def _notes_of(self, source: str) -> tuple[bytes | None, list[bytes]]:
        """The whole record where it was dropped or skipped, and its ledger lines."""
        for _, value in self._skipped.take(source):
            self.records += 1
            try:
                return Skipped.from_json(value).record, []
            except (KeyError, AttributeError, TypeError, ValueError) as error:
                raise self._skipped.broken(f"no record above for {shown(source)}") from error
        taken = self._removed.take(source)
        if not taken:
            return None, []
        ledger = [line for line, value in taken if not value.get("dropped")]
        self.passages += len(ledger)
        if len(ledger) == len(taken):
            return None, ledger
        self.documents += 1
        record = taken[-1][1].get("record")
        if not isinstance(record, str):
            raise self._removed.broken(f"no record above for {shown(source)}")
        return record.encode(), []

    def _each_line(self, item: Input) -> Iterator[bytes]:
        self._check_there(item)
        for lines in read_jsonl(item, BATCH_BYTES):
            yield from io.BytesIO(lines.data)

    def _check_there(self, item: Input) -> None:
        if not os.path.isfile(item.path):
            message = f"{shown(item.path)}: the cleaned file is missing"
            raise FormatError(message, path=item.path, hint=UNTOUCHED)

    def _lost(self, item: Input, number: int | None = None) -> FormatError:
        line = "" if number is None else f":{number}"
        message = f"{shown(item.path)}: no record here that fits the ledger of {item.name}{line}"
        return FormatError(message, path=item.path, line=number, hint=UNTOUCHED)

    def _put_back_text(self, item: Input, data: bytes, ledger: list[bytes]) -> bytes:
        from dedup import _core

        try:
            whole: list[str] = _core.restore_texts([data.decode()], [ledger])
            return whole[0].encode()
        except ValueError as error:
            raise self._lost(item) from error

    def _put_back(self, item: Input, batch: _Pending) -> bytes:
        from dedup import _core

        made = batch.lines
        if batch.places:
            cut = [batch.lines[place] for place in batch.places]
            try:
                whole = _core.restore_records(cut, batch.field, batch.ledgers)
            except ValueError as error:
                raise self._lost(item) from error
            for place, line in zip(batch.places, whole, strict=True):
                made[place] = line
        batch.clear()
        return b"".join(made)


class _Pending:
    """Lines in order, and which of them have passages to take back."""

    def __init__(self, field: str) -> None:
        self.field = field
        self.clear()

    def clear(self) -> None:
        """Start a new batch."""
        self.lines: list[bytes] = []
        self.places: list[int] = []
        self.ledgers: list[list[bytes]] = []
        self.weight = 0

    def add(self, line: bytes, ledger: list[bytes]) -> None:
        """Append a line; its ledger lines may be none."""
        if ledger:
            self.places.append(len(self.lines))
            self.ledgers.append(ledger)
        self.lines.append(line)
        self.weight += len(line)
