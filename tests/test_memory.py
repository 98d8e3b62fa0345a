"""A limit on memory: arrays beyond it lie in a file, and no answer changes."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
import runs
import strategies

import dedup
from dedup import Options
from dedup.errors import DedupError
from dedup.memory import LEAST, bytes_of, half_of_what_is_free

# Holds more than half of the least limit before it starts, so that every large array lies in the
# file. Prints the bytes that are mapped from it while the core decides, and the bytes held at last.
LIMITED = """
import sys, dedup
ballast = bytearray(b"x") * 90_000_000
mapped = []
def look(stage, done, total):
    if stage == "decide":
        with open("/proc/self/maps") as lines:
            ends = [line.split()[0].split("-") for line in lines if ".dedup-spool-" in line]
        mapped.append(sum(int(end, 16) - int(start, 16) for start, end in ends))
options = dedup.Options(memory="128M", progress=look)
dedup.clean(sys.argv[1], sys.argv[2], options=options)
print(max(mapped))
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 13 MB of JSON lines, of which a good part repeats, nearly or wholly."""
    chance = random.Random(3)
    words = strategies.ENGLISH + strategies.FRENCH
    file = tmp_path_factory.mktemp("corpus") / "many.jsonl"
    records = []
    for number in range(1300):
        texts = [" ".join(chance.choices(words, k=9 + place % 40)) for place in range(60)]
        if number % 3:
            texts += records[-1]["text"].split("\n")[:30]
            texts.append(texts[0].replace("e", "é", 1) + " encore")
        records.append({"id": f"n{number}", "text": "\n".join(texts)})
    runs.write_lines(file, records)
    assert file.stat().st_size > 2**23
    return file


def test_the_bytes_are_the_same_with_the_arrays_in_a_file(corpus: Path, tmp_path: Path) -> None:
    dedup.clean(corpus, tmp_path / "free")
    command = [sys.executable, "-c", LIMITED, str(corpus), str(tmp_path / "limited")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 2**21
    expected = runs.tree(tmp_path / "free", without=("report.json",))
    assert runs.tree(tmp_path / "limited", without=("report.json",)) == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["free", "limited"]


def test_where_the_file_finds_no_room_the_run_ends_with_the_bytes_it_needs(
    corpus: Path, tmp_path: Path
) -> None:
    pytest.importorskip("resource")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))\n"
    command = [sys.executable, "-c", limit + LIMITED, str(corpus), str(tmp_path / "limited")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "OutputError" in done.stderr
    assert "no temporary file: File too large: " in done.stderr
    assert "bytes more were needed" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (2**28, 2**28),
        ("128M", 128_000_000),
        ("512m", 512_000_000),
        ("2G", 2 * 10**9),
        ("1.5GiB", 3 * 2**29),
        ("256 MiB", 2**28),
        ("200000000", 200_000_000),
        ("300000KB", 300_000_000),
        ("0.5t", 500 * 10**9),
    ],
)
def test_a_size_is_read_as_people_write_it(size: object, expected: int) -> None:
    assert bytes_of(size) == expected


@pytest.mark.parametrize(
    ("size", "message", "hint"),
    [
        ("abc", "memory is 'abc'; it must be a size such as 512M or 4G", "half of what is free"),
        ("-1G", "memory is '-1G'", "half of what is free"),
        (True, "memory is True", "half of what is free"),
        (1.5, "memory is 1.5", "half of what is free"),
        ("512", "memory is 512; it must be at least 128M", "did you mean 512M"),
        (300, "memory is 300; it must be at least 128M", "did you mean 300M"),
        ("10M", "memory is 10M; it must be at least 128M", None),
        (0, "memory is 0; it must be at least 128M", None),
    ],
)
def test_what_is_no_size_is_refused(size: object, message: str, hint: str | None) -> None:
    with pytest.raises(DedupError) as caught:
        Options(memory=size)  # type: ignore[arg-type]
    assert message in caught.value.message
    assert (hint or "") in (caught.value.hint or "")


def test_half_of_what_is_free_is_what_the_system_says() -> None:
    free = half_of_what_is_free()
    assert free is None or LEAST <= free < 2**50


FORKED = """
import os, sys, dedup
ballast = bytearray(b"x") * 90_000_000
result = dedup.scan(sys.argv[1], options=dedup.Options(memory="128M"), unit="line")
before = b"".join(result.cluster_lines())
child = os.fork()
if child == 0:
    result.matches
    del result
    dedup.scan(sys.argv[1], options=dedup.Options(memory="128M"))
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert b"".join(result.cluster_lines()) == before
ask, answer = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    os.read(ask[0], 1)
    os.write(answer[1], b"y" if b"".join(result.cluster_lines()) == before else b"n")
    os._exit(0)
del result
os.write(ask[1], b"x")
assert os.read(answer[0], 1) == b"y"
assert os.waitpid(child, 0)[1] == 0
print(len(before))
"""


def test_of_two_forked_processes_neither_changes_the_others_arrays(tmp_path: Path) -> None:
    chance = random.Random(4)
    lines = [" ".join(f"{chance.getrandbits(32):x}" for _ in range(3)) for _ in range(300_000)]
    file = runs.write_texts(tmp_path / "texts", ["\n".join(lines + lines[::3])])
    command = [sys.executable, "-c", FORKED, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10**6


SHORT = """
import resource, sys, dedup
ballast = bytearray(b"x") * 90_000_000
limit = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, limit[1]))
try:
    dedup.scan(sys.argv[1], options=dedup.Options(memory="128M"))
except dedup.OutputError as error:
    assert "ulimit" in error.hint, error.hint
else:
    sys.exit("there was room")
resource.setrlimit(resource.RLIMIT_FSIZE, limit)
dedup.scan(["a b c d"] * 2, options=dedup.Options(memory="4G"))
"""


def test_what_found_no_room_in_one_run_is_no_matter_of_the_next(corpus: Path) -> None:
    command = [sys.executable, "-c", SHORT, str(corpus)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
