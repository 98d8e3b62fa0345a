"""Texts in, verdicts out, by the core."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup import _core
from dedup.engines.local import core_settings
from dedup.errors import CorruptIndexError, InputError, kind_of
from dedup.index.folder import RESTORE, runs_folder
from dedup.index.scoping import Scoping
from dedup.index.verdict import Verdict
from dedup.stages.scopes import UNDATED
from dedup.surrogates import lone_surrogate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dedup.policy import Policy

# Of which document on held ones do not count, where all do.
ALL = 2**32 - 1
# Times that a batch is asked again because others were added meanwhile, before it is asked alone.
_TRIES = 3
# What the core says of a damaged run. Each layer that the error came through may name a run; the
# last name is the one that was given where the damage was met.
_OF_RUN = re.compile(r"(?:\d+\.run: )*(\d+\.run): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class New:
    """A document that is asked about, with what its caller said of it.

    group, time: where it stands by the policy, see `scoping`.
    """

    id: str
    text: str
    date: str = ""
    source: str = ""
    fields: str = "{}"
    before: int = ALL
    group: str = ""
    time: int = UNDATED


class Asker:
    """Asks the core of an index."""

    def __init__(self, policy: Policy, identity: bytes, jobs: int, path: str) -> None:
        self.core = _core.IndexState(core_settings(policy), policy.permutations(), identity, jobs)
        self.scoping = Scoping.of(policy)
        self._path = path

    def check(self, documents: Sequence[New], alone: Any) -> list[Verdict]:
        """What becomes of documents; alone: a lock under which no document is added."""
        for _ in range(_TRIES):
            told = self._ask(documents, self.core.check)
            if told is not None:
                return told
        with alone:
            return self._sure(documents, self.core.check)

    def add(self, documents: Sequence[New]) -> list[Verdict]:
        """The same, and they are remembered; the caller sees to it that no one else adds."""
        return self._sure(documents, self.core.add)

    def _sure(self, documents: Sequence[New], decide: Callable[..., Any]) -> list[Verdict]:
        told = self._ask(documents, decide)
        if told is None:
            raise RuntimeError("the index changed under its lock")
        return told

    def _ask(self, documents: Sequence[New], decide: Callable[..., Any]) -> list[Verdict] | None:
        texts = [document.text for document in documents]
        columns = (
            texts,
            [document.id for document in documents],
            [document.source for document in documents],
            [document.date for document in documents],
            [document.fields for document in documents],
            [document.before for document in documents],
        )
        with damage(self._path):
            batch = self.core.ask(texts, self._scopes(documents))
            told = decide(batch, columns)
        if told is None:
            return None
        return [Verdict.of(one, text) for one, text in zip(told, texts, strict=True)]

    def _scopes(self, documents: Sequence[New]) -> tuple[list[str], list[int]] | None:
        if not self.scoping.is_any:
            return None
        return [one.group for one in documents], [one.time for one in documents]


class damage:
    """Turn what the core finds damaged into our error."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raise our error for a ValueError of the core."""
        if isinstance(error, ValueError) and not isinstance(error, UnicodeError):
            where, what = self._path, str(error)
            if of_run := _OF_RUN.fullmatch(what):
                where, what = str(runs_folder(self._path) / of_run[1]), of_run[2]
            message = f"{where}: {what}"
            raise CorruptIndexError(message, path=where, hint=RESTORE) from error


def in_batches(documents: Sequence[New], characters: int) -> Iterator[Sequence[New]]:
    """The documents in parts of about so many characters, one document at least."""
    start, size = 0, 0
    for place, document in enumerate(documents):
        size += len(document.text) + 256
        if size >= characters:
            yield documents[start : place + 1]
            start, size = place + 1, 0
    if start < len(documents):
        yield documents[start:]


def checked_text(text: Any, whose: str) -> str:
    """The text, which must be a str without lone surrogates; InputError where it is not."""
    if not isinstance(text, str):
        raise InputError(f"{whose}: the text is {kind_of(text)}; it must be a str")
    found = lone_surrogate(text)
    if found is not None:
        raise InputError(f"{whose}: the text has a {found}")
    return text
