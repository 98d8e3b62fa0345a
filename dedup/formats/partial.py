"""The hidden folder a writer works in: made, locked, swept, and put in the target's place.

A writer makes `.OUT.dedup-partial-<pid>` beside its target OUT and holds a lock on it. A
folder whose process is gone and whose lock is free belongs to a killed run and may go.
While an old output is being replaced it waits as `.OUT.<hash of OUT>.dedup-old`: that name is the
only note of whose it is, and two outputs may agree in as many characters as a name has room for.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from dedup.errors import OutputError
from dedup.formats.output import writing
from dedup.formats.records import shown
from dedup.formats.walk import NOTES

if TYPE_CHECKING:
    from collections.abc import Iterator

REPORT = f"{NOTES}/report.json"
# The checkpoints of a run while it lasts; the journal is there from the first one on.
STATE = f"{NOTES}/resume"
JOURNAL = f"{STATE}/journal"


def check_target(folder: str | os.PathLike[str], *, force: bool) -> str:
    """The real path of a folder that may be written; raises OutputError where it may not.

    It may where nothing stands there or an empty folder does; with force also where a
    folder stands that holds `_dedup/report.json`, which will be replaced.
    """
    name = os.fspath(folder)
    target = os.path.realpath(name)
    if target == "/" or not name:
        raise OutputError(f"{name or 'the empty path'}: no folder that can be written", path=name)
    if not os.path.lexists(target):
        return target
    if not os.path.isdir(target):
        hint = "name a new folder"
        raise OutputError(f"{shown(name)}: exists and is not a folder", path=name, hint=hint)
    with writing(name):
        empty = not os.listdir(target)
    if empty:
        return target
    ours = os.path.isfile(os.path.join(target, REPORT))
    if ours and force:
        return target
    message = f"{shown(name)}: the folder exists and is not empty"
    if ours:
        raise OutputError(message, path=name, hint="--force replaces it, or name a new folder")
    if force:
        message += f"; --force replaces only a folder that holds {REPORT}"
    raise OutputError(message, path=name, hint="name a new folder")


def put_in_place(partial: str, target: str) -> None:
    """Rename the finished folder to its target; an older output there goes only after it."""
    old = _aside(target)
    with writing(target):
        if os.path.isfile(os.path.join(target, REPORT)):
            os.rename(target, old)
        try:
            os.rename(partial, target)
        except OSError:
            if os.path.isdir(old):
                os.rename(old, target)
            raise
    shutil.rmtree(old, ignore_errors=True)


def sweep(target: str, *, states: bool = True) -> None:
    """Remove what killed runs left beside a target, and bring back what one had put aside.

    states: also folders that hold checkpoints.
    """
    for path, lock in _abandoned(target):
        if states or not _saved_at(path):
            shutil.rmtree(path, ignore_errors=True)
        os.close(lock)
    old = _aside(target)
    if not os.path.isfile(os.path.join(old, REPORT)):
        return
    if os.path.isfile(os.path.join(target, REPORT)):
        shutil.rmtree(old, ignore_errors=True)
    elif not os.path.lexists(target) or _is_empty(target):
        with writing(target):
            os.rename(old, target)


def adopt_state(target: str, partial: str) -> None:
    """Move the newest checkpoints that a run left beside a target into a folder of our own.

    Older ones go: no later run would take them.
    """
    found = [item for item in _abandoned(target, but=partial) if _saved_at(item[0])]
    for path, lock in sorted(found, key=lambda item: _saved_at(item[0]), reverse=True):
        if not _saved_at(partial):
            with writing(target):
                os.makedirs(os.path.join(partial, NOTES), exist_ok=True)
                os.rename(os.path.join(path, STATE), os.path.join(partial, STATE))
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def remove_all_but_state(partial: str) -> bool:
    """Remove what a run wrote, but for its checkpoints; whether there are any."""
    kept = os.path.exists(os.path.join(partial, JOURNAL))
    notes = os.path.join(partial, NOTES)
    for folder, spared in ((notes, STATE), (partial, NOTES)) if kept else ():
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if name == os.path.basename(spared):
                continue
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    os.unlink(path)
    if not kept:
        shutil.rmtree(partial, ignore_errors=True)
    return kept


def _saved_at(path: str) -> int:
    """When the last checkpoint of a partial folder was made; 0 for never."""
    try:
        return os.stat(os.path.join(path, JOURNAL)).st_mtime_ns
    except OSError:
        return 0


def _abandoned(target: str, *, but: str = "") -> Iterator[tuple[str, int]]:
    """The partial folders of a target whose process is gone, each with a lock on it.

    A process number may be another program's by now. A folder with checkpoints had its lock from
    early on, so there the lock alone tells, on file systems that have locks. but: our own folder.
    """
    parent, name = os.path.split(target)
    with writing(parent):
        names = os.listdir(parent)
    for match in filter(None, map(_pattern(name).match, names)):
        path, alive = os.path.join(parent, match[0]), _alive(int(match[1]))
        if path == but or (alive and not _saved_at(path)) or (lock := _lock(path)) is None:
            continue
        if alive and (second := _lock(path)) is not None:
            os.close(second)  # that it could be had twice says that locks mean nothing here
            os.close(lock)
            continue
        yield path, lock


def _short(name: str) -> str:
    """So much of a name that the partial folder's own stays below 255 bytes."""
    return name[:40]


