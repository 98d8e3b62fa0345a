"""Putting back what went: the ledger and the skipped records beside one cleaned file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dedup.errors import FormatError
from dedup.formats.cleaned import cleaned_file
from dedup.formats.compression import InputStream, reading
from dedup.formats.notes import UNTOUCHED, Notes
from dedup.formats.records import BATCH_BYTES, Input, shown
from dedup.formats.writer import LONG
from dedup.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dedup.formats.cleaned import Cleaned


class PutBack:
    """The two lists beside the cleaned files, and what has been put back so far."""

    def __init__(self, removed: Notes, skipped: Notes) -> None:
        self._removed = removed
        self._bad = skipped
        self.passages = 0
        self.documents = 0
        self.skipped = 0

    def text(self, item: Input) -> Iterator[bytes]:
        """The bytes of a text file."""
        whole, ledger = self._notes_of(item.name)
        if isinstance(whole, bytes):
            yield whole
            return
        check_there(item)
        with InputStream(item) as stream:
            data = stream.all()
        if ledger:
            data = _put_back_text(item, data, ledger)
        yield data

    def records(self, item: Input, entry: Mapping[str, Any]) -> Iterator[bytes]:
        """The bytes of a file of records, in pieces of a batch; entry: its object in the report."""
        check_there(item)
        cleaned = cleaned_file(item, entry)
        try:
            yield from self._records(item, cleaned)
        except ValueError as error:
            raise _lost(item) from error

    def _records(self, item: Input, cleaned: Cleaned) -> Iterator[bytes]:
        units = cleaned.units()
        head = next(units, b"")
        yield head
        number = 1 + cleaned.numbers(head)
        batch, weight, passed = [], 0, 0
        rest = next(units, None)
        while True:
            whole, ledger = self._notes_of(f"{item.name}:{number}")
            if whole is None:
                if ledger and (rest is None or not cleaned.holds_text(rest)):
                    raise _lost(item, number)
                if rest is None:
                    break
                whole = cleaned.whole(rest, number, ledger) if ledger else rest
                rest = next(units, None)
            batch.append(cleaned.between(number))
            if isinstance(whole, bytes):
                batch.append(whole)
                weight += len(whole)
                number += cleaned.numbers(whole)
            else:
                length, numbers = whole
                yield b"".join(batch)
                yield from _long(item, passed, length)
                batch, weight, passed, number = [], 0, passed + length, number + numbers
            if weight >= BATCH_BYTES:
                yield b"".join(batch)
                batch, weight = [], 0
        batch.append(cleaned.end())
        yield b"".join(batch)

    def check_end(self) -> None:
        """Raise FormatError when a line of the ledger or of the skipped is left over."""
        for notes in (self._removed, self._bad):
            if notes.source is not None:
                raise notes.broken(f"{shown(notes.source)} has no place in the cleaned files")

    def fate(self, source: str) -> tuple[bool, list[bytes]]:
        """Whether a record went as a whole, and the ledger lines of one that did not."""
        whole, ledger = self._notes_of(source)
        return whole is not None, ledger

    def _notes_of(self, source: str) -> tuple[bytes | tuple[int, int] | None, list[bytes]]:
        """The whole record where it was dropped or skipped, and its ledger lines.

        Of one that was too long, its bytes and how many numbers it takes.
        """
        for _, value in self._bad.take(source):
            self.skipped += 1
            try:
                skipped = Skipped.from_json(value)
                return skipped.aside or skipped.record, []
            except (KeyError, AttributeError, TypeError, ValueError) as error:
                raise self._bad.broken(f"no record above for {shown(source)}") from error
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


def _long(item: Input, place: int, length: int) -> Iterator[bytes]:
    """The bytes of a record that was too long to be read, from the file they were put in."""
    path = os.path.join(item.path[: -len(item.output)], LONG, item.output)
    with reading(path), open(path, "rb") as file:
        file.seek(place)
        while length:
            data = file.read(min(length, BATCH_BYTES))
            if not data:
                raise ValueError("a long record is cut")
            length -= len(data)
            yield data


def check_there(item: Input) -> None:
    """Raise FormatError where a cleaned file is missing."""
    if not os.path.isfile(item.path):
        message = f"{shown(item.path)}: the cleaned file is missing"
        raise FormatError(message, path=item.path, hint=UNTOUCHED)


def _lost(item: Input, number: int | None = None) -> FormatError:
    line = "" if number is None else f":{number}"
    message = f"{shown(item.path)}: no record here that fits the ledger of {item.name}{line}"
    return FormatError(message, path=item.path, line=number, hint=UNTOUCHED)


def _put_back_text(item: Input, data: bytes, ledger: list[bytes]) -> bytes:
    from dedup import _core

    try:
        whole: list[str] = _core.restore_texts([data.decode()], [ledger])
        return whole[0].encode()
    except ValueError as error:
        raise _lost(item) from error
