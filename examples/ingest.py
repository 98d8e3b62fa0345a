"""Read articles as JSON lines on standard input; pass on the first of each kind."""

import sys

import orjson

import dedup


def main() -> None:
    feed = (orjson.loads(line) for line in sys.stdin.buffer if line.strip())
    for article in dedup.unique(feed, unit="document"):
        sys.stdout.buffer.write(orjson.dumps(article, option=orjson.OPT_APPEND_NEWLINE))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
