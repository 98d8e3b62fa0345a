"""What a sample tells of the threshold, as a person reads it: 80 columns, no colour needed."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING

from dedup.report_text import plural
from dedup.terminal import WIDTH, cells, shorten, shorten_name, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dedup.explanation import Edit
    from dedup.tuning import Level, Pair, Tuning

BAR = 20
# Words of what is equal that stand on either side of a difference, and columns of what differs.
AROUND = 5
LONGEST = 60
# Lines of one pair.
MOST_LINES = 5


def tuning_lines(tuning: Tuning, bold: Callable[[str], str] = str) -> Iterator[str]:
    """The tuning, line by line, without line ends; bold: marks headings."""
    yield from _sample_lines(tuning)
    if not tuning.compared:
        yield ""
        yield from wrap(tuning.proposal.reason.capitalize(), WIDTH)
        return
    yield ""
    yield from _table(tuning)
    for level in tuning.levels:
        yield ""
        yield from _level_lines(level, bold)
    yield ""
    yield bold(f"Proposal: --threshold {tuning.proposal.threshold:g}")
    yield from wrap(
        _sentence(tuning.proposal.reason), WIDTH - 2, initial_indent="  ", subsequent_indent="  "
    )
    yield from wrap(
        "How it knows: by those counts alone, of this sample. Which pairs are repeats you see "
        "above: take the level from which on you would remove one of the two.",
        WIDTH - 2,
        initial_indent="  ",
        subsequent_indent="  ",
    )


def _sample_lines(tuning: Tuning) -> Iterator[str]:
    sample = tuning.sample
    size = f"{sample['bytes'] / 1e6:,.1f} MB"
    if sample["bytes"] < 1e5:
        size = f"{sample['bytes'] / 1e3:,.1f} kB"
    all_ = "all of it" if sample["whole"] else f"of about {sample['total'] / 1e6:,.0f}"
    unit = "text" if tuning.policy.unit == "document" else tuning.policy.unit
    least = max(tuning.policy.min_tokens, tuning.policy.short_tokens)
    yield f"Sample: {size}, {all_}; {plural(sample['documents'], 'document')}"
    yield from wrap(
        f"{plural(tuning.blocks, f'different {unit}')} of {least} tokens or more, of which "
        f"{tuning.compared:,} were compared with all others, exactly",
        WIDTH,
    )


def _table(tuning: Tuning) -> Iterator[str]:
    head = f"  {'alike by':<10}{'pairs, about':>14}{'texts':>8}"
    yield f"{head}   chance to be compared at {tuning.policy.threshold:g}"
    for level in tuning.levels:
        share = f"{level.blocks / tuning.compared:.1%}"
        bar = "█" * round(level.chance * BAR)
        mark = "  threshold" if level.level == tuning.policy.threshold else ""
        yield (
            f"  {level.level:<10.2f}{level.pairs:>14,}{share:>8}   "
            f"{bar:<{BAR}} {int(level.chance * 1000) / 10:>5.1f}%{mark}"
        )
    yield "  pairs, texts: at least so alike, equal ones left out"


def _level_lines(level: Level, bold: Callable[[str], str]) -> Iterator[str]:
    yield bold(f"About {level.level:g}")
    if not level.examples:
        yield "  no pair of the sample lies there"
        return
    if level.templates:
        which = f"{level.templates:,} of {level.near:,}"
        yield f"  {which} differ in numbers or names only: they stay at any threshold"
    for pair in level.examples:
        yield from _pair_lines(pair)


def _pair_lines(pair: Pair) -> Iterator[str]:
    note = ", numbers or names only" if pair.template else ""
    room = (WIDTH - 13 - cells(note)) // 2
    names = [shorten_name(side.name, room) for side in (pair.left, pair.right)]
    where = f"both in {names[0]}" if names[0] == names[1] else f"{names[0]} and {names[1]}"
    yield f"  {int(pair.resemblance * 1000) / 1000:.3f}  {where}{note}"
    lines = wrap(marked(pair.diff), WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"      and {plural(len(lines) - MOST_LINES, 'line')} more"


def marked(diff: Sequence[Edit]) -> str:
    """Both texts in one, `[-only left-]` and `{+only right+}`; what is equal is shortened.

    >>> marked([("equal", "It is", "It is"), ("replace", " not", " now"), ("equal", " so", " so")])
    'It is [-not-] {+now+} so'
    """
    parts: list[str] = []
    for number, (tag, left, right) in enumerate(diff):
        if tag == "equal":
            parts.append(_around(left, first=number == 0, last=number == len(diff) - 1))
            continue
        if left.strip():
            parts.append(f"[-{shorten(left, LONGEST)}-]")
        if right.strip():
            parts.append(f"{{+{shorten(right, LONGEST)}+}}")
    return " ".join(filter(None, parts))


def _around(text: str, *, first: bool, last: bool) -> str:
    """Of an equal stretch the words beside what differs."""
    words = re.split(r"\s+", visible(re.sub(r"\s+", " ", text)).strip())
    if not words[0]:
        return ""
    if first and last:
        return shorten(" ".join(words), WIDTH)
    # Words may be long, or a text without spaces: then characters are counted.
    before = "" if first else shorten(" ".join(words[:AROUND]), LONGEST)
    after = "" if last else shorten(" ".join(words[-AROUND:]), LONGEST)
    if len(words) <= 2 * AROUND and not (first or last):
        return shorten(" ".join(words), 2 * LONGEST)
    if len(words) <= AROUND:
        return before or after
    return f"{before} … {after}".strip()


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:]
