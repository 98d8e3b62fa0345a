"""A comparison of two runs as a person reads it: 80 columns, safe for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.report_text import plural
from dedup.terminal import WIDTH, cells, shorten, shorten_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dedup.comparison import Change, Comparison

# Passages that are shown of one document.
MOST_PASSAGES = 3

FATES = {"whole": "kept whole", "cut": "cut", "dropped": "dropped"}
WAYS = {
    "more": "More goes in run 2",
    "less": "Less goes in run 2",
    "other": "As many characters go, of other text",
}


def comparison_lines(comparison: Comparison, bold: Callable[[str], str] = str) -> Iterator[str]:
    """The comparison, line by line, without line ends; bold: marks headings."""
    yield from _run_lines(comparison)
    yield ""
    yield from _total_lines(comparison)
    yield ""
    if comparison.same:
        yield "The same text went from every document"
    else:
        changed, documents = comparison.changed, comparison.documents
        yield bold(f"{changed:,} of {plural(documents, 'document')} changed")
        yield from _change_lines(comparison)
    if comparison.keepers:
        yield f"{plural(comparison.keepers, 'passage')} went in both runs for different copies"
    for way, heading in WAYS.items():
        changes = comparison.examples[way]
        if changes:
            yield ""
            yield bold(heading)
            yield from _example_lines(comparison, way, changes)


def _run_lines(comparison: Comparison) -> Iterator[str]:
    for number, side in enumerate(comparison.runs, 1):
        yield f"run {number}  {shorten_name(side.folder, 48)}, policy {side.report['digest']}"
    for name, values in comparison.settings.items():
        room = (WIDTH - len(name) - 10) // 2
        before, after = (shorten("none" if one is None else str(one), room) for one in values)
        yield f"       {name} {before} → {after}"


def _total_lines(comparison: Comparison) -> Iterator[str]:
    sides = [side.to_dict() for side in comparison.runs]
    yield f"  {'':<20}{'run 1':>14}{'run 2':>14}"
    for fate, name in FATES.items():
        yield _row(name, [side["documents"][fate] for side in sides])
    if any(side["records_skipped"] for side in sides):
        yield _row("bad records", [side["records_skipped"] for side in sides])
    yield _row("passages removed", [side["passages"] for side in sides])
    yield _row("characters removed", [side["characters_removed"] for side in sides])


def _row(name: str, values: list[int]) -> str:
    return f"  {name:<20}" + "".join(f"{value:>14,}" for value in values)


def _change_lines(comparison: Comparison) -> Iterator[str]:
    signs = {"more": "+", "less": "-", "other": ""}
    for (before, after, way), (documents, characters) in comparison.changes.items():
        name = f"{FATES[before]} → {FATES[after]}"
        note = f"{signs[way]}{plural(characters, 'character')}" if characters else "other text"
        yield f"  {name:<26}{documents:>12,}  {note}"


def _example_lines(comparison: Comparison, way: str, changes: list[Change]) -> Iterator[str]:
    width = len(str(len(changes)))
    for number, change in enumerate(changes, 1):
        before, after = (FATES[fate] for fate in change.fates)
        fate = before if before == after else f"{before} → {after}"
        old, new = change.characters
        note = f": {fate}, {old:,} → {new:,} characters removed"
        room = WIDTH - width - 2 - cells(note)
        yield f"{number:>{width}}. {shorten_name(change.source, room)}{note}"
        yield from _passage_lines(change, " " * (width + 2))
    total = sum(documents for key, (documents, _) in comparison.changes.items() if key[2] == way)
    more = total - len(changes)
    if more:
        yield f"... and {plural(more, 'more document')}: --top {total}, or --format json"


def _passage_lines(change: Change, indent: str) -> Iterator[str]:
    largest = sorted(change.passages, key=lambda entry: entry["span"][0] - entry["span"][1])
    for entry in largest[:MOST_PASSAGES]:
        label = "stays " if entry["run"] == 1 else "goes  "
        room = WIDTH - len(indent) - len(label) - 3
        yield f'{indent}{label} "{shorten(entry["text"], room)}"'
        yield f"{indent}       {_keeper(entry, WIDTH - len(indent) - 7)}"
    if not change.passages:
        yield f"{indent}the rest of it, which is too little to keep"
    more = len(change.passages) - MOST_PASSAGES
    if more > 0:
        yield f"{indent}       and {plural(more, 'more passage')}"


def _keeper(entry: dict[str, Any], room: int) -> str:
    """For which copy a passage went, or goes."""
    verb = "went" if entry["run"] == 1 else "goes"
    keeper = entry["keeper"]
    if keeper is None:
        return f"{verb} with all its copies"
    start, end = keeper["span"]
    relation, score = entry["relation"], ""
    if relation in ("near", "contained"):
        share = entry["resemblance"] if relation == "near" else entry["containment"]
        # Cut, not rounded: 1.00 is for equal texts only.
        score = f" {int(share * 100) / 100:.2f}"
    note = f", {start:,}–{end:,} ({relation}{score})"
    head = f"{verb} for "
    return f"{head}{shorten_name(keeper['source'], room - len(head) - cells(note))}{note}"
