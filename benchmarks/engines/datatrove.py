"""datatrove: its four MinHash stages, English tokenizer, 9 buckets of 13; joined unverified.

It keeps any one of a cluster; the cluster numbers are asked for, and the first of each
counts as kept, so that precision and recall can be compared. Its last stage, the filter, is
spared: the clean copy is written here.
"""

import struct
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
)
from datatrove.pipeline.readers import JsonlReader
from datatrove.utils.hashing import HashConfig

from benchmarks.job import SHINGLE_SIZE, cores, main, without, write_units

CONFIG = MinhashConfig(
    n_grams=SHINGLE_SIZE,
    num_buckets=9,  # of 13: what datasketch's formula makes of 128 slots at 0.8
    hashes_per_bucket=13,
    hash_config=HashConfig(precision=32),
)


def sign(texts: list[str]) -> list[object]:
    step = MinhashDedupSignature("signatures", config=CONFIG)
    # A text of fewer than five of its words has no shingle, and its kernel fails on none.
    sets = map(step.get_shingles, texts)
    return [step.get_signature(shingles) for shingles in sets if shingles.size]


def clean(source: Path, target: Path, unit: str) -> list[int]:
    folder = target.with_name("datatrove")
    (folder / "input").mkdir(parents=True)
    numbers = write_units(source, folder / "input" / "units.jsonl", unit)
    signed, pairs, found = (str(folder / name) for name in ("signed", "pairs", "found"))
    sign_all = [JsonlReader(str(folder / "input")), MinhashDedupSignature(signed, config=CONFIG)]
    run(sign_all, folder / "log1")
    pair = MinhashDedupBuckets(signed, pairs, config=CONFIG)
    run([pair], folder / "log2", tasks=CONFIG.num_buckets)
    run([MinhashDedupCluster(pairs, found, config=CONFIG, save_cluster_id=True)], folder / "log3")
    clusters = folder / "found" / "000000.clusters"
    data = clusters.read_bytes() if clusters.exists() else b""
    first: dict[int, int] = {}
    repeats = {
        row for row, cluster in struct.iter_unpack("<2I", data)
        if first.setdefault(cluster, row) != row
    }  # fmt: skip
    return without(source, target, unit, {numbers[row] for row in repeats})


def run(steps: list[object], log: Path, tasks: int = 1) -> None:
    workers = min(tasks, cores())
    LocalPipelineExecutor(
        steps, tasks=tasks, workers=workers, logging_dir=str(log), start_method="fork"
    ).run()


if __name__ == "__main__":
    main("datatrove", sign=sign, clean=clean)
