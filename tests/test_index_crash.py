"""A writer is killed at any moment: what it had committed is there, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from index_kills import Kills


@pytest.mark.parametrize("seed", range(4))
def test_what_was_committed_is_there_after_a_kill(tmp_path: Path, seed: int) -> None:
    kills = Kills(tmp_path, seed)
    for _ in range(6):
        kills.kill(longest=0.4)
    assert kills.wrong == []


@pytest.mark.slow
def test_five_hundred_kills(tmp_path: Path) -> None:
    kills = Kills(tmp_path, 100)
    for _ in range(500):
        kills.kill()
    assert kills.wrong == []
    # Each kind of step was broken off by some of them.
    assert {"add", "commit", "compact", "merge"} <= {name for name, n in kills.during.items() if n}
