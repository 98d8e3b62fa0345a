"""Being interrupted: once, and the run cleans up after itself; twice, and it stops at once.

SIGTERM and SIGHUP become an exception, as SIGINT is one already, so that every temporary
file is removed on the way out. A handler of Python waits until the native core returns; the
second SIGINT must not, so a thread watches for it.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a shell reports for a program that a signal ended.
SIGNAL_EXIT = 128


class Terminated(BaseException):
    """The process was asked to end; not an Exception, so that no one swallows it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = SIGNAL_EXIT + number


@contextmanager
def interruptible() -> Iterator[None]:
    """Inside, signals end the run cleanly; the handlers before are put back after.

    Outside the main thread, where Python allows no handlers, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # A program started under nohup ignores SIGHUP; so do we then.
    numbers = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _terminate) for number in numbers}
    with _second_interrupt_ends():
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _terminate(number: int, _frame: object) -> None:
    raise Terminated(number)


@contextmanager
def _second_interrupt_ends() -> Iterator[None]:
    """Leave the process at the second SIGINT, whatever the main thread is doing."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    watcher = threading.Thread(target=_watch, args=(reading,), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(writing)
        watcher.join()
        os.close(reading)


def _watch(reading: int) -> None:
    """Read the numbers of arriving signals until the other end closes."""
    interrupts = 0
    while numbers := os.read(reading, 16):
        interrupts += numbers.count(signal.SIGINT)
        if interrupts > 1:
            os._exit(SIGNAL_EXIT + signal.SIGINT)
