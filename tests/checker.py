"""Proof that nothing was lost, from the files alone: input texts, cleaned texts, ledger.

The checker knows nothing of the core. For every removed passage it finds, by the oracle's
rules, the copy that stays, and it finds that copy in the cleaned text, not only in the input.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import oracle


@dataclass
class Run:
    """One run of `clean`: texts by source; documents that were dropped are not in `outputs`."""

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    ledger: Sequence[Mapping[str, Any]]
    rules: oracle.Rules = field(default_factory=oracle.Rules)
    blocks: dict[str, list[oracle.Block]] = field(default_factory=dict)
    groups: Sequence[str] = ()
    times: Sequence[int | None] = ()

    @cached_property
    def removed(self) -> dict[str, list[Mapping[str, Any]]]:
        """The ledger's passages by source."""
        found = defaultdict(list)
        for entry in self.ledger:
            if not entry.get("dropped"):
                found[entry["source"]].append(entry)
        return found

    @cached_property
    def dropped(self) -> set[str]:
        """The sources of the documents that went as a whole."""
        return {entry["source"] for entry in self.ledger if entry.get("dropped")}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Document numbers by source."""
        return {source: number for number, source in enumerate(self.inputs)}

    def inputs_of(self, blocks: Sequence[oracle.Block]) -> str:
        """The input text in which blocks stand."""
        return list(self.inputs.values())[blocks[0].document]

    def blocks_of(self, source: str) -> list[oracle.Block]:
        """The blocks of an input text; its document number is its place in the input."""
        if source not in self.blocks:
            number, text = self.numbers[source], self.inputs[source]
            spans = oracle.split(text, self.rules.unit)
            group = self.groups[number] if self.groups else ""
            time = self.times[number] if self.times else None
            self.blocks[source] = [
                oracle.Block(number, span, text[slice(*span)], self.rules, group, time)
                for span in spans
            ]
        return self.blocks[source]


def problems(run: Run) -> Iterator[str]:
    """Every way in which the run breaks its promise; none is what a test wants."""
    if set(run.outputs) != set(run.inputs) - run.dropped:
        yield f"documents kept: {sorted(run.outputs)}, dropped: {sorted(run.dropped)}"
        return
    named = [*run.ledger, *(entry["keeper"] for entry in run.ledger if "keeper" in entry)]
    unknown = {place["source"] for place in named} - set(run.inputs)
    if unknown:
        yield f"in the ledger but never read: {sorted(unknown)}"
        return
    for source, text in run.inputs.items():
        yield from cut_problems(run, source, text)
    for entry in run.ledger:
        if not entry.get("dropped"):
            yield from place_problems(run, entry)
            yield from copy_problems(run, entry)


def cut_problems(run: Run, source: str, text: str) -> Iterator[str]:
    """The output is the input without the ledger's spans, which ascend and do not overlap."""
    rest, place = "", 0
    for entry in run.removed[source]:
        start, end = entry["span"]
        if not place <= start < end <= len(text):
            yield f"{source}: span {start}-{end} after {place}, of {len(text)} characters"
            return
        if entry["text"] != text[start:end]:
            yield f"{source}: the ledger's text is not the text of {start}-{end}"
        rest, place = rest + text[place:start], end
    rest += text[place:]
    if source not in run.dropped:
        if rest != run.outputs[source]:
            yield f"{source}: the output is not the input without the ledger's spans"
    elif any(block.tokens for block in oracle.blocks_of([rest], run.rules)):
        yield f"{source}: dropped although this would be left: {rest[:200]!r}"


