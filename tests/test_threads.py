"""The interpreter is free while the core works: other threads of a program go on."""

from __future__ import annotations

import itertools
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import strategies

import dedup
from dedup import Options
from dedup.engines.threads import AHEAD, ahead, alongside


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


def workers() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("dedup-")]


def test_work_is_done_ahead_in_order() -> None:
    squares = ahead(range(50), lambda number: number**2)
    assert list(squares) == [(number, number**2) for number in range(50)]
    assert workers() == []


def test_the_first_error_of_the_work_ends_it() -> None:
    worked: list[int] = []

    def work(number: int) -> None:
        worked.append(number)
        if number == 3:
            raise ValueError("three")

    with pytest.raises(ValueError, match="three"):
        list(ahead(range(50), work))
    assert worked[:4] == [0, 1, 2, 3]
    assert len(worked) <= 4 + AHEAD
    assert workers() == []


def test_an_error_of_who_makes_the_items_ends_it_too() -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise ValueError("no fourth")

    with pytest.raises(ValueError, match="no fourth"):
        list(ahead(items(), str))
    assert workers() == []


def test_who_wants_no_more_leaves_no_thread() -> None:
    made: list[int] = []
    pairs = ahead((made.append(number) for number in range(50)), str)
    next(pairs)
    assert len(made) <= 1 + AHEAD
    pairs.close()
    assert workers() == []


def test_steps_are_taken_alongside() -> None:
    taken: list[int] = []
    with alongside(map(taken.append, range(1000))):
        pass
    assert taken == list(range(1000))

    def steps() -> Iterator[None]:
        yield
        raise ValueError("of a step")

    ended = False
    with pytest.raises(ValueError, match="of a step"), alongside(steps()):
        ended = True
    assert ended
    with pytest.raises(KeyError), alongside(itertools.count()):
        raise KeyError
    assert workers() == []
