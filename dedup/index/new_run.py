"""The file of a run that is being written: its name, and what is said where writing fails."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.errors import OutputError
from dedup.index.folder import runs_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.index.catalogue import State


def next_run(state: State, path: str) -> tuple[str, str]:
    """The path and name of a new run."""
    name = f"{state.next_run:010d}.run"
    state.next_run += 1
    return str(runs_folder(path) / name), name


class Failure:
    """Why a run could not be written; error is None where it could."""

    def __init__(self) -> None:
        self.error: OutputError | None = None


@contextmanager
def failures(file: str, needed: int) -> Iterator[Failure]:
    """Note what the system says against writing a run; its file goes again where anything fails.

    needed: bytes for which there must be room. What is no OSError is raised on.
    """
    failure = Failure()
    try:
        yield failure
    except Exception as error:
        with suppress(OSError):
            Path(file).unlink()
        if not isinstance(error, OSError):
            raise
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        hint = (
            f"make room for about {needed:,} bytes there"
            if full
            else "see that the disk works and that you may write there; what was committed is kept"
        )
        failure.error = OutputError(f"{file}: {reason}", path=str(file), hint=hint)
        failure.error.__cause__ = error
