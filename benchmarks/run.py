"""The benchmark's command: `python benchmarks/run.py --quick`. See README.md beside it."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.datasets import corpus
from benchmarks.environments import ENGINES
from benchmarks.runner import ROOT, Task, compare, say
from benchmarks.tables import markdown, planted, record

SCAN = ROOT.parent / "shared" / "data" / "scan.jsonl.zst"
QUICK_MEGABYTES = 8.0
# Enough for signatures: their cost per text does not depend on the size of the corpus.
SIGN_MEGABYTES = 12.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="8 MB of text, for `make bench`")
    parser.add_argument("--megabytes", type=float, default=32.0, help="text per corpus (32)")
    parser.add_argument("--repeats", type=int, default=3, help="runs per engine (3)")
    parser.add_argument("--cores", type=int, default=1, help="cores for `clean` (1)")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--jobs", nargs="+", choices=["sign", "clean"], default=["sign", "clean"])
    units = ["document", "line"]
    parser.add_argument("--units", nargs="+", choices=units, default=units)
    corpora = ["synthetic", "scan"]
    parser.add_argument("--corpora", nargs="+", choices=corpora, default=corpora)
    parser.add_argument("--scan", type=Path, default=SCAN, help="real text, JSONL in zstd")
    parser.add_argument("--no-record", action="store_true", help="leave the record as it is")
    return parser.parse_args()


def tasks(options: argparse.Namespace) -> Iterator[Task]:
    """All comparisons asked for; a corpus that is not there is left out."""
    megabytes = QUICK_MEGABYTES if options.quick else options.megabytes
    for name in options.corpora:
        if name == "scan" and not options.scan.exists():
            say("scan: no such file, left out")
            continue
        for job in options.jobs:
            size = min(SIGN_MEGABYTES, megabytes) if job == "sign" else megabytes
            source = corpus(name, size, options.scan)
            cores = 1 if job == "sign" else options.cores
            for unit in options.units:
                yield Task(job, unit, name, source, cores)


def main() -> int:
    options = arguments()
    failed = False
    for task in tasks(options):
        rows = compare(task, options.engines, options.repeats)
        sys.stdout.write("\n".join([*markdown(rows), *planted(rows)]) + "\n")
        sys.stdout.flush()
        if not options.no_record:
            record(rows)
        failed |= any(row.failure and row.engine == "dedup" for row in rows)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
