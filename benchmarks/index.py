"""The index on disk: how fast it fills, what room it takes, how fast it answers; peers beside it.

    python benchmarks/index.py scan.jsonl --blocks 1000000 --folder /tmp/index [--min-run 0]
    python benchmarks/index.py scan.jsonl --beside --folder /tmp/index
    python benchmarks/index.py scan.jsonl --blocks 50000 --peers

Articles of ten different paragraphs of 12 words or more are made from the corpus, in its order;
when it ends it begins again with every other word spelled backwards and a mark of the turn behind
it, so that blocks of two turns do not match. Every article in twenty
is one from before. Peers take the same paragraphs as whole texts: `MinHashLSH` of datasketch and
rensa's deduplicator, both in memory.
Times are processor seconds of the whole process unless they say otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup import Index

ARTICLE = 10
LEAST_WORDS = 12
BATCH = 500
# How long a reader asks beside a writer.
SECONDS = 20


def turned(paragraph: str, turn: int) -> str:
    """The paragraph, the letters of every other word turned around by so many places."""
    mark = "".join(chr(ord("a") + int(digit)) for digit in str(turn))
    words = paragraph.split(" ")
    for place in range(0, len(words), 2):
        words[place] = words[place][::-1] + mark
    return " ".join(words)


def paragraphs(corpus: Path) -> Iterator[str]:
    """Different paragraphs, without end."""
    turn = 0
    while True:
        seen: set[int] = set()
        with corpus.open(encoding="utf-8") as lines:
            for line in lines:
                for paragraph in json.loads(line)["text"].splitlines():
                    key = hash(paragraph)
                    if len(paragraph.split()) >= LEAST_WORDS and key not in seen:
                        seen.add(key)
                        yield turned(paragraph, turn) if turn else paragraph
        turn += 1


def articles(corpus: Path, blocks: int) -> Iterator[str]:
    """Articles with so many different paragraphs in all; one in twenty came before."""
    chance, before = random.Random(1), []
    source = paragraphs(corpus)
    for number in range(blocks // ARTICLE):
        article = "\n\n".join(next(source) for _ in range(ARTICLE))
        if number % 100 == 0:
            before.append(article)
        yield article
        if number % 20 == 19:
            yield chance.choice(before)


def fill(corpus: Path, blocks: int, folder: Path, min_run: int) -> None:
    """Fill an index, and say how fast from tenth to tenth."""
    import dedup

    shutil.rmtree(folder, ignore_errors=True)
    step = max(1, blocks // ARTICLE // 10)
    rates: list[float] = []
    with dedup.Index.open(folder, dedup.Policy(min_run=min_run)) as index:
        batch: list[tuple[str, str]] = []
        done, spent, wall = 0, 0.0, 0.0
        for number, article in enumerate(articles(corpus, blocks)):
            batch.append((str(number), article))
            if len(batch) < BATCH:
                continue
            begun, clock = time.process_time(), time.perf_counter()
            index.add_many(batch)
            done += len(batch)
            if done % (BATCH * 20) == 0:
                index.commit()
            spent += time.process_time() - begun
            wall += time.perf_counter() - clock
            batch = []
            if done // step > len(rates):
                rates.append(spent)
        begun, clock = time.process_time(), time.perf_counter()
        index.add_many(batch)
        index.commit()
        spent += time.process_time() - begun
        wall += time.perf_counter() - clock
        parts = [after - before for before, after in zip([0.0, *rates], rates, strict=False)]
        figures = index.stats()
    files = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    held = figures["distinct_blocks"]
    tell(f"filled: {held:,} distinct blocks in {figures['documents']:,} articles")
    tell(f"  {spent / held * 1e6:.1f} CPU µs a distinct block, {wall:.0f} s by the clock")
    if len(parts) > 2:
        ratio = parts[-1] / parts[0]
        tell(f"  first tenth {parts[0]:.1f} s, last tenth {parts[-1]:.1f} s: {ratio:.2f}")
    tell(f"  {figures['bytes'] / held:.0f} bytes a block in {figures['runs']} runs")
    tell(f"  {files / held:.0f} bytes a block with the catalogue")
    tell(f"  peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def resident() -> int:
    """Bytes of this process that are no page of a file."""
    with Path("/proc/self/status").open() as status:
        fields = dict(line.split(":", 1) for line in status)
    return int(fields["RssAnon"].split()[0]) * 1024


def ask(corpus: Path, blocks: int, folder: Path) -> None:
    """Open the index, and ask for articles that it holds, and for others."""
    import dedup

    known: list[str] = []
    chance = random.Random(2)
    for article in articles(corpus, min(blocks, 200_000)):
        if len(known) < 1000:
            known.append(article)
        elif chance.random() < 0.05:
            known[chance.randrange(1000)] = article
    new = new_articles(corpus)
    with dedup.Index.open(folder, mode="r", jobs=1) as index:
        index.check(known[0])
    opened = []
    for _ in range(5):
        begun = time.perf_counter()
        dedup.Index.open(folder, mode="r", jobs=1).discard()
        opened.append(time.perf_counter() - begun)
    tell(f"opened in {statistics.median(opened) * 1000:.1f} ms")
    before = resident()
    index = dedup.Index.open(folder, mode="r", jobs=1)
    for name, asked in (("new", new), ("known", known)):
        for text in asked:
            index.check(text)
        times = []
        for text in asked:
            begun = time.perf_counter()
            index.check(text)
            times.append((time.perf_counter() - begun) * 1e6)
        times.sort()
        spread = f"median {times[500]:.0f} µs, p99 {times[990]:.0f} µs"
        tell(f"check of a {name} article of ten paragraphs: {spread}")
    held = index._asker.core.held()[1]
    distinct = index.stats()["distinct_blocks"]
    tell(f"  a reader holds {held / distinct:.1f} bytes a block of the runs,")
    tell(f"  {(resident() - before) / distinct:.1f} bytes of memory a block more than before")


def beside(corpus: Path, folder: Path) -> None:
    """Ask while another process adds: batch by batch, with a commit after each tenth one."""
    import dedup

    command = [sys.executable, __file__, str(corpus), "--writes", "--folder", str(folder)]
    source = articles(corpus, 1000 * ARTICLE)
    known = [next(source) for _ in range(1000)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            with dedup.Index.open(folder, mode="r", jobs=1) as index:
                for name, asked in (("known", known), ("new", new_articles(corpus))):
                    times = sorted(asking(index, asked))
                    middle, high = times[len(times) // 2], times[len(times) * 99 // 100]
                    tell(f"check of a {name} article while another process adds:")
                    tell(f"  median {middle:.0f} µs, p99 {high:.0f} µs of {len(times):,}")
        finally:
            writer.kill()


def asking(index: Index, asked: list[str]) -> Iterator[float]:
    """Microseconds of each check, for some seconds, with a refresh after each round."""
    for text in asked:
        index.check(text)
    begun = time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        for text in asked:
            before = time.perf_counter()
            index.check(text)
            yield (time.perf_counter() - before) * 1e6
        index.refresh()


def new_articles(corpus: Path) -> list[str]:
    """A thousand articles of a turn that no index has."""
    source = paragraphs(corpus)
    return ["\n\n".join(turned(next(source), 97) for _ in range(ARTICLE)) for _ in range(1000)]


def write(corpus: Path, folder: Path) -> None:
    """Add articles of turns that the index has not, until the process is stopped."""
    import dedup

    source = paragraphs(corpus)
    with dedup.Index.open(folder) as index:
        for number in range(1 << 30):
            batch = []
            for place in range(50):
                article = "\n\n".join(turned(next(source), 98) for _ in range(ARTICLE))
                batch.append((f"beside-{number}-{place}", article))
            index.add_many(batch)
            if number == 0:
                tell("adding")
            if number % 10 == 9:
                index.commit()


def peers(corpus: Path, blocks: int) -> None:
    """The same paragraphs into datasketch and rensa, and into an index that is committed."""
    source = paragraphs(corpus)
    texts = [next(source) for _ in range(blocks)]
    data = Path(os.environ.get("TMPDIR", "/tmp")) / f"dedup-peers-{os.getpid()}.json"
    data.write_text(json.dumps(texts), encoding="utf-8")
    from benchmarks.environments import EngineMissingError, interpreter

    try:
        for engine in ("dedup", "datasketch", "rensa"):
            try:
                python = interpreter(engine)
            except EngineMissingError as error:
                tell(str(error))
                continue
            command = [str(python), __file__, str(data), "--engine", engine]
            subprocess.run(command, check=True)
    finally:
        data.unlink()


def run_engine(engine: str, data: Path) -> None:
    """Insert all texts into one engine."""
    texts = json.loads(data.read_text(encoding="utf-8"))
    begun, clock = time.process_time(), time.perf_counter()
    if engine == "dedup":
        import tempfile

        import dedup

        with tempfile.TemporaryDirectory() as folder:
            with dedup.Index.open(f"{folder}/index", jobs=1) as index:
                for first in range(0, len(texts), ARTICLE * BATCH):
                    part = texts[first : first + ARTICLE * BATCH]
                    places = range(0, len(part), ARTICLE)
                    joined = ["\n\n".join(part[n : n + ARTICLE]) for n in places]
                    index.add_many([(f"{first}-{n}", text) for n, text in enumerate(joined)])
            told = "committed, on disk, verified"
    elif engine == "datasketch":
        from datasketch import MinHashLSH

        from benchmarks.engines.datasketch import signature

        lsh = MinHashLSH(threshold=0.8, num_perm=128)
        for number, text in enumerate(texts):
            minhash = signature(text.split())
            if not lsh.query(minhash):
                lsh.insert(str(number), minhash, check_duplication=False)
        told = "in memory"
    else:
        from rensa import RMinHashDeduplicator

        from benchmarks.engines.rensa import signature

        seen = RMinHashDeduplicator(threshold=0.8, num_perm=128, use_lsh=True)
        for number, text in enumerate(texts):
            seen.add(str(number), signature(text.split()))
        told = "in memory"
    spent, wall = time.process_time() - begun, time.perf_counter() - clock
    each = spent / len(texts) * 1e6
    tell(f"{engine:<11} {each:8.1f} CPU µs a paragraph, {wall:7.1f} s by the clock, {told}")


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--blocks", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--min-run", type=int, default=20)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--engine", default="")
    parser.add_argument("--beside", action="store_true", help="ask a filled index beside a writer")
    parser.add_argument("--writes", action="store_true", help="be that writer")
    given = parser.parse_args()
    if given.engine:
        run_engine(given.engine, given.corpus)
        return
    if given.peers:
        peers(given.corpus, given.blocks)
        return
    folder = given.folder or Path("index-benchmark")
    if given.writes:
        write(given.corpus, folder)
    elif given.beside:
        beside(given.corpus, folder)
    else:
        fill(given.corpus, given.blocks, folder, given.min_run)
        ask(given.corpus, given.blocks, folder)


if __name__ == "__main__":
    main()
