"""The folder of an index: who may write to it, and what must be there.

    catalogue.db    which documents and runs there are
    runs/           the runs; one that the catalogue does not name is what a crash left over

The lock of a writer is one of the system's on the folder itself: it is gone with the process.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from dedup.errors import CorruptIndexError, IndexError_, IndexLockedError, OutputError

# Seconds between two looks at a lock.
_LOOK = 0.02
RESTORE = "take the index back from a copy, or add its documents to a new one"
ADDING_MAKES_ONE = 'adding to it makes one: dedup index add, or Index.open(path, mode="w")'
_OURS = ("catalogue.db", "catalogue.db-wal", "catalogue.db-shm", "catalogue.db-journal", "runs")


def runs_folder(path: str) -> Path:
    """Where the runs are."""
    return Path(path) / "runs"


def check_name(path: str) -> None:
    """Raise IndexError_ for what can be the name of no folder."""
    hint = "name the folder of the index"
    if not path:
        raise IndexError_("the path of the index is empty", path=path, hint=hint)
    if "\0" in path:
        raise IndexError_(f"{path!r}: no path can have a NUL", path=path, hint=hint)


def make_folder(path: str) -> None:
    """Make the folder of a new index, or take an empty one; raises IndexError_ for any other."""
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
        names = sorted(item.name for item in Path(path).iterdir())
        foreign = [name for name in names if name not in _OURS]
        if foreign and "catalogue.db" not in names:
            raise IndexError_(
                f"{path} is not an index: it holds {foreign[0]}",
                path=path,
                hint="name a folder that does not exist",
            )
        if "catalogue.db" not in names:
            check_without_runs(path, "has no catalogue.db")
        runs_folder(path).mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: {_reason(error)}", path=path, hint=_way_out(error)) from error


def check_without_runs(path: str, what: str) -> None:
    """Raise CorruptIndexError where runs have lost their catalogue: a new one would let them go."""
    runs = sum(1 for _ in runs_folder(path).glob("*.run"))
    if runs:
        message = f"{path} {what}, which {runs:,} file{'s' if runs > 1 else ''} of runs/ need"
        raise CorruptIndexError(message, path=path, hint=RESTORE)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _way_out(error: OSError) -> str:
    """What to do where a folder cannot be made or opened to write."""
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return "an index is a folder: name one, or one that does not exist yet"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "make room there"
    if error.errno == errno.ENAMETOOLONG:
        return "name the folder of the index more shortly"
    return "name a folder that you may read, and write to where you add"


def check_folder(path: str) -> None:
    """Raise IndexError_ where there is no index to read."""
    try:
        what = _missing(Path(path))
        if what:
            check_without_runs(path, "has no catalogue.db")
    except OSError as error:
        message = f"{path}: {_reason(error)}"
        raise IndexError_(message, path=path, hint=_way_out(error)) from error
    if what:
        raise IndexError_(f"{path} {what}", path=path, hint=ADDING_MAKES_ONE)


def _missing(folder: Path) -> str:
    """What there is instead of an index; empty where there is one."""
    if not folder.exists():
        return "does not exist"
    if not folder.is_dir():
        return "is a file; an index is a folder"
    if not (folder / "catalogue.db").exists():
        what = "has no catalogue.db" if any(folder.iterdir()) else "is empty"
        return f"is not an index: it {what}"
    return ""


# The folders that are locked here, by device and inode, and the process that locked them: a fork
# inherits the list, but its parent is another process.
_LOCKED: dict[tuple[int, int], int] = {}


class WriterLock:
    """The lock of the one process that writes to an index."""

    def __init__(self, path: str, timeout: float) -> None:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        try:
            self._lock: int | None = os.open(path, flags)
        except OSError as error:
            message = f"{path}: {_reason(error)}"
            raise OutputError(message, path=path, hint=_way_out(error)) from error
        self._owner = os.getpid()
        self._folder: tuple[int, int] | None = None
        end = time.monotonic() + timeout
        try:
            while not self._taken(path):
                if time.monotonic() >= end:
                    raise self._refused(path, f" for {timeout:g} s" if timeout else "")
                time.sleep(_LOOK)
            self._folder = self._identity()
            _LOCKED[self._folder] = self._owner
        except BaseException:
            self.release()
            raise

    def _taken(self, path: str) -> bool:
        try:
            fcntl.flock(self._lock or 0, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                return False
            raise IndexError_(
                f"{path}: this file system has no locks: {_reason(error)}",
                path=path,
                hint="keep the index on a local disk",
            ) from error
        return True

    def _identity(self) -> tuple[int, int]:
        status = os.fstat(self._lock or 0)
        return status.st_dev, status.st_ino

    def _refused(self, path: str, waited: str) -> IndexLockedError:
        if _LOCKED.get(self._identity()) == self._owner:
            message = f"{path}: this process has the index open for writing already"
            hint = 'use that one, or close it first; mode="r" reads beside it'
        else:
            message = f"{path}: another process writes to the index{waited}"
            hint = 'lock_timeout waits for it; mode="r" reads beside it'
        return IndexLockedError(message, path=path, hint=hint)

    def check_owner(self, path: str) -> None:
        """Raise IndexError_ in a forked process, which shares the lock and nothing else."""
        if not self.is_own():
            raise IndexError_(
                f"{path}: the index was opened by process {self._owner}, and this is a fork of it",
                path=path,
                hint="open it again in the process that writes",
            )

    def is_own(self) -> bool:
        """Whether this process took the lock, and is no fork of the one that did."""
        return os.getpid() == self._owner

    def release(self) -> None:
        """Give the lock back; a fork only closes what it inherited."""
        lock, self._lock = self._lock, None
        if self._folder is not None and self.is_own():
            _LOCKED.pop(self._folder, None)
            self._folder = None
        if lock is not None:
            with suppress(OSError):
                os.close(lock)


def sync_folder(path: str | Path) -> None:
    """Make the names in a folder last."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sweep(path: str, named: set[str]) -> None:
    """Remove the runs that a crash left over; only the writer may."""
    for file in runs_folder(path).iterdir():
        if file.name not in named:
            with suppress(OSError):
                file.unlink()
