"""What every engine shares: the units of a corpus, the clean copy, the clock, the line printed.

A job is `python -m benchmarks.engines.NAME sign|clean document|line INPUT OUTPUT STARTED`,
STARTED being the wall clock when the process was started. It prints one JSON object. Units
are counted from 0 over the whole corpus: documents, or lines (split at a line feed, blank
ones too). `paragraph` is a unit for dedup alone and counted in lines. Imports nothing but
orjson, since each engine has an environment of its own.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

SLOTS = 128
SHINGLE_SIZE = 5
THRESHOLD = 0.8
THRESHOLD_FRACTION = (4, 5)  # the same in whole numbers
# Units of fewer words (white space apart) are not judged: several peers take all texts
# without a whole shingle for equal.
LEAST_WORDS = {"document": SHINGLE_SIZE, "line": 10, "paragraph": 10}

Judge = Callable[[int, str, list[str]], bool]


def shingles(words: list[str]) -> list[str]:
    """Word 5-grams as strings, in the fastest way plain Python has."""
    return list(map(" ".join, zip(*(words[i:] for i in range(SHINGLE_SIZE)), strict=False)))


def records(source: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Each line of the corpus, raw and parsed."""
    with source.open("rb") as stream:
        for line in stream:
            yield line, orjson.loads(line)


def parts(text: str, unit: str) -> list[str]:
    """The units of one document."""
    return [text] if unit == "document" else text.split("\n")


def units(source: Path, unit: str) -> Iterator[tuple[int, str]]:
    """Number and text of every unit that is judged."""
    number = 0
    for _, record in records(source):
        for part in parts(record["text"], unit):
            if len(part.split()) >= LEAST_WORDS[unit]:
                yield number, part
            number += 1


def keep_first(source: Path, target: Path, unit: str, is_repeat: Judge) -> list[int]:
    """Write the corpus without the units that `is_repeat(number, text, words)`; return those."""
    removed: list[int] = []
    number = 0
    with target.open("wb") as output:
        for line, record in records(source):
            kept = []
            given = parts(record["text"], unit)
            for part in given:
                words = part.split()
                if len(words) >= LEAST_WORDS[unit] and is_repeat(number, part, words):
                    removed.append(number)
                else:
                    kept.append(part)
                number += 1
            if len(kept) == len(given):
                output.write(line)
            elif kept:
                record["text"] = "\n".join(kept)
                output.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
    return removed


def write_units(source: Path, target: Path, unit: str) -> list[int]:
    """Write the judged units as records of `id` (their row) and `text`; return their numbers."""
    numbers: list[int] = []
    with target.open("wb") as output:
        for number, text in units(source, unit):
            record = {"id": str(len(numbers)), "text": text}
            output.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
            numbers.append(number)
    return numbers


def without(source: Path, target: Path, unit: str, repeats: set[int]) -> list[int]:
    """Write the corpus without the given units, for engines that judge all of them at once."""
    return keep_first(source, target, unit, lambda number, _text, _words: number in repeats)


def main(
    distribution: str,
    *,
    sign: Callable[[list[str]], object] | None,
    clean: Callable[[Path, Path, str], Iterable[int]],
) -> None:
    """Run the job of the command line and print what it cost.

    sign: texts to signatures; timed alone, texts in memory, after a first call on a few. None
    for a tool that has none.
    clean: file to file; returns the numbers of removed units, which may be a generator (what
    it does is not timed). Timed from the start of the process.
    """
    job, unit, source, target, started = sys.argv[1:]
    removed: Iterable[int] = ()
    result: dict[str, Any] = {"version": version(distribution)}
    if job == "sign":
        if sign is None:
            raise SystemExit("it makes no signatures")
        texts = [text for _, text in units(Path(source), unit)]
        result["megabytes"] = sum(len(text.encode()) for text in texts) / 1e6
        sign(texts[:64])
        wall, cpu = time.time(), cpu_seconds()
        sign(texts)
    else:
        wall, cpu = float(started), 0.0
        removed = clean(Path(source), Path(target), unit)
    result |= {"wall": time.time() - wall, "cpu": cpu_seconds() - cpu, "peak": peak_megabytes()}
    # process.py stops counting memory: what follows is bookkeeping.
    Path(target).with_name("measured").touch()
    sys.stdout.write(json.dumps({**result, "removed": list(removed)}) + "\n")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def cpu_seconds() -> float:
    """CPU time of this process since its start, and of its children that have ended."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def peak_megabytes() -> float:
    """Largest resident size of this process so far; process.py sees the children's.

    Linux keeps VmHWM per address space; `ru_maxrss` would start with the parent's size.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
