"""dolma: its Bloom filter over whole units; exact copies only, whatever the threshold.

It writes attributes beside its input; its `mix`, which would apply them, is spared: the
clean copy is written here. Its near-duplicate mode (5-grams in the filter) takes 40 s for
two megabytes and is left out.
"""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import orjson

from benchmarks.job import cores, main, units, without

FALSE_POSITIVES = 1e-6


def clean(source: Path, target: Path, unit: str) -> list[int]:
    folder = target.with_name("dolma")
    (folder / "documents").mkdir(parents=True)
    numbers = compressed(source, folder / "documents" / "units.jsonl.gz", unit)
    options = {
        "documents": folder / "documents" / "*.gz", "dedupe.name": "repeats",
        "dedupe.documents.key": "$.text", "dedupe.documents.attribute_name": "repeat",
        "bloom_filter.file": folder / "bloom", "processes": cores(),
        "bloom_filter.estimated_doc_count": max(len(numbers), 1),
        "bloom_filter.desired_false_positive_rate": FALSE_POSITIVES,
    }  # fmt: skip
    arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    command = [
        str(Path(sys.executable).with_name("dolma")),
        "dedupe",
        "--no-bloom_filter.read_only",
        *arguments,
    ]
    # It looks for NLTK data and downloads it where there is a network; not needed here.
    environment = {**os.environ, "NLTK_DATA": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(done.stderr)
    found = folder / "attributes" / "repeats" / "units.jsonl.gz"
    with gzip.open(found) as stream:
        repeats = {
            number for number, line in zip(numbers, stream, strict=True)
            if orjson.loads(line)["attributes"]
        }  # fmt: skip
    return without(source, target, unit, repeats)


def compressed(source: Path, target: Path, unit: str) -> list[int]:
    """The judged units in the only form it reads; returns their numbers."""
    numbers = []
    with gzip.open(target, "wb", compresslevel=1) as output:
        for number, text in units(source, unit):
            record = {"id": str(number), "text": text, "source": "corpus"}
            output.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
            numbers.append(number)
    return numbers


if __name__ == "__main__":
    main("dolma", sign=None, clean=clean)
