"""Scores as tables of text, and as lines of a dated record."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from benchmarks.quality import score, truthful
from benchmarks.quality.planted import Place, Planted
from benchmarks.quality.reports import Report

RECORD = Path(__file__).resolve().parents[1] / "record"
# Of several paragraphs: line by line is as good, and as one passage is told beside it.
PIECEWISE = ("page twice", "run")
LOOSE_KIND = "10 % of words"  # judged at the loose threshold
COLUMNS = ["date", "seed", "engine", "version", "set", "class", "measure", "value", "of"]
Figure = tuple[str, str, float, int]  # class, measure, value, of how many


@dataclass
class Result:
    """An engine's report and all that is said of it; `loose` is its report at 0.5."""

    planted: Planted
    report: Report
    loose: Report
    kinds: list[str]
    repeats: list[str] = field(init=False)

    def __post_init__(self) -> None:
        known = {repeat.kind for repeat in self.planted.repeats}
        self.repeats = [kind for kind in self.kinds if kind in known]

    @cached_property
    def rows(self) -> dict[str, score.Row]:
        """The row of each class of repeats."""
        strict = [kind for kind in self.repeats if kind != LOOSE_KIND]
        made = score.rows(self.planted, self.report, strict)
        return made | score.rows(self.planted, self.loose, set(self.repeats) - set(strict))

    @cached_property
    def joined(self) -> dict[str, tuple[int, int]]:
        """Look-alikes of each class that were joined, of how many."""
        given = self.planted.look_alikes
        found = score.joined(given, self.report)
        return {
            kind: (sum(p.kind == kind for p in found), sum(p.kind == kind for p in given))
            for kind in self.kinds
            if kind not in self.repeats
        }

    @cached_property
    def unlike(self) -> list[tuple[Place, Place]]:
        """Reported pairs that are not alike."""
        return truthful.unlike(self.planted, self.report)

    @cached_property
    def untouched(self) -> list[tuple[Place, Place]]:
        """Reported pairs of which nothing was planted."""
        return truthful.untouched_joins(self.planted, self.report)

    @cached_property
    def lost(self) -> list[truthful.Lost]:
        """Removed lines of which no copy is left."""
        return truthful.lost(self.planted.texts, self.report)

    def figures(self) -> Iterator[Figure]:
        """Every figure of the record."""
        for kind, row in self.rows.items():
            for measure in ("found", "in_pieces", "as_one", "template", "removed"):
                yield kind, measure, getattr(row, measure) / row.repeats, row.repeats
            yield kind, "left_in", row.left_in / max(row.should_go, 1), row.should_go
        for kind, (count, whole) in self.joined.items():
            yield kind, "joined", count, whole
        for measure, (value, of) in self.wrongs().items():
            yield "all", measure, value, of

    def wrongs(self) -> dict[str, tuple[float, int]]:
        """What is wrong over all classes: how many, of how many."""
        pairs = sum(1 for _ in self.report.pairs())
        fresh = score.fresh_lost(self.planted, self.report)
        removed = sum(place.length for place in self.report.removed)
        rows = self.rows.values()
        wrong: dict[str, tuple[float, int]] = {
            "pairs below .5": (len(self.unlike), pairs),
            "joins of untouched text": (len(self.untouched), pairs),
            "new headlines lost": (len(fresh), len(self.planted.fresh)),
        }
        for way in ("words", "shingles"):
            for level in truthful.LEVELS:
                gone = [one.place.length for one in self.lost if getattr(one, way) < level]
                wrong[f"characters lost, {way} < {level}"] = (sum(gone), removed)
        wrong["copies left in, characters"] = (
            sum(row.left_in for row in rows), sum(row.should_go for row in rows)
        )  # fmt: skip
        return wrong


def whole(results: list[Result]) -> Iterator[str]:
    """All tables."""
    if not results:
        return
    yield from overview(results)
    for result in results:
        yield from detail(result)