def place_problems(run: Run, entry: Mapping[str, Any]) -> Iterator[str]:
    """The keeper's span lies in no ledger span, and its text stands in the output."""
    keeper, (start, end) = entry["keeper"]["source"], entry["keeper"]["span"]
    if keeper in run.dropped:
        yield f"{entry['source']} {entry['span']}: the keeper {keeper} was dropped"
        return
    shift = 0
    for other in run.removed[keeper]:
        low, high = other["span"]
        if low < end and start < high:
            yield f"{keeper}: the keeper's span {start}-{end} meets the removed span {low}-{high}"
            return
        shift += high - low if high <= start else 0
    if run.outputs[keeper][start - shift : end - shift] != run.inputs[keeper][start:end]:
        yield f"{keeper}: the keeper's text of {start}-{end} does not stand in the output"


def copy_problems(run: Run, entry: Mapping[str, Any]) -> Iterator[str]:
    """Every removed block matches the block at its place in the keeper's passage."""
    name = f"{entry['source']} {entry['span']}"
    touched = touching(run.blocks_of(entry["source"]), entry["span"])
    gone = inside(touched, entry["span"])
    kept = kept_parts(run, entry)
    if gone != touched:
        yield f"{name}: cuts through a block"
    least = max(run.rules.min_tokens, 1)
    if not gone:
        yield f"{name}: no block in the span"
    elif sum(len(block.tokens) for block in gone) < least and passage_tokens(run, entry) < least:
        yield f"{name}: fewer tokens than min_tokens"
    elif not is_copy(run, gone, kept):
        yield f"{name}: no copy in {entry['keeper']}: {entry['text'][:200]!r}"
    elif len(gone) == len(kept) == 1:
        yield from score_problems(name, entry, kept[0], gone[0])


def is_copy(run: Run, gone: list[oracle.Block], kept: list[oracle.Block]) -> bool:
    """Whether the kept parts hold the removed blocks; how names are spelled is asked when needed."""

    def holds() -> bool:
        return (
            aligned(gone, kept, run.rules.scope)
            or same_tokens(gone, kept)
            or stand_in_parts(run, gone, kept)
            or stands_in_its_block(run, gone, kept)
        )

    if not holds():
        oracle.spell(block for source in run.inputs for block in run.blocks_of(source))
        spelled = {one.fingerprint: one for source in run.inputs for one in run.blocks_of(source)}
        for part in kept:
            if part.fingerprint in spelled:
                part.spelling = spelled[part.fingerprint].spelling
    return holds()


def stands_in_its_block(run: Run, gone: list[oracle.Block], kept: list[oracle.Block]) -> bool:
    """Whether one block may go for the whole block of which the keeper's text is a part."""
    if not len(gone) == len(kept) == 1:
        return False
    start, end = kept[0].span
    blocks = run.blocks_of(list(run.inputs)[kept[0].document])
    return any(
        block.span[0] <= start and end <= block.span[1] and oracle.may_replace(block, gone[0])
        for block in blocks
    )


def stand_in_parts(run: Run, gone: list[oracle.Block], kept: list[oracle.Block]) -> bool:
    """Whether the keeper's text is one stretch for each removed block that this may go for, whatever
    blocks it stands in."""
    start, end = kept[0].span[0], kept[-1].span[1]
    text = run.inputs_of(kept)[start:end]
    places = [span for _, *span in oracle.placed_tokens(text)]

    def stands(number: int, place: int) -> bool:
        if number == len(gone):
            return place == len(places)
        if place == len(places):
            return False
        # All that is left is the last one's, which it may be a small part of.
        most = min(place + 2 * len(gone[number].tokens), len(places))
        is_last = number + 1 == len(gone)
        for end in [len(places)] if is_last else range(place + 1, most + 1):
            part = text[places[place][0] : places[end - 1][1]]
            block = oracle.Block(kept[0].document, kept[0].span, part, run.rules)
            if oracle.may_replace(block, gone[number]) and stands(number + 1, end):
                return True
        return False

    return stands(0, 0)


