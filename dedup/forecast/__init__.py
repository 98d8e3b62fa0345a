"""What a run will take, reckoned from a sample: numbers in, figures out.

The core's columns are known byte for byte; what surrounds them was measured on whole runs. What
grows how is told by `growth`; ARCHITECTURE.md tells how near the figures come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup.forecast.growth import Basis, grown, power, times
from dedup.formats.records import BATCH_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

STAGES = ("read", "match", "decide", "clean")

# No corpus of which more would go was met.
MOST_REMOVED = 0.95

# The core's memory, in bytes. Measured as peaks (VmHWM) of whole runs on five corpora of 12 to
# 305 MB, less what the columns said they held; per node and per file, and for any input.
TOKENS_HELD = 4 << 20
RAW_TEXT = 4
RAW_HASH = 16
TABLE_PLACE = {"raw texts": 16, "nodes": 8}
MATCHING = 64
LEFT_BY_MATCHING = 32
FILE = 500
READING = 30 << 20
WRITING = 64 << 20
A_JOB = 3 << 20
# What is read and written at one time is no more than so many times the input.
COPIES = 4
# A text file is one document, whatever its size: its bytes, its text, and what is made of it.
LONG_DOCUMENT = 6
# Of a record beyond what is read at one time: what is made of it (measured: 1 to 5, most where it
# is one paragraph), and its bytes, of which a few wait at one time.
LONG_RECORD = 2.5
WAITING = 4

# Time grows a little faster than what it is spent on, since arrays outgrow the caches and buckets
# fill: powers measured on prefixes of 4 to 134 MB of three corpora (matching 1.1 to 1.3 of the
# distinct blocks; of the text deciding 1.1 to 1.2, cleaning 1.0 to 1.2 and packing 1). What was not
# measured, beyond 64 times the sample, is taken to grow in proportion.
TIME_POWER = {"read": 1.0, "match": 1.2, "decide": 1.2, "clean": 1.05}
POWER_UP_TO = 64

# Seconds to make a file, and those of a command before it does anything and after.
A_FILE = 100e-6
START = 0.35


def table_places(entries: float) -> int:
    """Places of a table of the core (`known.rs`), of which at most seven in ten are in use.

    >>> table_places(7), table_places(45), table_places(50_000)
    (64, 128, 98304)
    """
    places = 64
    while places // 10 * 7 < entries:
        places += places if places < 65536 else places // 2
    return places


def memory(basis: Basis) -> dict[str, int]:
    """Peak bytes of each stage of `clean` without a cap, and of the state when all is read."""
    nodes = grown(basis, "blocks_distinct")
    texts = grown(basis, "reading.raw_texts") / RAW_TEXT
    tables = table_places(texts) * TABLE_PLACE["raw texts"]
    tables += table_places(nodes) * TABLE_PLACE["nodes"]
    state = _columns(basis) + tables + min(grown(basis, "tokens") * 4, TOKENS_HELD)
    back = _taken_back(basis)
    matching = state - tables + back
    decided = sum(grown(basis, name) for name in basis.trial.amounts if name[:9] == "deciding.")
    most = COPIES * basis.total
    kept = basis.base + basis.files * FILE + min(basis.jobs * A_JOB, most)
    beyond = [max(0, record - BATCH_BYTES) for record in (*basis.records[:WAITING], 0)]
    long = LONG_DOCUMENT * basis.longest + LONG_RECORD * beyond[0] + sum(beyond)
    fixed = kept + long + grown(basis, "noted")
    reading, left = min(READING, most), LEFT_BY_MATCHING * nodes
    return {
        "base": basis.base,
        "state": int(state),
        "read": int(fixed + reading + state),
        "match": int(fixed + reading + matching + MATCHING * nodes),
        "decide": int(fixed + reading + grown(basis, "most") + back + left),
        "clean": int(fixed + min(WRITING, most) + decided + left),
    }


def _columns(basis: Basis) -> float:
    """Bytes of the columns when all is read, tokens apart."""
    names = ("documents", "blocks", "raw_texts", "distinct_blocks", "normal_forms")
    return sum(grown(basis, f"reading.{name}") for name in names)


def _taken_back(basis: Basis) -> float:
    """Bytes of the file of tokens that come back into memory once all is read (`Store::close`)."""
    tokens, most = grown(basis, "tokens") * 4, _columns(basis) * 3 / 4
    return min(tokens, most) if TOKENS_HELD < tokens <= 8 * most else 0.0


def on_disk(peaks: Mapping[str, int], cap: int | None) -> int:
    """Bytes of arrays that must lie in a file so that a run stays under a cap; 0 without one.

    Only arrays can: what the process holds before it reads, and its buffers, stay.

    >>> on_disk({"base": 30, "state": 100, "read": 160, "clean": 150}, 120)
    40
    """
    peak = max(peaks.values())
    return 0 if cap is None else max(0, min(peak - cap, peak - peaks["base"]))


def disk(basis: Basis, beyond: int = 0) -> dict[str, int]:
    """Bytes of what `clean` writes.

    `temporary`: a file of tokens that is gone before the rest is written. `checkpoints`: with these
    the tokens and all columns stay to the end, and so does what lies `beyond` a limit of memory.
    """
    read, removed = grown(basis, "characters_read"), _removed(basis)
    before = basis.trial.amounts.get("characters_removed", 0)
    sample_read = basis.trial.amounts.get("characters_read", 0)
    kept = (read - removed) / max(1, sample_read - before)
    tokens = grown(basis, "tokens") * 4
    made = {
        "output": int(basis.trial.amounts.get("output", 0) * kept),
        "clusters": int(grown(basis, "clusters_bytes")),
        "versions": int(grown(basis, "versions_bytes")),
        "ledger": int(basis.trial.amounts.get("ledger", 0) * removed / max(1, before)),
        "skipped": int(grown(basis, "skipped")),
    }
    written = sum(made.values())
    hashes = grown(basis, "reading.raw_texts") / RAW_TEXT * RAW_HASH
    saved = int(_columns(basis) + hashes + tokens) if basis.checkpoints else 0
    temporary = int(tokens) if tokens > TOKENS_HELD and not saved else 0
    needed = beyond + saved + max(written, temporary)
    return {**made, "checkpoints": saved, "temporary": temporary + beyond, "needed": needed}


def _removed(basis: Basis) -> float:
    """Characters that go."""
    most = MOST_REMOVED * grown(basis, "characters_read")
    found = grown(basis, "characters_removed")
    return found if basis.whole else min(found, most)


def seconds(basis: Basis, measured: Mapping[str, float]) -> dict[str, float]:
    """Seconds of each stage of the whole input from those of the sample."""
    distinct = basis.trial.amounts.get("blocks_distinct", 0)
    nodes = grown(basis, "blocks_distinct") / max(1, distinct)
    made = {}
    for stage in STAGES:
        more = nodes if stage == "match" else times(basis)
        faster = min(more, POWER_UP_TO) ** (TIME_POWER[stage] - 1)
        made[stage] = measured.get(stage, 0.0) * more * faster
    return made


def wall_clock(basis: Basis) -> dict[str, float]:
    """Seconds that pass in each stage, reading and writing of files included.

    What reads and writes works beside the core: the longer one counts, and of the shorter one
    what the jobs leave undone meanwhile.
    """
    made = seconds(basis, basis.trial.seconds)
    files = dict.fromkeys(("read", "clean"), basis.pace[0] * basis.total)
    files["clean"] += basis.files * A_FILE
    for stage, beside in files.items():
        made[stage] = max(made[stage], beside) + min(made[stage], beside) / max(2, basis.jobs)
    return made


@dataclass(frozen=True, slots=True)
class Forecast:
    """What `dedup clean` of some input will take; `to_dict` has it all, see docs/formats.md.

    warnings: what else the user should know of the input, one line each.
    """

    basis: Basis
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON values."""
        basis = self.basis
        trial = basis.trial
        peaks = memory(basis)
        nodes = trial.amounts.get("blocks_distinct", 0)
        held = sum(value for name, value in trial.amounts.items() if name[:8] == "reading.")
        wall, megabytes = wall_clock(basis), max(trial.weight, 1) / 1e6
        beyond = on_disk(peaks, basis.limit)
        written, processors = disk(basis, beyond), seconds(basis, trial.cpu)
        processors["files"] = 2 * basis.pace[1] * basis.total + basis.files * A_FILE
        return {
            "input": {
                "files": basis.files,
                "bytes_on_disk": basis.packed,
                "bytes": basis.total,
                "exact": basis.exact,
            },
            "sample": {
                "bytes": trial.weight,
                "whole": basis.whole,
                "documents": int(trial.amounts.get("documents", 0)),
                "records_skipped": int(trial.amounts.get("records_skipped", 0)),
                "seconds": round(sum(trial.seconds.values()), 3),
                "cpu_seconds_per_mb": {
                    stage: round(trial.cpu.get(stage, 0.0) / megabytes, 5) for stage in STAGES
                },
            },
            "counts": {
                "documents": round(grown(basis, "documents"))
                if basis.documents is None
                else basis.documents,
                **{
                    name: round(grown(basis, name))
                    for name in ("blocks", "blocks_distinct", "tokens")
                },
            },
            "power": {
                name: round(power(trial, basis.parts, key), 3)
                for name, key in (
                    ("blocks_distinct", "blocks_distinct"),
                    ("tokens", "tokens"),
                    ("clusters", "clusters_bytes"),
                    ("characters_removed", "characters_removed"),
                )
            },
            "memory": {
                "peak": max(peaks.values()),
                **peaks,
                "limit": basis.limit,
                "beyond_limit": beyond,
                "state_bytes_per_distinct_block": round(
                    peaks["state"] / max(1, grown(basis, "blocks_distinct")), 1
                ),
                "state_bytes_per_distinct_block_in_sample": round(held / max(1, nodes), 1),
            },
            "disk": {**written, "free": dict(basis.free)},
            "seconds": {
                **{stage: round(value, 3) for stage, value in wall.items()},
                "total": round(sum(wall.values()) + START, 3),
                "cpu": round(sum(processors.values()) + START, 3),
            },
            "jobs": basis.jobs,
        }
