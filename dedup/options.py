"""What changes time and memory, and what input is too much; never which texts match."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dedup.errors import DedupError
from dedup.formats.records import BATCH_BYTES, MAX_EXPANSION, MAX_LINE
from dedup.memory import bytes_of

Progress = Callable[[str, int, "int | None"], None]
Notice = Callable[[str], None]

# Two seconds of work on two processors: so much a kill may cost. Saving takes a hundredth of a run
# however often it is done. A corpus smaller than this leaves nothing behind.
CHECKPOINT_BYTES = 2**28


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What changes time and memory, and what input is too much; never which texts match.

    jobs: threads, None for all processors. memory: bytes, or a size such as "512M", that the
    process may hold, None for half of what is free; the core's arrays beyond it lie in a file
    beside the output. It holds for the whole process, the last run's for all.
    progress: called as (stage, done, total or None), often. skip_bad: False raises FormatError
    at the first record that cannot be read. batch_bytes: text handed to the core at one time.
    max_line: bytes of the longest record that is read; a longer one is a bad record and is never
    held. max_expansion: how many times its size a compressed file may grow, once it gave 64 MiB.
    checkpoint_bytes: of input, after which `clean` saves how far it is. notice: called with a
    line on what was saved, or is resumed.
    """

    jobs: int | None = None
    memory: int | str | None = None
    progress: Progress | None = None
    skip_bad: bool = True
    batch_bytes: int = BATCH_BYTES
    max_line: int = MAX_LINE
    max_expansion: float = MAX_EXPANSION
    checkpoint_bytes: int = CHECKPOINT_BYTES
    notice: Notice | None = None

    def __post_init__(self) -> None:
        calls = {"progress": "stage, done and total", "notice": "a line"}
        for name, arguments in calls.items():
            call: object = getattr(self, name)
            if call is not None and not callable(call):
                raise DedupError(
                    f"{name} is {call!r}; it must be a function of {arguments}",
                    hint="leave it out for no reports",
                )
        if self.memory is not None:
            bytes_of(self.memory)
        for name in ("batch_bytes", "max_line", "checkpoint_bytes"):
            size: object = getattr(self, name)
            if isinstance(size, bool) or not isinstance(size, int) or size < 1:
                raise DedupError(f"{name} is {size!r}; it must be a whole number above 0")
        ratio: object = self.max_expansion
        if isinstance(ratio, bool) or not isinstance(ratio, (int, float)) or not ratio >= 1:
            raise DedupError(f"max_expansion is {ratio!r}; it must be a number of 1 or more")
