"""A forecast as a person reads it: each figure with what it rests on.

Figures of `Forecast.to_dict` in, lines of at most 80 columns out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.report_text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Figures = Mapping[str, Any]

UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def plan_lines(figures: Figures, *, bold: Callable[[str], str] = str) -> Iterator[str]:
    """The plan, line by line, without line ends."""
    given = figures["input"]
    yield bold(f"What dedup clean of {plural(given['files'], 'file')} will take")
    about = "" if given["exact"] else "about "
    packed = given["bytes_on_disk"] != given["bytes"]
    unpacked = f", {about}{size(given['bytes'])} unpacked" if packed else ""
    yield f"  Input   {size(given['bytes_on_disk'])}{unpacked}"
    yield f"  Known   {_basis(figures['sample'])}"
    yield ""
    yield from _count_lines(figures)
    yield ""
    yield from _memory_lines(figures)
    yield from _disk_lines(figures)
    yield from _time_lines(figures)


def plan_warnings(figures: Figures) -> Iterator[str]:
    """What stands in the way: too little room on a disk, bad records."""
    disk, sample = figures["disk"], figures["sample"]
    if disk["free"]["here"] < disk["needed"]:
        free, needed = size(disk["free"]["here"]), size(disk["needed"])
        yield f"{free} are free here; an output folder on this disk needs {needed}"
    if disk["free"]["temporary"] < disk["temporary"]:
        free, needed = size(disk["free"]["temporary"]), size(disk["temporary"])
        yield f"{free} are free for temporary files (TMPDIR); dedup scan needs {needed}"
    skipped = sample["records_skipped"]
    if skipped:
        read = sample["documents"] + skipped
        yield f"{skipped:,} of {read:,} records of the sample could not be read"


def size(count: float) -> str:
    """Bytes in the unit that leaves two or three digits; thousands, not 1,024.

    >>> size(999), size(8388608), size(73551823), size(305216386)
    ('999 bytes', '8.4 MB', '74 MB', '305 MB')
    """
    number, unit = float(count), 0
    while number >= 999.5 and unit < len(UNITS) - 1:
        number /= 1000
        unit += 1
    digits = 0 if unit == 0 or number >= 9.95 else 1
    return f"{number:.{digits}f} {UNITS[unit]}"


def duration(seconds: float) -> str:
    """Seconds as people say them.

    >>> duration(0.44), duration(17.2), duration(130), duration(9000)
    ('0.4 s', '17 s', '2 min 10 s', '2 h 30 min')
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _basis(sample: Figures) -> str:
    took = duration(sample["seconds"])
    if sample["whole"]:
        return f"all of it was read, matched and cleaned in memory just now, in {took}"
    return f"from {size(sample['bytes'])} of it, read, matched and cleaned in memory in {took}"


def _known(figures: Figures, name: str) -> str:
    """How an amount is known."""
    if figures["sample"]["whole"]:
        return "counted"
    power = figures["power"].get(name)
    return "in proportion to the text" if power is None else f"as text to the power {power:.2f}"


def _count_lines(figures: Figures) -> Iterator[str]:
    for name, key in (
        ("documents", "documents"),
        ("blocks", "blocks"),
        ("distinct blocks", "blocks_distinct"),
        ("tokens of these", "tokens"),
    ):
        count = _rounded(figures["counts"][key], exact=figures["sample"]["whole"])
        yield f"  {name:<16} {count:>15}  {_known(figures, key)}"


def _memory_lines(figures: Figures) -> Iterator[str]:
    memory = figures["memory"]
    stage = max(("read", "match", "decide", "clean"), key=lambda name: memory[name])
    if memory["beyond_limit"]:
        beyond, limit = size(memory["beyond_limit"]), size(memory["limit"])
        yield f"Memory  {limit}, the limit (--memory), and {beyond} more in a file"
        yield f"        {size(memory['peak'])} at most without a limit, in the stage {stage}"
    else:
        yield f"Memory  {size(memory['peak'])} at most, in the stage {stage}"
    yield f"        {size(memory['base'])} of that before anything is read, measured"
    each = memory["state_bytes_per_distinct_block"]
    sample = memory["state_bytes_per_distinct_block_in_sample"]
    known = "measured" if figures["sample"]["whole"] else f"measured in the sample: {sample:.0f}"
    yield f"        {size(memory['state'])} of state when all is read:"
    yield f"        {each:.0f} bytes per distinct block ({known})"


def _disk_lines(figures: Figures) -> Iterator[str]:
    disk = figures["disk"]
    free = size(disk["free"]["here"])
    yield f"Disk    {size(disk['needed'])} at most at one time; {free} are free here"
    yield (
        f"        {size(disk['output'])} cleaned, {size(disk['clusters'])} clusters.jsonl, "
        f"{size(disk['ledger'])} removed.jsonl"
    )
    for name in ("versions", "skipped"):
        if disk[name]:
            yield f"        {size(disk[name])} {name}.jsonl"
    known = "measured"
    if not figures["sample"]["whole"]:
        known = f"what goes, {_known(figures, 'characters_removed')}"
    beside = ""
    if disk["checkpoints"]:
        beside = f"; until the end {size(disk['checkpoints'])} of checkpoints"
    elif disk["temporary"]:
        beside = f"; {size(disk['temporary'])} in a temporary file"
    yield f"        ({known}){beside}"


def _time_lines(figures: Figures) -> Iterator[str]:
    seconds, jobs = figures["seconds"], plural(figures["jobs"], "job")
    yield f"Time    {duration(seconds['total'])} with {jobs}, as fast as this machine was just now"
    stages = (f"{name} {duration(seconds[name])}" for name in ("read", "match", "decide", "clean"))
    yield f"        {', '.join(stages)}; CPU {duration(seconds['cpu'])}"
    if figures["memory"]["beyond_limit"]:
        yield "        (the limit on memory makes it longer, up to twice: not foreseen)"


def _rounded(count: int, *, exact: bool) -> str:
    """Three digits of a count that was not counted."""
    if exact or count < 1000:
        return f"{count:,}"
    step = 10 ** (len(str(count)) - 3)
    return f"{round(count / step) * step:,}"
