"""Progress bars on stderr, for a person who looks at them."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dedup.cli.console import is_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID

    Report = Callable[[str, int, "int | None"], None]


@contextmanager
def progress_bars(*, wanted: bool) -> Iterator[Report | None]:
    """A function (stage, done, total or None) that draws one bar for each stage.

    None where no one would see the bars; the run then does not report at all.
    """
    if not wanted or not is_terminal(sys.stderr):
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    # transient: when the run is over, the screen holds the answer and nothing else.
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Reporter(bars)


class _Reporter:
    """Keeps the bar of each stage."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        task = self._tasks.get(stage)
        if task is None:
            task = self._tasks[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(task, completed=done, total=total)
