"""What an index holds as texts: its different blocks, and its documents as blocks."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import oracle
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import HeldBlock, Index, Policy

LEAST = Policy().min_tokens
STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."


def long_blocks(text: str, unit: str = "paragraph") -> list[tuple[int, int]]:
    """The spans of the blocks of which an index keeps the text."""
    spans = oracle.split(text, unit)
    return [(start, end) for start, end in spans if len(oracle.tokens(text[start:end])) >= LEAST]


def expected(documents: dict[str, str]) -> list[HeldBlock]:
    """The different blocks of some documents, where they stand first."""
    found: dict[tuple[str, ...], HeldBlock] = {}
    for id, text in documents.items():
        for start, end in long_blocks(text):
            block = HeldBlock(id, "", (start, end), text[start:end])
            found.setdefault(tuple(oracle.tokens(block.text)), block)
    return list(found.values())


@given(strategies.corpora(), st.data())
def test_the_blocks_are_those_of_the_documents(texts: list[str], data: st.DataObject) -> None:
    documents = {str(number): text for number, text in enumerate(texts)}
    with TemporaryDirectory() as folder:
        with Index.open(f"{folder}/i", jobs=1) as index:
            for id, text in documents.items():
                index.add(id, text)
                if data.draw(st.booleans()):
                    index.commit()
            assert list(index.blocks()) == expected(documents)
            gone = data.draw(st.sets(st.sampled_from(sorted(documents)))) if documents else set()
            for id in gone:
                index.remove(id)
            index.commit()
            if data.draw(st.booleans()):
                index.compact()
        left = {id: text for id, text in documents.items() if id not in gone}
        with Index.open(f"{folder}/i", mode="r") as index:
            # A block keeps its number, and the spelling of a document that is gone.
            key = [(block.document, block.span) for block in index.blocks()]
            assert sorted(key) == sorted((block.document, block.span) for block in expected(left))
            for block in index.blocks():
                own = left[block.document][slice(*block.span)]
                assert oracle.tokens(own) == oracle.tokens(block.text)
            told = dict(index.block_texts())
        assert list(told) == list(left)
        for id, found in told.items():
            own = [left[id][start:end] for start, end in long_blocks(left[id])]
            assert list(map(oracle.tokens, found)) == list(map(oracle.tokens, own))


def test_more_than_are_read_at_one_time(tmp_path: Path) -> None:
    documents = {
        str(number): "\n\n".join(f"{STORY} {number} x{part}" for part in range(4))
        for number in range(1500)
    }
    with Index.open(tmp_path / "seen") as index:
        index.add_many(documents.items())
        assert [block.text for block in index.blocks()] == [
            part for text in documents.values() for part in text.split("\n\n")
        ]
        assert dict(index.block_texts()) == {
            id: text.split("\n\n") for id, text in documents.items()
        }


def test_texts_of_many_megabytes_come_a_few_at_a_time(tmp_path: Path) -> None:
    policy = Policy(unit="document", names="keep", numbers="keep", min_run=0)
    texts = [f"start {number} " + f"word{number} " * 500_000 for number in range(5)]
    with Index.open(tmp_path / "seen", policy) as index:
        for number, text in enumerate(texts):
            index.add(str(number), text)
        assert len(index._asker.core.blocks(0)[0]) == 3
        assert [block.text for block in index.blocks()] == [text.strip() for text in texts]
        assert [found for _, found in index.block_texts()] == [[text.strip()] for text in texts]


def test_an_empty_index_holds_no_texts(tmp_path: Path) -> None:
    with Index.open(tmp_path / "seen") as index:
        assert list(index.blocks()) == []
        assert list(index.block_texts()) == []
        index.add("a", "Share")
        assert list(index.blocks()) == []
        assert list(index.block_texts()) == [("a", [])]


def test_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "seen"
    with Index.open(path) as index:
        index.add("a", STORY)
    (run,) = (path / "runs").iterdir()
    whole = run.read_bytes()
    place = whole.index(STORY.encode()[:20])
    run.write_bytes(whole[:place] + b"X" + whole[place + 1 :])
    with Index.open(path, mode="r") as index:
        for listed in (index.blocks, index.block_texts):
            with pytest.raises(dedup.CorruptIndexError, match=run.name):
                list(listed())
