"""Repetition at its hottest, for the report: texts that stand most often, and crowded buckets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

# Code points of a text that the report shows; as many as the core gives.
EXCERPT = 160

Names = Callable[[int], Mapping[str, str]]
Excerpts = Callable[[list[tuple[str, tuple[int, int]]]], Sequence[str]]


def hottest(found: Mapping[str, Any], name_of: Names, excerpts: Excerpts) -> dict[str, Any]:
    """What `hot` holds in the report.

    found: what `_core.Corpus.hot` gave. name_of: how the report names a document, by its number.
    excerpts: the texts at some (source, span); asked for only where the core keeps no texts.
    """
    bands = [sum(pair) for pair in zip(found["shingles"], found["characters"], strict=True)]
    rows = [*found["repeats"], *found["crowds"]]
    names = [name_of(row["document"]) for row in rows]
    _fill_texts(rows, [name["source"] for name in names], excerpts)
    told = [_told(row, name) for row, name in zip(rows, names, strict=True)]
    repeats = len(found["repeats"])
    return {
        "buckets": bands[0],
        "largest": found["largest"],
        **_pairs(*bands[1:]),
        "anchors": {"buckets": found["anchors"][0], **_pairs(*found["anchors"][1:])},
        "crowds": told[repeats:],
        "repeats": told[:repeats],
    }


def places_without_text(found: Mapping[str, Any], name_of: Names) -> list[tuple[str, Any]]:
    """Source and span of what `hottest` asks the excerpts for."""
    rows = [row for row in [*found["repeats"], *found["crowds"]] if row["text"] is None]
    return [(name_of(row["document"])["source"], row["span"]) for row in rows]


def _pairs(pairs: int, compared: int) -> dict[str, int]:
    return {"pairs": pairs, "compared": compared, "uncompared": pairs - compared}


def _fill_texts(
    rows: list[dict[str, Any]],
    sources: list[str],
    excerpts: Excerpts,
) -> None:
    missing = [number for number, row in enumerate(rows) if row["text"] is None]
    if missing:
        texts = excerpts([(sources[number], rows[number]["span"]) for number in missing])
        for number, text in zip(missing, texts, strict=True):
            rows[number]["text"] = text[:EXCERPT]


def _told(row: dict[str, Any], name: Mapping[str, str]) -> dict[str, Any]:
    start, end = row["span"]
    is_cut = end - start > EXCERPT
    told: dict[str, Any] = {
        "text": row["text"] + "…" * is_cut,
        **name,
        "span": [start, end],
        "tokens": row["tokens"],
        "copies": row["copies"],
        "documents": row["documents"],
    }
    if "gathered" in row:
        told |= {name: row[name] for name in ("gathered", "buckets", "members")}
        told |= _pairs(row["pairs"], row["compared"])
    return told
