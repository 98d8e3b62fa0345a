"""The interpreter is free while the core works: other threads of a program go on."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import strategies

import dedup
from dedup import Options


def ticks_during(work: Callable[[], object]) -> tuple[int, float]:
    """How often another thread came round to count while `work` ran, and its CPU seconds."""
    done = threading.Event()
    counted = 0

    def tick() -> None:
        nonlocal counted
        while not done.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    begun = time.process_time()
    try:
        work()
    finally:
        took = time.process_time() - begun
        done.set()
        thread.join()
    return counted, took


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Some megabytes, of which a third repeats."""
    chance = random.Random(5)
    words = strategies.ENGLISH + strategies.FRENCH
    made = [" ".join(chance.choices(words, k=40)) for _ in range(12_000)]
    return made + made[::3] + [text.replace("e", "é", 2) + " encore" for text in made[::3]]


def test_another_thread_goes_on_while_the_core_works(texts: list[str]) -> None:
    # One call of the core for all of it: with the interpreter held, the thread would tick once.
    options: Any = Options(jobs=2, batch_bytes=2**30)
    results = []
    counted, took = ticks_during(
        lambda: results.append(dedup.scan(["\n".join(texts)], options=options))
    )
    assert results[0].report["counts"]["blocks_removed"] > 4000
    # A tick takes a millisecond or more; a tenth of the ticks there could be is far above one.
    assert counted > 20 * took


def test_a_forked_process_has_threads_of_its_own() -> None:
    result = dedup.scan(["A text that stands twice, word for word, in all its length."] * 2)
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        os._exit(0 if len(result.clusters) == 1 else 1)
    assert os.waitpid(child, 0)[1] == 0