def kept_parts(run: Run, entry: Mapping[str, Any]) -> list[oracle.Block]:
    """The keeper's blocks, of the first and the last one as much as the keeper's span holds."""
    source, (start, end) = entry["keeper"]["source"], entry["keeper"]["span"]
    parts = []
    for block in touching(run.blocks_of(source), (start, end)):
        span = max(block.span[0], start), min(block.span[1], end)
        text = run.inputs[source][slice(*span)]
        parts.append(oracle.Block(block.document, span, text, block.rules))
    return parts


def same_tokens(gone: list[oracle.Block], kept: list[oracle.Block]) -> bool:
    """Whether the kept parts, one after the other, hold every removed block: its tokens, wherever
    blocks begin and end, or a part that it matches as a whole."""
    tokens = [token for part in kept for token in part.tokens]
    starts = {sum(len(part.tokens) for part in kept[:n]): part for n, part in enumerate(kept)}

    def holds(number: int, place: int) -> bool:
        if number == len(gone):
            return place == len(tokens)
        block = gone[number]
        end = place + len(block.tokens)
        if tokens[place:end] == block.tokens and holds(number + 1, end):
            return True
        part = starts.get(place)
        return (
            part is not None
            and oracle.verdict(part, block) is not None
            and oracle.may_replace(part, block)
            and holds(number + 1, place + len(part.tokens))
        )

    return holds(0, 0)


def is_copy_of_another(run: Run, source: str) -> bool:
    """Whether another document has the same blocks in the same order."""
    own = [block.fingerprint for block in run.blocks_of(source)]
    return any(
        other != source and [block.fingerprint for block in run.blocks_of(other)] == own
        for other in run.inputs
    )


def passage_tokens(run: Run, entry: Mapping[str, Any]) -> int:
    """The tokens of the blocks that go around an entry, between which nothing stays.

    A passage goes in pieces where a repeat of its own stands inside it, or where a part of its keeper
    goes for another place. A copy of a document is one passage.
    """
    if entry["source"] in run.dropped and is_copy_of_another(run, entry["source"]):
        return sum(len(block.tokens) for block in run.blocks_of(entry["source"]))
    tokens, found = 0, False
    for block in run.blocks_of(entry["source"]):
        pieces = [one for one in run.removed[entry["source"]] if inside([block], one["span"])]
        if pieces:
            tokens, found = tokens + len(block.tokens), found or pieces[0] is entry
        elif found:
            break
        else:
            tokens = 0
    return tokens


def touching(blocks: list[oracle.Block], span: Sequence[int]) -> list[oracle.Block]:
    """The blocks with a character in a span; blocks ascend, so these stand together."""
    first = bisect_right(blocks, span[0], key=lambda block: block.span[1])
    last = bisect_left(blocks, span[1], key=lambda block: block.span[0])
    return blocks[first:last]


def inside(blocks: list[oracle.Block], span: Sequence[int]) -> list[oracle.Block]:
    """Those of the blocks that lie in a span as a whole."""
    return [block for block in blocks if span[0] <= block.span[0] and block.span[1] <= span[1]]


def aligned(gone: list[oracle.Block], kept: list[oracle.Block], scope: str) -> bool:
    """Whether consecutive kept blocks replace the removed ones one by one."""
    for first in range(len(kept) - len(gone) + 1):
        pairs = list(zip(kept[first:], gone, strict=False))
        if all(oracle.in_scope(*pair, scope) and oracle.may_replace(*pair) for pair in pairs):
            return True
    return False


def score_problems(
    name: str, entry: Mapping[str, Any], kept: oracle.Block, gone: oracle.Block
) -> Iterator[str]:
    """The ledger's relation and scores are exact."""
    judged = oracle.verdict(kept, gone)
    assert judged is not None
    relation = "identical" if kept.text == gone.text else judged.relation
    if entry["relation"] == "contained":
        # Of the longer text only the part is shown that the shorter one repeats.
        relation = "contained"
    wanted = (relation, judged.resemblance, judged.containment)
    found = (entry["relation"], entry["resemblance"], entry["containment"])
    if wanted != found:
        yield f"{name}: the ledger says {found}, the texts say {wanted}"
