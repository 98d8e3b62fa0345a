"""Packages that not everybody has, and the line that helps where one is missing."""

from __future__ import annotations

from dedup.errors import MissingExtraError


def need_pyarrow(what: str) -> None:
    """Raise MissingExtraError where pyarrow, which `what` needs, is absent."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        line = "pip install 'dedup[parquet]'"
        raise MissingExtraError(f"{what} needs pyarrow: {line}", hint=line) from error
