"""Two clean runs over the same inputs, side by side: which documents met another fate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

WHOLE, CUT, DROPPED = "whole", "cut", "dropped"
# Which way a document's fate changed from the first run to the second.
MORE, LESS, OTHER = "more", "less", "other"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the runs: its folder, its report, and how many documents met which fate."""

    folder: str
    report: dict[str, Any]
    fates: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """The run as plain JSON values."""
        counts = self.report["counts"]
        return {
            "folder": self.folder,
            "digest": self.report["digest"],
            "documents": self.fates,
            "records_skipped": counts["records_skipped"],
            "passages": counts["spans_removed"],
            "characters_removed": counts["characters_removed"],
        }


@dataclass(frozen=True, slots=True)
class Change:
    """A document whose fate differs.

    fates: `whole`, `cut` or `dropped`, in either run. characters: how many went. passages: those
    that went, in part at least, in one run only, as in the ledger, with `run` 1 or 2; none where
    all that differs is a rest too small to keep.
    """

    document: str
    source: str
    fates: tuple[str, str]
    characters: tuple[int, int]
    passages: list[dict[str, Any]]

    @property
    def way(self) -> str:
        """`more` or `less` went in the second run, or as many characters of `other` text."""
        before, after = self.characters
        return OTHER if before == after else MORE if after > before else LESS

    def to_dict(self) -> dict[str, Any]:
        """The change as plain JSON values."""
        return {
            "document": self.document,
            "source": self.source,
            "fates": list(self.fates),
            "characters": list(self.characters),
            "passages": self.passages,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The answer of `dedup.compare`; `print` shows it for reading.

    settings: fields of the policy that differ, and `version`, with both values. documents: how many
    were read. changes: documents and characters for each (fate, fate, way). keepers: passages that
    went in both runs in favour of different copies. examples: way -> the largest changes.
    """

    runs: tuple[Side, Side]
    settings: dict[str, tuple[Any, Any]]
    documents: int
    changes: dict[tuple[str, str, str], tuple[int, int]]
    keepers: int
    examples: dict[str, list[Change]]

    @property
    def same(self) -> bool:
        """Whether the same characters of every document went."""
        return not self.changes

    @property
    def changed(self) -> int:
        """Documents whose fate differs."""
        return sum(documents for documents, _ in self.changes.values())

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain JSON values."""
        return {
            "same": self.same,
            "runs": [side.to_dict() for side in self.runs],
            "settings": {name: list(values) for name, values in self.settings.items()},
            "documents": self.documents,
            "documents_changed": self.changed,
            "changes": [
                {
                    "fates": [before, after],
                    "way": way,
                    "documents": documents,
                    "characters": characters,
                }
                for (before, after, way), (documents, characters) in self.changes.items()
            ],
            "other_keepers": self.keepers,
            "examples": {
                way: [change.to_dict() for change in changes]
                for way, changes in self.examples.items()
            },
        }

    def __str__(self) -> str:
        from dedup.comparison.text import comparison_lines

        return "\n".join(comparison_lines(self))
