"""Giving the inputs back: a cleaned corpus and its ledger in, every input to the byte out.

The cleaned files, `removed.jsonl` and `skipped.jsonl` are read side by side, all in input
order; a source (`path` or `path:line`) says where a dropped or skipped record stood. What is
rebuilt is compared with the size and CRC-32 that the clean run noted for each input, so an
output that was edited or damaged is an error and leaves nothing behind.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isal.isal_zlib import crc32

from dedup.errors import FormatError, InputError, OutputError
from dedup.formats.discover import Inputs, check_output
from dedup.formats.extras import need_pyarrow
from dedup.formats.folder import REMOVED, cleaned_inputs
from dedup.formats.notes import UNTOUCHED, Notes
from dedup.formats.partial import REPORT, check_target
from dedup.formats.putback import PutBack, check_there
from dedup.formats.records import shown
from dedup.formats.writer import ASIDE, SKIPPED, OutputTree

if TYPE_CHECKING:
    from dedup.formats.folder import CleanedInput


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
    entries = cleaned_inputs(folder)
    items = tuple(entry.item for entry in entries)
    check_output(destination, Inputs(items, (folder,)))
    check_target(destination, force=force)
    _check_replaced(destination, entries)
    with ExitStack() as stack:
        run = PutBack(
            stack.enter_context(closing(Notes(os.path.join(folder, REMOVED)))),
            stack.enter_context(closing(Notes(os.path.join(folder, SKIPPED)))),
        )
        tree = None if dry_run else stack.enter_context(OutputTree(destination, force=force))
        size = sum(_restore_one(run, entry, tree) for entry in entries)
        run.check_end()
    return Restored(len(entries), size, run.passages, run.documents, run.skipped)


def _check_replaced(destination: str | os.PathLike[str], entries: list[CleanedInput]) -> None:
    """Raise OutputError where the destination is the output of a run that had other inputs."""
    folder = os.fspath(destination)
    if not os.path.isfile(os.path.join(folder, REPORT)):
        return

    def inputs(entries: list[CleanedInput]) -> set[tuple[str, int | None, int | None]]:
        return {(entry.item.name, entry.size, entry.crc32) for entry in entries}

    if inputs(cleaned_inputs(folder)) != inputs(entries):
        message = f"{shown(folder)}: holds what a clean run wrote from other inputs"
        raise OutputError(message, path=folder, hint="name a new folder")


def _restore_one(run: PutBack, entry: CleanedInput, tree: OutputTree | None) -> int:
    item = entry.item
    if item.format == "parquet":
        return _restore_parquet(run, entry, tree)
    stream = None if tree is None else tree.file(item)
    size = check = 0
    for piece in run.text(item) if item.format == "text" else run.records(item, entry.value):
        size += len(piece)
        check = crc32(piece, check)
        if stream is not None:
            stream.write(piece)
    if entry.size not in (None, size) or entry.crc32 not in (None, check):
        message = f"{shown(item.path)}: does not give back its input: {size} bytes rebuilt"
        message += f" with CRC-32 {check:08x}, {entry.size} with {entry.crc32 or 0:08x} wanted"
        raise FormatError(message, path=item.path, hint=UNTOUCHED)
    return size


def _restore_parquet(run: PutBack, entry: CleanedInput, tree: OutputTree | None) -> int:
    item = entry.item
    check_there(item)
    need_pyarrow(shown(item.path))
    from dedup.formats.parquet_restore import restore_parquet

    folder = item.path[: -len(item.output)]
    aside = os.path.join(folder, ASIDE, item.output)
    restore_parquet(run, item, aside, entry.value, None if tree is None else tree.file(item))
    return entry.size or 0
