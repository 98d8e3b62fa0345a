"""What a person reads of the search: what it missed, what stands very often, and crowds."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from dedup.terminal import WIDTH, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# Texts and crowds that are listed, of ten in report.json; how often such a text stands at least.
MOST_HOT = 5
HOT_COPIES = 100

# The share of pairs below which it is said how to find the others.
FEW_FOUND = 0.95

# Sorts of matches whose recall was measured, and what they are called.
AUDITED = {
    "near": "near pairs",
    "contained": "contained pairs",
    "short": "near pairs of short texts",
}


def recall_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """What samples tell of matches that were missed; nothing where they found none missing."""
    recall, least = report.get("recall", {}), 1.0
    for kind, name in AUDITED.items():
        sample = recall.get(f"sample_{kind}")
        if sample and sample["found"] < sample["matches"]:
            low, high = (f"{int(1000 * end) / 10:g}" for end in sample["interval"])
            share = f"{int(1000 * sample['share']) / 10:g}%"
            sure = "exactly" if low == high else f"95% sure: {low} to {high}%"
            yield f"  {name}: {share} found, by a sample ({sure})"
            least = min(least, sample["share"])
    if least < FEW_FOUND:
        if report.get("hot", {}).get("crowds"):
            yield "  crowds of like texts (below) are not searched pair by pair"
        yield "  exhaustive search finds every pair (--search exhaustive)"


def hot_lines(hot: Mapping[str, Any], bold: Callable[[str], str]) -> Iterator[str]:
    """Texts that stand very often, and crowds whose members were not all compared."""
    repeats = [row for row in hot.get("repeats", ()) if row["copies"] >= HOT_COPIES]
    if repeats:
        yield ""
        yield bold("Most often")
        yield f"  {'times':>11}{'documents':>12}"
        for row in repeats[:MOST_HOT]:
            text = shorten(row["text"], WIDTH - 29)
            yield f'  {row["copies"]:>11,}{row["documents"]:>12,}  "{text}"'
    if hot.get("crowds"):
        yield ""
        yield bold("Crowds of like texts, searched by their most typical members")
        yield f"  {'texts':>11}{'documents':>12}{'compared':>13}{'of pairs':>17}"
        for row in hot["crowds"][:MOST_HOT]:
            counts = f"{row['members']:>11,}{row['documents']:>12,}{row['compared']:>13,}"
            yield f"  {counts}{row['pairs']:>17,}"
            yield f'{"":>14}"{shorten(row["text"], WIDTH - 16)}"'
        yield from _uncompared_lines(hot)


def _uncompared_lines(hot: Mapping[str, Any]) -> Iterator[str]:
    for found, name in ((hot, "buckets of like texts"), (hot["anchors"], "buckets of shared runs")):
        if found["buckets"]:
            yield from wrap(
                f"{found['uncompared']:,} of {found['pairs']:,} pairs in {found['buckets']:,} "
                f"{name} were not compared",
                WIDTH,
                initial_indent="  ",
                subsequent_indent="  ",
            )
