"""An index that lost its catalogue is damaged, and no new one; what is verified is of one moment."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

import pytest

import dedup
from dedup import CorruptIndexError, Index, IndexError_

TEXT = (
    "The ferry to the island leaves the harbour at dawn, and nobody on board knows about number {}."
)


def filled(folder: Path, count: int = 20) -> Path:
    with Index.open(folder) as index:
        index.add_many([(str(number), TEXT.format(number)) for number in range(count)])
    return folder


@pytest.mark.parametrize("mode", ["r", "w"])
@pytest.mark.parametrize("lost", ["gone", "empty"])
def test_without_its_catalogue_an_index_is_damaged_and_loses_nothing(
    tmp_path: Path, lost: str, mode: Literal["r", "w"]
) -> None:
    folder = filled(tmp_path / "index")
    catalogue = folder / "catalogue.db"
    catalogue.unlink()
    if lost == "empty":
        catalogue.touch()
    runs = sorted((folder / "runs").iterdir())
    assert runs
    with pytest.raises(
        CorruptIndexError, match=r"catalogue\.db, which 1 file of runs/ need"
    ) as told:
        Index.open(folder, mode=mode)
    assert told.value.hint == "take the index back from a copy, or add its documents to a new one"
    assert sorted((folder / "runs").iterdir()) == runs


def test_what_was_never_added_to_is_no_index_yet(tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").touch()
    with pytest.raises(IndexError_, match="nothing was ever added to it"):
        Index.open(tmp_path, mode="r")
    assert len(Index.open(filled(tmp_path), mode="r")) == 20


WRITER = """
import sys
from dedup import Index
with Index.open(sys.argv[1]) as index:
    for number in range(100_000):
        index.add(f"new {number}", sys.argv[2].format(number))
        index.commit()
        if number == 3:
            print("adding", flush=True)
"""


def test_verify_finds_nothing_beside_a_writer(tmp_path: Path) -> None:
    folder = filled(tmp_path / "index")
    command = [sys.executable, "-c", WRITER, str(folder), TEXT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "adding\n"
            end, looks = time.monotonic() + 3, 0
            while time.monotonic() < end or looks < 3:
                with Index.open(folder, mode="r") as index:
                    assert index.verify() == []
                looks += 1
        finally:
            writer.kill()


def test_no_document_is_held_under_what_is_no_text(tmp_path: Path) -> None:
    with Index.open(filled(tmp_path / "index")) as index:
        assert not index.remove("\ud800")
        assert len(index) == 20


@pytest.mark.parametrize("scope", ["within", "across"])
def test_groups_by_source_hold_for_what_an_index_gives(tmp_path: Path, scope: str) -> None:
    text = TEXT.format("one")
    folder = tmp_path / "index"
    policy = {"group_by": "source", "group_scope": scope}
    with Index.open(folder, dedup.Policy(**policy)) as index:
        index.add("held", text, source="here")
        verdicts = [index.check(text, source=source).action for source in ("here", "there")]
    assert verdicts == (["drop", "keep"] if scope == "within" else ["keep", "drop"])
    for source, verdict in zip(("here", "there"), verdicts, strict=True):
        records = [{"id": "new", "text": text, "source": source}]
        result = dedup.clean(records, against=folder, **policy)
        assert len(result.documents) == (verdict == "keep")
