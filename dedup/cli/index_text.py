"""What `dedup index` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.report_text import plural
from dedup.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dedup.index import Verdict

# Sightings that are shown of one document.
MOST_SHOWN = 3
_DONE = {"keep": "new", "clean": "seen in parts", "drop": "seen as a whole"}


def verdict_lines(id: str, verdict: Verdict) -> Iterator[str]:
    """A document and where it was seen; a document that is new has one line."""
    share = f", {verdict.novelty:.0%} of it new" if verdict.action == "clean" else ""
    fate = _DONE[verdict.action]
    if verdict.seen and not verdict.was_held:
        fate, share = "new, and repeats itself", ""
    yield f"{visible(id)}: {fate}{share}"
    gone = [found for found in verdict.matches if found.kept is None]
    for found in gone[:MOST_SHOWN]:
        where = f" in {visible(found.document)}" if found.document else ", earlier in it"
        # Cut, not rounded, as everywhere: 1.00 is for equal texts only.
        score = int(found.resemblance * 100) / 100
        scores = "" if found.resemblance == 1 else f" {score:.2f}"
        since = f", {visible(found.first_seen)}" if found.first_seen else ""
        start, end = found.span
        yield f"  {start:,}-{end:,} {found.relation}{scores}{where}{since}"
    if len(gone) > MOST_SHOWN:
        yield f"  and {len(gone) - MOST_SHOWN:,} more"


def count_lines(counts: Mapping[str, int]) -> Iterator[str]:
    """How many documents are new, and how many are not."""
    parts = [f"{counts.get(action, 0):,} {words}" for action, words in _DONE.items()]
    yield f"{plural(sum(counts.values()), 'document')}: {', '.join(parts)}"


def added_lines(counts: Mapping[str, int], held: int, known: tuple[int, int]) -> Iterator[str]:
    """What was added, and what is held; known: held before, and of those read held as they are."""
    before, unchanged = known
    yield from count_lines(counts)
    same = f"; {unchanged:,} of those read were held as they are" if unchanged else ""
    yield f"{plural(held, 'document')} held, {before:,} before{same}"


def replaced_line(replaced: int) -> str:
    """That documents were replaced, which some who add files of one name do not want."""
    if replaced == 1:
        return "1 document took the place of another text of the same id"
    return f"{replaced:,} documents took the place of other texts of the same ids"


def forgotten_lines(gone: int, held: int) -> Iterator[str]:
    """What was forgotten, and what is held now."""
    yield f"{plural(gone, 'document')} forgotten, {held:,} held"


def figure_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """What an index holds and takes, one line each."""
    blocks = plural(figures["distinct_blocks"], "distinct block")
    yield f"{plural(figures['documents'], 'document')}, {blocks}"
    yield (
        f"{plural(figures['bytes'], 'byte')} in {plural(figures['runs'], 'run')}, "
        f"{figures['bytes_per_block']:.0f} a block"
    )
    yield f"{plural(figures['catalogue_bytes'], 'byte')} of catalogue"
    if figures["removed"]:
        yield f"{plural(figures['removed'], 'document')} removed since it was compacted"
    yield f"policy {figures['digest']}"


def verified_lines(damaged: int) -> Iterator[str]:
    """How many parts are damaged."""
    yield plural(damaged, "damaged part") if damaged else "The index is sound"


def exported_lines(count: int, path: str) -> Iterator[str]:
    """How many documents were written, and where."""
    yield f"Wrote {plural(count, 'document')} to {visible(path)}"
