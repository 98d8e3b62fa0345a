"""A program that adds to an index until it is interrupted, and then says what the index holds.

In a process of its own: a signal may come anywhere, and a test runner has callbacks that swallow it.
"""

from __future__ import annotations

import json
import signal
import sys
import time

from dedup import Index, Policy

TEXT = (
    "The ferry will not sail tomorrow, the harbour office said, because of the storm. Herons are back on "
    "the river after an absence of eleven years, the ranger wrote. Number {} of all these notices."
)


def main(path: str) -> None:
    documents = [(str(number), TEXT.format(number)) for number in range(4000)]
    index = Index.open(path, Policy(min_run=0))
    try:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        index.add_many(documents)
        time.sleep(60)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    listed = [entry.id for entry in index]
    counted = len(index)
    removed = sum(index.remove(id) for id in listed)
    left = len(list(index))
    index.commit()
    index.close()
    sys.stdout.write(json.dumps([len(listed), counted, removed, left]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
