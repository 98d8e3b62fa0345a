"""From a sample to the whole: what grows with the text, and what slower or faster.

Documents, blocks and reading grow with the text. Distinct blocks grow slower, since new text
repeats old text, and so what repeats grows faster: both are taken to go with a power of the text
(Heaps' law). The power is measured: the whole sample against the parts that it was dealt into,
which have its mixture and a fraction of its size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Beyond these a power comes from a sample of too few repeats. Nothing is below a half: even hot
# boilerplate varies that much.
LEAST_POWER, MOST_POWER = 0.5, 1.5
# What goes with the text, whatever repeats; the parts could only add noise.
LINEAR = {
    "documents",
    "blocks",
    "records_skipped",
    "noted",
    "skipped",
    "characters_read",
    "reading.documents",
    "reading.blocks",
    "deciding.documents",
    "deciding.blocks",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What one sample took and gave.

    weight: its bytes after decompression. seconds, cpu: of each stage, wall clock and
    processors. amounts: counts by the names of the report; bytes that the core held when all was
    read (`reading.*`) and decided (`deciding.*`); bytes of `output`, `clusters_bytes`,
    `versions_bytes`, `ledger`, `skipped`; bytes `noted` of documents and bad records for later.
    """

    weight: int
    seconds: Mapping[str, float]
    cpu: Mapping[str, float]
    amounts: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a forecast rests on.

    whole: the trial is all of the input. total, packed: bytes of all input, unpacked (estimated
    where `exact` is false) and on the disk. longest: bytes of the largest file that is one
    document. records: bytes of the longest records of other files, longest first. documents:
    how many there are, where no one need read to know. pace: seconds that reading a byte takes,
    by the clock and of processors. base: bytes of memory of the process before the trial;
    limit: of those that a run may hold, None where there is none. free: bytes that may be
    written in the current folder (`here`) and in that for temporary files (`temporary`).
    checkpoints: whether the input is large enough for them.
    """

    trial: Trial
    parts: Sequence[Trial]
    whole: bool
    total: int
    packed: int
    files: int
    jobs: int
    base: int
    limit: int | None = None
    longest: int = 0
    records: Sequence[int] = ()
    checkpoints: bool = False
    documents: int | None = None
    exact: bool = True
    pace: tuple[float, float] = (0.0, 0.0)
    free: Mapping[str, int] = field(default_factory=dict)


def power(trial: Trial, parts: Sequence[Trial], name: str) -> float:
    """The power of the text that an amount grows with; 1 where the sample cannot tell.

    >>> whole, half = (Trial(w, {}, {}, {"x": x}) for w, x in ((400, 80), (100, 40)))
    >>> power(whole, [half, half], "x")
    0.5
    """
    weight = sum(part.weight for part in parts) / max(1, len(parts))
    amount = sum(part.amounts.get(name, 0) for part in parts) / max(1, len(parts))
    if not 0 < weight < trial.weight or not trial.amounts.get(name):
        return 1.0
    if not amount:
        return MOST_POWER
    found = log(trial.amounts[name] / amount) / log(trial.weight / weight)
    return min(max(found, LEAST_POWER), MOST_POWER)


def grown(basis: Basis, name: str) -> float:
    """An amount of the whole input."""
    amount = basis.trial.amounts.get(name, 0)
    if basis.whole or not basis.trial.weight:
        return amount
    exponent = 1.0 if name in LINEAR else power(basis.trial, basis.parts, name)
    return float(amount * times(basis) ** exponent)


def times(basis: Basis) -> float:
    """How many times the sample makes the whole input."""
    return 1.0 if basis.whole else basis.total / max(1, basis.trial.weight)
