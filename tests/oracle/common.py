"""What two lists of tokens have in common, and what stands between."""

from __future__ import annotations

from collections.abc import Sequence


def common_runs(later: list[str], earlier: list[str]) -> list[tuple[int, int]]:
    """Every maximal run of tokens that stands in both: its start in the first, its length."""
    found = []
    for i in range(len(later)):
        for j in range(len(earlier)):
            if i and j and later[i - 1] == earlier[j - 1]:
                continue
            length = 0
            while i + length < len(later) and j + length < len(earlier):
                if later[i + length] != earlier[j + length]:
                    break
                length += 1
            if length:
                found.append((i, length))
    return found


def common_start(left: list[str], right: list[str]) -> int:
    """How many tokens two lists have in common from their start on."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def between(left: list[str], right: list[str]) -> list[range]:
    """The places of each between what both begin and what both end with."""
    start = common_start(left, right)
    shorter = min(len(left), len(right))
    end = min(common_start(left[::-1], right[::-1]), shorter - start)
    return [range(start, len(tokens) - end) for tokens in (left, right)]


def few_between(left: list[str], right: list[str]) -> list[list[str]]:
    """Where they differ in one place, by four words each at most: these. Else nothing of either."""
    sides = zip((left, right), between(left, right), strict=True)
    few = [[tokens[place] for place in places] for tokens, places in sides]
    return few if max(map(len, few)) <= 4 else [[], []]


def grams(tokens: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(tokens[n : n + size]) for n in range(len(tokens) - size + 1)]


def places_in_order(mine: list[tuple[str, ...]], theirs: list[tuple[str, ...]]) -> set[int]:
    """Places of ours that belong to any of the longest sequences that both have."""
    pairs = [(n, m) for n, one in enumerate(mine) for m, two in enumerate(theirs) if one == two]
    if len(pairs) > 1 << 16:
        return {n for n, _ in pairs}
    up_to: dict[tuple[int, int], int] = {}
    for n, m in pairs:
        before = [up_to[pair] for pair in up_to if pair[0] < n and pair[1] < m]
        up_to[n, m] = 1 + max(before, default=0)
    after: dict[tuple[int, int], int] = {}
    for n, m in reversed(pairs):
        behind = [after[pair] for pair in after if pair[0] > n and pair[1] > m]
        after[n, m] = 1 + max(behind, default=0)
    longest = max(up_to.values(), default=0)
    return {pair[0] for pair in pairs if up_to[pair] + after[pair] - 1 == longest}
