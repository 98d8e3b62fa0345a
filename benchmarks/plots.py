"""Growth plots from a record: `python benchmarks/plots.py RECORD.csv` writes SVG beside it.

One file for each corpus, unit and number of cores that was measured at two sizes or more:
on the left MB of text per second of wall time against the size of the corpus, on the right
peak memory; both axes logarithmic, one line an engine. Where a record holds a figure twice
the later one counts. Readable on light and dark backgrounds, which SVG can ask for.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.record import read
from benchmarks.svg import HEAD, Scale, circle, element, path, spread, text

# Mid-tones that stand on white and on black; ours is the one that stands out.
COLOURS = {
    "dedup": "#e4572e",
    "dedup (paragraphs)": "#f09a3e",
    "daft": "#3b8fd0",
    "gaoya": "#2a9d6f",
    "rensa": "#b565c9",
    "datasketch": "#8a8f98",
    "text_dedup": "#b39530",
    "datatrove": "#5fa8a8",
    "dolma": "#7d78d8",
}
WIDTH, HEIGHT, MARGIN = 1080, 400, 56
PANEL, LABELS = 300, 178  # pixels: width of a panel, and of the names to its right
TOP, BOTTOM = 64, 346

# Megabytes of text -> what was measured.
Line = dict[float, float]


@dataclass(frozen=True, slots=True)
class Chart:
    """What one file shows; engines in the order of COLOURS."""

    corpus: str
    unit: str
    cores: str
    speed: dict[str, Line]
    peak: dict[str, Line]

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return f"{self.corpus}-{self.unit}-{self.cores}-core"


def charts(lines: Iterable[Mapping[str, str]]) -> Iterator[Chart]:
    """The charts that a record's lines make."""
    found: dict[tuple[str, str, str], list[Mapping[str, str]]] = defaultdict(list)
    for line in lines:
        if line["job"] == "clean":
            unit = "line" if line["unit"] == "paragraph" else line["unit"]
            found[line["corpus"], unit, line["cores_used"]].append(line)
    for key, group in found.items():
        speed: dict[str, Line] = {engine: {} for engine in COLOURS}
        peak: dict[str, Line] = {engine: {} for engine in COLOURS}
        for line in group:
            engine = line["engine"] + (" (paragraphs)" if line["unit"] == "paragraph" else "")
            size = float(line["megabytes"])
            speed.setdefault(engine, {})[size] = size / float(line["wall_median"])
            peak.setdefault(engine, {})[size] = float(line["peak_megabytes"])
        if len({size for points in speed.values() for size in points}) > 1:
            yield Chart(*key, some(speed), some(peak))


def some(given: dict[str, Line]) -> dict[str, Line]:
    """Engines that were measured."""
    return {engine: points for engine, points in given.items() if points}


def drawn(chart: Chart) -> str:
    """The chart as SVG."""
    cores = "one core" if chart.cores == "1" else f"{chart.cores} cores"
    title = f"{chart.corpus} corpus, {chart.unit}s, JSONL to clean JSONL, {cores}"
    left, right = MARGIN, MARGIN + PANEL + LABELS + MARGIN
    parts = [
        text(MARGIN, 24, title, kind="title"),
        *panel("MB of text per second (more is better)", chart.speed, left),
        *panel("peak memory in MB (less is better)", chart.peak, right),
    ]
    return element(
        "svg",
        "\n".join([HEAD, *parts]),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=title,
    )


def panel(title: str, given: dict[str, Line], left: int) -> Iterator[str]:
    """One pair of axes with its lines and, to the right of their ends, the engines' names."""
    sizes = sorted({size for points in given.values() for size in points})
    values = [value for points in given.values() for value in points.values()]
    across = Scale(min(sizes), max(sizes), left, left + PANEL)
    up = Scale(min(values) / 1.2, max(values) * 1.2, BOTTOM, TOP)
    yield text(left, TOP - 14, title, kind="axis")
    yield from axes(across, up, sizes, left)
    ends = {engine: up(points[max(points)]) for engine, points in given.items()}
    heights = spread(ends, 15)
    for engine in sorted(heights, key=lambda engine: engine.startswith("dedup")):  # ours on top
        height = heights[engine]
        points = given[engine]
        colour = COLOURS.get(engine, "#8a8f98")
        kind = "ours" if engine.startswith("dedup") else "peer"
        places = [(across(size), up(value)) for size, value in sorted(points.items())]
        yield path(places, colour=colour, kind=kind)
        yield from (circle(*place, colour=colour) for place in places)
        value = points[max(points)]
        label = f"{engine} {value:.0f}" if value >= 10 else f"{engine} {value:.1f}"
        yield text(left + PANEL + 10, height + 4, label, kind=kind, colour=colour)


def axes(across: Scale, up: Scale, sizes: list[float], left: int) -> Iterator[str]:
    """Grid, ticks and the name of the lower axis."""
    for value in up.ticks():
        height = up(value)
        yield path([(left, height), (left + PANEL, height)], colour="#808080", kind="grid")
        yield text(left - 6, height + 4, f"{value:g}", kind="tick", anchor="end")
    shown: list[float] = []
    for size in sizes:
        if all(abs(log(size / other)) > 0.2 for other in shown):
            shown.append(size)
            yield text(across(size), BOTTOM + 18, f"{size:.0f}", kind="tick", anchor="middle")
    yield text(
        left + PANEL / 2, BOTTOM + 38, "MB of text in the corpus", kind="axis", anchor="middle"
    )


def main(record: Path) -> int:
    for chart in charts(read(record)):
        target = record.with_name(f"{record.stem}-{chart.name}.svg")
        target.write_text(drawn(chart), encoding="utf-8")
        sys.stdout.write(f"{target.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
