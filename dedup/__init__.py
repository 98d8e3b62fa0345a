"""Finds text that repeats, shows the evidence, and gives the text back clean.

>>> import dedup
>>> result = dedup.scan(["One line of text.", "Another line.", "One line of text."])
>>> len(result.clusters)
1
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.errors import (
    CorruptIndexError,
    DedupError,
    FieldError,
    FormatError,
    IncompatibleIndexError,
    IndexError_,
    IndexLockedError,
    InputError,
    MissingExtraError,
    OutputError,
    PolicyError,
)
from dedup.model import Cluster, Document, Match, Member
from dedup.policy import Policy

if TYPE_CHECKING:
    from dedup.options import Options
    from dedup.pipeline import clean, explain, matches, restore, scan, unique
    from dedup.results import CleanResult, ScanResult

    __version__: str

# Loaded when they are first used: `dedup --help` needs neither numpy nor the core.
_LATER = {
    "CleanResult": "dedup.results",
    "Options": "dedup.options",
    "ScanResult": "dedup.results",
    "clean": "dedup.pipeline",
    "explain": "dedup.pipeline",
    "matches": "dedup.pipeline",
    "restore": "dedup.pipeline",
    "scan": "dedup.pipeline",
    "unique": "dedup.pipeline",
}

__all__ = [
    "CleanResult",
    "Cluster",
    "CorruptIndexError",
    "DedupError",
    "Document",
    "FieldError",
    "FormatError",
    "IncompatibleIndexError",
    "IndexError_",
    "IndexLockedError",
    "InputError",
    "Match",
    "Member",
    "MissingExtraError",
    "Options",
    "OutputError",
    "Policy",
    "PolicyError",
    "ScanResult",
    "clean",
    "explain",
    "matches",
    "restore",
    "scan",
    "unique",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("dedup")
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'dedup' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
