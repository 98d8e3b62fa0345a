"""Runs against other corpora give the same bytes: killed and resumed, with any options."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from files import put
from held_against import enumerate_texts, index_of, removed
from resuming import LINES, SMALL, Corpus, answer, beside, of_lines, outcomes, texts

import dedup
from dedup import Index, OutputError
from dedup.options import Options


@pytest.fixture
def resumed(tmp_path: Path) -> tuple[Corpus, list[Path]]:
    """A corpus with many checkpoints that is held against files and an index."""
    paths = of_lines(tmp_path / "in")
    put(tmp_path / "seen", {f"{n}.txt": text.encode() for n, text in enumerate(texts(150, 1))})
    index_of(tmp_path / "seen.dedup", list(enumerate_texts(texts(60, 2))))
    settings = {**LINES.settings, "against": [str(tmp_path / "seen"), str(tmp_path / "seen.dedup")]}
    return Corpus("against", of_lines, settings), paths


def cleaned(corpus: Corpus, paths: list[Path], output: Path, **more: Any) -> list[str]:
    against = [Path(name) for name in corpus.settings["against"]]
    settings = {**corpus.settings, "against": against}
    return Corpus(corpus.name, corpus.make, settings).clean(paths, output, **more)


def test_killed_and_resumed_it_gives_the_same_bytes(
    resumed: tuple[Corpus, list[Path]], tmp_path: Path
) -> None:
    corpus, paths = resumed
    cleaned(corpus, paths, tmp_path / "whole")
    assert "against" in json.dumps(removed(tmp_path / "whole"))
    output = tmp_path / "out"
    shares = [
        ("read", 0.2),
        ("read", 0.6),
        ("read", 0.9),
        ("match", 0),
        ("decide", 0),
        ("clean", 0),
    ]
    moments = [[signal.SIGKILL, stage, share] for stage, share in shares]
    found = outcomes(corpus, paths, output, [*moments, [0, "", 0]])
    assert [code for code, _ in found] == [-signal.SIGKILL] * len(moments) + [0]
    assert found[-1][1][0].endswith("were read and compared")
    assert answer(output) == answer(tmp_path / "whole")
    assert beside(output) == []
    report = json.loads((output / "_dedup" / "report.json").read_bytes())
    whole = json.loads((tmp_path / "whole" / "_dedup" / "report.json").read_bytes())
    assert report["against"] == whole["against"]
    assert report["counts"] == whole["counts"]


@pytest.mark.parametrize("change", ["file", "index", "fewer"])
def test_a_state_of_another_reference_is_refused(
    change: str, resumed: tuple[Corpus, list[Path]], tmp_path: Path
) -> None:
    corpus, paths = resumed
    output = tmp_path / "out"
    [(code, _)] = outcomes(corpus, paths, output, [[signal.SIGKILL, "read", 0.9]])
    assert code == -signal.SIGKILL
    complete = tmp_path / "whole"
    cleaned(corpus, paths, complete)
    assert cleaned(corpus, paths, complete, resume=True) == [f"{complete}: is complete already"]
    if change == "file":
        with (tmp_path / "seen" / "3.txt").open("a") as file:
            file.write("\nmore")
    elif change == "index":
        with Index.open(tmp_path / "seen.dedup") as index:
            index.remove("7")
    else:
        del corpus.settings["against"][1]
    message = "against 1 inputs" if change == "fewer" else "not what it was"
    with pytest.raises(OutputError, match=message):
        cleaned(corpus, paths, output, resume=True)
    message = "against 1 inputs" if change == "fewer" else "has changed since it was read"
    with pytest.raises(OutputError, match=message):
        cleaned(corpus, paths, complete, resume=True)
    assert cleaned(corpus, paths, output) == []


def test_any_jobs_batches_and_memory_give_the_same_bytes(
    resumed: tuple[Corpus, list[Path]], tmp_path: Path
) -> None:
    corpus, paths = resumed
    cleaned(corpus, paths, tmp_path / "one")
    against = [Path(name) for name in corpus.settings["against"]]
    settings = {**corpus.settings, "against": against}
    for number, options in enumerate([Options(jobs=1), Options(jobs=3, memory="128M", **SMALL)]):
        output = tmp_path / f"other{number}"
        dedup.clean(paths, output, options=options, **settings)
        assert answer(output) == answer(tmp_path / "one")
