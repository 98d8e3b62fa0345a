"""Finds text that repeats, shows the evidence, and gives the text back clean.

>>> import dedup
>>> result = dedup.scan(["One line of text.", "Another line.", "One line of text."])
>>> len(result.clusters)
1
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.comparison import Comparison
    from dedup.comparison.ledgers import compare
    from dedup.errors import (
        CorruptIndexError,
        DedupError,
        FieldError,
        FormatError,
        IncompatibleIndexError,
        IncompatibleSignatureError,
        IndexError_,
        IndexLockedError,
        InputError,
        MissingExtraError,
        OutputError,
        PolicyError,
    )
    from dedup.forecast import Forecast
    from dedup.formats.restore import restore
    from dedup.index import Entry, HeldBlock, Index, Sighting, Verdict
    from dedup.model import Document
    from dedup.model.clusters import Cluster, Member
    from dedup.model.matches import Match
    from dedup.options import Options
    from dedup.pipeline import clean, explain, matches, plan, scan, tune, unique
    from dedup.policy import Policy
    from dedup.results import CleanResult, ScanResult
    from dedup.tuning import Tuning
    from dedup.versions import Blocks, Story, Version

    __version__: str

# Where each name is; loaded when it is first used. `dedup --help` needs neither numpy nor the core,
# and an interrupt while the command loads finds nothing imported that could not yet catch it.
_LATER = {
    "dedup.comparison": ("Comparison",),
    "dedup.comparison.ledgers": ("compare",),
    "dedup.errors": (
        "CorruptIndexError",
        "DedupError",
        "FieldError",
        "FormatError",
        "IncompatibleIndexError",
        "IncompatibleSignatureError",
        "IndexError_",
        "IndexLockedError",
        "InputError",
        "MissingExtraError",
        "OutputError",
        "PolicyError",
    ),
    "dedup.forecast": ("Forecast",),
    "dedup.formats.restore": ("restore",),
    "dedup.index": ("Entry", "HeldBlock", "Index", "Sighting", "Verdict"),
    "dedup.model": ("Document",),
    "dedup.model.clusters": ("Cluster", "Member"),
    "dedup.model.matches": ("Match",),
    "dedup.options": ("Options",),
    "dedup.pipeline": (
        "clean",
        "explain",
        "matches",
        "plan",
        "scan",
        "tune",
        "unique",
    ),
    "dedup.policy": ("Policy",),
    "dedup.results": ("CleanResult", "ScanResult"),
    "dedup.tuning": ("Tuning",),
    "dedup.versions": ("Blocks", "Story", "Version"),
}

__all__ = [
    "Blocks",
    "CleanResult",
    "Cluster",
    "Comparison",
    "CorruptIndexError",
    "DedupError",
    "Document",
    "Entry",
    "FieldError",
    "Forecast",
    "FormatError",
    "HeldBlock",
    "IncompatibleIndexError",
    "IncompatibleSignatureError",
    "Index",
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
    "Sighting",
    "Story",
    "Tuning",
    "Verdict",
    "Version",
    "clean",
    "compare",
    "explain",
    "matches",
    "plan",
    "restore",
    "scan",
    "tune",
    "unique",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "__version__":
        from importlib.metadata import version

        return version("dedup")
    for module, names in _LATER.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'dedup' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
