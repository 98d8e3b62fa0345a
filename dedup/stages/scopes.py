"""Which documents are compared with which: their groups, and their times.

Values of two fields in, one number a document out; the core asks no more than whether two documents
have one group, and how far apart their times are.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dedup.settings import WindowRule

# What the core takes for no time.
UNDATED = -(2**63)
# Numbers from here on are milliseconds: as seconds they would lie after the year 5000.
MILLISECONDS_FROM = 10**11
# No calendar reaches further, and sums of two stay far inside 64 bits.
_MOST_SECONDS = 10**15
_ISO = (
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)? ?([Zz]|[+-]\d\d(?::?\d\d)?)?"
)
_DIGITS = r"(\d{4})(\d\d)(\d\d)"
_NUMBER = r"-?\d{1,18}(\.\d+)?"


@dataclass(slots=True, eq=False, repr=False)
class Scopes:
    """What `group_by`, `window` and the order of versions need of the documents, as they are read.

    group_field, time_field, date_field: the fields they ask for, None for none.
    """

    group_field: str | None
    time_field: str | None
    date_field: str | None = None
    _names: dict[str, int] = field(default_factory=lambda: {"": 0})
    _groups: array[int] = field(default_factory=lambda: array("I"))
    _times: array[int] = field(default_factory=lambda: array("q"))
    _dates: array[int] = field(default_factory=lambda: array("q"))

    @classmethod
    def of(
        cls, group_by: str | None, window: WindowRule | None, date_field: str | None = None
    ) -> Scopes:
        """The scopes of a policy, with no document yet; date_field: see `Reading`."""
        return cls(group_by, None if window is None else window.field, date_field)

    def note(self, groups: Sequence[Any], times: Sequence[Any], dates: Sequence[Any] = ()) -> None:
        """Take in the next documents' values; what is not asked for is passed over."""
        if self.group_field is not None:
            self._groups.extend(
                self._names.setdefault(group_name(value), len(self._names)) for value in groups
            )
        if self.time_field is not None:
            self._times.extend(map(_time, times))
        if self.date_field is not None:
            self._dates.extend(map(_time, dates))

    def noted(self, documents: int) -> dict[str, Any]:
        """What was noted of the documents after the first so many: bytes, and names of groups."""
        groups = self._groups[documents:]
        places = {number: place for place, number in enumerate(dict.fromkeys(groups))}
        names = list(self._names) if places else []
        return {
            "names": [names[number] for number in places],
            "groups": array("I", map(places.__getitem__, groups)).tobytes(),
            "times": self._times[documents:].tobytes(),
            "dates": self._dates[documents:].tobytes(),
        }

    def take_back(self, noted: Mapping[str, Any]) -> None:
        """Take in again what `noted` gave, in order."""
        numbers = [self._names.setdefault(name, len(self._names)) for name in noted["names"]]
        groups = array("I")
        groups.frombytes(noted["groups"])
        self._groups.extend(map(numbers.__getitem__, groups))
        self._times.frombytes(noted["times"])
        self._dates.frombytes(noted["dates"])

    def groups(self) -> bytes | None:
        """The `uint32` group of each document, None where there are no groups."""
        return None if self.group_field is None else self._groups.tobytes()

    def times(self) -> bytes | None:
        """The `int64` seconds of each document, None where there is no window."""
        return None if self.time_field is None else self._times.tobytes()

    def dates(self) -> bytes | None:
        """The `int64` seconds by which versions follow one another, None where there are none."""
        return self.times() if self.date_field is None else self._dates.tobytes()

    def warnings(self) -> list[str]:
        """What to say where fields are missing, so that other texts are compared than was meant."""
        found = []
        if self._groups and not any(self._groups):
            found.append(f"group_by: no record has the field {self.group_field}")
        undated = sum(time == UNDATED for time in self._times)
        if undated:
            count = f"{undated:,} of {len(self._times):,} documents have"
            found.append(
                f"window: {count} no date in the field {self.time_field}; they match no other one"
            )
        undated = sum(date == UNDATED for date in self._dates)
        if undated:
            count = f"{undated:,} of {len(self._dates):,} documents have"
            found.append(
                f"date_field: {count} no date in the field {self.date_field}; they are the last "
                "versions of their stories"
            )
        return found


def _time(value: Any) -> int:
    seconds = seconds_of(value)
    return UNDATED if seconds is None else seconds


def group_name(value: Any) -> str:
    """The name of a document's group; empty for no value, which is a group too.

    >>> group_name("fr"), group_name(7), group_name("7"), group_name(None)
    ('fr', '7', '7', '')
    """
    if value is None or isinstance(value, str):
        return value or ""
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS).decode()


# Most runs read no date.
_compiled = cache(re.compile)


def seconds_of(value: Any) -> int | None:
    """Seconds since 1970 of a date, whole ones; None for what is no date.

    Dates and times of ISO 8601 (in UTC where they name no zone, at midnight where they name no
    time) and YYYYMMDD; numbers are seconds, from 10^11 on milliseconds.

    >>> seconds_of("1970-01-02"), seconds_of("1970-01-01T01:00:00+01:00"), seconds_of(1.5)
    (86400, 0, 1)
    """
    if isinstance(value, str):
        value = value.strip()
        if (found := _compiled(_ISO).fullmatch(value)) is not None:
            return _seconds(*found.groups())
        if _compiled(_NUMBER).fullmatch(value) is None:
            return None
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not -_MOST_SECONDS < value < _MOST_SECONDS:  # not a number, too
        return None
    whole = value // 1
    if (found := _compiled(_DIGITS).fullmatch(str(int(whole)))) is not None and whole == value:
        date = _seconds(*found.groups())
        if date is not None:
            return date
    return int(whole // 1000 if abs(whole) >= MILLISECONDS_FROM else whole)


def _seconds(  # noqa: PLR0913 -- the parts of a date
    year: str,
    month: str,
    day: str,
    hour: str | None = None,
    minute: str | None = None,
    second: str | None = None,
    zone: str | None = None,
) -> int | None:
    parts = [int(part or 0) for part in (year, month, day, hour, minute)]
    try:
        moment = datetime(*parts, tzinfo=timezone.utc)  # type: ignore[misc, arg-type]
    except ValueError:
        return None
    # A leap second is the next one.
    moment_seconds = (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(seconds=1)
    offset = 0
    if zone is not None and zone not in "Zz":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = (int(digits[:2]) * 60 + int(digits[2:])) * 60 * (-1 if zone[0] == "-" else 1)
    return moment_seconds + int(second or 0) - offset
