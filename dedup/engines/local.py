"""What this process lends a run: its processors, a corpus of the core, and temporary files."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup import _core
from dedup.errors import DedupError, OutputError
from dedup.memory import bytes_of, half_of_what_is_free
from dedup.stages.keepers import KeeperOrder

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.policy import Policy

# More threads than any machine has use for; they are started even for one line of text.
MOST_JOBS = 1024


def available_jobs() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def checked_jobs(jobs: object) -> int:
    """The number of threads to use; None means all processors. Raises DedupError out of range."""
    if jobs is None:
        return available_jobs()
    if isinstance(jobs, bool) or not isinstance(jobs, int) or not 1 <= jobs <= MOST_JOBS:
        raise DedupError(
            f"jobs is {jobs!r}; it must be a whole number from 1 to {MOST_JOBS}",
            hint="leave it out for all processors",
        )
    return jobs


def open_corpus(policy: Policy, jobs: int, memory: int | str | None = None) -> _core.Corpus:
    """An empty native corpus under a policy, with `jobs` threads of its own.

    memory: what the process may hold (see `Options`). Raises DedupError where no limit is kept.
    """
    if memory is not None and not _core.KEEPS_MEMORY_LIMIT:
        message = f"memory is {memory}; this system cannot keep a limit, only Linux can"
        raise DedupError(message, hint="leave it out")
    _core.limit_memory(half_of_what_is_free() if memory is None else bytes_of(memory))
    return _core.Corpus(core_settings(policy), *policy.permutations(), threads=jobs)


def keeper_order(policy: Policy) -> KeeperOrder:
    """The order of a policy's keepers, with no document yet."""
    return KeeperOrder.of(policy.keep_rule, _core.Strings)


class Scratch(NamedTuple):
    """Where a run's temporary files lie: without names, so they are gone with the process.

    folder: None for where the system keeps such files. needed: whether there is a limit on memory
    that cannot be kept without them.
    """

    folder: str | None
    needed: bool

    def spool(self, corpus: _core.Corpus) -> None:
        """Let a corpus keep in a file what it seldom reads again, if one can be made."""
        with suppress(OSError):
            self._give(corpus.spool_to)

    def spill(self) -> None:
        """Let arrays beyond the limit on memory lie in a file.

        Raises OutputError where none can be made and one is needed.
        """
        try:
            self._give(_core.spill_to)
        except OSError as error:
            if self.needed:
                raise self._error(error.strerror or str(error)) from error

    def check(self) -> None:
        """Raise OutputError where there was no room in a file for what is beyond the limit."""
        shortage = _core.memory_shortage()
        if shortage is not None and self.needed:
            code, size = shortage
            raise self._error(f"{os.strerror(code)}: {size:,} bytes more were needed")

    def _give(self, use: Callable[[str], None]) -> None:
        from tempfile import mkstemp

        file, path = mkstemp(prefix=".dedup-spool-", dir=self.folder)
        try:
            use(path)
        finally:
            os.close(file)
            os.unlink(path)  # noqa: PTH108 -- a path as the system gave it

    def _error(self, reason: str) -> OutputError:
        from tempfile import gettempdir

        folder = self.folder or gettempdir()
        message = f"{folder}: no temporary file: {reason}"
        hint = "make room there, or allow more memory"
        if os.strerror(errno.EFBIG) in reason:
            hint = "lift the limit on file size (ulimit -f), or allow more memory"
        return OutputError(message, path=folder, hint=hint)


def core_settings(policy: Policy) -> dict[str, Any]:
    """The policy as the core takes it: its fields and what follows from them.

    What a corpus is held against and the corpus are two groups where only repeats across count.
    """
    window = policy.window_rule
    derived = {
        "digest": policy.digest,
        "bands": policy.bands,
        "rows": policy.rows,
        "window_seconds": None if window is None else window.seconds,
    }
    if policy.scope == "against":
        derived |= {"scope": "both", "group_by": "against", "group_scope": "across"}
    return {**policy.to_dict(), **derived}
