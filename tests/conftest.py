"""What all tests share: how long hypothesis searches, where the real data lies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS))  # oracle, strategies and checker are plain modules beside the tests.

# Deadlines measure the machine, not the code; the oracle is slow on purpose.
settings.register_profile(
    "dedup",
    max_examples=int(os.environ.get("DEDUP_TEST_EXAMPLES", "60")),
    deadline=None,
    derandomize="DEDUP_TEST_EXAMPLES" not in os.environ,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
settings.load_profile("dedup")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, so that a misspelt one is an error."""
    config.addinivalue_line(
        "markers", "slow: takes more than some ten seconds; left out with -m 'not slow'"
    )


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real texts beside the repository; tests that need it skip without."""
    folder = TESTS.parent.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data: {folder} is absent")
    return folder