def overview(results: list[Result]) -> Iterator[str]:
    """Recall of each class by each engine, and what is wrong."""
    names = [result.report.engine for result in results]
    yield "\nRecall: one cluster covers 80 % of both members, and is 80 % repeat\n"
    yield f"{'class':30}{'n':>5}" + "".join(f"{name:>11}" for name in names)
    for kind, first in results[0].rows.items():
        label = kind + ", t = 0.5" if kind == LOOSE_KIND else kind
        measures = {label: "in_pieces" if kind in PIECEWISE else "found"}
        if kind in PIECEWISE:
            measures[f"{kind}, as one passage"] = "as_one"
        for name, measure in measures.items():
            shares = (getattr(r.rows[kind], measure) / r.rows[kind].repeats for r in results)
            yield f"{name:30}{first.repeats:5}" + "".join(f"{share:11.2f}" for share in shares)
    yield "\nWhat must not be\n"
    yield f"{'':35}" + "".join(f"{name:>11}" for name in names)
    for kind, (_, count) in results[0].joined.items():
        yield f"{'joined: ' + kind:30}{count:5}" + "".join(
            f"{r.joined[kind][0]:11}" for r in results
        )
    for measure in results[0].wrongs():
        shown = (f"{r.wrongs()[measure][0]:11,.0f}" for r in results)
        yield f"{measure:35}" + "".join(shown)
    yield f"{'copies left in, share':35}" + "".join(f"{share_left(r):11.3f}" for r in results)
    yield f"{'pairs reported':35}" + "".join(
        f"{sum(1 for _ in r.report.pairs()):11,}" for r in results
    )
    yield f"{'characters removed':35}" + "".join(
        f"{sum(p.length for p in r.report.removed):11,}" for r in results
    )
    yield f"{'seconds':35}" + "".join(f"{r.report.seconds:11.1f}" for r in results)


def share_left(result: Result) -> float:
    left, of = result.wrongs()["copies left in, characters"]
    return left / max(of, 1)


def detail(result: Result) -> Iterator[str]:
    """One engine: what became of each class."""
    yield f"\n{result.report.engine} {result.report.version}\n"
    names = ("n", "found", "pieces", "as one", "template", "touched", "removed", "left in")
    yield f"{'class':23}" + "".join(f"{name:>{5 if name == 'n' else 9}}" for name in names)
    for kind, row in result.rows.items():
        parts = (row.found, row.in_pieces, row.as_one, row.template, row.touched, row.removed)
        shares = "".join(f"{part / row.repeats:9.2f}" for part in parts)
        left = f"{row.left_in / row.should_go:9.3f}" if row.should_go else f"{'stays':>9}"
        yield f"{kind:23}{row.repeats:5}{shares}{left}"


def failures(results: list[Result], count: int) -> Iterator[str]:
    """So many failures of each kind, with the texts."""
    for result in results:
        planted, report = result.planted, result.report
        yield f"\nFailures of {report.engine}"
        for kind in result.repeats:
            used = result.loose if kind == LOOSE_KIND else report
            yield from missed(planted, used, kind, count)
        for pair in score.joined(planted.look_alikes, report)[:count]:
            yield from told(planted, f"joined: {pair.kind}", pair.left, pair.right)
            for sides in score.reported(pair, report).values():
                yield from told(planted, "  by", *sides[0], *sides[1])
        for name, pairs in (("below .5", result.unlike), ("untouched", result.untouched)):
            for left, right in pairs[:count]:
                yield from told(planted, name, left, right)
        for one in result.lost[:count]:
            yield from told(planted, f"lost: words {one.words:.2f}", one.place)


def missed(planted: Planted, report: Report, kind: str, count: int) -> Iterator[str]:
    """Repeats of a class that were not found, with what was reported in their place."""
    for repeat in planted.repeats:
        if repeat.kind == kind and count:
            clusters = score.reported(repeat, report)
            if not any(score.is_found(repeat, sides) for sides in clusters.values()):
                count -= 1
                yield from told(planted, kind, repeat.left, repeat.right)
                for left, right in clusters.values():
                    yield from told(planted, "  instead", *left, *right)


def told(planted: Planted, name: str, *places: Place) -> Iterator[str]:
    """Places with their texts, cut to a line."""
    yield f"  {name}"
    for place in places:
        text = planted.text(place).replace("\n", "\\n")
        cut = text if len(text) <= 300 else f"{text[:200]} … {text[-100:]}"
        yield f"    {planted.ids[place.document]} {place.start}-{place.end}: {cut}"


def labelled(sets: dict[str, list[Figure]]) -> Iterator[str]:
    """What dedup makes of the labelled sets."""
    for name, figures in sets.items():
        yield f"\n{name}\n"
        for kind, measure, value, of in figures:
            shown = f"{value:,.0f}" if float(value).is_integer() else f"{value:.4f}"
            yield f"{kind:40}{measure:22}{shown:>8} of {of:,}"


def record(results: list[Result], sets: dict[str, list[Figure]], seed: int) -> Path:
    """Add the figures to the record of the day."""
    today = date.today().isoformat()
    path = RECORD / f"quality-{today}.csv"
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if is_new:
            writer.writerow(COLUMNS)
        for result in results:
            who = (today, seed, result.report.engine, result.report.version, "planted")
            for kind, measure, value, of in result.figures():
                writer.writerow([*who, kind, measure, f"{value:.6g}", of])
        for name, figures in sets.items():
            for kind, measure, value, of in figures:
                row = [today, "", "dedup", version("dedup"), name, kind, measure]
                writer.writerow([*row, f"{value:.6g}", of])
    return path
