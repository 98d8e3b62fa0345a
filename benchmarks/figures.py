"""Figures: what the jobs that compare no engines measure, as one table and as record lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.tables import line


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured.

    subject: whose figure. measure: what was counted, with its unit. values: one a repeat,
    never none. job, corpus: where it belongs in the record.
    """

    job: str
    corpus: str
    subject: str
    measure: str
    values: Sequence[float]
    cores: int = 1
    megabytes: float = 0.0


def markdown(title: str, figures: Sequence[Figure]) -> Iterator[str]:
    """The lines of one job's table."""
    yield f"\n### {title}\n"
    yield line(["", "measure", "median", "range"])
    yield line(["---"] * 4)
    for figure in figures:
        low, high = min(figure.values), max(figure.values)
        spread = f"{shown(low)}-{shown(high)}" if len(figure.values) > 1 else ""
        subject = " ".join(filter(None, [figure.corpus, figure.subject]))
        yield line([subject, figure.measure, shown(median(figure.values)), spread])


def shown(value: float) -> str:
    """A number of four digits, whole thousands written out."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def fields(figure: Figure) -> dict[str, object]:
    """One line of the record."""
    return {
        "corpus": figure.corpus,
        "megabytes": f"{figure.megabytes:.2f}" if figure.megabytes else "",
        "job": figure.job,
        "engine": figure.subject,
        "cores_used": figure.cores,
        "repeats": len(figure.values),
        "measure": figure.measure,
        "value": f"{median(figure.values):.6g}",
        "value_low": f"{min(figure.values):.6g}",
        "value_high": f"{max(figure.values):.6g}",
    }
