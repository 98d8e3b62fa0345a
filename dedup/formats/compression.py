"""Plain, gzip and Zstandard files, streamed both ways.

Reading notices every cut and every flipped checksum: a damaged file is a FormatError, never
a short answer. Writing is deterministic: the bytes depend on the content alone (and the
library's version), not on the size of the pieces it came in, the name or the clock.
"""

from __future__ import annotations

import errno
import io
import os
import zlib
from contextlib import contextmanager, suppress
from gzip import BadGzipFile
from typing import TYPE_CHECKING, Any, BinaryIO, cast, final

import zstandard
from isal import igzip, isal_zlib

from dedup.errors import FormatError, InputError, OutputError
from dedup.formats.records import Compression, Input, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

# Larger windows are a way to make a reader allocate gigabytes; 128 MiB is what `zstd -d`
# accepts without being asked.
WINDOW_LIMIT = 2**27
# igzip's output depends on where its input is cut (five cuts gave five outputs), so the
# writer always hands over pieces of this many bytes; zstd's does not.
PIECE = 2**20
# From this size on, what needs no such pieces is handed on without being copied.
DIRECT = 2**16
READ_BUFFER = 2**20

_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_GZIP_MAGIC = b"\x1f\x8b"
_FULL = "make room or name another folder; nothing was left under the final name"
_HINTS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "the limit on file size (ulimit -f) is too low for this output",
    errno.EACCES: "name a folder you may write to",
    errno.EROFS: "name a folder you may write to",
}
# igzip's stub calls its error class a value.
_DAMAGE: tuple[type[Exception], ...] = (
    BadGzipFile,
    cast("type[Exception]", isal_zlib.error),
    zlib.error,
    zstandard.ZstdError,
)
_KINDS: dict[Compression, str] = {"": "file", ".gz": "gzip file", ".zst": "Zstandard file"}


def compression_of(name: str) -> Compression:
    """The compression that a file name tells, in any case; "" for none."""
    suffix = os.path.splitext(name)[1].lower()
    return cast("Compression", suffix) if suffix in (".gz", ".zst") else ""


def compression_by_magic(start: bytes) -> Compression:
    """The compression that a file's first four bytes tell; "" for none."""
    if start.startswith(_GZIP_MAGIC):
        return ".gz"
    return ".zst" if start.startswith(_ZSTD_MAGIC) else ""


@final
class InputStream:
    """The decompressed bytes of one input, from its start.

    Opening raises InputError when the file is gone, unreadable or changed since it was
    found; reading raises FormatError when it is cut or damaged.
    """

    def __init__(self, item: Input) -> None:
        self._item = item
        with reading(item.path, item.compression):
            self._raw = _open_raw(item)
            try:
                self._check_stamp()
                self._stream = _decompressing(self._raw, item)
            except BaseException:
                self._raw.close()
                raise

    def some(self, size: int) -> bytes:
        """The next `size` bytes; fewer at the end, b"" after it."""
        with reading(self._item.path, self._item.compression):
            data = self._stream.read(size)
        if not data:
            self._check_stamp()
        return data

    def start(self) -> bytes:
        """The first four bytes, before anything is read; fewer where there are no more."""
        with reading(self._item.path, self._item.compression):
            return self._stream.peek(4)[:4]

    def all(self) -> bytes:
        """The rest of the input."""
        with reading(self._item.path, self._item.compression):
            data = self._stream.read()
        self._check_stamp()
        return data

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._stream.close()
        self._raw.close()

    def __enter__(self) -> InputStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_stamp(self) -> None:
        if self._item.stamp is not None and stamp(os.fstat(self._raw.fileno())) != self._item.stamp:
            message = f"{shown(self._item.path)}: the file changed while it was being read"
            hint = "run again when nothing writes to it"
            raise InputError(message, path=self._item.path, hint=hint)


def stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    """What must stay the same between two readings of a file."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@contextmanager
def reading(path: str, compression: Compression = "") -> Iterator[None]:
    """Turn what a read can raise into InputError and FormatError with the path."""
    kind = _KINDS[compression]
    try:
        yield
    except EOFError as error:
        message = f"{shown(path)}: the {kind} is cut off: it ends inside its compressed data"
        raise FormatError(message, path=path, hint="fetch the file again") from error
    except _DAMAGE as error:
        message = f"{shown(path)}: not a sound {kind}: {_reason(error)}"
        hint = "fetch the file again, or give it the suffix of what it is"
        raise FormatError(message, path=path, hint=hint) from error
    except OSError as error:
        message = f"{shown(path)}: cannot be read: {error.strerror or error}"
        raise InputError(message, path=path) from error


def _reason(error: Exception) -> str:
    text = str(error)
    if isinstance(error, zstandard.ZstdError):
        return text.removeprefix("zstd decompress error: ")
    return text[:120]


def _open_raw(item: Input) -> BinaryIO:
    if item.spool is None:
        return open(item.path, "rb", buffering=0)
    spool = os.fdopen(os.dup(item.spool.fileno()), "rb", buffering=0)
    spool.seek(0)
    return spool


def _decompressing(raw: BinaryIO, item: Input) -> io.BufferedReader:
    stream: Any = raw
    if item.compression == ".gz":
        if raw.read(1) == b"":
            raise EOFError
        raw.seek(0)
        stream = igzip.IGzipFile(fileobj=raw, mode="rb")  # type: ignore[no-untyped-call]
    elif item.compression == ".zst":
        _check_frames(raw, item.path)
        raw.seek(0)
        decompressor = zstandard.ZstdDecompressor(max_window_size=WINDOW_LIMIT)
        stream = decompressor.stream_reader(raw, read_size=READ_BUFFER, read_across_frames=True)
    return io.BufferedReader(stream, READ_BUFFER)


def _check_frames(raw: BinaryIO, path: str) -> None:
    """Walk from block header to block header to the end of a Zstandard file.

    zstandard's stream reader takes a cut file for a short one and says nothing, so the
    layout (RFC 8878, 3.1.1) is checked first; a block is at most 128 KiB of text, so a
    file of 300 MB costs 2,400 small reads.
    """
    file: io.BufferedReader[Any] = io.BufferedReader(cast("io.RawIOBase", raw), 4096)
    size = os.fstat(raw.fileno()).st_size
    place = 0
    while place < size or size == 0:
        file.seek(place)
        place = _frame_end(file, place, path)
        if place > size:
            raise EOFError
    file.detach()


def _frame_end(file: io.BufferedReader[Any], place: int, path: str) -> int:
    head = file.read(18)
    skippable = head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5
    if len(head) < (8 if skippable else 5):
        raise EOFError
    if skippable:
        return place + 8 + int.from_bytes(head[4:8], "little")
    if not head.startswith(_ZSTD_MAGIC):
        raise zstandard.ZstdError(f"no frame begins at byte {place}")
    length = zstandard.frame_header_size(head)
    if len(head) < length:
        raise EOFError
    frame = zstandard.get_frame_parameters(head)
    if frame.window_size > WINDOW_LIMIT:
        message = f"a window of {frame.window_size} bytes; at most {WINDOW_LIMIT} are allowed"
        raise FormatError(f"{shown(path)}: {message}", path=path, hint="compress without --long")
    place += length
    while True:
        file.seek(place)
        block = int.from_bytes(_exactly(file, 3), "little")
        place += 3 + (1 if (block >> 1) & 3 == 1 else block >> 3)
        if block & 1:
            return place + 4 * frame.has_checksum


def _exactly(file: io.BufferedReader[Any], count: int) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise EOFError
    return data


@final
class OutputStream:
    """A new file, written in any pieces; its bytes depend on the content alone.

    name: the path that messages show, where it is not `path`. Raises OutputError (path,
    reason, remedy) when the disk is full or the file exists.
    """

    def __init__(self, path: str, compression: Compression = "", *, name: str = "") -> None:
        self._path = name or path
        self._pending = bytearray()
        self._compressor: Any = None
        self._by_piece = compression == ".gz"
        if compression == ".gz":
            # Level 2, format 31: a gzip header with time 0 and no name.
            self._compressor = isal_zlib.compressobj(2, isal_zlib.DEFLATED, 31)
        elif compression == ".zst":
            self._compressor = zstandard.ZstdCompressor(level=3, write_checksum=True).compressobj()
        with writing(self._path):
            self._file = open(path, "xb", buffering=0)  # noqa: SIM115 -- closed by close()

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
        with writing(self._path), memoryview(data) as rest:
            done = 0
            while done < len(rest):
                done += self._file.write(rest[done:]) or 0


@contextmanager
def writing(path: str) -> Iterator[None]:
    """Turn what a write can raise into OutputError with the path and the remedy."""
    try:
        yield
    except FileExistsError as error:
        message = f"{shown(path)}: exists already"
        hint = "another name in the input leads to the same file"
        raise OutputError(message, path=path, hint=hint) from error
    except OSError as error:
        message = f"{shown(path)}: cannot be written: {error.strerror or error}"
        raise OutputError(message, path=path, hint=_HINTS.get(error.errno or 0)) from error
