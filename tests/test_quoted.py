"""Replies: what they quote line by line is what they answer."""

from __future__ import annotations

from pathlib import Path

import checker
import pytest
import runs

import dedup
from dedup import Index

LETTER = (
    "The clockmaker kept one lamp burning in the window long after the last\n"
    "ferry had gone home, and the people of the island would look for it when\n"
    "they came back late from the market, with their bread and with the news\n"
    "of the town and of the war that nobody had wanted in that bitter winter."
)
MARKS = ["> ", ">", ">> ", "> > ", " > "]


def reply(mark: str, text: str = LETTER, answer: str = "I do not think that it was so.") -> str:
    lines = [f"{mark}{line}" for line in text.split("\n")]
    return "\n".join(["Anna wrote:", *lines, mark.strip(), "", answer])


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("unit", ["paragraph", "line"])
def test_what_a_reply_quotes_goes_with_its_marks(mark: str, unit: str, tmp_path: Path) -> None:
    runs.write_texts(tmp_path / "in", [LETTER, reply(mark)])
    run = runs.clean_folder(tmp_path / "in", tmp_path / "out", unit=unit)
    assert list(checker.problems(run)) == []
    left = f"Anna wrote:\n{mark.strip()}\n\nI do not think that it was so."
    assert run.outputs["001.txt"] == left
    dedup.restore(tmp_path / "out", tmp_path / "back")
    assert (tmp_path / "back" / "001.txt").read_text() == reply(mark)


def test_a_letter_is_known_from_the_reply_that_quoted_it(tmp_path: Path) -> None:
    with Index.open(tmp_path / "index") as index:
        index.add("reply", reply("> "))
        verdict = index.check(LETTER)
    assert verdict.action == "drop"
    assert {found.document for found in verdict.matches} == {"reply"}


def test_a_reply_to_a_reply_leaves_both_answers() -> None:
    first = reply("> ")
    second = reply("> ", first, "Then you should ask the people of the island about their lamp.")
    texts = [one.text for one in dedup.clean([LETTER, first, second]).documents]
    assert [text.count("I do not think that it was so.") for text in texts] == [0, 1, 0]
    assert [text.count("Then you should ask") for text in texts] == [0, 0, 1]
    assert [text.count("ferry had gone home") for text in texts] == [1, 0, 0]


def test_a_mark_inside_of_a_line_is_a_token() -> None:
    texts = [
        "> the left one is > the right one of the two",
        "the left one is the right one of the two",
    ]
    (match,) = dedup.scan(texts, search="exhaustive").matches
    assert match.relation == "near"


def test_a_document_of_marks_alone_is_left_as_it_is() -> None:
    texts = [">\n> >\n", ">\n> >\n"]
    assert [one.text for one in dedup.clean(texts).documents] == texts
