"""What users hold of an index."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, Literal

from dedup.engines.local import checked_jobs
from dedup.errors import IndexError_
from dedup.index import upkeep
from dedup.index.asking import damage, in_batches
from dedup.index.catalogue import Row
from dedup.index.documents import Given, given, moment_of
from dedup.index.folder import check_name
from dedup.index.opened import Opened
from dedup.surrogates import lone_surrogate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from dedup.index.catalogue import Catalogue
    from dedup.index.merging import Merging
    from dedup.index.verdict import Verdict
    from dedup.policy import Policy

# Characters of text that are asked about at one time.
BATCH = 4 << 20
# Bytes of what is in no run yet from which on it is written, before it is committed.
FRESH = 128 << 20


class Index(Opened):
    """What was seen before, in a folder on disk: one process writes, any number reads.

    Made by `Index.open`. As a context manager it commits at the end, unless an exception ends it.
    A reader sees what was committed when it was opened or refreshed. Checking is safe from many
    threads and after a fork; writing belongs to the process that opened it.

    >>> import tempfile
    >>> with Index.open(tempfile.mkdtemp() + "/seen.dedup") as index:
    ...     first = index.add("a", "A paragraph of nine words that is seen twice.")
    ...     again = index.check("A paragraph of nine words that is seen twice.")
    >>> first.action, again.action, again.matches[0].document
    ('keep', 'drop', 'a')
    """

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        policy: Policy | None = None,
        *,
        mode: Literal["r", "w"] = "w",
        lock_timeout: float = 0.0,
        jobs: int | None = None,
    ) -> Index:
        """Open an index, or make one (mode "w" alone).

        policy: of a new index, else it must be that of the index; None: that of the index, or the
        default one. lock_timeout: seconds to wait for another process that writes.

        Raises IndexLockedError while another one writes, IncompatibleIndexError for another policy
        or release, CorruptIndexError for damage, IndexError_ where there is no index, PolicyError
        for a policy that an index cannot have.
        """
        name = os.fsdecode(path)
        if mode not in ("r", "w"):
            message = f"mode is {mode!r}; it must be r or w"
            raise IndexError_(message, path=name, hint='say mode="r" or mode="w"')
        check_name(name)
        return cls(name, mode, policy, lock_timeout, checked_jobs(jobs))

    def __enter__(self) -> Index:
        """The index itself."""
        self._check_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit, unless an exception ends the block; then close."""
        try:
            if kind is None and self._lock is not None and not self._closed:
                self.commit()
                self._end_merges()
        finally:
            self.discard()

    def close(self) -> None:
        """Commit what was added, and close the index, once what is due to be merged is merged.

        Whatever is asked of it afterwards raises IndexError_; closing it again does nothing.
        """
        self.__exit__(None, None, None)

    def add(
        self,
        id: str,
        text: str,
        *,
        date: Any = None,
        source: str = "",
        fields: Mapping[str, Any] | None = None,
    ) -> Verdict:
        """What becomes of a document, and remember it; it lasts when it is committed.

        An id that is held: with the same text nothing changes, and the verdict is the one it had
        when it was added; with another text the document is replaced (`unchanged` and `replaced`
        count both since the index was opened). date: of ISO 8601, seconds
        since 1970 or a datetime; None: now. fields: JSON values that come back in `Entry`.
        """
        self._check_open()
        return self._add([given(id, text, date, source, fields)])[0]

    update = add

    def add_many(self, documents: Iterable[Any]) -> list[Verdict]:
        """Add documents in their order, faster than one by one; a verdict for each.

        documents: Document, dict with `id` and `text` (and `date`, `source`, other fields), or
        pairs of id and text.
        """
        return self._add([Given.of(one, place) for place, one in enumerate(documents)])

    def _add(self, documents: list[Given]) -> list[Verdict]:
        with self._alone:
            self._writer()
            self._merging.take(self._state)
            verdicts: list[Verdict] = []
            waiting: list[Given] = []
            known = self._known([document.id for document in documents])
            met: set[str] = set()
            for document in documents:
                if document.id in known or document.id in met:
                    verdicts += self._add_new(waiting)
                    waiting = []
                    known.update(self._known([document.id]))
                    verdicts.append(self._add_again(document, known[document.id]))
                    known.update(self._known([document.id]))
                else:
                    met.add(document.id)
                    waiting.append(document)
            return verdicts + self._add_new(waiting)

    def _known(self, ids: list[str]) -> dict[str, tuple[int, bytes]]:
        """The documents that are held under some ids: number and text hash."""
        asked = [id for id in ids if id not in self._fresh and id not in self._gone_ids]
        found = self._writer().find(asked)
        for id in ids:
            if id in self._fresh:
                found[id] = (self._fresh[id].number, self._fresh[id].text)
        return found

    def _add_again(self, document: Given, held: tuple[int, bytes]) -> Verdict:
        number, text = held
        if text == _text_hash(document.text):
            self.unchanged += 1
            asked = self._as_held(document, number).new(self._asker.scoping, before=number)
            return self._asker.check([asked], self._alone)[0]
        self.replaced += 1
        self._remove(document.id, number)
        return self._add_new([document])[0]

    def _as_held(self, document: Given, number: int) -> Given:
        """The document with what was said of it when it was added."""
        if not self._asker.scoping.is_any:
            return document
        with damage(self.path):
            ((_, id, date, source, fields), *_), _ = self._asker.core.documents(number)
        return Given(id, document.text, date, moment_of(date, "date"), source, fields)

    def _add_new(self, documents: list[Given]) -> list[Verdict]:
        verdicts: list[Verdict] = []
        today, now = self._now()
        rows = [document.dated(today, now) for document in documents]
        new = [row.new(self._asker.scoping) for row in rows]
        place = 0
        for part in in_batches(new, BATCH):
            _, first = self._asker.core.next()
            try:
                verdicts += self._asker.add(part)
            finally:
                # An interruption may come when the core holds them and no one was told yet.
                _, following = self._asker.core.next()
                held = zip(range(first, following), rows[place:], strict=False)
                for number, row in held:
                    self._fresh[row.id] = Row(number, row.id, row.moment, _text_hash(row.text))
            place += len(part)
            if self._asker.core.held()[0] > FRESH:
                upkeep.flush(self._asker.core, self._state, self.path)
                self._merging.take(self._state)
                self._merging.begin(self._state)
        self._state.last_moment = now
        return verdicts

    def remove(self, id: str) -> bool:
        """Forget a document; whether there was one. Compacting gives its room back.

        What went for it when it came stands for it from now on, and is told as seen: the index does
        not know that it was dropped elsewhere.
        """
        with self._alone:
            self._writer()
            # No document is held under an id that is no text.
            known = {} if lone_surrogate(id) else self._known([id])
            held = known.get(id)
            if held is not None:
                self._remove(id, held[0])
            return held is not None

    def _remove(self, id: str, number: int) -> None:
        self._asker.core.remove([number])
        self._state.removed.add(number)
        if self._fresh.pop(id, None) is None:
            self._gone.add(number)
            self._gone_ids.add(id)

    def expire(self, before: Any) -> int:
        """Forget all documents of an earlier date; how many these were. See `remove`."""
        moment = moment_of(before, "before")
        with self._alone:
            self._writer()
            held = self._writer().before(moment)
            old = [(number, id) for number, id in held if id not in self._gone_ids]
            old += [(row.number, row.id) for row in self._fresh.values() if row.moment < moment]
            for number, id in old:
                self._remove(id, number)
            return len(old)

    def commit(self) -> None:
        """Make everything since the last commit last: it is there after a crash or a power loss.

        Runs are merged afterwards, in the background. Where there was no room for the last merge,
        all is committed nevertheless, and then OutputError says so.
        """
        with self._alone:
            catalogue = self._writer()
            self._merging.take(self._state)
            self._write(catalogue)
            if upkeep.is_mostly_removed(self._state):
                self._compact(catalogue)
            self._merging.begin(self._state)
            self._merging.check()

    def _write(self, catalogue: Catalogue) -> None:
        """Write what is not committed, where there is anything."""
        merged = bool(self._merging.replaced)
        if not (self._fresh or self._gone or self._changed() or merged):
            return
        upkeep.flush(self._asker.core, self._state, self.path)
        self._state.next_node, self._state.next_document = self._asker.core.next()
        self._state.generation += 1
        held = self._state.documents + len(self._fresh) - len(self._gone)
        before, self._state.documents = self._state.documents, held
        try:
            catalogue.write(self._state, self._fresh.values(), self._gone, all_runs=merged)
        except BaseException:
            self._state.documents = before
            raise
        self._begin()
        self._merging.forget_replaced()

    @property
    def _merging(self) -> Merging:
        if self._merges is None:
            raise RuntimeError("the index is not open")
        return self._merges

    def _end_merges(self) -> None:
        """Merge what is due, and commit it."""
        with self._alone:
            catalogue = self._writer()
            while self._merging.begin(self._state):
                self._merging.take(self._state, wait=True)
                self._write(catalogue)
                self._merging.check()

    def _changed(self) -> bool:
        return self._asker.core.next()[1] != self._state.next_document

    def compact(self) -> None:
        """Commit, and give back the room of what was removed: all runs become one."""
        with self._alone:
            self.commit()
            self._compact(self._writer())

    def _compact(self, catalogue: Catalogue) -> None:
        self._merging.stop()
        upkeep.compact(self._asker.core, self._state, catalogue, self.path)


def _text_hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
