"""bzip2 and xz files: one member after the other, every one of them sound.

The standard library's own file objects ignore what follows the first member when it is not
the start of another one, so a file damaged there would be a short one; here it is an error.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO, final

if TYPE_CHECKING:
    from collections.abc import Callable

READ_SIZE = 2**18
# Bytes of memory an xz file may ask for: `xz -9` needs 65 MiB; more is a way to make a reader
# allocate gigabytes.
XZ_MEMORY = 2**28


class Unsound(Exception):
    """The compressed data is damaged."""


def bzip2_members(raw: BinaryIO) -> io.RawIOBase:
    """The text of a bzip2 file. Reading raises EOFError where it is cut, Unsound where damaged."""
    from bz2 import BZ2Decompressor

    return _Members(raw, BZ2Decompressor, damage=OSError)


def xz_members(raw: BinaryIO) -> io.RawIOBase:
    """The text of an xz file. Reading raises EOFError where it is cut, Unsound where damaged."""
    from lzma import FORMAT_XZ, LZMADecompressor, LZMAError

    def make() -> LZMADecompressor:
        return LZMADecompressor(FORMAT_XZ, XZ_MEMORY)

    return _Members(raw, make, damage=LZMAError, padding=4)


@final
class _Members(io.RawIOBase):
    """make: a decompressor of one member. damage: what it raises.

    padding: zero bytes may stand between members, in groups of so many; 0: they may not.
    """

    def __init__(
        self,
        raw: BinaryIO,
        make: Callable[[], Any],
        *,
        damage: type[Exception],
        padding: int = 0,
    ) -> None:
        self._raw = raw
        self._make = make
        self._damage = damage
        self._padding = padding
        self._member = make()
        self._ahead = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a part of the buffer; 0 at the end."""
        while True:
            if self._member.eof and not self._next_member():
                return 0
            waits = self._member.needs_input
            data = self._compressed() if waits else b""
            if waits and not data:
                raise EOFError
            try:
                made = self._member.decompress(data, len(buffer))
            except self._damage as error:
                raise Unsound(str(error)) from error
            if made:
                buffer[: len(made)] = made
                return len(made)

    def _compressed(self) -> bytes:
        """The next bytes of the file; what was read and not used comes first."""
        ahead, self._ahead = self._ahead, b""
        return ahead or self._raw.read(READ_SIZE)

    def _next_member(self) -> bool:
        """Go on to the next member; False at the end of the file."""
        rest, zeros = self._member.unused_data or self._compressed(), 0
        while self._padding and rest:
            start = rest.lstrip(b"\0")
            zeros += len(rest) - len(start)
            if start:
                rest = start
                break
            rest = self._compressed()
        if zeros and zeros % self._padding:
            raise EOFError
        if rest:
            self._member, self._ahead = self._make(), rest
        return bool(rest)
