"""What is removed and what is only reported, case by case."""

from __future__ import annotations

import re

import oracle
import pytest
import runs
import strategies
from hypothesis import given
from hypothesis import strategies as st
from what_goes import LONG, OTHER, WORDS, cleaned, kinds, reasons

import dedup

EDITED = LONG.replace("last ferry", "late ferry").replace("had gone", "was gone")
WEATHER = (
    "Between {} and {} degrees, wind from the west at {} kilometres an hour, light rain later."
)


def test_a_repeat_goes_with_the_line_end_that_follows() -> None:
    assert cleaned([f"{LONG}\n{OTHER}\n{LONG}\nEnd"]) == [f"{LONG}\n{OTHER}\nEnd"]


def test_of_two_separators_the_weaker_goes() -> None:
    assert cleaned([f"{LONG}\n\n{OTHER}\n{LONG}\n\nEnd"]) == [f"{LONG}\n\n{OTHER}\n\nEnd"]
    assert cleaned([f"{LONG}\n\n{OTHER}\n\n{LONG}\nEnd"]) == [f"{LONG}\n\n{OTHER}\n\nEnd"]


def test_without_a_next_block_the_separator_before_goes() -> None:
    assert cleaned([f"{LONG}\n\n{OTHER}\n\n{LONG}\n"]) == [f"{LONG}\n\n{OTHER}\n"]


def test_a_headline_of_a_ticker_goes_with_one_gap() -> None:
    heads = [
        f"{word} has a headline of its own" for word in ("Spring", "Summer", "Autumn", "Winter")
    ]
    gap = "\u00a0" * 4
    again = [
        *heads[:2],
        "Spring and Summer are here again at last and both of them stay",
        *heads[2:],
    ]
    texts = [f"{again[2]}\n{OTHER}", gap.join(again)]
    assert cleaned(texts) == [texts[0], gap.join(heads)]


def test_a_short_repeat_stays_alone_and_goes_inside_a_passage() -> None:
    assert cleaned(["Share", "Share", "Share"]) == ["Share", "Share", "Share"]
    assert reasons(["Share", "Share"]) == {None, "min_tokens"}
    texts = [f"{LONG}\nShare\n{OTHER}", f"Start\n{LONG}\nShare\n{OTHER}"]
    assert cleaned(texts) == [texts[0], "Start"]


def test_without_a_least_length_short_repeats_go() -> None:
    assert cleaned(["Share\nOne", "Share\nTwo"], min_tokens=1) == ["Share\nOne", "Two"]


def furnished(count: int) -> list[str]:
    return [
        f"Article {number} has words{number} of its own{number}\nSubscribe now"
        for number in range(count)
    ]


def test_short_text_of_ten_documents_is_boilerplate_and_stays() -> None:
    texts = furnished(10)
    assert "boilerplate" in kinds(texts)
    assert "boilerplate" not in kinds(furnished(9))
    assert cleaned(texts) == texts
    assert "boilerplate" in reasons(texts)


def test_boilerplate_goes_when_asked() -> None:
    texts = furnished(10)
    bare = [text.split("\n")[0] for text in texts]
    assert cleaned(texts, boilerplate="all") == bare
    assert cleaned(texts, boilerplate="first") == [texts[0], *bare[1:]]


@pytest.mark.parametrize(("numbers", "left"), [("veto", 2), ("keep", 1), ("mask", 1)])
def test_texts_that_differ_in_numbers_only_stay_unless_asked(numbers: str, left: int) -> None:
    texts = [WEATHER.format(12, 18, 30), WEATHER.format(7, 9, 45)]
    assert len(cleaned(texts, numbers=numbers)) == left
    assert (kinds(texts, numbers=numbers) == ["template"]) == (numbers == "veto")


PRICE = "The house at the corner was sold for {} to a family that had long been looking for one"


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
@pytest.mark.parametrize("numbers", [("900 €", "1{}500 €"), ("12", "12{}13"), ("1{}5", "2{}4{}5")])
def test_a_number_may_be_written_in_groups(space: str, numbers: tuple[str, str]) -> None:
    for tail in ("", " before the winter came and the roads were closed to all but the mail"):
        texts = [f"{PRICE.format(number.replace('{}', space))}{tail}." for number in numbers]
        assert cleaned(texts) == texts
        assert kinds(texts) == ["template"]
        assert dedup.explain(*texts).template
        assert list(dedup.unique(texts)) == texts


@pytest.mark.parametrize("numbers", [("2", "2½"), ("½", "¼"), ("1½", "½"), ("½", "3⁄4")])
def test_a_fraction_is_a_number(numbers: tuple[str, str]) -> None:
    texts = [PRICE.format(f"{number} of what was asked") for number in numbers]
    assert cleaned(texts) == texts
    assert kinds(texts) == ["template"]


