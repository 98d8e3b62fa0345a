"""What tests of what is removed share: texts, and what becomes of them."""

from __future__ import annotations

from typing import Any

import oracle
import pytest
from runs import rules_of

import dedup

# More than 100 code points, so that lines of it are no hard-wrapped paragraph.
LONG = (
    "The clockmaker kept one lamp burning in the window long after the last ferry had gone home "
    "and the street was dark."
)
OTHER = "Prices at the market rose by half in May, and all the bakers say that flour is the reason."

# Without digits: numbers that follow one another count as one.
WORDS = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60))


def cleaned(texts: list[str], **settings: Any) -> list[str]:
    return [document.text for document in dedup.clean(list(texts), **settings).documents]


def kinds(texts: list[str], **settings: Any) -> list[str]:
    return [cluster.kind for cluster in dedup.scan(list(texts), **settings).clusters]


def reasons(texts: list[str], **settings: Any) -> set[str | None]:
    clusters = dedup.scan(list(texts), **settings).clusters
    return {member.kept for cluster in clusters for member in cluster.members}


# Name, left, right, policy, whether one goes, why.
Case = tuple[str, str, str, dict[str, Any], bool, str]


def each_of(cases: list[Case]) -> pytest.MarkDecorator:
    """Runs a test with each of some pairs, named as it is."""
    names = ("left", "right", "policy", "goes", "why")
    return pytest.mark.parametrize(
        names, [case[1:] for case in cases], ids=[case[0] for case in cases]
    )


def check_what_goes(
    left: str, right: str, policy: dict[str, Any], goes: bool, why: str, search: str
) -> None:
    """Whether one of two texts that match goes: the oracle says it, and the core does it."""
    settings = {"threshold": 0.3, "short_tokens": 0, **policy}
    one, other = oracle.blocks_of([left, right], rules_of(settings))
    assert oracle.verdict(one, other) is not None, "they match"
    assert (oracle.may_replace(one, other) or oracle.may_replace(other, one)) == goes, why
    result = dedup.scan([left, right], search=search, **settings)
    assert len(result.matches) == 1
    assert bool(result.report["counts"]["spans_removed"]) == goes, why
