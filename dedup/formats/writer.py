"""Writing: a folder that appears whole under its final name, or not at all.

Everything goes into a hidden folder beside the target, `.OUT.dedup-partial-<pid>`, which is
renamed at the end. An error or an interrupt removes it; what a killed process left behind
is removed by the next run. Survival of a power cut is not promised: nothing is synced.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any, final

import orjson

from dedup.errors import OutputError
from dedup.formats.compression import OutputStream, writing
from dedup.formats.partial import check_target, make_parents, make_partial, put_in_place, sweep
from dedup.formats.records import shown
from dedup.formats.walk import NOTES
from dedup.terminal import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

    from dedup.formats.records import Batch, Input, Lines
    from dedup.model import Skipped

SKIPPED = f"{NOTES}/skipped.jsonl"


@final
class OutputTree:
    """A context in which files of a new folder are made; it appears when the context ends well.

    Raises OutputError when the target may not be written (see `check_target`), on entering,
    and when the disk is full, in any call.
    """

    def __init__(self, folder: str | os.PathLike[str], *, force: bool = False) -> None:
        self.folder = os.fspath(folder)
        self._force = force
        self._open: dict[str, OutputStream] = {}
        self._current: tuple[Input, OutputStream] | None = None
        self._entries: list[tuple[Input, int, int]] = []

    def __enter__(self) -> OutputTree:
        target = os.path.realpath(self.folder)
        self._parents = make_parents(target)
        try:
            sweep(target)
            self._target = check_target(self.folder, force=self._force)
            self._partial, self._lock = make_partial(self._target)
        except BaseException:
            self._remove_parents()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        done = False
        try:
            if kind is None:
                self._commit()
                done = True
        finally:
            self._close(done=done)

    def create(self, name: str) -> OutputStream:
        """A new plain file of the tree, by its relative path; closed with the tree."""
        stream = OutputStream(self._place(name), name=os.path.join(self.folder, name))
        self._open[name] = stream
        return stream

    def write_texts(self, batch: Batch, cleaned: Sequence[str | None]) -> None:
        """Write text files, cleaned: parallel to the batch's documents; None is dropped.

        A file that is dropped or was skipped is not made. Batches come in reading order.
        """
        texts = iter(cleaned)
        for part in batch.parts:
            text = next(texts) if part.document else None
            if text is not None:
                self.file(part.input).write(text.encode())
            self._entries.append((part.input, part.size, part.crc32))

    def write_lines(self, lines: Lines, rest: bytes) -> None:
        """Write what is left of some lines; their file is made even where that is nothing."""
        self.file(lines.input).write(rest)
        if lines.last:
            self._entries.append((lines.input, lines.size, lines.crc32))

    def skip(self, skipped: Iterable[Skipped]) -> None:
        """Add bad records to `_dedup/skipped.jsonl`."""
        stream = self._open.get(SKIPPED) or self.create(SKIPPED)
        for record in skipped:
            stream.write(json_line(record.to_dict()))

    def inputs(self, text_field: str) -> list[dict[str, Any]]:
        """The inputs written so far, as `report.json` lists them for `restore`.

        bytes, crc32: of the whole input after decompression.
        """
        return [
            {**item.entry(text_field), "bytes": size, "crc32": check}
            for item, size, check in self._entries
        ]

    def file(self, item: Input) -> OutputStream:
        """The output file of one input, made on first use; inputs come one after the other."""
        if self._current is not None:
            if self._current[0] is item:
                return self._current[1]
            self._current[1].close()
        name = os.path.join(self.folder, item.output)
        stream = OutputStream(self._place(item.output), item.compression, name=name)
        self._current = (item, stream)
        return stream

    def _place(self, name: str) -> str:
        path = os.path.join(self._partial, safe_name(name))
        with writing(os.path.join(self.folder, name)):
            make_parents(path)
        return path

    def _commit(self) -> None:
        if self._current is not None:
            self._current[1].close()
        for stream in self._open.values():
            stream.close()
        check_target(self.folder, force=self._force)
        put_in_place(self._partial, self._target)

    def _close(self, *, done: bool) -> None:
        if not done:
            for stream in [*self._open.values(), *([self._current[1]] if self._current else [])]:
                stream.abandon()
            shutil.rmtree(self._partial, ignore_errors=True)
            self._remove_parents()
        os.close(self._lock)

    def _remove_parents(self) -> None:
        for folder in reversed(self._parents):
            with suppress(OSError):
                os.rmdir(folder)


def safe_name(name: str) -> str:
    """The relative path, if it cannot lead out of a folder; else OutputError."""
    parts = name.split("/")
    if not name or "\0" in name or any(part in ("", ".", "..") for part in parts):
        message = f"{shown(name)!r}: not a path inside the output folder"
        raise OutputError(message, path=name, hint="names are relative and hold no ..")
    return name


def json_line(value: Any) -> bytes:
    """A JSON value as one line, in the form the core writes: compact, UTF-8, no raw controls."""
    return inert(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
