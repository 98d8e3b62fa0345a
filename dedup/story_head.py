"""What a summary tells of a story, and how it names a source.

Apart from the stories themselves, which few runs look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

# What may become of blocks from one version to the next.
BECAME = ("same", "changed", "came", "went")


class StoryHead(NamedTuple):
    """What a summary tells of a story.

    first, last: sources of the first and the last version. documents: versions. blocks: how many
    of the last one are the same, changed and came, and how many went from the one before it.
    """

    first: str
    last: str
    documents: int
    blocks: Sequence[int]


def source_in(source: str, against: str | None) -> str:
    """A source as summaries show it: with what the corpus was held against, if it is of that."""
    return source if against is None else f"{source} (in {against})"
