"""Where a threshold may lie: borderline pairs of a sample, how many there are, and a proposal.

Numbers in, figures out; `looking` reads the sample, `text` shows it. A person decides: texts that
are one third different are a repeat to one reader and two articles to another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.explanation import Edit
    from dedup.policy import Policy

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9)
# A gap is a stretch of a tenth in which at most half as many blocks lie as in the fullest stretch
# below it, and above it; stretches of fewer blocks than this tell nothing.
GAP, FEWEST = 0.5, 10
# Steps of the stretches, in hundredths, and how wide they are.
STEP, WIDTH = 5, 10


@dataclass(frozen=True, slots=True)
class Side:
    """One text of a pair. name: its source, or its id where the line in its file is not known."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two blocks near a level.

    diff: both in full, aligned, as in `Explanation`; what comparing passes over is `equal`.

    template: they differ in numbers or names only, so they stay whatever the threshold.
    """

    left: Side
    right: Side
    resemblance: float
    containment: float
    template: bool
    diff: Sequence[Edit]

    def to_dict(self) -> dict[str, Any]:
        """The pair as plain JSON values."""
        sides = {
            side: {"name": one.name, "text": one.text}
            for side, one in (("left", self.left), ("right", self.right))
        }
        return {
            **sides,
            "resemblance": self.resemblance,
            "containment": self.containment,
            "template": self.template,
            "diff": [{"tag": tag, "left": left, "right": right} for tag, left, right in self.diff],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One resemblance.

    pairs: how many of the sample are at least so alike, estimated from the compared blocks. blocks:
    how many of these have such a pair. near: how many have one within 0.05 of the level;
    templates: of how many of them the nearest differs in numbers or names only. chance: that two
    texts exactly so alike are compared under the policy; chance_here: were this the threshold.
    """

    level: float
    pairs: int
    blocks: int
    near: int
    templates: int
    chance: float
    chance_here: float
    examples: Sequence[Pair]

    def to_dict(self) -> dict[str, Any]:
        """The level as plain JSON values."""
        names = ("level", "pairs", "blocks", "near", "templates", "chance", "chance_here")
        made = {name: getattr(self, name) for name in names}
        return {**made, "examples": [pair.to_dict() for pair in self.examples]}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A threshold, and why. gap: whether the counts show one there; else they decide nothing."""

    threshold: float
    gap: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """The answer of `dedup.tune`; `print` shows it for reading.

    sample: what was read: `bytes`, `total` (about so many there are), `documents`, `whole`.
    blocks: different ones that a threshold decides on; compared: those of them that were compared
    with all others, exactly. best: compared blocks by the resemblance of what is most alike to
    them, in hundredths, 0 to 100.
    """

    policy: Policy
    sample: dict[str, Any]
    blocks: int
    compared: int
    best: Sequence[int]
    levels: Sequence[Level]
    proposal: Proposal
    warnings: Sequence[str] = ()

    def to_dict(self) -> dict[str, Any]:
        """The tuning as plain JSON values."""
        proposal = self.proposal
        return {
            "policy": self.policy.to_dict(),
            "sample": self.sample,
            "blocks": self.blocks,
            "compared": self.compared,
            "best": list(self.best),
            "levels": [level.to_dict() for level in self.levels],
            "proposal": {
                "threshold": proposal.threshold,
                "gap": proposal.gap,
                "reason": proposal.reason,
            },
        }

    def __str__(self) -> str:
        from dedup.tuning.text import tuning_lines

        return "\n".join(tuning_lines(self))


def proposed(best: Sequence[int], threshold: float) -> Proposal:
    """A threshold in the gap of the counts, if they show one, else the one that is set.

    best: as in `Tuning`. Equal sets (the last count) are repeats at any threshold and say nothing.

    >>> proposed([0] * 55 + [40] + [0] * 36 + [50] + [0] * 8, 0.7).threshold
    0.7
    >>> proposed([3] * 101, 0.7).gap
    False
    """
    alike = sum(best[50:100])
    if not alike:
        reason = "no two different texts of the sample are alike by 0.5: it tells nothing"
        return Proposal(threshold, False, reason)
    counts = {start: sum(best[start : start + WIDTH]) for start in range(50, 91, STEP)}
    found = [gap for start in counts if (gap := _gap(counts, start)) is not None]
    if not found:
        reason = (
            "no stretch of the counts is empty enough to cut in: they speak neither for "
            f"{threshold:g} nor against it, so it stays until the pairs above say otherwise"
        )
        return Proposal(threshold, False, reason)
    _, _, start = min(found, key=lambda gap: (gap[0], abs(gap[2] + STEP - 100 * threshold)))
    inside, (below, above) = next((one[0], one[1]) for one in found if one[2] == start)
    middle = (start + STEP) / 100
    reason = (
        f"few texts have their closest relative at {start / 100:g} to {(start + WIDTH) / 100:g}: "
        f"{inside:,} of those compared, where {below:,} lie in a stretch of that width below it "
        f"and {above:,} above"
    )
    return Proposal(middle, True, reason)


def _gap(counts: dict[int, int], start: int) -> tuple[int, tuple[int, int], int] | None:
    """If a stretch is a gap its count, the highest ones below and above it, and its start."""
    below = max((count for at, count in counts.items() if at + WIDTH <= start), default=0)
    above = max((count for at, count in counts.items() if at >= start + WIDTH), default=0)
    least = min(below, above)
    is_gap = least >= FEWEST and counts[start] <= GAP * least
    return (counts[start], (below, above), start) if is_gap else None
