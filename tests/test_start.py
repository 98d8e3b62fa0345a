"""What the command loads: little for its help, for a small run what it needs, in an order that signals can break."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def test_help_needs_nothing_heavy():
    loaded = "import sys, dedup.cli; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, check=True, cwd=REPOSITORY
    )
    heavy = {"numpy", "rich", "rapidfuzz", "orjson", "dedup._core", "dedup.pipeline", "datasketch"}
    assert heavy.isdisjoint(done.stdout.decode().split())


def test_a_run_loads_what_it_needs(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b'{"text": "One line."}\n' * 2)
    run = "import sys, dedup.cli; dedup.cli.main(sys.argv[1:]); print(*sys.modules)"
    arguments = ["clean", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out"), "-q"]
    done = subprocess.run([sys.executable, "-c", run, *arguments], capture_output=True, check=True)
    heavy = {"numpy", "rapidfuzz", "rich", "zstandard", "tempfile", "csv"}
    heavy |= {"dedup.model.clusters", "dedup.versions", "dedup.report_text", "dedup.index"}
    loaded = done.stdout.decode().split()
    assert "dedup.run" in loaded
    assert heavy & set(loaded) == set()


IMPORTS_INSIDE_ORJSON = """
import sys

class Finder:
    def find_spec(self, name, *rest):
        frame = sys._getframe()
        while frame := frame.f_back:
            if "orjson" in frame.f_code.co_filename and name != "orjson.orjson":
                print("inside", name)

sys.meta_path.insert(0, Finder())
from dedup.__main__ import main
sys.argv[0] = "dedup"
main()
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "a.jsonl"],
        ["clean", "a.jsonl", "-o", "new"],
        ["restore", "out", "-o", "new"],
        ["compare", "out", "out"],
        ["explain", "a.jsonl:1", "a.jsonl:2", "--format", "json"],
        ["policy", "--format", "json"],
        ["index", "add", "index", "a.jsonl"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_nothing_is_loaded_while_orjson_loads(tmp_path, arguments):
    # An interrupt while its native part imports a module, and it looks for no error, ends the process.
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "One line."}\n' * 2)
    clean = [sys.executable, "-m", "dedup", "clean", "a.jsonl", "-o", "out", "-q"]
    assert subprocess.run(clean, cwd=tmp_path, check=False).returncode == 0
    program = [sys.executable, "-c", IMPORTS_INSIDE_ORJSON, *arguments]
    done = subprocess.run(program, capture_output=True, text=True, cwd=tmp_path)
    assert "inside" not in done.stdout
    assert "Traceback" not in done.stderr
