"""A Hugging Face dataset without what was seen: a generator, and a batched map over an index.

    pip install datasets
    python examples/huggingface_map.py seen.dedup examples/articles/wire.jsonl > clean.jsonl

The dataset streams: articles are read, judged and written batch by batch, so it may be larger than
memory. Rows of which nothing is new go, `text` becomes what is left of the others, and `novel` says
how much that is. Do not give the map to several processes: one process writes to an index.

Each batch is committed before its rows come out. The same dataset again gives the same rows, as
every article that is held already gets the answer it got when it was added.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from datasets import IterableDataset

import dedup

Batch = dict[str, list[Any]]


def articles(paths: list[str]) -> Iterator[dict[str, str]]:
    """Articles of some files of JSON lines."""
    for path in paths:
        with Path(path).open(encoding="utf-8") as lines:
            for article in map(json.loads, lines):
                yield {"id": article["id"], "text": article["text"]}


def unseen(index: dedup.Index) -> Callable[[Batch], Batch]:
    """A function for `map(..., batched=True)`: it gives fewer rows than it gets."""

    def judged(batch: Batch) -> Batch:
        verdicts = index.add_many(zip(batch["id"], batch["text"], strict=True))
        index.commit()
        kept = [row for row, verdict in enumerate(verdicts) if verdict.action != "drop"]
        rows = {name: [values[row] for row in kept] for name, values in batch.items()}
        rows["text"] = [verdicts[row].clean_text for row in kept]
        rows["novel"] = [round(verdicts[row].novelty, 3) for row in kept]
        return rows

    return judged


def main(path: str, paths: list[str]) -> int:
    try:
        with dedup.Index.open(path, lock_timeout=5) as index:
            stream = IterableDataset.from_generator(articles, gen_kwargs={"paths": paths})
            for row in stream.map(unseen(index), batched=True, batch_size=1000):
                print(json.dumps(row, ensure_ascii=False))
    except dedup.DedupError as error:
        # Another process writes, another policy, a text that is none: the message has the remedy.
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {Path(sys.argv[0]).name} INDEX FILE.jsonl...")
    sys.exit(main(sys.argv[1], sys.argv[2:]))
