"""Rows of a comparison as Markdown for the reader and as lines for the record."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from benchmarks.job import records
from benchmarks.runner import WAYS, Row
from benchmarks.truth import exact


def whole(rows: list[Row]) -> Iterator[str]:
    """All that a task's reader gets."""
    yield from markdown(rows)
    yield from planted(rows)


def markdown(rows: list[Row]) -> Iterator[str]:
    """The lines of one task's table, fastest engine first."""
    task = rows[0].task
    done = sorted((row for row in rows if row.cpu), key=lambda row: -row.speed)
    cores = "one core" if task.cores == 1 else f"{task.cores} cores"
    size = f"{rows[0].megabytes:.0f} MB of text, {cores}"
    what = "text to 128 slots" if task.job == "sign" else "JSONL to clean JSONL"
    yield f"\n### {task.corpus}, {task.unit}s: {what} ({size})\n"
    names = ["engine", "CPU s", "MB/CPU-s", "CPU / dedup", "wall s", "wall / dedup", "peak MB"]
    if task.job == "clean":
        names += ["removed"] + [
            f"{name} ({way})" for way in WAYS for name in ("P", "R", "R edited")
        ]
    yield line(names)
    yield line(["---"] * len(names))
    for row in done:
        yield line(cells(row, ours(rows)))
    if task.job == "clean" and done:
        yield "\n" + "; ".join(answers(done[0]))
    for row in rows:
        if row.failure:
            yield f"\n{row.failure}"


def ours(rows: Sequence[Row]) -> Row | None:
    """The row that the others are compared with: dedup in the task's own unit."""
    found = [row for row in rows if row.label == "dedup" and row.cpu]
    return found[0] if found else None


def ratio(values: Sequence[float], reference: Sequence[float]) -> float:
    """How many times the reference, turn by turn, the median: a slow minute hits both."""
    pairs = zip(values, reference, strict=False)
    return median(value / other for value, other in pairs)


def cells(row: Row, reference: Row | None) -> Iterator[str]:
    """One row of the table."""
    yield f"{row.label} {row.version}"
    spread = f" ({min(row.cpu):.2f}-{max(row.cpu):.2f})" if len(row.cpu) > 1 else ""
    yield f"{median(row.cpu):.2f}{spread}"
    yield f"{row.speed:.1f}"
    yield f"{ratio(row.cpu, reference.cpu):.2f}" if reference else ""
    yield f"{median(row.wall):.2f}"
    yield f"{ratio(row.wall, reference.wall):.2f}" if reference else ""
    yield f"{median(row.peak):.0f}"
    if row.task.job == "clean":
        yield f"{len(row.removed)}"
        for way in WAYS:
            score = row.scores.get(way)
            if score is None:
                yield from ("", "", "")
            else:
                yield from (
                    f"{share:.3f}" for share in (score.precision, score.recall, score.recall_edited)
                )


def answers(row: Row) -> Iterator[str]:
    """What the exact answer is, one statement for each way of counting words."""
    for way in row.scores:
        truth = exact(row.task.source, row.task.unit, way)
        yield (
            f"exact answer over {way} words: {len(truth.removed)} of {len(truth.judged)} "
            f"{row.task.unit}s repeat, {len(truth.edited)} of them edited"
        )


def planted(rows: list[Row]) -> Iterator[str]:
    """A table of the share of planted documents removed, by their expected resemblance.

    Only for whole documents of the synthetic corpus. Copies below the threshold may go too:
    where they fell out closer than expected, or resemble another copy.
    """
    task = rows[0].task
    groups: dict[float, set[int]] = defaultdict(set)
    if (task.job, task.unit, task.corpus) == ("clean", "document", "synthetic"):
        for number, (_, document) in enumerate(records(task.source)):
            if "planted" in document:
                groups[document["planted"]["resemblance"]].add(number)
    if groups:
        levels = sorted(groups, reverse=True)
        yield "\n" + line(["share of planted removed", *(f"{level:g}" for level in levels)])
        yield line(["---"] * (len(levels) + 1))
        yield line(["*documents planted*", *(str(len(groups[level])) for level in levels)])
        for row in rows:
            if row.cpu:
                removed = set(row.removed)
                shares = (len(groups[level] & removed) / len(groups[level]) for level in levels)
                yield line([row.label, *(f"{share:.2f}" for share in shares)])


def line(values: Iterable[str]) -> str:
    """One line of a Markdown table."""
    return "| " + " | ".join(values) + " |"


def fields(row: Row, reference: Row | None) -> dict[str, object]:
    """One line of the record."""
    values: dict[str, object] = {
        "corpus": row.task.corpus,
        "megabytes": f"{row.megabytes:.2f}",
        "job": row.task.job,
        "unit": row.unit,
        "engine": row.engine,
        "version": row.version,
        "cores_used": row.task.cores,
        "repeats": len(row.cpu),
    }
    for name, seconds in (("cpu", row.cpu), ("wall", row.wall)):
        values[f"{name}_median"] = f"{median(seconds):.3f}"
        values[f"{name}_low"] = f"{min(seconds):.3f}"
        values[f"{name}_high"] = f"{max(seconds):.3f}"
    values["peak_megabytes"] = f"{median(row.peak):.1f}"
    values["removed"] = len(row.removed) if row.task.job == "clean" else ""
    for way in WAYS:
        score = row.scores.get(way)
        for name in ("precision", "recall", "recall_edited"):
            values[f"{name}_{way}"] = f"{getattr(score, name):.4f}" if score else ""
    values["ratio"] = f"{ratio(row.cpu, reference.cpu):.3f}" if reference else ""
    return values
