"""The quality benchmark's command: `python benchmarks/quality/run.py`. See ../README.md."""

import argparse
import importlib
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.environments import EngineMissingError, interpreter
from benchmarks.quality import tables
from benchmarks.quality.generate import LOOK_ALIKES, REPEATS, corpus
from benchmarks.quality.planted import Planted
from benchmarks.quality.reports import Report, loaded

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ["dedup", "datasketch", "rensa", "gaoya", "lines", "overlap"]
PEERS = ("datasketch", "rensa", "gaoya")
SETS = ["opentermsarchive", "clough_stevenson", "impresso", "licences", "scan"]
SHARED = ROOT.parent / "shared" / "data"
NEEDED = ["scan.jsonl.zst", "web_pages.jsonl.zst", "clough_stevenson.docs.jsonl"]
LOOSE = 0.5  # the threshold of the second run, for the class that says so
TIMEOUT = 1800


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--engines", nargs="+", choices=ENGINES, help="all, and all labelled sets")
    add("--sets", nargs="*", choices=SETS, help="labelled sets, for dedup; none with --engines")
    add("--classes", nargs="+", metavar="CLASS", help="only those whose name begins so")
    add("--seed", type=int, default=1)
    add("--quick", action="store_true", help="a third of the repeats")
    add("--shared", type=Path, default=SHARED, metavar="FOLDER", help="where the real texts are")
    add("--show", type=int, default=0, metavar="N", help="so many failures of each class")
    add("--flags", nargs="+", default=[], help="settings of dedup, as --flags=--min-run=30")
    add("--no-record", action="store_true", help="leave the record as it is")
    options = parser.parse_args()
    chosen = (options.engines, options.classes, options.sets, options.flags, options.quick)
    options.record = not (options.no_record or any(chosen))
    if options.sets is None:
        options.sets = [] if options.engines or options.classes else SETS
        options.engines = options.engines or ENGINES
    # `--sets` without engines asks for the sets alone.
    options.engines = options.engines or []
    return options


def execute(engine: str, source: Path, threshold: float | None, flags: list[str]) -> Report:
    """One engine in a process of its own."""
    python = interpreter(engine) if engine in PEERS else Path(sys.executable)
    level = "-" if threshold is None else str(threshold)
    command = [str(python), "-m", f"benchmarks.quality.engines.{engine}", str(source), level]
    started = time.monotonic()
    done = subprocess.run(
        [*command, *(flags if engine == "dedup" else [])],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise EngineMissingError(f"{engine} left out: {last}")
    return loaded(engine, done.stdout, time.monotonic() - started)


def reports(planted: Planted, options: argparse.Namespace) -> list[tuple[Report, Report]]:
    """The answer of each engine, by default and at the loose threshold."""
    found = []
    with TemporaryDirectory() as folder:
        source = Path(folder) / "corpus.jsonl"
        planted.write(source)
        for engine in options.engines:
            say(f"{engine}: {sum(map(len, planted.texts)) / 1e6:.0f} million characters")
            try:
                found.append(
                    (
                        execute(engine, source, None, options.flags),
                        execute(engine, source, LOOSE, options.flags),
                    )
                )
            except EngineMissingError as error:
                say(str(error))
    return found


def labelled_figures(name: str, options: argparse.Namespace) -> list[tables.Figure]:
    """What dedup makes of a labelled set."""
    say(f"dedup: {name}")
    module = importlib.import_module(f"benchmarks.quality.sets.{name}")
    try:
        return list(module.figures(options.shared, quick=options.quick))
    except FileNotFoundError as error:
        say(f"{name} left out: no {error.filename}")
        return []


def tell(lines: Iterable[str]) -> None:
    """Lines on standard output."""
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def say(message: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def main() -> int:
    options = arguments()
    missing = [name for name in NEEDED if not (options.shared / name).exists()]
    if missing:
        say(f"left out: {options.shared} has no {missing[0]}; --shared FOLDER says where it is")
        return 0
    results: list[tables.Result] = []
    if options.engines:
        planted = corpus(options.shared, options.seed, quick=options.quick)
        chosen = options.classes or [""]
        kinds = [k for k in [*REPEATS, *LOOK_ALIKES] if any(k.startswith(c) for c in chosen)]
        results = [tables.Result(planted, *both, kinds) for both in reports(planted, options)]
        tell(tables.whole(results))
        if options.show:
            tell(tables.failures(results, options.show))
    labelled = {name: labelled_figures(name, options) for name in options.sets}
    tell(tables.labelled(labelled))
    if options.record:
        say(f"recorded in {tables.record(results, labelled, options.seed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
