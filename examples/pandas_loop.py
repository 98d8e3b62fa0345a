"""A table larger than memory, in chunks of pandas: what was seen goes, what is new is written.

    pip install pandas
    python examples/pandas_loop.py seen.dedup articles.csv > clean.csv

The CSV has the columns `id` and `text`; all others pass as they are. `action` and `novel` are
added: what became of the text, and the share of it that was not seen before. Rows of which nothing
is new go.

The index is kept, so next week's table is judged by this week's too. A chunk is committed before it
is written; the same table again gives the same rows.
"""

import sys
from pathlib import Path

import pandas

import dedup

ROWS = 1000
# Texts must be more alike than by default to count as repeats. An index keeps its policy: one that
# was made under another is an IncompatibleIndexError, and not a wrong answer.
POLICY = dedup.Policy(threshold=0.8)


def judged(index: dedup.Index, chunk: pandas.DataFrame) -> pandas.DataFrame:
    """The rows of a chunk that hold something new, with that alone as their text."""
    verdicts = index.add_many(zip(chunk["id"], chunk["text"], strict=True))
    index.commit()
    told = chunk.assign(
        text=[verdict.clean_text for verdict in verdicts],
        action=[verdict.action for verdict in verdicts],
        novel=[round(verdict.novelty, 3) for verdict in verdicts],
    )
    return told[told["action"] != "drop"]


def main(path: str, table: str) -> int:
    empty = 0
    try:
        with dedup.Index.open(path, POLICY, lock_timeout=5) as index:
            chunks = pandas.read_csv(table, chunksize=ROWS, dtype={"id": str, "text": str})
            for number, chunk in enumerate(chunks):
                full = chunk.dropna(subset=["id", "text"])
                empty += len(chunk) - len(full)
                judged(index, full).to_csv(sys.stdout, index=False, header=number == 0)
    except dedup.IncompatibleIndexError as error:
        print(f"{error}, or a new folder for policy {error.wanted}", file=sys.stderr)
        return 2
    except (dedup.DedupError, OSError, ValueError, KeyError) as error:
        # Another process writes to the index; no such file; no CSV; no column of that name.
        print(error, file=sys.stderr)
        return 2
    if empty:
        print(f"{empty} rows without id or text were left out", file=sys.stderr)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {Path(sys.argv[0]).name} INDEX TABLE.csv")
    sys.exit(main(*sys.argv[1:]))
