"""How much memory a run may take: sizes as people write them, and what the machine has free."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from dedup.errors import DedupError

# The interpreter, the core and what they work on take nearly as much; under a smaller limit more
# than 64 MB beyond it were held.
LEAST = 128 * 10**6

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY_UNITS = {"ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
_SIZE = r"(?i)(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?"

# Files of a process's group, limit and use: version 2, then 1.
_GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


def bytes_of(size: object) -> int:
    """The bytes of a size: a number, or text such as 512M, 4G, 1.5GiB (M is 10^6, Mi 2^20).

    Raises DedupError where it is no size, or less than a run needs (128 MB).
    """
    number: int | None = size if isinstance(size, int) and not isinstance(size, bool) else None
    if isinstance(size, str):
        number = said_size(size)
    if number is None:
        message = f"memory is {size!r}; it must be a size such as 512M or 4G"
        raise DedupError(message, hint="leave it out for half of what is free")
    if number < LEAST:
        # Megabytes are what people mean by a bare number.
        hint = f"did you mean {size}M" if str(size).isdecimal() and number >= 128 else None
        raise DedupError(f"memory is {size}; it must be at least 128M", hint=hint)
    return min(number, 2**62)


def said_size(text: str) -> int | None:
    """The bytes that a text says, as 512M, 1.5GiB or 1000; None where it says no size."""
    found = re.fullmatch(_SIZE, text.strip())
    if found is None:
        return None
    unit = {**_UNITS, **_BINARY_UNITS}[(found[2] or "").lower()]
    # More than any machine has is no limit; the core's numbers have 63 bits.
    return int(min(float(found[1]) * unit, 2**62))


def half_of_what_is_free() -> int | None:
    """Bytes, at least the least that is allowed; None where the system does not say."""
    free = [
        size for size in (_free_of_machine(), *map(_free_of_group, _GROUPS)) if size is not None
    ]
    return max(min(free) // 2, LEAST) if free else None


def _free_of_machine() -> int | None:
    for line in _read("/proc/meminfo").splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return None


def _free_of_group(files: tuple[str, str]) -> int | None:
    limit, used = map(_read, files)
    # "max" where there is no limit.
    return max(int(limit) - int(used), 0) if limit.isdecimal() and used.isdecimal() else None


def _read(path: str) -> str:
    with suppress(OSError):
        return Path(path).read_text(encoding="ascii").strip()
    return ""
