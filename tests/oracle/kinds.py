"""Kinds: why a cluster repeats."""

from __future__ import annotations

import re
from collections import defaultdict

MANY, TOKENS_A_DOCUMENT, LONG_TOKENS = 10, 6, 200


def source_of(identity: str, name: str, is_record: bool) -> str:
    """What a publisher's documents share: a host, the first part of an id or path, or a file."""
    for url in (identity, name):
        host = re.match(r"[A-Za-z0-9]+://(?:[^/?#]*@)?([^/?#]+?)(?::[0-9]*)?(?:[/?#]|$)", url)
        if host:
            return bare(host[1])
    own = "" if is_record and identity.startswith(name) else identity
    for path in (own, "" if is_record else name):
        first, slash, _ = path.partition("/")
        if slash and first:
            return bare(first)
    return name.lower() if is_record else ""


def bare(host: str) -> str:
    """Without what many hosts begin with."""
    host = host.lower()
    return host[4:] if host.startswith("www.") else host


def is_furniture(
    places: list[tuple[int, int, int]], pages: list[list[int]], sources: list[str], least: int
) -> bool:
    """Whether passages are site furniture; the first is the keeper.

    places: document, first and last block. pages: tokens of each document's blocks. sources: of
    the documents. Short, or at the edge of a page that has as much text again, and so in ten
    documents of one source, and one for each six tokens.
    """
    found = defaultdict(set)
    for document, first, last in places:
        page = pages[document]
        tokens, edge = sum(page[first : last + 1]), max(3, len(page) // 10)
        at_edge = last < edge or first >= len(page) - edge
        if tokens < least or (tokens < LONG_TOKENS and at_edge and 2 * tokens <= sum(page)):
            found[sources[document]].add(document)
    document, first, last = places[0]
    kept = sum(pages[document][first : last + 1])
    enough = max(MANY, -(-kept // TOKENS_A_DOCUMENT))
    return kept < LONG_TOKENS and any(len(documents) >= enough for documents in found.values())
