"""What the package offers is what it says it offers."""

from __future__ import annotations

import subprocess
import sys

import dedup


def test_every_public_name_is_there() -> None:
    for name in dedup.__all__:
        assert getattr(dedup, name).__module__.startswith("dedup."), name
    assert dedup.__all__ == sorted(dedup.__all__)
    assert set(dir(dedup)) == {*dedup.__all__, "__version__"}


def test_every_public_name_says_what_it_is() -> None:
    assert [name for name in dedup.__all__ if not getattr(dedup, name).__doc__] == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(dedup, "deduplicate")


def test_the_package_loads_neither_numpy_nor_the_core_at_import() -> None:
    heavy = ["numpy", "datasketch", "rapidfuzz", "pyarrow", "dedup._core", "dedup.pipeline"]
    program = f"import sys, dedup; sys.exit(' '.join(set({heavy}) & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_core_is_of_the_version_that_is_installed():
    from importlib.metadata import version

    from dedup import _core

    assert version("dedup") == dedup.__version__ == _core.VERSION
