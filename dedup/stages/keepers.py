"""Keeper order: which block is visited first, and so stays when others match it.

`first` needs no order. The others give every block a rank; lower ranks are visited first, ties by
the content of the document, then by position, which the core adds.
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from sys import float_info
from typing import TYPE_CHECKING, Any, Protocol

from dedup.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dedup.settings import KeepRule

# Larger than any rank: documents without the wanted field come last.
LAST = 2**32 - 1

# Sources whose preference is remembered: nearly always one stands beside the other.
SOURCES = 4096


class Keys(Protocol):
    """Byte strings that the core holds; see `_core.Strings`."""

    def __len__(self) -> int: ...
    def append(self, strings: Sequence[bytes]) -> None: ...  # noqa: D102
    def after(self, first: int) -> tuple[bytes, bytes]: ...  # noqa: D102
    def append_all(self, bytes: bytes, ends: bytes) -> None: ...  # noqa: D102
    def are_empty(self) -> bool: ...  # noqa: D102
    def ranks(self, *, descending: bool = False) -> bytes: ...  # noqa: D102


@dataclass(slots=True, eq=False, repr=False)
class KeeperOrder:
    """What the rule of `keep` needs of the documents, gathered as they are read.

    wanted: the field of each record that it asks for, None for none. function: what it asks of each
    document as a whole, None for nothing.
    """

    rule: str
    arguments: Sequence[str]
    wanted: str | None
    function: Callable[[Any], Any] | None = None
    _dates: Keys | None = None
    _preferences: array[int] = field(default_factory=lambda: array("I"))
    _values: list[Any] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)
    _first: str = ""

    @classmethod
    def of(cls, rule: KeepRule, keys: Callable[[], Keys]) -> KeeperOrder:
        """The order of a policy's rule, with no document yet; keys: makes an empty column."""
        if rule.name in ("earliest", "latest"):
            return cls(rule.name, (), rule.arguments[0], _dates=keys())
        if rule.name == "prefer-field":
            return cls(rule.name, rule.arguments[1:], rule.arguments[0])
        return cls(rule.name, rule.arguments, None, rule.function)

    @property
    def by_line(self) -> bool:
        """Whether the rule tells lines of one file apart: it names some, as in `a.jsonl:7`."""
        return self.rule == "prefer" and any(":" in pattern for pattern in self.arguments)

    @property
    def of_documents(self) -> bool:
        """Whether ranks are those of documents, else of blocks."""
        return self.rule not in ("first", "longest")

    def note(
        self, sources: Sequence[str], values: Sequence[Any], typed: Sequence[str] = ()
    ) -> None:
        """Take in the next documents; values: of the wanted field, or what the function gave.

        They may be empty where no document has one.

        typed: the paths of their files as the user gave them, where they have any.
        """
        if self.rule == "prefer":
            self._preferences.extend(map(self._preference, sources, typed or sources))
            return
        values = values or [None] * len(sources)
        if self.rule == "prefer-field":
            self._preferences.extend(value_preference(value, self.arguments) for value in values)
        elif self.rule == "callable":
            self._values += values
        elif self._dates is not None:
            self._dates.append([date_key(date) for date in values])

    def pass_over(self, values: Sequence[Any]) -> None:
        """Take in documents that stay anyway: the corpus is held against them.

        values: of the wanted field; only dates matter, by which versions follow one another.
        """
        if self.rule in ("prefer", "prefer-field"):
            self._preferences.extend([len(self.arguments)] * len(values))
        elif self.rule == "callable":
            self._values += [None] * len(values)
        elif self._dates is not None:
            self._dates.append([date_key(date) for date in values])

    def noted(self, documents: int) -> dict[str, Any]:
        """What was noted of the documents after the first so many: bytes, and a text."""
        dates, ends = (b"", b"") if self._dates is None else self._dates.after(documents)
        preferences = self._preferences[documents:].tobytes()
        return {"ranks": preferences, "dates": dates, "ends": ends, "first": self._first}

    def take_back(self, noted: Mapping[str, Any]) -> None:
        """Take in again what `noted` gave, in order."""
        self._preferences.frombytes(noted["ranks"])
        if self._dates is not None:
            self._dates.append_all(noted["dates"], noted["ends"])
        self._first = noted["first"]

    def ranks(self, tokens: Callable[[], bytes]) -> bytes | None:
        """The rank of each block or document (`of_documents`), None for input order.

        tokens: gives the `uint32` tokens of each block.
        """
        if self.rule == "longest":
            return rank_longest(tokens())
        if self.rule == "callable":
            return self._ranks_of_values().tobytes()
        if self._dates is not None:
            return self._dates.ranks(descending=self.rule == "latest")
        return None if self.rule == "first" else self._preferences.tobytes()

    def dates(self, ranks: bytes | None) -> bytes | None:
        """`int64` of each document in the order of its date; None where the rule knows no dates.

        ranks: what `ranks` gave. The least number stands for no date.
        """
        if self._dates is None or ranks is None:
            return None
        import numpy

        found = numpy.frombuffer(ranks, "<u4").astype("<i8")
        undated = found == LAST
        dates = -found if self.rule == "latest" else found
        dates[undated] = numpy.iinfo("<i8").min
        made: bytes = dates.tobytes()
        return made

    def warning(self) -> str | None:
        """What to say where the rule found nothing to go by, so that the first copies stay."""
        if self._preferences and min(self._preferences) == len(self.arguments):
            if self.rule == "prefer-field":
                return f"prefer-field: no record has {self.wanted}={','.join(self.arguments)}"
            return (
                f"prefer: no source matches {','.join(self.arguments)}; sources are relative to "
                f"the folder that all inputs share, as in {self._first}"
            )
        if self._dates is not None and len(self._dates) and self._dates.are_empty():
            return f"{self.rule}: no record has the field {self.wanted}"
        return None

    def _ranks_of_values(self) -> array[int]:
        """Ranks by what the function gave, lowest first; None comes last."""
        ranks = array("I", [LAST]) * len(self._values)
        given = [place for place, value in enumerate(self._values) if value is not None]
        try:
            given.sort(key=self._values.__getitem__)
            rank, before = 0, None
            for number, place in enumerate(given):
                value = self._values[place]
                rank += bool(number and before < value)
                ranks[place], before = rank, value
        except Exception as error:
            message = f"keep: what {self.arguments[0]} returns cannot be sorted: {error}"
            hint = "return numbers, texts, or tuples of them, of one kind for all documents"
            raise PolicyError(message, field="keep", hint=hint) from error
        return ranks

    def _preference(self, source: str, typed: str) -> int:
        if source not in self._known:
            self._first = self._first or source
            if len(self._known) == SOURCES:
                self._known.clear()
            self._known[source] = preference(source, self.arguments, typed)
        return self._known[source]


