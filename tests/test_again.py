"""Cleaning what was cleaned removes nothing: cases that hypothesis or a reviewer once found."""

from __future__ import annotations

import pytest
import runs

import dedup

EIGHT, SEVEN = "one two three four five six seven eight", "uno dos tres cuatro cinco seis siete"
P, Q = "p1 p2 p3 p4 p5 p6 p7 p8", "q1 q2 q3 q4 q5 q6 q7 q8"
NUMBERS = f"{Q}\n{P}\na1 a2 a3 a4 a5 a6\nb1 b2 b3 b4 b5\nm\n"
SLOGAN = "breaking news from harbour"
WRAPPED = (
    "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj\n"
    "kkkk llll mmmm nnnn oooo pppp qqqq rrrr ssss tttt\n"
    "uuuu vvvv"
)

CORPORA = {
    "a dropped document's ruler heads no passage": [
        f"{EIGHT}\n{SEVEN}",
        f"***\n{EIGHT}",
        f"***\n{SEVEN}\n{SEVEN}",
        f"***\n{SEVEN}\n{SEVEN}",
    ],
    "a run grows over a passage that went before, and the blank line inside goes": [
        f"{P}\nm x y\n{Q}\n\nm\n\n{Q}\n***\nm\n",
        f"{Q}\n{P}\n\n***\n***\nm\n{P}\n\n{Q}\nm x y\nm\n\n{P}\n***\n\n{Q}\n",
        f"{P}\n\n{P}\n\nm x y\n{EIGHT}\n\n{SEVEN}\n\n",
    ],
    "a blank line between two passages stays": [
        f"{NUMBERS}p1 p2 p3 p4 p5 p6 p7 p8\n\nm x y\nm x y\na1 a2 a3 a4 a5 a6\nb1 b2 b3 b4 b5\nm\n"
        "m x y\n\nq1 q2 q3 q4 q5 q6 q7 q8\nm"
    ],
}


@pytest.mark.parametrize("name", CORPORA)
def test_cleaning_again_removes_nothing(name: str) -> None:
    once = list(runs.clean_texts(CORPORA[name]).outputs.values())
    assert runs.clean_texts(once).ledger == []


def test_a_dropped_document_is_no_keeper() -> None:
    texts = [EIGHT, f"***\n{EIGHT}", f"***\n{SEVEN}"]
    result = dedup.clean(texts)
    assert [document.source for document in result.documents] == ["[0]", "[2]"]
    assert "[1]" not in {cluster.members[0].source for cluster in result.clusters}


def test_furniture_stays_where_the_lines_around_it_would_become_one_paragraph() -> None:
    texts = [WRAPPED, f"{SLOGAN}\n{WRAPPED.replace('eeee', 'zzzz')}", *[SLOGAN] * 10]
    once = dedup.clean(texts, boilerplate="all")
    left = [document.text for document in once.documents]
    assert left == texts[:2]
    assert dedup.clean(left, boilerplate="all").removed == []
    kept = {member.kept for cluster in once.clusters for member in cluster.members}
    assert kept == {None}


def test_each_of_two_neighbouring_passages_leaves_the_stronger_separator() -> None:
    one, two = (" ".join(f"{letter}{n}" for n in range(9)) for letter in "ab")
    start, end = f"Start\n\n{one}\nBetween\n{two}\n", "\nEnd"
    assert [
        document.text for document in dedup.clean([f"{start}X\n{one}\n\n{two}{end}"]).documents
    ] == [f"{start}X\n{end}"]
    # Inside one passage the blank line goes with it.
    whole = f"Start\n\n{one}\n\n{two}\nX\n{one}\n\n{two}\nEnd"
    assert dedup.clean([whole]).documents[0].text == f"Start\n\n{one}\n\n{two}\nX\nEnd"


def test_a_line_end_between_two_headlines_that_go_stays() -> None:
    heads = [f"{word} has a headline of its own" for word in "Spring Summer Autumn Winter".split()]
    more = [head.replace("headline", "story") for head in heads]
    gone = [
        "One headline of nine words stands in each text",
        "Another one of nine words stands there as well",
    ]
    text = f"{'    '.join([*heads, gone[0]])}\n{'    '.join([gone[1], *more])}"
    assert [document.text for document in dedup.clean([*gone, text]).documents] == [
        *gone,
        f"{'    '.join(heads)}\n{'    '.join(more)}",
    ]
