"""Repetition at its hottest, for the report: texts that stand most often, and crowded buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dedup import _core

# Code points of a text that the report shows; as many as the core gives.
EXCERPT = 160


def hottest(
    corpus: _core.Corpus, excerpt: Callable[[list[tuple[str, tuple[int, int]]]], Sequence[str]]
) -> dict[str, Any]:
    """What `hot` holds in the report, after the decisions.

    excerpt: the texts at some (source, span); asked for only where the core keeps no texts.
    """
    found = corpus.hot()
    bands = [sum(pair) for pair in zip(found["shingles"], found["characters"], strict=True)]
    names = [corpus.document_name(row["document"]) for row in _rows(found)]
    _fill_texts(_rows(found), [source for _, source in names], excerpt)
    told = [_told(row, name) for row, name in zip(_rows(found), names, strict=True)]
    repeats = len(found["repeats"])
    return {
        "buckets": bands[0],
        "largest": found["largest"],
        **_pairs(*bands[1:]),
        "anchors": {"buckets": found["anchors"][0], **_pairs(*found["anchors"][1:])},
        "crowds": told[repeats:],
        "repeats": told[:repeats],
    }


def _rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [*found["repeats"], *found["crowds"]]


def _pairs(pairs: int, compared: int) -> dict[str, int]:
    return {"pairs": pairs, "compared": compared, "uncompared": pairs - compared}


def _fill_texts(
    rows: list[dict[str, Any]],
    sources: list[str],
    excerpt: Callable[[list[tuple[str, tuple[int, int]]]], Sequence[str]],
) -> None:
    missing = [number for number, row in enumerate(rows) if row["text"] is None]
    if missing:
        texts = excerpt([(sources[number], rows[number]["span"]) for number in missing])
        for number, text in zip(missing, texts, strict=True):
            rows[number]["text"] = text[:EXCERPT]


def _told(row: dict[str, Any], name: tuple[str, str]) -> dict[str, Any]:
    start, end = row["span"]
    is_cut = end - start > EXCERPT
    told: dict[str, Any] = {
        "text": row["text"] + "…" * is_cut,
        "document": name[0],
        "source": name[1],
        "span": [start, end],
        "tokens": row["tokens"],
        "copies": row["copies"],
        "documents": row["documents"],
    }
    if "gathered" in row:
        told |= {name: row[name] for name in ("gathered", "buckets", "members")}
        told |= _pairs(row["pairs"], row["compared"])
    return told