def _aside(target: str) -> str:
    """Where a folder that is being replaced waits for the rename; no other target's place."""
    parent, name = os.path.split(target)
    whole = hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
    return os.path.join(parent, f".{_short(name)}.{whole}.dedup-old")


def _is_empty(path: str) -> bool:
    return os.path.isdir(path) and not os.listdir(path)


def make_parents(target: str) -> list[str]:
    """Make the folders above a target that are missing; returns them, the outermost first."""
    made: list[str] = []
    parent = os.path.dirname(target)
    while not os.path.lexists(parent):
        made.insert(0, parent)
        parent = os.path.dirname(parent)
    with writing(target):
        for folder in made:
            os.mkdir(folder)
    return made


def refuse_second_writer(target: str) -> None:
    """Raise OutputError where a run that lives writes the same target: only one of them could."""
    parent, name = os.path.split(target)
    if name != _short(name):
        return  # Another target's folder may bear this name.
    with writing(parent):
        names = os.listdir(parent)
    for match in filter(None, map(_pattern(name).match, names)):
        path, process = os.path.join(parent, match[0]), int(match[1])
        if process == os.getpid() or not _alive(process):
            continue
        if (lock := _lock(path)) is not None:
            os.close(lock)
        elif os.path.isdir(path):
            message = f"{shown(target)}: another run (process {process}) is writing it"
            raise OutputError(message, path=target, hint="wait for it, or name another folder")


def _pattern(name: str) -> re.Pattern[str]:
    """What the names of a target's partial folders match."""
    return re.compile(re.escape(f".{_short(name)}.dedup-partial-") + r"(\d+)(-\d+)?$")


def make_partial(target: str) -> tuple[str, int]:
    """A new hidden folder beside the target, and a lock that says its writer lives."""
    parent, name = os.path.split(target)
    stem = os.path.join(parent, f".{_short(name)}.dedup-partial-{os.getpid()}")
    with writing(target):
        for number in count():
            path = f"{stem}-{number}" if number else stem
            try:
                os.mkdir(path)
            except FileExistsError:
                continue
            break
    lock = _lock(path)
    if lock is None:
        raise OutputError(f"{shown(path)}: another run removed or holds it", path=path)
    return path, lock


def _lock(path: str) -> int | None:
    """An exclusive lock on a folder, gone with the process; None where another holds it."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            os.close(lock)
            return None
        # A file system without locks: the process number alone must do.
    return lock


def _alive(pid: int) -> bool:
    """Whether another process has this number; our own may be a dead run's in a container."""
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
