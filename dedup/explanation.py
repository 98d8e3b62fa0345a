"""Why two texts match, or do not: scores, shared passages and an aligned difference.

The relation follows the rule of the pipeline for two blocks, applied to the two texts as
they are. Passages are found by the pipeline, which splits the texts; they are handed in.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from dedup.errors import InputError
from dedup.report_text import plural
from dedup.surrogates import lone_surrogate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.policy import Policy

Edit = tuple[str, str, str]  # tag as in difflib, left text, right text
Span = tuple[int, ...]  # the first character and that behind the last one

# Pairs of equal lines or words that one alignment may look at. difflib is quadratic in
# repeated lines; above this bound (about a second) the stretch stays one replacement.
MOST_EQUAL_PAIRS = 2_000_000
# Share of the words of the shorter of two stretches of lines that stand in both, in their order,
# for these to be compared word by word: any two texts share some `of the`.
LEAST_STAYING = 0.5


@dataclass(frozen=True, slots=True)
class Scores:
    """How alike two texts are.

    relation: None where they do not match. similarity: by characters, only where that
    decided. template: they differ in numbers or names only, so neither would be removed.
    differences: then these, in their order. reason: one sentence for a person.
    """

    relation: str | None
    resemblance: float
    containment: float
    similarity: float | None
    template: bool
    reason: str
    differences: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The answer of `dedup.explain`; `print` shows it for reading.

    passages: shared passages as {left: span, right: span, relation, resemblance, containment,
    kept, text}; kept: the rule by which both stay, None where the right one goes. differences: of
    a template, the numbers or names in which the texts differ, as {left: {text, span}, right:
    {text, span}}. diff: the whole of both texts, aligned.
    """

    left_name: str
    right_name: str
    relation: str | None
    resemblance: float
    containment: float
    similarity: float | None
    template: bool
    reason: str
    passages: list[dict[str, Any]]
    diff: list[Edit]
    differences: Sequence[dict[str, Any]] = ()

    @property
    def matches(self) -> bool:
        """Whether the texts match, as a whole or in a passage."""
        return self.relation is not None or bool(self.passages)

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain JSON values."""
        return {
            "left": self.left_name,
            "right": self.right_name,
            "relation": self.relation,
            "resemblance": self.resemblance,
            "containment": self.containment,
            "similarity": self.similarity,
            "template": self.template,
            "reason": self.reason,
            "differences": list(self.differences),
            "passages": self.passages,
            "diff": [{"tag": tag, "left": left, "right": right} for tag, left, right in self.diff],
        }

    def __str__(self) -> str:
        from dedup.explanation_text import explanation_lines

        return "\n".join(explanation_lines(self))


def explain_texts(
    left: str,
    right: str,
    policy: Policy,
    *,
    passages: Sequence[dict[str, Any]] = (),
    names: tuple[str, str] = ("left", "right"),
) -> Explanation:
    """Explain two texts, given the passages that the pipeline found them to share.

    Raises InputError for a text with a lone surrogate, which is no text.
    """
    for name, text in zip(names, (left, right), strict=True):
        _check_text(name, text)
    scores = compare(left, right, policy)
    return Explanation(
        left_name=names[0],
        right_name=names[1],
        relation=scores.relation,
        resemblance=scores.resemblance,
        containment=scores.containment,
        similarity=scores.similarity,
        template=scores.template,
        reason=scores.reason,
        differences=scores.differences,
        passages=list(passages),
        diff=aligned(left, right, passages),
    )


def _check_text(name: str, text: str) -> None:
    found = lone_surrogate(text)
    if found is not None:
        hint = "read the file with errors='strict', or replace surrogates"
        raise InputError(f"{name}: {found}", hint=hint)


def compare(left: str, right: str, policy: Policy) -> Scores:
    """The match rule of the pipeline for two texts."""
    from dedup import _core

    if left == right:
        return Scores("identical", 1.0, 1.0, None, False, "the texts are identical")
    mask = policy.numbers == "mask"
    if _core.fingerprint(left, mask) == _core.fingerprint(right, mask):
        what = "the same words and numbers" if not mask else "the same words, numbers masked"
        return Scores("equal", 1.0, 1.0, None, False, what)
    forms = _core.normal_form(left, mask), _core.normal_form(right, mask)
    resemblance, containment = _shares(*forms, policy.shingle_size)
    tokens = [form.count(" ") + 1 if form else 0 for form in forms]
    relation, similarity, reason = None, None, ""
    if min(tokens) < max(policy.min_tokens, 1):
        reason = f"a text of {plural(min(tokens), 'token')} matches only its equal (min_tokens)"
    elif min(tokens) < policy.short_tokens:
        relation, similarity, reason = _by_characters(forms, max(tokens), policy)
    else:
        relation, reason = _by_shingles(resemblance, containment, policy)
    apart = _kept_apart(left, right, policy) if relation else None
    if apart:
        reason += f"; they differ in {apart} only, so both stay"
    scores = Scores(relation, resemblance, containment, similarity, apart is not None, reason)
    return replace(scores, differences=_differences(left, right, policy)) if apart else scores


def _differences(left: str, right: str, policy: Policy) -> list[dict[str, Any]]:
    """The numbers or names in which a template's texts differ, as they are written."""
    from dedup import _core

    found = _core.differences(left, right, policy.numbers)
    return [
        {
            "left": {"text": left[slice(*own)], "span": list(own)},
            "right": {"text": right[slice(*other)], "span": list(other)},
        }
        for own, other in found
    ]


def _kept_apart(left: str, right: str, policy: Policy) -> str | None:
    """What of two texts differs alone, if the policy keeps such texts apart."""
    from dedup import _core

    if policy.numbers == "veto" and _core.differ_in_numbers_only(left, right):
        return "numbers"
    if policy.names == "veto" and _core.differ_in_names_only(left, right, policy.numbers):
        return "names"
    return None


