"""A run that was cut short and is resumed gives the bytes of one that was not."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest
from resuming import (
    CORPORA,
    KEPT,
    LINES,
    STATE,
    Corpus,
    answer,
    beside,
    of_lines,
    outcomes,
    state_of,
)


@pytest.fixture(params=CORPORA, ids=lambda corpus: corpus.name)
def corpus(request: pytest.FixtureRequest) -> Corpus:
    return request.param


NAMED = [("read", 0.3), ("read", 0.5), ("read", 0.9), ("match", 0), ("decide", 0), ("clean", 0.6)]
END = [0, "", 0]


def test_killed_anywhere_and_resumed_it_gives_the_same_bytes(
    corpus: Corpus, tmp_path: Path
) -> None:
    paths = corpus.make(tmp_path / "in")
    corpus.clean(paths, tmp_path / "whole")
    output = tmp_path / "out"
    moments = [[signal.SIGKILL, stage, share] for stage, share in NAMED]
    found = outcomes(corpus, paths, output, [*moments, END])
    assert [code for code, _ in found] == [-signal.SIGKILL] * len(moments) + [0]
    told = [lines for _, lines in found]
    assert told[0] == ["nothing to resume; starting from the beginning"]
    assert all(lines[0].startswith("resuming: ") for lines in told[2:])
    assert told[-1][0].endswith("were read and compared")
    assert answer(output) == answer(tmp_path / "whole")
    assert beside(output) == []


def test_killed_at_random_times_it_gives_the_same_bytes(corpus: Corpus, tmp_path: Path) -> None:
    paths = corpus.make(tmp_path / "in")
    corpus.clean(paths, tmp_path / "whole")
    chance = random.Random(corpus.name)
    output = tmp_path / "out"
    moments = [[signal.SIGKILL, "time", chance.uniform(0, 0.15)] for _ in range(4)]
    found = outcomes(corpus, paths, output, [*moments, END])
    # A run may have been quicker than its end; the next one then finds its output.
    assert found[-1][0] == 0 or "is complete" in found[-1][1][-1]
    assert answer(output) == answer(tmp_path / "whole")
    assert beside(output) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGXFSZ])
@pytest.mark.parametrize(("stage", "share"), [("read", 0.5), ("clean", 0)])
def test_an_interrupt_or_a_full_disk_leaves_the_state_alone(
    number: int, stage: str, share: float, tmp_path: Path
) -> None:
    paths = of_lines(tmp_path / "in")
    LINES.clean(paths, tmp_path / "whole")
    output = tmp_path / "out"
    [(code, told)] = outcomes(LINES, paths, output, [[number, stage, share]], resume=False)
    assert code == 1
    assert told[-2 if number == signal.SIGINT else -3] == KEPT
    assert not output.exists()
    left = [path.name for path in (tmp_path / beside(output)[0]).rglob("*") if path.is_file()]
    assert sorted(left) == sorted(STATE)
    [line, *_] = LINES.clean(paths, output, resume=True)
    assert line.startswith("resuming: ")
    assert answer(output) == answer(tmp_path / "whole")
    assert beside(output) == []


def test_a_run_without_resume_removes_the_state(tmp_path: Path) -> None:
    paths = of_lines(tmp_path / "in")
    outcomes(LINES, paths, tmp_path / "out", [[signal.SIGKILL, "read", 0.5]], resume=False)
    assert state_of(tmp_path / "out").is_dir()
    assert LINES.clean(paths, tmp_path / "out") == []
    assert beside(tmp_path / "out") == []
