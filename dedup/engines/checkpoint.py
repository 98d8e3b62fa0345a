"""Checkpoints: what a run has found so far, kept in a folder so that another one can go on.

Three files: `rows` and `tokens`, which the core appends to, and `journal`, which says up to where
they count. Its first line is what the state belongs to; each other one is a checkpoint: the end
and hash of what it added to either file, and what Python gathered of the same pieces. Nothing is
synced: after a power cut the hashes tell what is there, as they do after any other damage.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup import _core
from dedup.engines.journal import Journal, read_journal

if TYPE_CHECKING:
    from collections.abc import Sequence


class Saved(NamedTuple):
    """The sound checkpoints of a folder, at least one.

    belongs: what they belong to. entries: what was gathered from one to the next, in order, and the
    marks of the files. matched: the last entry holds the matches, and nothing was gathered for it.
    """

    belongs: Any
    entries: Sequence[dict[str, Any]]
    matched: bool

    @property
    def gathered(self) -> Sequence[dict[str, Any]]:
        """The entries that say what was gathered."""
        return self.entries[:-1] if self.matched else self.entries


def saved_in(journal: str) -> Saved | None:
    """The checkpoints that a journal tells of, without those that were damaged; None for none."""
    belongs, *entries = read_journal(journal) or [None]
    rows, tokens = _files(journal)
    try:
        sound = _core.sound_sections(rows, [tuple(entry["rows"]) for entry in entries])
        found = [tuple(entry["tokens"]) for entry in entries if "tokens" in entry]
        # The entry of the matches has no tokens.
        if (whole := _core.sound_sections(tokens, found)) < len(found):
            sound = min(sound, whole)
    except (OSError, KeyError, TypeError, ValueError):
        return None  # a file is missing, or another version wrote a journal of another form
    entries = entries[:sound]
    return Saved(belongs, entries, "tokens" not in entries[-1]) if entries else None


class Checkpoints:
    """The checkpoints that a run makes.

    journal: the path of that file; the others stand beside it. belongs: what the state belongs to,
    a JSON value.
    """

    def __init__(self, journal: str, corpus: _core.Corpus, belongs: Any) -> None:
        self._path = journal
        self._corpus = corpus
        self._belongs = belongs
        self._journal: Journal | None = None

    def begin(self) -> None:
        """Make the files of an empty corpus; raises OSError where they cannot be made."""
        Path(self._path).parent.mkdir(parents=True, exist_ok=True)
        self._corpus.checkpoint_to(*_files(self._path))

    def go_on(self, saved: Saved) -> None:
        """Read the state back into an empty corpus; raises OSError where that fails."""
        rows, tokens = _files(self._path)
        ends = [entry["rows"][0] for entry in saved.entries]
        size = saved.gathered[-1]["tokens"][0]
        self._corpus.go_on((rows, ends), (tokens, size), saved.matched)
        # What the run before wrote after its last sound checkpoint is overwritten from here on.
        self._journal = Journal(self._path, [self._belongs, *saved.entries])

    def save(self, gathered: dict[str, Any]) -> None:
        """Save what was added since the last time; raises OSError, and what was saved counts."""
        rows, tokens = self._corpus.checkpoint()
        self._append({**gathered, "rows": rows, "tokens": tokens})

    def save_matches(self) -> None:
        """Save the matches, after everything that was read."""
        self._append({"rows": self._corpus.checkpoint_matches()})

    def _append(self, entry: dict[str, Any]) -> None:
        if self._journal is None:
            self._journal = Journal(self._path, [self._belongs, entry])
        else:
            self._journal.append(entry)


def _files(journal: str) -> tuple[str, str]:
    path = Path(journal)
    return str(path.with_name("rows")), str(path.with_name("tokens"))
