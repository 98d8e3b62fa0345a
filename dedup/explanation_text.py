"""An explanation as a person reads it: 80 columns, safe for a terminal, no colour needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.report_text import STAYS, differing_line, plural
from dedup.terminal import WIDTH, shorten, shorten_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.explanation import Explanation

# Changes and passages that are printed; `--format json` has them all.
MOST_CHANGES = 40
MOST_PASSAGES = 10

_SIGNS = {"equal": "  ", "delete": "- ", "insert": "+ "}


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """The explanation, line by line, without line ends."""
    room = (WIDTH - 20) // 2
    names = _without_common_folder(explanation.left_name, explanation.right_name)
    left, right = (shorten_name(name, room) for name in names)
    yield f"{left} and {right}: {_verdict(explanation)}"
    yield from _wrapped(explanation.reason)
    scores = f"resemblance {_score(explanation.resemblance)}"
    scores += f", containment {_score(explanation.containment)}"
    if explanation.similarity is not None:
        scores += f", similarity {_score(explanation.similarity)}"
    yield f"  {scores}"
    if explanation.differences:
        pairs = [(one["left"]["text"], one["right"]["text"]) for one in explanation.differences]
        yield f"  {differing_line(pairs, len(pairs), ' / ', WIDTH - 2)}"
    if explanation.passages:
        yield ""
        yield from _passage_lines(explanation.passages)
    if explanation.relation != "identical" and explanation.matches:
        yield ""
        yield from _difference_lines(explanation, (left, right))


def _without_common_folder(left: str, right: str) -> tuple[str, str]:
    """Both names below the folder that they share: what tells them apart stands at their ends."""
    shared = 0
    for one, other in zip(left.split("/")[:-1], right.split("/")[:-1], strict=False):
        if one != other:
            break
        shared += len(one) + 1
    return left[shared:], right[shared:]


def _verdict(explanation: Explanation) -> str:
    if explanation.template:
        return "template"
    if explanation.relation is not None:
        return explanation.relation
    return "passages match" if explanation.passages else "no match"


def _score(score: float) -> str:
    """Cut, not rounded: 1.00 is for equal sets only."""
    return f"{int(score * 100) / 100:.2f}"


def _passage_lines(passages: list[dict[str, Any]]) -> Iterator[str]:
    yield f"Shared: {plural(len(passages), 'passage')}"
    for number, passage in enumerate(passages[:MOST_PASSAGES], 1):
        spans = " = ".join("characters {}–{}".format(*passage[side]) for side in ("left", "right"))
        score = ""
        if passage["relation"] in ("near", "contained"):
            name = "resemblance" if passage["relation"] == "near" else "containment"
            score = f" {_score(passage[name])}"
        yield f"{number:>2}. {passage['relation']}{score}: {spans}"
        yield f'    "{shorten(passage["text"], WIDTH - 6)}"'
        if passage["kept"] is not None:
            yield f"    both stay: {STAYS.get(passage['kept'], passage['kept'])}"
    if len(passages) > MOST_PASSAGES:
        yield f"    and {len(passages) - MOST_PASSAGES:,} more"


def _difference_lines(explanation: Explanation, names: tuple[str, str]) -> Iterator[str]:
    changes = [edit for edit in explanation.diff if edit[0] != "equal"]
    if not changes:
        yield "The texts differ in nothing but what comparing passes over"
        return
    yield f"Difference: - only in {names[0]}, + only in {names[1]}"
    seen = 0
    for tag, left, right in explanation.diff:
        seen += tag != "equal"
        if seen > MOST_CHANGES:
            yield f"  and {plural(len(changes) - MOST_CHANGES, 'more change')}"
            return
        if tag in ("replace", "delete"):
            yield f"{_SIGNS['delete']}{shorten(left, WIDTH - 2)}"
        if tag in ("replace", "insert"):
            yield f"{_SIGNS['insert']}{shorten(right, WIDTH - 2)}"
        if tag == "equal" and left.strip():
            yield f"{_SIGNS['equal']}{shorten(left, WIDTH - 2)}"


def _wrapped(text: str) -> Iterator[str]:
    from textwrap import wrap

    yield from wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")
