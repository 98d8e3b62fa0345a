"""Folders and globs: which files stand there, in the order of their paths' bytes.

Hidden names and the folder `_dedup` (a run's own notes) are passed over; symbolic links
inside a walked folder are not followed, so no walk can loop or leave the folder.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from dedup.errors import InputError, nearest
from dedup.formats.compression import compression_of
from dedup.formats.records import Format, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTES = "_dedup"
FORMATS: dict[str, Format] = {
    ".txt": "text",
    ".md": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}
SUFFIXES = (
    "names ending in .txt .md .jsonl .ndjson .json .csv .tsv, each also with .gz .zst .bz2 .xz, "
    "and .parquet"
)

_EFFECTIVE = os.access in os.supports_effective_ids
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class SpecialFileError(InputError):
    """A pipe, a socket or a device (.kind), which cannot be read twice by its name."""

    def __init__(self, path: str, kind: str) -> None:
        message = f"{shown(path)}: {kind}; only regular files, folders and - (stdin) are read"
        super().__init__(message, path=path, hint="pipe it in and name - as the input")
        self.kind = kind


@dataclass(slots=True, eq=False, repr=False)
class Found:
    """What a walk saw: files to read, and how many it passed over and why."""

    files: list[str] = field(default_factory=list)
    others: int = 0
    links: int = 0

    def passed_over(self) -> str:
        """The counts as text, empty where nothing was passed over."""
        parts = []
        if self.others:
            parts.append(f"{self.others} of other names")
        if self.links:
            parts.append(f"{self.links} symbolic links, which are not followed")
        return f" ({', '.join(parts)})" if parts else ""


def stem_and_format(name: str) -> tuple[str, Format | None]:
    """A name without its extension, and the format the extension tells, if any."""
    compression = compression_of(name)
    plain = name[: len(name) - len(compression)]
    stem, suffix = os.path.splitext(plain)
    kind = FORMATS.get(suffix.lower())
    # Parquet packs itself; what is packed once more is no file that one can step through.
    return stem, None if kind == "parquet" and compression else kind


def has_magic(path: str) -> bool:
    """Whether a path is a pattern."""
    return any(character in path for character in "*?[")


def walk(folder: str) -> Found:
    """Every file below a folder that a format reads, sorted by path bytes."""
    found = Found()
    for inside, entries in _folders(folder):
        for entry in entries:
            if entry.is_symlink():
                found.links += 1
            elif not entry.is_dir():
                _take(os.path.join(inside, entry.name), found)
    found.files.sort(key=os.fsencode)
    return found


def expand(pattern: str, *, any_name: bool) -> tuple[str, Found]:
    """The folder a pattern starts from ("" for the current one), and the files that match it.

    The files begin with the folder and are sorted by path bytes.
    `*`, `?`, `[...]` match inside one name, `**` any number of folders. A matching folder
    stands for the files below it. any_name: take files of unknown formats too.
    """
    parts = pattern.split("/")
    first = next(place for place, part in enumerate(parts) if has_magic(part))
    base = "/".join(parts[:first]) or ("/" if pattern.startswith("/") else "")
    found = Found()
    matched = set(_matches(base, [part for part in parts[first:] if part]))
    for path in sorted(matched, key=os.fsencode):
        if os.path.isdir(path):
            below = walk(path)
            found.files += below.files
            found.others += below.others
            found.links += below.links
        else:
            _take(path, found, any_name=any_name)
    found.files = sorted(set(found.files), key=os.fsencode)
    return base, found


def check_regular(path: str) -> os.stat_result:
    """The status of a file to read; InputError where it is not one or cannot be read."""
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:
        raise missing(path, error) from error
    if not stat.S_ISREG(status.st_mode):
        raise SpecialFileError(path, _KINDS.get(stat.S_IFMT(status.st_mode), "not a file"))
    if not os.access(path, os.R_OK, effective_ids=_EFFECTIVE):
        message = f"{shown(path)}: cannot be read: permission denied"
        raise InputError(message, path=path, hint="you need the right to read it (chmod +r)")
    return status


def missing(path: str, error: OSError | ValueError) -> InputError:
    """The error for a path that cannot even be looked at, with near names as a hint."""
    if not isinstance(error, FileNotFoundError):
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return InputError(f"{shown(path)}: cannot be read: {reason}", path=path)
    parent, name = os.path.split(path.rstrip("/") or path)
    while parent and not os.path.isdir(parent):
        parent, name = os.path.split(parent)
    try:
        siblings = os.listdir(parent or ".")
    except OSError:
        siblings = []
    if os.path.islink(path):
        message = f"{shown(path)}: a symbolic link to a file that does not exist"
        return InputError(message, path=path, hint="mend the link or remove it")
    if path.startswith(("http:", "https:")):
        message = f"{shown(path)}: an address; files and folders are read"
        return InputError(message, path=path, hint="fetch it first, or pipe it in as -")
    # An ending alone makes no two names alike.
    near = nearest(name, siblings)
    if near and not nearest(os.path.splitext(name)[0], [os.path.splitext(near)[0]]):
        near = None
    hint = f"did you mean {shown(os.path.join(parent, near))}" if near else None
    return InputError(f"{shown(path)}: no such file or folder", path=path, hint=hint)


def _take(path: str, found: Found, *, any_name: bool = False) -> None:
    if not any_name and stem_and_format(path)[1] is None:
        found.others += 1
        return
    found.files.append(path)


def _folders(folder: str) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
    """The folder and every folder below it, with what stands there, without recursion."""
    waiting = [folder]
    while waiting:
        inside = waiting.pop()
        entries = _entries(inside)
        yield inside, entries
        below = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        waiting += [os.path.join(inside, name) for name in below]


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What stands in a folder (`""` is the current one), but for hidden names and notes."""
    try:
        with os.scandir(folder or ".") as entries:
            seen = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        raise missing(folder, error) from error
    return sorted((entry for entry in seen if entry.name != NOTES), key=lambda entry: entry.name)


def _matches(folder: str, parts: list[str]) -> Iterator[str]:
    if not os.path.isdir(folder or "."):
        return
    name, rest = parts[0], parts[1:]
    if name == "**":
        for inside, entries in _folders(folder):
            if rest:
                yield from _matches(inside, rest)
            else:
                files = (entry.name for entry in entries if not entry.is_dir())
                yield from (os.path.join(inside, name) for name in files)
        return
    for entry in [entry for entry in _entries(folder) if fnmatchcase(entry.name, name)]:
        path = os.path.join(folder, entry.name)
        if not rest:
            yield path
        elif entry.is_dir():
            yield from _matches(path, rest)
