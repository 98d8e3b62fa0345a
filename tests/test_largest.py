"""The largest clusters as they are shown: their text, and the lines of text files where they stand."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

import dedup
from dedup.report_text import Summary, summary_lines

if TYPE_CHECKING:
    from pathlib import Path

STORY = (
    "The harbour office said on Monday that the ferry will not sail before the storm is over.\n\n"
    "Passengers who hold a ticket get their money back at any counter of the port until Friday."
)


def shown_of(result: dedup.ScanResult) -> str:
    summary = Summary(report=result.report, largest=result.largest(3))
    return "\n".join(summary_lines(summary))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_in_text_files_are_told_by_their_lines(tmp_path: Path, end: str) -> None:
    own = "What stands in this file alone, one line of it, is left as it is."
    first = f"{own}\n\n{STORY}\n"
    second = (
        f"\n\nAnother thing that nobody else says, in a line of this file.\n{STORY}\n\n{own[:40]}"
    )
    (tmp_path / "a.txt").write_bytes(first.replace("\n", end).encode())
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(second.replace("\n", end).encode()))
    result = dedup.scan(tmp_path)
    [one] = result.largest(1)
    assert [member.source for member in one.cluster.members] == ["a.txt", "b.txt.gz"]
    assert one.lines == [(3, 5), (4, 6)]
    for text, member, (low, high) in zip(
        (first, second), one.cluster.members, one.lines, strict=True
    ):
        lines = text.split("\n")
        assert "\n".join(lines[low - 1 : high]) == STORY
        assert member.against is None
    assert "kept   a.txt, lines 3–5\n" in shown_of(result)
    assert "again  b.txt.gz, lines 4–6\n" in shown_of(result)


def test_other_documents_are_told_by_their_blocks(tmp_path: Path) -> None:
    records = [
        {"id": str(number), "text": f"Page {number} begins.\n{STORY}"} for number in range(2)
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (tmp_path / "b.txt").write_text(STORY)
    [one] = dedup.scan(tmp_path).largest(1)
    assert one.lines == [None, None, (1, 3)]
    assert "again  a.jsonl:2, blocks 1–2\n" in shown_of(dedup.scan(tmp_path))
    [held] = dedup.scan([STORY, f"{STORY}\n\nAnd more."]).largest(1)
    assert held.lines == [None, None]


def test_what_a_corpus_is_held_against_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "seen.txt").write_text(STORY)
    (tmp_path / "new.txt").write_text(f"A line of its own stands before.\n{STORY}")
    [one] = dedup.scan(tmp_path / "new.txt", against=tmp_path / "seen.txt").largest(1)
    told = {
        member.against is None: lines
        for member, lines in zip(one.cluster.members, one.lines, strict=True)
    }
    assert told == {False: None, True: (2, 4)}


def test_a_complete_output_tells_the_same_lines(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.txt").write_text(f"{STORY}\n\nBetween the two.\n\n{STORY}\n")
    first = dedup.clean(source, tmp_path / "out").largest(2)
    again = dedup.clean(source, tmp_path / "out", resume=True).largest(2)
    assert again == first
    assert first[0].lines == [(1, 3), (7, 9)]
