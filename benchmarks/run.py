"""The benchmark's command: `python benchmarks/run.py --quick`. See README.md beside it."""

import argparse
import os
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import adversarial, figures, limits, memory, record, start, tables
from benchmarks.datasets import corpus
from benchmarks.environments import ENGINES, QUICK_ENGINES
from benchmarks.languages import LANGUAGES, language_corpus
from benchmarks.runner import ROOT, Task, compare, say

SCAN = ROOT.parent / "shared" / "data" / "scan.jsonl.zst"
JOBS = ["limits", "start", "signature", "sign", "clean", "adversarial", "memory"]
# What `make bench` leaves out: the whole of a corpus of real text.
QUICK_JOBS = [job for job in JOBS if job != "memory"]
UNITS = ["document", "line", "paragraph"]
CORPORA = ["synthetic", "scan"]
# Enough for signatures: their cost per text does not depend on the size of the corpus.
SIGN_MEGABYTES = 12.0
QUICK = {
    "sizes": [8.0],
    "cores": [1],
    "paragraphs": 50_000,
    "engines": QUICK_ENGINES,
    "jobs": QUICK_JOBS,
}
WHOLE = {"sizes": [32.0], "cores": [1], "paragraphs": 1_000_000, "engines": ENGINES, "jobs": JOBS}
START_TURNS = 20


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="8 MB of text and the quick peers, for `make bench`")
    add("--sizes", type=float, nargs="+", metavar="MB", help="text per corpus (32)")
    add("--cores", type=int, nargs="+", help="cores for `clean` and `adversarial` (1)")
    add("--paragraphs", type=int, help="paragraphs for `adversarial` (1000000; 50000 if quick)")
    add("--engines", nargs="+", choices=ENGINES, help="all; if quick, those that install quickly")
    add("--repeats", type=int, default=3, help="runs per engine (3)")
    add("--jobs", nargs="+", choices=JOBS, help="all; if quick, all but `memory`")
    add("--units", nargs="+", choices=UNITS, default=UNITS)
    add("--corpora", nargs="+", choices=CORPORA, default=CORPORA)
    add("--scan", type=Path, default=SCAN, help="real text, JSONL in zstd")
    add("--no-record", action="store_true", help="leave the record as it is")
    options = parser.parse_args()
    for name, value in (QUICK if options.quick else WHOLE).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    if not options.scan.exists():
        say("scan: no such file, left out")
        options.corpora = [name for name in options.corpora if name != "scan"]
    return options


def sources(options: argparse.Namespace) -> dict[tuple[str, float], Path]:
    """The corpora of every size, the largest made first: the others are cut from it."""
    sizes = {*options.sizes, min(SIGN_MEGABYTES, *options.sizes)}
    return {
        (name, size): corpus(name, size, options.scan)
        for name in options.corpora
        for size in sorted(sizes, reverse=True)
    }


def comparisons(options: argparse.Namespace) -> Iterator[Task]:
    """All comparisons of engines that were asked for."""
    made = sources(options)
    units = [unit for unit in options.units if unit != "paragraph"]
    if "paragraph" in options.units and "line" not in units:
        units.append("line")  # the rows that dedup's paragraphs stand beside
    for name in options.corpora:
        if "signature" in options.jobs:
            yield from by_language(name, options)
        if "sign" in options.jobs:
            size = min(SIGN_MEGABYTES, *options.sizes)
            yield from (Task("sign", unit, name, made[name, size], 1) for unit in units)
        if "clean" in options.jobs:
            every = product(options.sizes, options.cores, units)
            for size, cores, unit in every:
                yield Task("clean", unit, name, made[name, size], cores)


def by_language(name: str, options: argparse.Namespace) -> Iterator[Task]:
    """Signatures of the documents of one language; one without documents is left out."""
    size = min(SIGN_MEGABYTES, *options.sizes)
    for language in LANGUAGES:
        source = language_corpus(name, language, size, options.scan)
        if source.stat().st_size:
            yield Task("sign", "document", f"{name} {language}", source, 1)
        else:
            say(f"{name}: no documents in {language}, left out")


def alone(options: argparse.Namespace) -> Iterator[tuple[str, list[figures.Figure]]]:
    """Titles and figures of the jobs that compare no engines."""
    if "limits" in options.jobs:
        environment = dict(os.environ)
        for name in options.corpora:
            source = corpus(name, min(options.sizes), options.scan)
            found = limits.figures(name, source, environment, options.repeats)
            yield f"{name}: what the machine can do, one core", found
    if "start" in options.jobs:
        yield "What starting takes, one core", start.figures(START_TURNS)
    if "memory" in options.jobs and "scan" in options.corpora:
        for cores in options.cores:
            found = list(memory.figures(options.scan, cores, options.repeats))
            yield f"The whole of {options.scan.name} with a limit on memory, {cores} core(s)", found
    if "adversarial" in options.jobs:
        for cores in options.cores:
            found = list(adversarial.figures(options.paragraphs, cores, options.repeats))
            yield f"Paragraphs made to be hard, {cores} core(s)", found


def tell(lines: Iterator[str]) -> None:
    """A table on standard output."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main() -> int:
    options = arguments()
    failed = False
    for title, found in alone(options):
        if found:
            tell(figures.markdown(title, found))
        if not options.no_record:
            record.append(map(figures.fields, found))
    for task in comparisons(options):
        rows = compare(task, options.engines, options.repeats, options.units)
        tell(tables.whole(rows))
        if not options.no_record:
            reference = tables.ours(rows)
            record.append(tables.fields(row, reference) for row in rows if row.cpu)
        failed |= any(row.failure and row.engine == "dedup" for row in rows)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
