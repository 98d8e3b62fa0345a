"""How a compressed file grows, from its beginning alone."""

from __future__ import annotations

import zlib
from bz2 import BZ2Decompressor
from lzma import LZMADecompressor, LZMAError
from typing import TYPE_CHECKING, Any

import zstandard

from dedup.formats.compression import READ_BUFFER, check_growth, open_input, reading
from dedup.formats.zstd import WINDOW_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.formats.records import Compression, Input

# Bytes of the file that are unpacked at one time: what was made to fill a memory gives 30 MB.
STEP = 2**10

_UNPACKERS: dict[Compression, Callable[[], Any]] = {
    ".gz": lambda: zlib.decompressobj(31),
    ".zst": lambda: zstandard.ZstdDecompressor(max_window_size=WINDOW_LIMIT).decompressobj(),
    ".bz2": BZ2Decompressor,
    ".xz": LZMADecompressor,
}
_DAMAGE = (zlib.error, zstandard.ZstdError, LZMAError, OSError, EOFError)


def expansion(item: Input, most: int, max_expansion: float) -> tuple[int, int, bool]:
    """Bytes that a compressed file gives, out of how many of its own, and whether that is all.

    Reads until it gave `most`, and further while that is more than `max_expansion` times as much:
    raises FormatError where reading it will. What is damaged ends it here: reading will tell.
    """
    made = used = read = 0
    with reading(item.path, item.compression), open_input(item) as raw:
        unpack: Any = None
        while made < most or made > max_expansion * used:
            block = raw.read(STEP)
            if not block:
                return made, used, True
            read += len(block)
            while block:
                unpack = unpack or _UNPACKERS[item.compression]()
                try:
                    made += len(unpack.decompress(block))
                except _DAMAGE:
                    return made, used, False
                rest = unpack.unused_data if unpack.eof else b""
                used += len(block) - len(rest)
                block, unpack = rest, None if unpack.eof else unpack
            # What reads the file in earnest is so much ahead of what it unpacked.
            check_growth(item, made, read + READ_BUFFER, max_expansion)
    return made, used, False
