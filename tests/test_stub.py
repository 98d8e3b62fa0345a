"""The typed face of the core says what the module has: names, parameters, defaults."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent


def test_the_stub_is_the_module(tmp_path: Path) -> None:
    # PyO3 writes an `__all__`; a stub without one lists every public name just as well.
    allowed = tmp_path / "allowed"
    allowed.write_text(r"dedup\._core\.__all__", encoding="utf-8")
    command = [sys.executable, "-m", "mypy.stubtest", "dedup._core", "--allowlist", str(allowed)]
    done = subprocess.run(
        [*command, "--mypy-config-file", str(REPOSITORY / "pyproject.toml")],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
