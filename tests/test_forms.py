"""Forms and tables that stand twice in one text: their cells repeat each other, and they go as one."""

from __future__ import annotations

from pathlib import Path

import checker
import runs
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import Index

ASKED = [
    "Parking on the site",
    "Pets are welcome here",
    "Breakfast is included",
    "Rooms for smokers",
    "Shuttle to the airport",
    "Access by wheelchair",
]
FORM = "\n".join(
    f"{asked}\n{'no' if number % 3 == 1 else 'yes'}" for number, asked in enumerate(ASKED)
)
GUESTS = "Read what other guests say about this house beside the lake"
COLUMN = "\n".join(["0"] * 12)


def test_a_form_goes_with_its_answers() -> None:
    result = dedup.clean([f"{FORM}\n{GUESTS}\n{FORM}"])
    assert [document.text for document in result.documents] == [f"{FORM}\n{GUESTS}"]
    (entry,) = result.removed
    assert (entry["relation"], entry["text"].strip()) == ("identical", FORM)
    assert [len(cluster.members) for cluster in result.clusters if cluster.tokens > 8] == [2]


def test_a_form_that_stands_three_times_goes_twice() -> None:
    result = dedup.clean([f"{FORM}\n{GUESTS}\n{FORM}\nor not\n{FORM}"])
    assert [document.text for document in result.documents] == [f"{FORM}\n{GUESTS}\nor not"]


def test_answers_that_another_text_has_first_are_named_all_the_same() -> None:
    result = dedup.clean(["yes\nno", f"{FORM}\n{GUESTS}\n{FORM}"])
    assert [document.text for document in result.documents] == ["yes\nno", f"{FORM}\n{GUESTS}"]


def test_a_column_of_one_sign_is_no_copy_of_another_one() -> None:
    text = f"Hits\n{COLUMN}\nMisses\n{COLUMN}"
    assert dedup.clean([text]).documents[0].text == text


def test_an_index_takes_a_form_as_a_scan_does(tmp_path: Path) -> None:
    texts = [f"yes\n{GUESTS}", f"{FORM}\nA line between\n{FORM}\nno\n{FORM}"]
    with Index.open(tmp_path / "index") as index:
        found = [index.add(str(number), text).clean_text for number, text in enumerate(texts)]
    assert found == [document.text for document in dedup.clean(texts).documents]


lines = st.sampled_from([*ASKED, "yes", "no", "no", "yes", "0", GUESTS, "17 : 4"])
forms = st.lists(st.lists(lines, min_size=2, max_size=8), min_size=1, max_size=3)


@given(forms, st.lists(st.lists(st.integers(0, 2), max_size=5), min_size=1, max_size=3), st.data())
def test_what_goes_beside_repeats_has_its_copy(
    parts: list[list[str]], documents: list[list[int]], data: st.DataObject
) -> None:
    ends = st.sampled_from(["\n", "\n", "\n", "\n\n"])
    texts = [
        data.draw(ends).join("\n".join(parts[place % len(parts)]) for place in document)
        for document in documents
    ]
    run = runs.clean_texts(texts)
    assert list(checker.problems(run)) == []
    once = runs.clean_texts(texts, search="exhaustive", min_run=0)
    left = list(once.outputs.values())
    # What is left of two texts may be the same, which goes as a whole.
    if len({" ".join(text.split()) for text in left}) == len(left):
        assert runs.clean_texts(left, search="exhaustive", min_run=0).ledger == []
