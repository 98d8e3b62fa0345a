"""Documents that are dropped: of repeats only, or of little else; they take nothing with them."""

from __future__ import annotations

import pytest
from what_goes import LONG, OTHER, WORDS, cleaned

import dedup


def test_a_document_of_repeats_only_is_dropped() -> None:
    assert cleaned([LONG, f"{LONG}\n", OTHER]) == [LONG, OTHER]
    assert cleaned([LONG, f"{LONG}\n***\n"]) == [LONG]


def test_a_document_of_little_own_text_goes_only_with_min_kept() -> None:
    texts = [LONG, f"{LONG}\nSeen."]
    assert cleaned(texts) == [LONG, "Seen."]
    result = dedup.clean(texts, min_kept=0.5)
    assert [document.text for document in result.documents] == [LONG]
    assert result.report["counts"]["characters_without_copy"] == len("Seen.")


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (["{o}", "{l}\n{o}", "{l}"], ["{o}", "", "{l}"]),
        (["{o}", "{l}\n{o}", "{l}\n{w}"], ["{o}", "", "{l}\n{w}"]),
        (["{l}\n{l}", "{w}", "{l}"], ["", "{w}", "{l}"]),
        (["{w}\n{l}", "{l}\n{l}", "{l}"], ["{w}\n{l}", "", ""]),
    ],
)
def test_a_document_that_is_dropped_takes_nothing_with_it(
    texts: list[str], left: list[str]
) -> None:
    """What went for a part of it is judged again, and no copy of it goes for another one in it."""
    parts = {"l": LONG, "o": OTHER, "w": WORDS}
    result = dedup.clean([text.format(**parts) for text in texts], min_kept=0.7)
    wanted = {f"[{place}]": text.format(**parts) for place, text in enumerate(left) if text}
    assert {document.source: document.text for document in result.documents} == wanted
    for passage in result.removed:
        assert passage.get("dropped") or passage["keeper"]["source"] in wanted


def test_of_a_document_that_repeats_itself_and_is_dropped_nothing_stands() -> None:
    result = dedup.clean([f"{LONG}\n{LONG}"], min_kept=0.7)
    counts = result.report["counts"]
    assert (counts["spans_removed"], counts["documents_dropped"]) == (0, 1)
    assert counts["characters_without_copy"] >= 2 * len(LONG)
