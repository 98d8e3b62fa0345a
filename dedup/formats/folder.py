"""A folder that a clean run wrote: its report, its inputs, and what it took from each document."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from dedup.errors import FormatError, OutputError
from dedup.formats.cleaned import cleaned_file
from dedup.formats.compression import compression_of, reading
from dedup.formats.notes import UNTOUCHED, Notes
from dedup.formats.partial import REPORT
from dedup.formats.records import FORMAT_CHOICE, FORMAT_NAMES, Input, shown
from dedup.formats.walk import NOTES
from dedup.formats.writer import safe_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.formats.cleaned import Cleaned

REMOVED = f"{NOTES}/removed.jsonl"


@dataclass(frozen=True, slots=True)
class CleanedInput:
    """An input as the report lists it; item.path is its cleaned file."""

    item: Input
    value: dict[str, Any]
    size: int | None
    crc32: int | None


class Loss(NamedTuple):
    """What went of one document.

    place: the number of its input, from 0, and of its record there, 0 for a text file. passages:
    their ledger entries. characters: all that went. dropped: the document went as a whole.
    """

    place: tuple[int, int]
    source: str
    document: str
    passages: list[dict[str, Any]]
    characters: int
    dropped: bool


def report_of(folder: str) -> dict[str, Any]:
    """`report.json` of a folder; FormatError where it holds none."""
    path = os.path.join(folder, REPORT)
    if not os.path.isfile(path):
        message = f"{shown(folder)}: holds no {REPORT}, so no clean run wrote it"
        raise FormatError(message, path=folder, hint="name the folder that clean wrote (-o)")
    with reading(path), open(path, "rb") as file:
        data = file.read()
    try:
        report = orjson.loads(data)
        if not isinstance(report, dict):
            raise TypeError("it is no object")
    except (orjson.JSONDecodeError, TypeError) as error:
        message = f"{shown(path)}: no sound report: {error}"
        raise FormatError(message, path=path, hint=UNTOUCHED) from error
    return report


def cleaned_inputs(folder: str, report: dict[str, Any] | None = None) -> list[CleanedInput]:
    """The inputs of the run that wrote a folder, in their order."""
    report = report_of(folder) if report is None else report
    try:
        return [_cleaned_input(folder, value) for value in report["inputs"]]
    except (KeyError, TypeError, ValueError, OutputError) as error:
        path = os.path.join(folder, REPORT)
        what = error.message if isinstance(error, OutputError) else error
        message = f"{shown(path)}: no sound list of inputs: {what}"
        raise FormatError(message, path=path, hint=UNTOUCHED) from error


def _cleaned_input(folder: str, value: dict[str, Any]) -> CleanedInput:
    output = value["output"]
    if "base64" in value:
        output = os.fsdecode(base64.b64decode(value["base64"]))
    safe_name(output)
    if value["format"] not in FORMAT_NAMES:
        raise ValueError(f"format is {value['format']}; it must be {FORMAT_CHOICE}")
    if value["format"] == "parquet" and not {"row_groups", "texts", "bytes"} <= set(value):
        raise ValueError("an input lacks row_groups, texts or bytes")
    path = os.path.join(folder, output)
    item = Input(path, value["path"], output, value["format"], compression_of(output), "")
    return CleanedInput(item, value, value.get("bytes"), value.get("crc32"))


class Losses:
    """The documents of a cleaned folder of which something went, in input order, one by one.

    Each pass reads the ledger anew and holds one document's entries. FormatError where the ledger
    and the report do not fit.
    """

    def __init__(self, folder: str, inputs: list[CleanedInput]) -> None:
        self._path = os.path.join(folder, REMOVED)
        self._inputs = inputs
        self._numbers = {entry.item.name: number for number, entry in enumerate(inputs)}
        self._cleaned: tuple[int, Cleaned] | None = None

    def __iter__(self) -> Iterator[Loss]:
        notes = Notes(self._path)
        last = (-1, 0)
        try:
            while (source := notes.source) is not None:
                place = self._place(source)
                if place is None or place <= last:
                    why = "is no input's" if place is None else "stands before the line above"
                    raise notes.broken(f"{shown(source)} {why}")
                last = place
                entries = [value for _, value in notes.take(source)]
                try:
                    loss = self._loss(place, source, entries)
                except (KeyError, TypeError, ValueError) as error:
                    raise notes.broken(
                        f"{shown(source)}, above: no sound entry: {error}"
                    ) from error
                yield loss
        finally:
            notes.close()

    def _place(self, source: str) -> tuple[int, int] | None:
        number = self._numbers.get(source)
        if number is not None and self._inputs[number].item.format == "text":
            return number, 0
        name, _, record = source.rpartition(":")
        number = self._numbers.get(name)
        return None if number is None or not record.isdecimal() else (number, int(record))

    def _loss(self, place: tuple[int, int], source: str, entries: list[dict[str, Any]]) -> Loss:
        passages = [entry for entry in entries if not entry.get("dropped")]
        characters = sum(entry["span"][1] - entry["span"][0] for entry in passages)
        whole = next((entry for entry in entries if entry.get("dropped")), None)
        if whole is not None:
            characters = len(self._text(place[0], whole["record"]))
        return Loss(place, source, entries[0]["document"], passages, characters, whole is not None)

    def _text(self, number: int, record: str) -> str:
        """The text of a record that went as a whole."""
        entry = self._inputs[number]
        if entry.item.format in ("text", "parquet"):
            return record
        if self._cleaned is None or self._cleaned[0] != number:
            cleaned = cleaned_file(entry.item, entry.value)
            next(cleaned.units(), b"")
            self._cleaned = number, cleaned
        return self._cleaned[1].text(record.encode())
