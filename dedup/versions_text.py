"""Stories as a person reads them in the summary of a run: 80 columns, no colour needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.report_text import plural
from dedup.story_head import BECAME
from dedup.terminal import WIDTH, cells, shorten_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dedup.story_head import StoryHead


def story_lines(
    counts: Mapping[str, int], heads: Sequence[StoryHead], bold: Callable[[str], str] = str
) -> Iterator[str]:
    """How many stories there are, and the longest; nothing where there is none."""
    stories = counts.get("stories", 0)
    if not stories:
        return
    documents = counts["documents_in_stories"]
    what = "1 story" if stories == 1 else f"{stories:,} stories"
    yield bold("Versions of one text")
    told = "; the versions of each, first to last:" if heads else ""
    yield f"  {what} in {plural(documents, 'document')}{told}"
    for head in heads:
        yield f"  {_names(head, WIDTH - 2)}"
        yield f"      the last one: {_became(head)}"
    more = stories - len(heads)
    if heads and more:
        yield f"  and {more:,} more {'story' if more == 1 else 'stories'}: --format json"


def _names(head: StoryHead, width: int) -> str:
    """`3  a.txt … c.txt`."""
    count, between = f"{head.documents:,}  ", " … " if head.documents > 2 else " and "
    room = width - cells(count) - cells(between)
    first = shorten_name(head.first, max(room // 2, room - cells(head.last)))
    return f"{count}{first}{between}{shorten_name(head.last, room - cells(first))}"


def _became(head: StoryHead) -> str:
    """`7 blocks the same, 1 changed, 2 came, 0 went`."""
    same, *others = head.blocks
    rest = (f"{count:,} {name}" for count, name in zip(others, BECAME[1:], strict=True))
    return f"{plural(same, 'block')} the same, {', '.join(rest)}"
