"""Limits: what is too long passes by and is counted, what grows too much is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from files import COMPRESS, put, tree_of
from hypothesis import given
from hypothesis import strategies as st
from reading import BOM, read_all

import dedup
from dedup.cli import main
from dedup.errors import DedupError, FormatError
from dedup.formats.restore import restore as restore_folder

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
MOST = 200


def jsonl(*texts: str) -> bytes:
    return b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)


def array(*texts: str) -> bytes:
    return b"[" + b" ,\n".join(json.dumps({"text": text}).encode() for text in texts) + b"\n]"


def table(*texts: str) -> bytes:
    return b"n,text\n" + b"".join(f'1,"{text}"\n'.encode() for text in texts)


MAKE = {"jsonl": jsonl, "json": array, "csv": table}
TEXTS = st.sampled_from(
    ["", "a", STORY, "x" * 180, "x" * 300, f"{STORY}\n{'y ' * 200}", "z\n" * 400]
)


@given(
    st.lists(TEXTS, max_size=7),
    st.sampled_from(list(MAKE)),
    st.integers(1, 400),
    st.sampled_from([b"", BOM]),
    st.booleans(),
)
def test_long_records_are_counted_and_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[str],
    kind: str,
    size: int,
    mark: bytes,
    cut: bool,
) -> None:
    folder = tmp_path_factory.mktemp("long")
    data = mark + MAKE[kind](*texts)
    if cut and kind != "json":
        data = data.removesuffix(b"\n")
    put(folder / "in", {f"a.{kind}": data, f"b.{kind}": data})
    options = dedup.Options(max_line=MOST, batch_bytes=size, jobs=1)
    result = dedup.clean(folder / "in", folder / "out", options=options)
    counts = result.report["counts"]
    assert counts["documents_read"] == 2 * len(texts)
    assert counts["documents_read"] == (
        counts["documents_kept"] + counts["documents_dropped"] + counts["records_skipped"]
    )
    long = sum(len(text) > MOST for text in texts)
    assert counts["records_skipped"] == 2 * long
    assert all("longer than 200 bytes (--max-line)" in one.reason for one in result.skipped)
    restore_folder(folder / "out", folder / "back")
    assert tree_of(folder / "back") == tree_of(folder / "in")
    whole = dedup.clean(
        folder / "in", folder / "one", options=dedup.Options(max_line=MOST, batch_bytes=10**6)
    )
    one, many = tree_of(folder / "one"), tree_of(folder / "out")
    del one["_dedup/report.json"], many["_dedup/report.json"]
    assert one == many
    assert whole.report["counts"] == counts


@pytest.mark.parametrize("kind", MAKE)
def test_a_long_record_is_not_held_in_memory(tmp_path: Path, kind: str) -> None:
    """A record of 300 MB under a limit of 1 MiB; the process may have 200 MB more than at start."""
    middle = "x" * 300_000_000
    data = COMPRESS[".gz"](MAKE[kind](STORY, middle, STORY))
    path = put(tmp_path, {f"a.{kind}.gz": data}) / f"a.{kind}.gz"
    program = (
        "import resource, sys, dedup\n"
        "dedup.scan(['warm up'])\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "options = dedup.Options(max_line=2**20, max_expansion=10**6)\n"
        f"result = dedup.clean({str(path)!r}, {str(tmp_path / 'out')!r}, options=options)\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "assert result.report['counts']['records_skipped'] == 1\n"
        "assert result.report['counts']['documents_dropped'] == 1\n"
        "sys.exit(after - before > 100_000)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_the_command_has_both_limits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, {"a.jsonl": jsonl("a", "x" * 300)})
    bomb = put(tmp_path, {"b.jsonl.gz": COMPRESS[".gz"](b"\n" * 2**27)}) / "b.jsonl.gz"
    assert main(["scan", str(tmp_path / "a.jsonl"), "--max-line", "200", "-q"]) == 2
    assert "a.jsonl:2: the record is longer than 200 bytes (--max-line)" in capsys.readouterr().err
    assert main(["scan", str(tmp_path / "a.jsonl"), "--max-line", ".2k", "-q"]) == 2
    assert ".2k is no size such as 100M or 1GiB" in capsys.readouterr().err
    assert main(["scan", str(tmp_path / "a.jsonl"), "--max-line", "1k", "-q"]) == 0
    assert main(["scan", str(tmp_path / "a.jsonl"), "--max-line", "200", "-q", "--skip-bad"]) == 0
    assert main(["scan", str(bomb), "-q"]) == 2
    assert "--max-expansion" in capsys.readouterr().err
    assert main(["scan", str(bomb), "-q", "--max-expansion", "5000"]) == 0
    assert main(["scan", str(bomb), "--max-expansion", "0.5"]) == 2
    assert "max_expansion is 0.5; it must be a number of 1 or more" in capsys.readouterr().err
    assert main(["scan", str(bomb), "--max-line", "0"]) == 2
    assert "max_line is 0; it must be a whole number above 0" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "9", True, None])
def test_options_out_of_range_are_named(wrong: object) -> None:
    with pytest.raises(DedupError, match="max_line is"):
        dedup.Options(max_line=wrong)  # type: ignore[arg-type]
    if wrong != 1.5:
        with pytest.raises(DedupError, match="max_expansion is"):
            dedup.Options(max_expansion=wrong)  # type: ignore[arg-type]


def test_a_bomb_is_stopped_in_the_library(tmp_path: Path) -> None:
    path = put(tmp_path, {"a.txt.zst": COMPRESS[".zst"](bytes(2**27))}) / "a.txt.zst"
    with pytest.raises(FormatError, match="grows to more than 200 times its size"):
        dedup.scan(path)
    assert read_all(path, max_expansion=10**6).weight == 2**27
