"""A file of JSON lines of which only whole ones count.

Every line begins with a hash of itself and of all lines before it, so what a killed process left
half written, and whatever was changed since, ends the file for its reader.
"""

from __future__ import annotations

import base64
import json
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from collections.abc import Iterable

# Bytes of a hash: chance makes one of 2^64 pass, and no one gains by forging one.
HASH = 8


@final
class Journal:
    """A journal that this process writes to; nobody else does."""

    def __init__(self, path: str, values: Iterable[Any]) -> None:
        """Write a new one, in place of any that was there, which stays until this one is whole."""
        self._path = Path(path)
        self._hash = b""
        beside = Path(f"{path}.new")
        beside.write_bytes(b"".join(map(self._line, values)))
        beside.replace(path)

    def append(self, value: Any) -> None:
        """Append a value; raises OSError, and what was there before counts all the same."""
        with self._path.open("ab") as file:
            file.write(self._line(value))

    def _line(self, value: Any) -> bytes:
        # The standard library's JSON gives every number back as it was, also 1e400 and 2**64.
        body = json.dumps(value, separators=(",", ":")).encode()
        self._hash = _hash(self._hash, body)
        return self._hash.hex().encode() + b" " + body + b"\n"


def read_journal(path: str) -> list[Any]:
    """The values of all lines up to the first that is not whole; none where none can be read."""
    values = []
    last = b""
    try:
        with Path(path).open("rb") as file:
            for line in file:
                written, _, body = line.partition(b" ")
                last = _hash(last, body[:-1])
                if not body.endswith(b"\n") or written != last.hex().encode():
                    break
                values.append(json.loads(body))
    except OSError:
        return []
    return values


def packed(data: bytes) -> str:
    """Bytes as a value of a journal; numbers in columns shrink well.

    >>> unpacked(packed(b"1979-09-01"))
    b'1979-09-01'
    """
    from zstandard import compress

    return base64.b64encode(compress(data, 1)).decode()


def unpacked(value: str) -> bytes:
    """The bytes that `packed` took."""
    from zstandard import decompress

    return decompress(base64.b64decode(value))


def _hash(before: bytes, body: bytes) -> bytes:
    return blake2b(before + body, digest_size=HASH).digest()