def rank_longest(tokens: bytes) -> bytes:
    """Ranks by tokens, most first. tokens: `uint32` of each block."""
    import numpy

    ranks: bytes = (LAST - numpy.frombuffer(tokens, "<u4")).astype("<u4", copy=False).tobytes()
    return ranks


def date_key(date: Any) -> bytes:
    """A date as bytes in whose order dates stand, earliest first; none where it is no date.

    Numbers compare as numbers and come before texts; texts compare as they stand, which is
    the order of time for ISO 8601. None, true, false, NaN and other values are no dates.

    >>> date_key(-1) < date_key(1978) < date_key(1978.5) < date_key("1978-09-01")
    True
    """
    if isinstance(date, str):
        return b"\2" + date.encode("utf-8", "surrogatepass")
    if not _is_date(date):
        return b""
    if isinstance(date, float):
        return b"\1" + _ordered(date) + _rest(0)
    try:
        near = float(date)
    except OverflowError:
        near = float_info.max if date > 0 else -float_info.max
    # Beyond 2^53 several whole numbers share a float: they differ by what it leaves.
    return b"\1" + _ordered(near) + _rest(date - int(near))


def _ordered(number: float) -> bytes:
    """Eight bytes in the order of the numbers; -0.0 is 0.0."""
    (bits,) = struct.unpack(">Q", struct.pack(">d", number + 0.0))
    return struct.pack(">Q", bits ^ (2**64 - 1 if bits >> 63 else 2**63))


def _rest(number: int) -> bytes:
    """Bytes in the order of whole numbers of any size; one for 0."""
    if not number:
        return b"\x80"
    size = (abs(number).bit_length() + 7) // 8
    positive = b"\x81" + struct.pack(">Q", size) + abs(number).to_bytes(size, "big")
    return positive if number > 0 else bytes(255 - byte for byte in positive)


def value_preference(value: Any, patterns: Sequence[str]) -> int:
    """The number of the first pattern that a value matches; after the last where none does.

    A number is matched as it is written; nothing but texts and numbers matches.
    """
    if not _is_date(value):
        return len(patterns)
    places = (place for place, pattern in enumerate(patterns) if fnmatchcase(str(value), pattern))
    return next(places, len(patterns))


def _is_date(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and value == value


def preference(source: str, patterns: Sequence[str], typed: str = "") -> int:
    """The number of the first pattern that a source matches; after the last where none does.

    A source with a line, `path:line`, matches also what its path matches. typed: the path of its
    file as the user gave it, which may match too.
    """
    path, _, line = source.rpartition(":")
    names = [source, typed, path] if line.isdecimal() else [source, typed]
    if line.isdecimal():
        names.append(f"{typed}:{line}")
    places = (
        place
        for place, pattern in enumerate(patterns)
        if any(fnmatchcase(name, pattern) for name in names)
    )
    return next(places, len(patterns))
