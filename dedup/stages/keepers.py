"""Keeper order: which block is visited first, and so stays when others match it.

`first` needs no order. The others give every block a rank; lower ranks are visited first, ties by
the content of the document, then by position, which the core adds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from dedup.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dedup.settings import KeepRule

# Larger than any rank: documents without the wanted field come last.
LAST = 2**32 - 1


@dataclass(slots=True)
class KeeperOrder:
    """What the rule of `keep` needs of the documents, gathered as they are read.

    wanted: the field of each record that it asks for, None for none. function: what it asks of each
    document as a whole, None for nothing.
    """

    rule: str
    arguments: Sequence[str]
    wanted: str | None
    function: Callable[[Any], Any] | None = None
    _ranks: list[int] = field(default_factory=list)
    _dates: list[Any] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rule: KeepRule) -> KeeperOrder:
        """The order of a policy's rule, with no document yet."""
        if rule.name in ("earliest", "latest"):
            return cls(rule.name, (), rule.arguments[0])
        if rule.name == "prefer-field":
            return cls(rule.name, rule.arguments[1:], rule.arguments[0])
        return cls(rule.name, rule.arguments, None, rule.function)

    @property
    def by_line(self) -> bool:
        """Whether the rule tells lines of one file apart: it names some, as in `a.jsonl:7`."""
        return self.rule == "prefer" and any(":" in pattern for pattern in self.arguments)

    def note(
        self, sources: Sequence[str], values: Sequence[Any], typed: Sequence[str] = ()
    ) -> None:
        """Take in the next documents; values: of the wanted field, or what the function gave.

        typed: the paths of their files as the user gave them, where they have any.
        """
        if self.rule == "prefer":
            self._ranks += map(self._preference, sources, typed or sources)
        elif self.rule == "prefer-field":
            self._ranks += [value_preference(value, self.arguments) for value in values]
        elif self.rule in ("earliest", "latest", "callable"):
            self._dates += values

    def noted(self, documents: int) -> dict[str, Any]:
        """What was noted of the documents after the first so many, as JSON values."""
        dates = [date if _is_date(date) else None for date in self._dates[documents:]]
        first = next(iter(self._known.items()), None)
        return {"ranks": self._ranks[documents:], "dates": dates, "first": first}

    def take_back(self, noted: dict[str, Any]) -> None:
        """Take in again what `noted` gave, in order."""
        self._ranks += noted["ranks"]
        self._dates += noted["dates"]
        if noted["first"] is not None:
            source, rank = noted["first"]
            self._known[source] = rank

    def ranks(self, tokens: Callable[[], bytes], documents: Callable[[], bytes]) -> bytes | None:
        """The rank of each block, None for input order.

        tokens, documents: give the `uint32` tokens and the document of each block.
        """
        match self.rule:
            case "longest":
                return rank_longest(tokens())
            case "earliest":
                return rank_by_document(documents(), earliest_ranks(self._dates))
            case "latest":
                return rank_by_document(documents(), latest_ranks(self._dates))
            case "callable":
                return rank_by_document(documents(), self._ranks_of_keys())
            case "prefer" | "prefer-field":
                return rank_by_document(documents(), self._ranks)
        return None

    def warning(self) -> str | None:
        """What to say where the rule found nothing to go by, so that the first copies stay."""
        if self.rule == "prefer" and self._ranks and min(self._ranks) == len(self.arguments):
            example = next(iter(self._known))
            return (
                f"prefer: no source matches {','.join(self.arguments)}; sources are relative to "
                f"the folder that all inputs share, as in {example}"
            )
        dated = self.rule in ("earliest", "latest")
        if dated and self._dates and not any(map(_is_date, self._dates)):
            return f"{self.rule}: no record has the field {self.wanted}"
        if self.rule == "prefer-field" and self._ranks and min(self._ranks) == len(self.arguments):
            return f"prefer-field: no record has {self.wanted}={','.join(self.arguments)}"
        return None

    def _ranks_of_keys(self) -> list[int]:
        """Ranks by what the function gave, lowest first; None comes last."""
        keys = [key for key in self._dates if key is not None]
        try:
            ordered = sorted(keys)
            rank, ranks = -1, {}
            for place, key in enumerate(ordered):
                rank += not place or ordered[place - 1] < key
                ranks[id(key)] = rank
        except Exception as error:
            message = f"keep: what {self.arguments[0]} returns cannot be sorted: {error}"
            hint = "return numbers, texts, or tuples of them, of one kind for all documents"
            raise PolicyError(message, field="keep", hint=hint) from error
        return [LAST if key is None else ranks[id(key)] for key in self._dates]

    def _preference(self, source: str, typed: str) -> int:
        if source not in self._known:
            self._known[source] = preference(source, self.arguments, typed)
        return self._known[source]


def rank_longest(tokens: bytes) -> bytes:
    """Ranks by tokens, most first. tokens: `uint32` of each block."""
    import numpy

    counts = numpy.frombuffer(tokens, "<u4")
    return (LAST - counts).astype("<u4").tobytes()


def rank_by_document(documents: bytes, ranks: Sequence[int]) -> bytes:
    """Give every block its document's rank. documents: `uint32` document of each block."""
    import numpy

    numbers = numpy.frombuffer(documents, "<u4")
    return numpy.asarray(ranks, "<u4")[numbers].tobytes() if len(ranks) else b""


def earliest_ranks(dates: Sequence[Any]) -> list[int]:
    """Ranks of documents by date, earliest first; equal dates share a rank.

    Numbers compare as numbers and come before texts; texts compare as they stand, which is
    the order of time for ISO 8601. None and other values come last.
    """
    ordered = sorted({_date_key(date) for date in dates if _is_date(date)})
    places = {key: place for place, key in enumerate(ordered)}
    return [places[_date_key(date)] if _is_date(date) else LAST for date in dates]


def latest_ranks(dates: Sequence[Any]) -> list[int]:
    """Ranks of documents by date, latest first; None and other values come last all the same."""
    earliest = earliest_ranks(dates)
    most = max((rank for rank in earliest if rank != LAST), default=0)
    return [rank if rank == LAST else most - rank for rank in earliest]


def value_preference(value: Any, patterns: Sequence[str]) -> int:
    """The number of the first pattern that a value matches; after the last where none does.

    A number is matched as it is written; nothing but texts and numbers matches.
    """
    if not _is_date(value):
        return len(patterns)
    places = (place for place, pattern in enumerate(patterns) if fnmatchcase(str(value), pattern))
    return next(places, len(patterns))


def _is_date(date: Any) -> bool:
    return isinstance(date, (str, int, float)) and not isinstance(date, bool) and date == date


def _date_key(date: Any) -> tuple[int, Any]:
    return (1, date) if isinstance(date, str) else (0, date)


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
