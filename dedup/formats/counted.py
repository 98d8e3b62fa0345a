"""The blocks of an input, counted as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from isal.isal_zlib import crc32

from dedup.formats.compression import InputStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.formats.records import Input

BLOCK = 2**20


@final
class Counted:
    """Blocks of about one size; size and crc32 are those of all bytes so far."""

    def __init__(self, stream: InputStream, block: int) -> None:
        self._stream = stream
        self._block = block
        self.size = 0
        self.crc32 = 0

    def __iter__(self) -> Iterator[bytes]:
        while block := self._stream.some(self._block):
            self.size += len(block)
            self.crc32 = crc32(block, self.crc32)
            yield block

    def after(self, first: bytes) -> Iterator[bytes]:
        """Bytes that were taken from a block before, then the blocks that follow."""
        yield first
        yield from self


def content_of(item: Input, max_expansion: float) -> tuple[int, int]:
    """Bytes and checksum of an input after decompression, as `report.json` has them."""
    with InputStream(item, max_expansion) as stream:
        content = Counted(stream, BLOCK)
        for _ in content:
            pass
    return content.size, content.crc32
