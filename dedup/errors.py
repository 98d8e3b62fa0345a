"""What can go wrong, as a tree.

DedupError
├── PolicyError (ValueError)        a setting is out of range; raised before any reading; has .field
├── InputError                      a path cannot be read at all; has .path
│   ├── FormatError                 a file is not what its name says; has .path .line
│   ├── FieldError                  a record lacks its text; has .path .line .field
│   └── IncompatibleSignatureError  (ValueError) made by other rules; has .found .wanted
├── OutputError                     the target exists or cannot be written; has .path
├── IndexError_                     an index on disk cannot be used; has .path
│   ├── IncompatibleIndexError      written under another policy; has .found .wanted
│   ├── CorruptIndexError           a checksum or a length is wrong
│   └── IndexLockedError            another process writes to it, or this one does already
└── MissingExtraError (ImportError) an optional package is absent; the message holds the pip line

A message says what, where, the value and what is allowed, in one line without a full stop;
the remedy is the hint. Data a caller may need is an attribute, not only prose. Names in
messages are as they stand on disk: whoever prints them escapes control characters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class DedupError(Exception):
    """The root of every error this package raises on purpose.

    message: one line. hint: the remedy, or None.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\nhint: {self.hint}"


class PolicyError(DedupError, ValueError):
    """A setting is out of range, or has no such name (.field)."""

    def __init__(self, message: str, *, field: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.field = field


class InputError(DedupError):
    """A path cannot be read: missing, unreadable, not a file, changed meanwhile (.path)."""

    def __init__(self, message: str, *, path: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.path = path


class FormatError(InputError):
    """A file is not what its name says: cut or damaged (.path, .line from 1, or None)."""

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, path=path, hint=hint)
        self.line = line


class FieldError(InputError):
    """A record lacks its text, or the text is not a string (.path .line .field)."""

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        field: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, path=path, hint=hint)
        self.line = line
        self.field = field


class IncompatibleSignatureError(InputError, ValueError):
    """A signature of datasketch was made by other rules than ours (.found, .wanted)."""

    def __init__(self, message: str, *, found: str, wanted: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.found = found
        self.wanted = wanted


class OutputError(DedupError):
    """The target exists, lies inside the input, or cannot be written (.path)."""

    def __init__(self, message: str, *, path: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.path = path


class IndexError_(DedupError):
    """An index on disk cannot be used (.path)."""

    def __init__(self, message: str, *, path: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.path = path


class IncompatibleIndexError(IndexError_):
    """The index was written under another policy or fold table (.found, .wanted)."""

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        found: str | None = None,
        wanted: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, path=path, hint=hint)
        self.found = found
        self.wanted = wanted


class CorruptIndexError(IndexError_):
    """A checksum or a length in the index is wrong."""


class IndexLockedError(IndexError_):
    """Another process writes to the index, or this one has it open for writing already."""


class MissingExtraError(DedupError, ImportError):
    """An optional package is absent; the message holds the line that installs it."""


def kind_of(value: object) -> str:
    """The type of a value with its article, for a message.

    >>> kind_of("a"), kind_of(1)
    ('a str', 'an int')
    """
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeioAEIO" else f"a {name}"


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """What an unknown word may have been meant for, to be a hint; None where nothing is near."""
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), 1, cutoff)
    return found[0] if found else None
