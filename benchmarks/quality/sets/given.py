"""The files of the labelled sets."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import zstandard

Figure = tuple[str, str, float, int]


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, compressed or not."""
    with path.open("rb") as raw:
        if path.suffix == ".zst":
            with zstandard.ZstdDecompressor().stream_reader(raw) as stream:
                yield from map(orjson.loads, io.BufferedReader(stream, 1 << 20))
        else:
            yield from map(orjson.loads, raw)


def line(source: str) -> int:
    """The number of a record, from 0, of the source that a match names."""
    return int(source.rpartition(":")[2]) - 1
