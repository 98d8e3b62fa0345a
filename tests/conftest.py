"""What all tests share: how long hypothesis searches, where the real data lies."""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS))  # The oracle, the checker and what tests share lie beside them.
pytest.register_assert_rewrite("commands", "what_goes")  # They are to show what differs.

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


@pytest.fixture(scope="session")
def redis_socket() -> Iterator[str]:
    """The socket of a Redis server that is there for the tests; they skip without one."""
    import redis_server

    with redis_server.running() as socket:
        yield socket
        # datasketch leaves its connections to the collector of garbage.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@pytest.fixture(params=["dict", "redis"])
def make_lsh(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Makes a `MinHashLSH` of 32 bands of 4 rows, unless other settings are given."""
    from datasketch import MinHashLSH

    config: dict[str, Any] = {"type": request.param}
    if request.param == "redis":
        config["redis"] = {"unix_socket_path": request.getfixturevalue("redis_socket")}

    def made(**settings: Any) -> MinHashLSH:
        own = {name: settings.pop(name) for name in ["basename"] if name in settings}
        settings = {"num_perm": 128, "params": (32, 4), **settings}
        return MinHashLSH(storage_config={**config, **own}, **settings)

    return made


@pytest.fixture
def small_files() -> Iterator[None]:
    """What is too large for a file is an error, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)
