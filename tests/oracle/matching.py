"""Matching: which pairs of blocks match, how, and with which scores."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import Indel

from oracle.characters import SINGLE, character_class
from oracle.corpus import Block
from oracle.templates import only_names_differ, only_numbers_differ


@dataclass(frozen=True)
class Verdict:
    """relation: `equal`, `near` or `contained`; template: they differ in numbers or names only."""

    relation: str
    resemblance: float
    containment: float
    template: bool = False


def verdict(left: Block, right: Block) -> Verdict | None:
    """How two blocks match, or None. Scores are always those of the word shingles."""
    if left.fingerprint == right.fingerprint:
        return Verdict("equal", 1.0, 1.0)
    rules, sizes = left.rules, sorted((len(left.tokens), len(right.tokens)))
    if sizes[0] < max(rules.min_tokens, 1):
        return None
    shared = len(left.shingles & right.shingles)
    resemblance = shared / len(left.shingles | right.shingles)
    containment = shared / min(len(left.shingles), len(right.shingles))
    if sizes[0] < rules.short_tokens:
        if sizes[1] >= rules.short_tokens * 5 // 4:
            return None
        alike = Indel.normalized_similarity(left.normal, right.normal)
        if is_unspaced(left) and is_unspaced(right):
            alike = min(alike, Indel.normalized_similarity(left.tokens, right.tokens))
        relation = "near" if alike >= rules.short_threshold else None
    elif resemblance >= rules.threshold:
        relation = "near"
    else:
        relation = "contained" if containment >= rules.containment > 0 else None
    if relation is None:
        return None
    template = (rules.numbers == "veto" and only_numbers_differ(left, right)) or (
        rules.names == "veto" and only_names_differ(left, right)
    )
    return Verdict(relation, resemblance, containment, template)


def is_unspaced(block: Block) -> bool:
    """Whether half of the tokens or more are single characters of a script without spaces."""
    single = [token for token in block.tokens if character_class(token[0]) == SINGLE]
    return 2 * len(single) >= len(block.tokens)


def all_pairs(blocks: list[Block]) -> dict[frozenset[bytes], Verdict]:
    """Every pair of distinct fingerprints that matches, by a double loop."""
    nodes = list({block.fingerprint: block for block in reversed(blocks)}.values())
    found = {}
    for number, left in enumerate(nodes):
        for right in nodes[:number]:
            judged = verdict(left, right)
            if judged is not None:
                found[frozenset((left.fingerprint, right.fingerprint))] = judged
    return found
