"""Filling and asking a `MinHashLSH` of datasketch: through `dedup.exchange`, and by itself.

    python benchmarks/exchange.py scan.jsonl
    python benchmarks/exchange.py scan.jsonl --redis /tmp/redis.sock    # the socket of a server

The same paragraphs of 12 words or more in both, as sets of 3-shingles of words. datasketch splits
at white space, hashes with its own SHA-1, and updates copies of one MinHash in batches, as its
users do. Rounds alternate; told are medians, and the median of the rounds' ratios. Seconds are
those of the processor in memory, of the clock with a server.
"""

import argparse
import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from datasketch import MinHash, MinHashLSH

from dedup import Policy, exchange

ROUNDS = 5
SHINGLE_SIZE = 3
LEAST_WORDS = 12
EMPTY = MinHash(num_perm=128)
# What datasketch chooses for 0.8, and what a policy of 0.8 takes.
SHAPES = {"their 9 bands of 13": (9, 13), "our 21 bands of 6": (Policy(threshold=0.8).bands, 6)}


def paragraphs(corpus: Path, count: int) -> list[str]:
    found: dict[str, None] = {}
    with corpus.open(encoding="utf-8") as lines:
        for line in lines:
            for paragraph in json.loads(line)["text"].splitlines():
                if len(paragraph.split()) >= LEAST_WORDS:
                    found[paragraph] = None
            if len(found) >= count:
                break
    return list(found)[:count]


def by_datasketch(texts: Iterable[str]) -> list[MinHash]:
    made = []
    for text in texts:
        words = text.split()
        items = map(" ".join, zip(*(words[i:] for i in range(SHINGLE_SIZE)), strict=False))
        one = EMPTY.copy()
        one.update_batch([item.encode() for item in set(items)])
        made.append(one)
    return made


def sign_by_us(texts: list[str]) -> list[MinHash]:
    return exchange.minhashes(texts, lean=True, jobs=1)


def fill_alone(lsh: MinHashLSH, texts: list[str]) -> None:
    with lsh.insertion_session() as session:
        for key, one in enumerate(by_datasketch(texts)):
            session.insert(key, one)


def fill_by_us(lsh: MinHashLSH, texts: list[str]) -> None:
    exchange.fill(lsh, enumerate(texts), jobs=1)


def into_new(
    make: Callable[[], MinHashLSH], fill: Callable[[MinHashLSH, list[str]], None], texts: list[str]
) -> None:
    fill(make(), texts)


def ask_alone(lsh: MinHashLSH, texts: list[str]) -> None:
    for one in by_datasketch(texts):
        lsh.query(one)


def ask_by_us(lsh: MinHashLSH, texts: list[str]) -> None:
    exchange.query(lsh, texts, jobs=1)


def compare(
    what: str,
    clock: Callable[[], float],
    texts: list[str],
    ours: Callable[[list[str]], object],
    theirs: Callable[[list[str]], object],
) -> None:
    spent: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for place, work in enumerate((ours, theirs)):
            gc.collect()  # what an earlier round filled is none of this one's
            begun = clock()
            work(texts)
            spent[place].append((clock() - begun) / len(texts) * 1e6)
    ratio = statistics.median(alone / us for us, alone in zip(*spent, strict=True))
    us, alone = map(statistics.median, spent)
    tell(f"{what}: {us:.1f} µs a text, datasketch alone {alone:.1f}: {ratio:.1f} times as fast")


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--redis", metavar="SOCKET", help="of a server; takes a tenth of the texts")
    options = parser.parse_args()
    texts = paragraphs(options.corpus, options.texts // (10 if options.redis else 1))
    clock = time.perf_counter if options.redis else time.process_time
    config: dict[str, Any] = {"type": "dict"}
    if options.redis:
        config = {"type": "redis", "redis": {"unix_socket_path": options.redis}}
    compare("signing", clock, texts, sign_by_us, by_datasketch)
    for name, params in SHAPES.items():
        make = partial(MinHashLSH, num_perm=128, params=params, storage_config=config)
        compare(
            f"filling {name}",
            clock,
            texts,
            partial(into_new, make, fill_by_us),
            partial(into_new, make, fill_alone),
        )
        full, other = make(), make()
        fill_by_us(full, texts)
        fill_alone(other, texts)
        asked = texts[:1000]
        compare(f"asking {name}", clock, asked, partial(ask_by_us, full), partial(ask_alone, other))


if __name__ == "__main__":
    main()
