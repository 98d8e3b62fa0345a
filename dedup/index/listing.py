"""What an index holds, piece by piece: documents, blocks, matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from dedup.index.asking import damage
from dedup.index.verdict import Entry, HeldBlock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dedup import _core


def _listed(ask: Callable[[int], tuple[list[Any], int]], path: str) -> Iterator[Any]:
    """All that the core lists from 0 on; `ask` gives a piece, and where to go on."""
    first = 0
    while True:
        with damage(path):
            found, after = ask(first)
        yield from found
        if after == first:
            return
        first = after


def entries(core: _core.IndexState, path: str, *, texts: bool) -> Iterator[Entry]:
    """The documents; texts: with their texts."""
    if texts:
        for id, date, source, fields, text, missing in _listed(core.texts, path):
            yield Entry(id, date, source, orjson.loads(fields), text, missing)
        return
    for _, id, date, source, fields in _listed(core.documents, path):
        yield Entry(id, date, source, orjson.loads(fields))


def blocks(core: _core.IndexState, path: str) -> Iterator[HeldBlock]:
    """The different blocks."""
    for (document, source, _, span), text in _listed(core.blocks, path):
        yield HeldBlock(document, source, span, text)


def block_texts(core: _core.IndexState, path: str) -> Iterator[tuple[str, list[str]]]:
    """The documents, each as the texts of its blocks."""
    return _listed(core.block_texts, path)


def matches(core: _core.IndexState, path: str) -> Iterator[dict[str, Any]]:
    """The matches between blocks."""
    for left, right, relation, resemblance, containment, template in _listed(core.matches, path):
        yield {
            "left": _side(left),
            "right": _side(right),
            "relation": relation,
            "resemblance": resemblance,
            "containment": containment,
            "template": template,
        }


def _side(told: tuple[Any, ...]) -> dict[str, Any]:
    document, source, date, span = told
    return {"document": document, "source": source, "first_seen": date, "span": list(span)}
