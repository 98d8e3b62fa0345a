"""Writing: a folder that appears whole under its final name, or not at all.

Everything goes into a hidden folder beside the target, `.OUT.dedup-partial-<pid>`, which is
renamed at the end. An error or an interrupt removes it, all but the run's checkpoints; what a
killed process left behind is removed by the next run, or resumed. Survival of a power cut is not
promised: nothing is synced.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any, final

import orjson

from dedup.errors import OutputError
from dedup.formats.output import OutputStream, writing
from dedup.formats.partial import (
    JOURNAL,
    STATE,
    adopt_state,
    check_target,
    make_parents,
    make_partial,
    put_in_place,
    refuse_second_writer,
    remove_all_but_state,
    sweep,
)
from dedup.formats.records import Lines, Rows, Torn, shown
from dedup.formats.walk import NOTES
from dedup.terminal import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

    from dedup.formats.reader import Piece
    from dedup.formats.records import Batch, Input, Part
    from dedup.formats.rows import RowWriter
    from dedup.model import Skipped

SKIPPED = f"{NOTES}/skipped.jsonl"
# Whole rows that no line of text can hold, one file for each input that lost some.
ASIDE = f"{NOTES}/rows"
# The bytes of records that were too long to be read, one file for each input that had some.
LONG = f"{NOTES}/long"


@final
class OutputTree:
    """A context in which files of a new folder are made; it appears when the context ends well.

    Raises OutputError when the target may not be written (see `check_target`), on entering,
    and when the disk is full, in any call. resume: take the checkpoints that an earlier run left.
    """

    def __init__(
        self, folder: str | os.PathLike[str], *, force: bool = False, resume: bool = False
    ) -> None:
        self.folder = os.fspath(folder)
        self.kept = False
        self._force = force
        self._resume = resume
        self._open: dict[str, OutputStream] = {}
        self._current: tuple[Input, OutputStream] | None = None
        self._rows: RowWriter | None = None
        self._begun = False
        self._entries: list[tuple[Input, dict[str, Any]]] = []

    def __enter__(self) -> OutputTree:
        target = os.path.realpath(self.folder)
        self._parents = make_parents(target)
        try:
            refuse_second_writer(target)
            sweep(target, states=not self._resume)
            self._target = check_target(self.folder, force=self._force)
            self._partial, self._lock = make_partial(self._target)
            if self._resume:
                adopt_state(self._target, self._partial)
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

    @property
    def scratch(self) -> str:
        """The hidden folder that the tree is made in, on the disk where it will stand."""
        return self._partial

    @property
    def journal(self) -> str:
        """Where a run may keep a journal of its checkpoints, with its other files beside it.

        Once it stands there, the folder it is in outlives an error (`kept` says so).
        """
        return os.path.join(self._partial, JOURNAL)

    def create(self, name: str) -> OutputStream:
        """A new plain file of the tree, by its relative path; closed with the tree."""
        stream = OutputStream(self._place(name), name=os.path.join(self.folder, name))
        self._open[name] = stream
        return stream

    def write(self, piece: Piece, rest: Any) -> None:
        """Write what is left of a piece: a list of texts, or bytes of lines. In reading order."""
        if isinstance(piece, Torn):
            self._put_aside(piece)
        elif isinstance(piece, Lines):
            self.write_lines(piece, rest)
        elif isinstance(piece, Rows):
            self.write_rows(piece, rest)
        else:
            self.write_texts(piece, rest)

    def write_texts(self, batch: Batch, cleaned: Sequence[str | None]) -> None:
        """Write text files, cleaned: parallel to the batch's documents; None is dropped.

        A file that is dropped or was skipped is not made. Batches come in reading order.
        """
        texts = iter(cleaned)
        for part in batch.parts:
            text = next(texts) if part.document else None
            if text is not None:
                self.file(part.input).write(text.encode())
            self._note(part)

    def write_lines(self, lines: Lines, rest: bytes) -> None:
        """Write what is left of some lines; their file is made even where that is nothing."""
        stream = self.file(lines.input)
        stream.write(lines.before)
        if lines.ends is not None and rest:
            # Every record of an array comes with a comma before it, the first one too.
            stream.write(rest if self._begun else rest[1:])
            self._begun = True
        else:
            stream.write(rest)
        stream.write(lines.after)
        if lines.last:
            self._note(lines)

    def write_rows(self, rows: Rows, cleaned: Sequence[str | None]) -> None:
        """Write rows, cleaned: parallel to their texts; None is dropped."""
        stream = self.file(rows.input)
        if self._rows is None:
            from dedup.formats.rows import row_writer

            aside = f"{ASIDE}/{rows.input.output}"
            self._rows = row_writer(rows.input, stream, lambda: self.create(aside))
        self._rows.write(rows, cleaned)
        if rows.last:
            self._note(rows, **rows.more, **self._rows.finish())
            self._rows = None

    def _put_aside(self, torn: Torn) -> None:
        """Keep the bytes of a record that is too long to be read: `restore` needs them."""
        self.file(torn.input)
        name = f"{LONG}/{torn.input.output}"
        (self._open.get(name) or self.create(name)).write(torn.data)

    def _note(self, read: Part | Lines | Rows, **more: Any) -> None:
        """Remember the size and checksum of an input that was read to its end."""
        self._entries.append((read.input, {"bytes": read.size, "crc32": read.crc32, **more}))
        if long := self._open.get(f"{LONG}/{read.input.output}"):
            long.close()

    def skip(self, skipped: Iterable[Skipped]) -> None:
        """Add bad records to `_dedup/skipped.jsonl`."""
        stream = self._open.get(SKIPPED) or self.create(SKIPPED)
        for record in skipped:
            stream.write(json_line(record.to_dict()))

    def inputs(self, text_field: str) -> list[dict[str, Any]]:
        """The inputs written so far, as `report.json` lists them for `restore`.

        bytes, crc32: of the whole input after decompression.
        """
        return [{**item.entry(text_field), **read} for item, read in self._entries]

    def file(self, item: Input) -> OutputStream:
        """The output file of one input, made on first use; inputs come one after the other."""
        if self._current is not None:
            if self._current[0] is item:
                return self._current[1]
            self._current[1].close()
        name = os.path.join(self.folder, item.output)
        stream = OutputStream(self._place(item.output), item.compression, name=name)
        self._current = (item, stream)
        self._begun = False
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
        shutil.rmtree(os.path.join(self._partial, STATE), ignore_errors=True)
        put_in_place(self._partial, self._target)

    def _close(self, *, done: bool) -> None:
        if not done:
            for stream in [*self._open.values(), *([self._current[1]] if self._current else [])]:
                stream.abandon()
            self.kept = remove_all_but_state(self._partial)
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
