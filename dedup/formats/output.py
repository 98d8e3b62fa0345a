"""Writing files that are plain or compressed with gzip, Zstandard, bzip2 or xz.

Deterministic: the bytes depend on the content alone (and the library's version), not on the
size of the pieces it came in, the name or the clock.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, final

from dedup.errors import OutputError
from dedup.formats.records import Compression, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

# igzip's output depends on where its input is cut (five cuts gave five outputs), so the
# writer always hands over pieces of this many bytes; zstd's does not.
PIECE = 2**20
# From this size on, what needs no such pieces is handed on without being copied.
DIRECT = 2**16

_FULL = "make room or name another folder; nothing was left under the final name"
_HINTS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "the limit on file size (ulimit -f) is too low for this output",
    errno.EACCES: "name a folder you may write to",
    errno.EROFS: "name a folder you may write to",
}


@final
class OutputStream:
    """A new file, written in any pieces; its bytes depend on the content alone.

    name: the path that messages show, where it is not `path`. Raises OutputError (path,
    reason, remedy) when the disk is full or the file exists.
    """

    def __init__(self, path: str, compression: Compression = "", *, name: str = "") -> None:
        self._path = name or path
        self._place = path
        self._pending = bytearray()
        self._compressor = compressor_of(compression)
        self._by_piece = compression not in ("", ".zst")
        with writing(self._path):
            self._file = open(path, "xb", buffering=0)  # noqa: SIM115 -- closed by close()

    @property
    def closed(self) -> bool:
        """Whether nothing more can be written."""
        return self._file.closed

    def write(self, data: bytes) -> None:
        """Append bytes."""
        if len(data) >= DIRECT and not self._by_piece:
            self._pass_on(len(self._pending))
            self._put(self._packed(data))
            return
        self._pending += data
        if len(self._pending) >= PIECE:
            self._pass_on(len(self._pending) // PIECE * PIECE)

    def close(self) -> None:
        """Write what is pending and close the file; may be called twice."""
        if self._file.closed:
            return
        try:
            self._pass_on(len(self._pending))
            if self._compressor is not None:
                self._put(self._compressor.flush())
        finally:
            with writing(self._path):
                self._file.close()

    def abandon(self) -> None:
        """Close the file without writing what is pending."""
        self._pending.clear()
        with suppress(OSError):
            self._file.close()

    def __enter__(self) -> OutputStream:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def _pass_on(self, count: int) -> None:
        for start in range(0, count, PIECE):
            piece = self._pending[start : min(start + PIECE, count)]
            self._put(self._packed(piece))
        del self._pending[:count]

    def _packed(self, data: bytes | bytearray) -> bytes | bytearray:
        if self._compressor is None:
            return data
        packed: bytes = self._compressor.compress(data)
        return packed

    def _put(self, data: bytes | bytearray) -> None:
        with writing(self._path, (self._place, len(data))), memoryview(data) as rest:
            done = 0
            while done < len(rest):
                done += self._file.write(rest[done:]) or 0


@contextmanager
def writing(path: str, write: tuple[str, int] | None = None) -> Iterator[None]:
    """Turn what a write can raise into OutputError with the path and the remedy.

    write: the file that is written where it is not `path` itself, and how many bytes.
    """
    try:
        yield
    except FileExistsError as error:
        message = f"{shown(path)}: exists already"
        hint = "another name in the input leads to the same file"
        raise OutputError(message, path=path, hint=hint) from error
    except OSError as error:
        message = f"{shown(path)}: cannot be written: {error.strerror or error}"
        if write is not None and error.errno == errno.ENOSPC:
            message += _room(*write)
        raise OutputError(message, path=path, hint=_HINTS.get(error.errno or 0)) from error


def _room(path: str, size: int) -> str:
    """How much a write needed and how much there was; nothing where that cannot be told."""
    try:
        disk = os.statvfs(os.path.dirname(path) or ".")
    except OSError:
        return ""
    return f" ({size:,} bytes to write, {disk.f_bavail * disk.f_frsize:,} free)"


def compressor_of(compression: Compression) -> Any:
    """What packs, at a speed that suits a stream; None for plain files."""
    if compression == ".gz":
        from isal import isal_zlib

        # Level 2, format 31: a gzip header with time 0 and no name.
        return isal_zlib.compressobj(2, isal_zlib.DEFLATED, 31)
    if compression == ".zst":
        from zstandard import ZstdCompressor

        return ZstdCompressor(level=3, write_checksum=True).compressobj()
    if compression == ".bz2":
        from bz2 import BZ2Compressor

        return BZ2Compressor()
    if compression == ".xz":
        from lzma import LZMACompressor

        return LZMACompressor(preset=2)
    return None
