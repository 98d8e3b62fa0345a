"""Reading files that are plain or compressed with gzip, Zstandard, bzip2 or xz.

Every cut and every flipped checksum is noticed: a damaged file is a FormatError, never a
short answer. So is one that grows out of all proportion.
"""

from __future__ import annotations

import io
import os
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, cast, final

from dedup.errors import FormatError, InputError
from dedup.formats.members import Unsound, bzip2_members, xz_members
from dedup.formats.records import Compression, Input, shown
from dedup.formats.zstd import MAGIC as ZSTD_MAGIC
from dedup.formats.zstd import WINDOW_LIMIT, check_frames

if TYPE_CHECKING:
    from collections.abc import Iterator

READ_BUFFER = 2**20
# Bytes that are enough for `compression_by_magic`.
MAGIC_LENGTH = 10
# So much may come of any file before its growth is looked at: text that small harms no one.
HARMLESS = 2**26

SUFFIXES: tuple[Compression, ...] = (".gz", ".zst", ".bz2", ".xz")
_GZIP_MAGIC = b"\x1f\x8b"
_XZ_MAGIC = b"\xfd7zXZ\x00"
_BZIP2_MAGIC = b"BZh"
# After its name and level a bzip2 file has the digits of pi (a block) or of its root (no block).
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
_GZIP = b"\x1f\x8b"
_KINDS: dict[Compression, str] = {
    "": "file",
    ".gz": "gzip file",
    ".zst": "Zstandard file",
    ".bz2": "bzip2 file",
    ".xz": "xz file",
}


def compression_of(name: str) -> Compression:
    """The compression that a file name tells, in any case; "" for none."""
    suffix = os.path.splitext(name)[1].lower()
    return suffix if suffix in SUFFIXES else ""


def compression_by_magic(start: bytes) -> Compression:
    """The compression that a file's first MAGIC_LENGTH bytes tell; "" for none."""
    if start.startswith(_GZIP_MAGIC):
        return ".gz"
    if start.startswith(ZSTD_MAGIC):
        return ".zst"
    if start.startswith(_XZ_MAGIC):
        return ".xz"
    bzip2 = start.startswith(_BZIP2_MAGIC) and start[4:MAGIC_LENGTH] in _BZIP2_BLOCKS
    return ".bz2" if bzip2 else ""


@final
class InputStream:
    """The decompressed bytes of one input, from its start.

    Opening raises InputError when the file is gone, unreadable or changed since it was
    found; reading raises FormatError when it is cut or damaged.
    """

    def __init__(self, item: Input, max_expansion: float | None = None) -> None:
        self._item = item
        self._max_expansion = max_expansion
        self._made = 0
        with reading(item.path, item.compression):
            self._raw = open_input(item)
            try:
                self._stream = _decompressing(self._raw, item)
            except BaseException:
                self._raw.close()
                raise

    def some(self, size: int) -> bytes:
        """The next `size` bytes; fewer at the end, b"" after it."""
        with reading(self._item.path, self._item.compression, self._made):
            data = self._stream.read(size)
        if not data:
            check_stamp(self._item, self._raw)
        self._made += len(data)
        if self._max_expansion is not None and self._item.compression:
            check_growth(self._item, self._made, self._raw.tell(), self._max_expansion)
        return data

    def start(self) -> bytes:
        """The first MAGIC_LENGTH bytes, before anything is read; fewer where there are no more."""
        with reading(self._item.path, self._item.compression):
            return self._stream.peek(MAGIC_LENGTH)[:MAGIC_LENGTH]

    def all(self) -> bytes:
        """The rest of the input."""
        return b"".join(iter(lambda: self.some(READ_BUFFER), b""))

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._stream.close()
        self._raw.close()

    def __enter__(self) -> InputStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def check_growth(item: Input, made: int, used: int, most: float) -> None:
    """Raise FormatError where more than `most` times as many bytes came as were used, and many."""
    if made > HARMLESS and made > most * used:
        path = item.path
        message = f"{shown(path)}: grows to more than {most:g} times its size: "
        message += f"{made:,} bytes out of {used:,}"
        hint = "raise --max-expansion if you trust the file"
        raise FormatError(message, path=path, hint=hint)


def stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    """What must stay the same between two readings of a file."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def check_stamp(item: Input, raw: BinaryIO) -> None:
    """Raise InputError where an open file changed since it was found."""
    if item.stamp is not None and stamp(os.fstat(raw.fileno())) != item.stamp:
        message = f"{shown(item.path)}: the file changed while it was being read"
        raise InputError(message, path=item.path, hint="run again when nothing writes to it")


def open_input(item: Input) -> BinaryIO:
    """The bytes of an input as they stand on disk; InputError where it changed meanwhile."""
    raw = _open_raw(item)
    try:
        check_stamp(item, raw)
    except BaseException:
        raw.close()
        raise
    return raw


@contextmanager
def reading(path: str, compression: Compression = "", made: int = 0) -> Iterator[None]:
    """Turn what a read can raise into InputError and FormatError with the path.

    made: bytes that came out of it before, after which the damage is.
    """
    kind = _KINDS[compression]
    after = f", after {made:,} bytes of what it holds" if made else ""
    try:
        yield
    except EOFError as error:
        message = f"{shown(path)}: the {kind} is cut off: it ends inside its compressed data{after}"
        hint = "fetch the file again, or cut off what was appended behind its end"
        raise FormatError(message, path=path, hint=hint) from error
    except _damage() as error:
        message = f"{shown(path)}: not a sound {kind}: {_reason(error)}{after}"
        hint = "fetch the file again, or give it the suffix of what it is"
        raise FormatError(message, path=path, hint=hint) from error
    except OSError as error:
        message = f"{shown(path)}: cannot be read: {error.strerror or error}"
        raise InputError(message, path=path) from error


def _damage() -> tuple[type[Exception], ...]:
    """What damaged data raises. Most runs read plain files, and load no library for others."""
    from gzip import BadGzipFile

    from isal import isal_zlib
    from zstandard import ZstdError

    # igzip's stub calls its error class a value.
    igzip_error = cast("type[Exception]", isal_zlib.error)
    return BadGzipFile, igzip_error, zlib.error, ZstdError, Unsound


def _reason(error: Exception) -> str:
    return str(error).removeprefix("zstd decompress error: ")[:120]


def _open_raw(item: Input) -> BinaryIO:
    if item.spool is None:
        return open(item.path, "rb", buffering=0)
    spool = os.fdopen(os.dup(item.spool.fileno()), "rb", buffering=0)
    spool.seek(0)
    return spool


def _decompressing(raw: BinaryIO, item: Input) -> io.BufferedReader:
    stream: Any = raw
    if item.compression == ".gz":
        from gzip import BadGzipFile

        from isal import igzip

        magic = raw.read(2)
        if not magic:
            raise EOFError
        if magic != _GZIP[: len(magic)]:
            raise BadGzipFile(f"it begins with {magic!r}")
        raw.seek(0)
        stream = igzip.IGzipFile(fileobj=raw, mode="rb")  # type: ignore[no-untyped-call]
    elif item.compression == ".zst":
        from zstandard import ZstdDecompressor

        check_frames(raw, item.path)
        raw.seek(0)
        decompressor = ZstdDecompressor(max_window_size=WINDOW_LIMIT)
        stream = decompressor.stream_reader(raw, read_size=READ_BUFFER, read_across_frames=True)
    elif item.compression == ".bz2":
        stream = bzip2_members(raw)
    elif item.compression == ".xz":
        stream = xz_members(raw)
    return io.BufferedReader(stream, READ_BUFFER)