def test_protected_text_stays() -> None:
    assert cleaned([LONG, f"{LONG}\n{OTHER}"], protect="clockmaker") == [LONG, f"{LONG}\n{OTHER}"]
    assert "protect" in reasons([LONG, LONG], protect="clockmaker")
    assert cleaned([LONG, LONG], protect="no such word") == [LONG]


def test_the_start_of_a_text_lies_after_its_byte_order_mark() -> None:
    texts = [LONG, f"\ufeff{LONG}\n{OTHER}"]
    assert cleaned(texts, protect="^The clockmaker") == texts
    assert cleaned(texts, protect=r"\AThe clockmaker") == texts
    assert cleaned(texts, protect="^rices") == [LONG, f"\ufeff{OTHER}"]


@given(strategies.any_corpora(), st.sampled_from(["the", "Share", "[0-9]+", "La mairie", "."]))
def test_nothing_protected_is_ever_removed(texts: list[str], pattern: str) -> None:
    run = runs.clean_texts(texts, protect=pattern)
    for entry in run.ledger:
        if not entry.get("dropped"):
            for start, end in oracle.split(entry["text"]):
                assert not re.search(pattern, entry["text"][start:end])


def test_short_blocks_that_the_layout_rule_kept_say_so() -> None:
    run = "s1 s2 s3 s4\nt1 t2 t3 t4 t5"
    texts = [run, f"x y z\nx y z\n{run}\nx y z"]
    assert cleaned(texts) == texts
    clusters = dedup.scan(texts).clusters
    assert [cluster.members[1].kept for cluster in clusters if cluster.tokens == 9] == ["layout"]


def test_of_a_long_passage_one_line_parts_what_would_become_one_block() -> None:
    lines = [LONG, *strategies.SENTENCES[:1], OTHER * 3]
    passage = "\n".join(line for line in lines if len(line) > 100)
    assert passage.count("\n") > 0
    around = "Notes from the town and the coast, part one\nCollected by the editors of the gazette\n{}\nMore of them"
    texts = [f"Monday\n\n{passage}\n\nThe first page.", around.format(passage)]
    once = cleaned(texts)
    (stays,) = set(passage.split("\n")) & set(once[1].split("\n"))
    assert once == [texts[0], around.format(stays)]
    assert stays == min(passage.split("\n"), key=len)
    assert cleaned(once) == once
    assert reasons(texts) >= {"layout"}


@pytest.mark.parametrize(
    ("rest", "stays"),
    [
        # They would follow one another, and be one block.
        ("He keeps the old exam-\n{}ples of his trade in a box", True),
        ("He keeps the old exam-\n{}7 of his trade in a box", False),
        ("He keeps the old exam-\n\n{}ples of his trade in a box", False),
        # Three lines that may be hard-wrapped, of which two are one block already.
        (
            "He keeps the old examples of his\n{}trade in a box under the win-\ndow with the lamp",
            True,
        ),
        # The same, had there not been room for a word in it, or a line too long.
        (
            "He keeps the old examples of his\n{}trade in a b-\nox under the window, as one does",
            False,
        ),
        ("He keeps the old examples of his\n{}" + "trade " * 20 + "and win-\ndow", False),
    ],
)
def test_what_stands_between_lines_that_would_become_one_block_stays(
    rest: str, stays: bool
) -> None:
    text = f"{LONG}\n\n" + rest.format(f"« {LONG} »\n")
    once = cleaned([text])
    assert once == ([text] if stays else [f"{LONG}\n\n" + rest.format("")])
    assert cleaned(once) == once
    assert ("layout" in reasons([text])) == stays


@pytest.mark.parametrize(("scope", "left"), [("both", 1), ("within", 2), ("across", 1)])
def test_scope_says_where_a_repeat_may_stand(scope: str, left: int) -> None:
    assert len(cleaned([LONG, LONG], scope=scope)) == left
    inside = f"{LONG}\n{OTHER}\n{LONG}"
    assert cleaned([inside], scope=scope) == [inside if scope == "across" else f"{LONG}\n{OTHER}"]


def test_the_preferred_copy_stays() -> None:
    records = [
        {"id": "a", "text": f"{EDITED}\nOnly a.", "date": "2024-05-02"},
        {"id": "b", "text": f"{LONG}\nOnly b.", "date": "2023-01-01"},
    ]
    for keep, kept in (("first", 0), ("earliest", 1), ("earliest:date", 1), ("prefer:*1*", 1)):
        texts = [
            document.text for document in dedup.clean(records, keep=keep, threshold=0.5).documents
        ]
        assert [len(text) > 40 for text in texts] == [kept == 0, kept == 1], keep


def test_a_chain_does_not_run_away() -> None:
    words = WORDS.split()
    steps = [" ".join(["x"] * count + words[count:]) for count in range(0, 60, 4)]
    left = cleaned(steps)
    assert 1 < len(left) < len(steps)
    assert left[0] == steps[0]
