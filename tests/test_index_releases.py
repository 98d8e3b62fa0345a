"""An index of another policy or another release is refused; those of this format are read."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from stories import STORY

import dedup
from dedup import Index, Policy

GOLDEN = Path(__file__).parent / "golden" / "index-8"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "seen.dedup")


def test_another_policy_is_refused_before_anything_is_read(path: str) -> None:
    Index.open(path, Policy(threshold=0.8)).close()
    with pytest.raises(
        dedup.IncompatibleIndexError, match=r"threshold 0\.8; 0\.7 is wanted"
    ) as error:
        Index.open(path, Policy(), mode="r")
    assert error.value.found == Policy(threshold=0.8).digest
    assert error.value.wanted == Policy().digest
    with Index.open(path) as index:
        assert index.policy == Policy(threshold=0.8)


@pytest.mark.parametrize(
    "settings",
    [
        {"keep": "longest"},
        {"linkage": "chain"},
        {"search": "exhaustive"},
        {"boilerplate": "first"},
        {"min_kept": 0.5},
    ],
)
def test_a_policy_that_an_index_cannot_have_is_refused(
    path: str, settings: dict[str, object]
) -> None:
    (name,) = settings
    with pytest.raises(dedup.PolicyError, match=f"{name} is ") as error:
        Index.open(path, Policy(**settings))
    assert error.value.field == name
    assert not Path(path).exists()


@pytest.mark.parametrize("name", ["format", "fold", "signature", "method"])
def test_an_index_of_another_release_is_refused(path: str, name: str) -> None:
    Index.open(path).close()
    with sqlite3.connect(f"{path}/catalogue.db") as database:
        database.execute("UPDATE meta SET value = '99' WHERE name = ?", (name,))
    with pytest.raises(dedup.IncompatibleIndexError, match=f"has {name} 99") as error:
        Index.open(path)
    assert error.value.found == f"{name} 99"


@pytest.mark.parametrize("older", [3, 4, 5, 6, 7])
def test_an_index_of_an_older_format_is_refused_untouched(tmp_path: Path, older: int) -> None:
    path = tmp_path / "index"
    shutil.copytree(GOLDEN.parent / f"index-{older}", path)
    before = {file: file.read_bytes() for file in (path / "runs").iterdir()}
    for mode in ("r", "w"):
        with pytest.raises(
            dedup.IncompatibleIndexError, match=f"format {older}; this release has 8"
        ):
            Index.open(path, mode=mode)  # type: ignore[arg-type]
    assert {file: file.read_bytes() for file in (path / "runs").iterdir()} == before


def test_the_index_of_the_first_release_is_read(tmp_path: Path) -> None:
    path = tmp_path / "index"
    shutil.copytree(GOLDEN, path)
    expected = json.loads((GOLDEN.parent / "index-8.json").read_text())
    with Index.open(path, mode="r") as index:
        assert index.verify() == []
        assert [entry.to_dict() for entry in index] == expected["entries"]
        found = [index.check(text).to_dict() for text in expected["asked"]]
        assert json.loads(json.dumps(found)) == expected["verdicts"]
    with Index.open(path) as index:
        index.add("new", STORY)
        index.compact()
        assert index.verify() == []
