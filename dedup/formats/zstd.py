"""Whether a Zstandard file is whole: a walk over its frames before anything is decompressed.

zstandard's stream reader takes a cut file for a short one and says nothing, so the layout
(RFC 8878, 3.1.1) is checked first; a block is at most 128 KiB of text, so a file of 300 MB
costs 2,400 small reads.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any, cast

from dedup.errors import FormatError
from dedup.formats.records import shown

if TYPE_CHECKING:
    from typing import BinaryIO

MAGIC = b"\x28\xb5\x2f\xfd"
# Larger windows are a way to make a reader allocate gigabytes; 128 MiB is what `zstd -d`
# accepts without being asked.
WINDOW_LIMIT = 2**27


def check_frames(raw: BinaryIO, path: str) -> None:
    """Walk from block header to block header to the end of an open file.

    Raises EOFError where it is cut, ZstdError where no frame begins, FormatError where a
    window is larger than WINDOW_LIMIT.
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
    from zstandard import ZstdError, frame_header_size, get_frame_parameters

    head = file.read(18)
    skippable = head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5
    if len(head) < (8 if skippable else 5):
        raise EOFError
    if skippable:
        return place + 8 + int.from_bytes(head[4:8], "little")
    if not head.startswith(MAGIC):
        raise ZstdError(f"no frame begins at byte {place}")
    length = frame_header_size(head)
    if len(head) < length:
        raise EOFError
    frame = get_frame_parameters(head)
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