def _by_shingles(resemblance: float, containment: float, policy: Policy) -> tuple[str | None, str]:
    if resemblance >= policy.threshold:
        return "near", f"resemblance reaches the threshold {policy.threshold}"
    if containment >= policy.containment > 0:
        return "contained", f"containment reaches {policy.containment}"
    reason = f"resemblance stays below the threshold {policy.threshold}"
    if policy.containment:
        reason += f", containment below {policy.containment}"
    return None, reason


def _by_characters(
    forms: tuple[str, str], longest: int, policy: Policy
) -> tuple[str | None, float | None, str]:
    # Texts of very different length cannot be close by characters; the pipeline does not
    # look at them, so neither do we.
    if longest >= policy.short_tokens * 5 // 4:
        return None, None, "one text is short and the other is not"
    from rapidfuzz.distance import Indel

    from dedup import _core

    similarity = float(Indel.normalized_similarity(*forms))
    if similarity >= policy.short_threshold:
        if not _core.alike_by_tokens(*forms, policy.short_threshold):
            reason = "similarity without spaces between characters"
            return None, similarity, f"short texts: {reason} stays below {policy.short_threshold}"
        reason = f"short texts: similarity by characters reaches {policy.short_threshold}"
        return "near", similarity, reason
    reason = f"short texts: similarity by characters stays below {policy.short_threshold}"
    return None, similarity, reason


def _shares(left: str, right: str, size: int) -> tuple[float, float]:
    """Exact resemblance and containment of two normal forms; 0 where one is empty.

    The core folds a normal form to itself, so the shingles are those of the texts.
    """
    from numpy import frombuffer, intersect1d

    from dedup import _core

    one, other = (frombuffer(_core.shingles(text, size), "<u8") for text in (left, right))
    if not len(one) or not len(other):
        return 0.0, 0.0
    shared = len(intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared), shared / min(len(one), len(other))


def aligned(left: str, right: str, passages: Sequence[dict[str, Any]] = ()) -> list[Edit]:
    """Both texts in full as a list of edits: shared passages by words, what lies between by lines.

    Of passages in another order here than there the longest count. Lines are compared by words
    where most words stay. The left texts joined give `left`, the right ones `right`. Work is
    bounded: a stretch with too many equal pieces is one replacement.
    """
    edits: list[Edit] = []
    behind, behind_right = 0, 0
    for (first, last), (low, high) in _in_order(passages):
        edits += _by_lines(left[behind:first], right[behind_right:low])
        edits += _edits(_words(left[first:last]), _words(right[low:high]))
        behind, behind_right = last, high
    return edits + _by_lines(left[behind:], right[behind_right:])


def _in_order(passages: Sequence[dict[str, Any]]) -> list[tuple[Span, Span]]:
    """Spans of passages that follow one another on both sides, the longest ones first chosen."""
    chosen: list[tuple[Span, Span]] = []
    spans = [(tuple(one["left"]), tuple(one["right"])) for one in passages]
    for left, right in sorted(spans, key=lambda pair: pair[0][0] - pair[0][1]):
        place = bisect(chosen, (left, right))
        before = chosen[place - 1] if place else ((0, 0), (0, 0))
        after = chosen[place] if place < len(chosen) else (left[1:] * 2, right[1:] * 2)
        pairs = zip(before, (left, right), after, strict=True)
        if all(one[1] <= own[0] and own[1] <= next_one[0] for one, own, next_one in pairs):
            chosen.insert(place, (left, right))
    return chosen


def _by_lines(left: str, right: str) -> list[Edit]:
    edits: list[Edit] = []
    lines = left.splitlines(keepends=True), right.splitlines(keepends=True)
    for tag, before, after in _edits(*lines):
        if tag != "replace":
            edits.append((tag, before, after))
            continue
        words = _words(before), _words(after)
        found = list(_edits(*words))
        staying = sum(len(text.split()) for kind, text, _ in found if kind == "equal")
        alike = staying >= LEAST_STAYING * min(len(before.split()), len(after.split()))
        edits += found if alike else [(tag, before, after)]
    return edits


def _edits(left: list[str], right: list[str]) -> Iterator[Edit]:
    start, end = _common_ends(left, right)
    middle = left[start : len(left) - end], right[start : len(right) - end]
    if start:
        yield "equal", "".join(left[:start]), "".join(right[:start])
    yield from _middle_edits(*middle)
    if end:
        yield "equal", "".join(left[-end:]), "".join(right[-end:])


def _middle_edits(left: list[str], right: list[str]) -> Iterator[Edit]:
    if not left and not right:
        return
    if not left or not right:
        yield ("insert" if right else "delete"), "".join(left), "".join(right)
        return
    counts = Counter(left), Counter(right)
    if sum(number * counts[1][piece] for piece, number in counts[0].items()) > MOST_EQUAL_PAIRS:
        yield "replace", "".join(left), "".join(right)
        return
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for tag, first, last, low, high in matcher.get_opcodes():
        yield tag, "".join(left[first:last]), "".join(right[low:high])


def _common_ends(left: list[str], right: list[str]) -> tuple[int, int]:
    """How many pieces agree at the start, and of the rest at the end."""
    most = min(len(left), len(right))
    start = next((i for i in range(most) if left[i] != right[i]), most)
    most -= start
    end = next((i for i in range(most) if left[-1 - i] != right[-1 - i]), most)
    return start, end


def _words(text: str) -> list[str]:
    """Words with the white space before them, so that joining gives the text back."""
    return re.findall(r"\s*\S+|\s+$", text)
