"""What users hold of an index."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from contextlib import suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Literal

import orjson

from dedup.engines.local import checked_jobs
from dedup.errors import CorruptIndexError, IndexError_, InputError
from dedup.index import upkeep
from dedup.index.asking import Asker, New, checked_text, damage, in_batches
from dedup.index.catalogue import RESTORE, Catalogue, Row, State
from dedup.index.documents import Given, given, moment_of
from dedup.index.folder import (
    WriterLock,
    check_folder,
    make_folder,
    runs_folder,
    sweep,
    sync_folder,
)
from dedup.index.rules import (
    check_identity,
    check_policy,
    identity,
    index_policy,
    stored_policy,
)
from dedup.index.verdict import Entry, Verdict
from dedup.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import TracebackType

# Characters of text that are asked about at one time.
BATCH = 1 << 20
# Bytes of what is in no run yet from which on it is written, before it is committed.
FRESH = 128 << 20


class Index:
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

    def __init__(self, path: str, mode: str, policy: Policy | None, timeout: float, jobs: int) -> None:
        self.path = path
        self._mode = mode
        self._alone = threading.RLock()
        self._lock: WriterLock | None = None
        self._catalogue: Catalogue | None = None
        self._jobs = jobs
        if mode == "w":
            make_folder(path)
            self._lock = WriterLock(path, timeout)
        try:
            if mode == "w":
                self._catalogue = self._writable(policy)
            else:
                check_folder(path)
            catalogue = self._catalogue or Catalogue(path, writable=False)
            try:
                self._open(catalogue, policy)
            finally:
                if mode == "r":
                    catalogue.close()
        except BaseException:
            self.discard()
            raise

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
        default one. Repeats that ignore paragraph breaks are not looked for: `index.policy` has
        min_run 0. lock_timeout: seconds to wait for another process that writes.

        Raises IndexLockedError while another one writes, IncompatibleIndexError for another policy
        or release, CorruptIndexError for damage, IndexError_ where there is no index, PolicyError
        for a policy that an index cannot have.
        """
        if mode not in ("r", "w"):
            raise IndexError_(f"mode is {mode}; it must be r or w", path=os.fspath(path))
        return cls(os.fspath(path), mode, policy, lock_timeout, checked_jobs(jobs))

    def _writable(self, policy: Policy | None) -> Catalogue:
        catalogue = Catalogue(self.path, writable=True)
        try:
            if catalogue.is_new():
                wanted = index_policy(policy or Policy())
                meta = {
                    **identity(),
                    "policy": orjson.dumps(wanted.to_dict()).decode(),
                    "identity": os.urandom(16).hex(),
                }
                catalogue.create({**meta, "seal": _seal(meta)})
                sync_folder(self.path)
        except BaseException:
            catalogue.close()
            raise
        return catalogue

    def _open(self, catalogue: Catalogue, policy: Policy | None) -> None:
        meta = catalogue.meta()
        check_identity(meta, self.path)
        constant = {name: meta.get(name, "") for name in (*identity(), "policy", "identity")}
        if meta.get("seal") != _seal(constant):
            message = f"{catalogue.path}: what the index is was changed"
            raise CorruptIndexError(message, path=catalogue.path, hint=RESTORE)
        self.policy = stored_policy(orjson.loads(meta["policy"]))
        if policy is not None:
            check_policy(self.policy, index_policy(policy), self.path)
        self._asker = Asker(self.policy, bytes.fromhex(meta["identity"]), self._jobs, self.path)
        self._state = State()
        # A run may be merged away between the look at the catalogue and the opening of its file.
        for last in (False, False, False, False, True):
            state = catalogue.state()
            try:
                self._take(state)
                break
            except FileNotFoundError as error:
                if last or self._lock is not None:
                    message = f"{self.path}: a run is missing: {error.filename or error}"
                    raise CorruptIndexError(message, path=self.path, hint=RESTORE) from error
        if self._lock is not None:
            sweep(self.path, {run.name for run in state.runs})
        self._begin()

    def _take(self, state: State) -> None:
        """Go on with a state of the catalogue."""
        runs = []
        for run in state.runs:
            file = os.path.join(runs_folder(self.path), run.name)
            size = os.stat(file).st_size
            if size != run.bytes:
                message = f"{file}: {size:,} bytes; {run.bytes:,} were written"
                raise CorruptIndexError(message, path=file, hint=RESTORE)
            runs.append((file, run.name, run.nodes, run.documents))
        with damage(self.path):
            following = (state.next_node, state.next_document)
            self._asker.core.set(runs, state.removed_numbers(), following)
            if self._asker.core.hashes() != [run.hash for run in state.runs]:
                raise ValueError("a run is not the one that was written")
        self._state = state

    def _begin(self) -> None:
        """Nothing is to be committed."""
        self._fresh: dict[str, Row] = {}
        self._gone: set[int] = set()
        self._gone_ids: set[str] = set()

    def __enter__(self) -> Index:
        """The index itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit, unless an exception ends the block; then close."""
        try:
            if kind is None and self._lock is not None:
                self.commit()
        finally:
            self.discard()

    def discard(self) -> None:
        """Close the index; what was not committed is gone."""
        catalogue, self._catalogue = self._catalogue, None
        lock, self._lock = self._lock, None
        if catalogue is not None:
            catalogue.close()
        if lock is not None:
            lock.release()

    def close(self) -> None:
        """Commit what was added, and close the index."""
        self.__exit__(None, None, None)

    # Asking

    def check(self, text: str) -> Verdict:
        """What becomes of a text by the policy; nothing is remembered.

        It is judged as if it came last, after all documents that the index holds.
        """
        return self._asker.check([New("", checked_text(text, "check"))], self._alone)[0]

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
        when it was added; with another text the document is replaced. date: of ISO 8601, seconds
        since 1970 or a datetime; None: now. fields: JSON values that come back in `Entry`.
        """
        return self._add([given(id, text, date, source, fields)])[0]

    update = add

    def add_many(self, documents: Iterable[Any]) -> list[Verdict]:
        """Add documents in their order, faster than one by one; a verdict for each.

        documents: Document, dict with `id` and `text` (and `date`, `source`, other fields), or pairs
        of id and text.
        """
        return self._add([Given.of(one, place) for place, one in enumerate(documents)])

    def _add(self, documents: list[Given]) -> list[Verdict]:
        with self._alone:
            self._writer()
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
        found = self._open_catalogue().find(asked)
        for id in ids:
            if id in self._fresh:
                found[id] = (self._fresh[id].number, self._fresh[id].text)
        return found

    def _add_again(self, document: Given, held: tuple[int, bytes]) -> Verdict:
        number, text = held
        if text == _text_hash(document.text):
            asked = New(document.id, document.text, before=number)
            return self._asker.check([asked], self._alone)[0]
        self._remove(document.id, number)
        return self._add_new([document])[0]

    def _add_new(self, documents: list[Given]) -> list[Verdict]:
        verdicts: list[Verdict] = []
        now = max(int(time.time()), self._state.last_moment)
        today = datetime.fromtimestamp(now, timezone.utc).isoformat()
        rows = [document.dated(today, now) for document in documents]
        new = [New(row.id, row.text, row.date, row.source, row.fields) for row in rows]
        place = 0
        for part in in_batches(new, BATCH):
            _, number = self._asker.core.next()
            verdicts += self._asker.add(part)
            for row in rows[place : place + len(part)]:
                self._fresh[row.id] = Row(number, row.id, row.moment, _text_hash(row.text))
                number += 1
            place += len(part)
            if self._asker.core.held()[0] > FRESH:
                upkeep.flush(self._asker.core, self._state, self.path)
        self._state.last_moment = now
        return verdicts

    # Forgetting

    def remove(self, id: str) -> bool:
        """Forget a document; whether there was one. Its room comes back when the index is compacted."""
        with self._alone:
            self._writer()
            held = self._known([id]).get(id)
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
        """Forget all documents of an earlier date; how many these were."""
        moment = moment_of(before, "before")
        with self._alone:
            self._writer()
            held = self._open_catalogue().before(moment)
            old = [(number, id) for number, id in held if id not in self._gone_ids]
            old += [(row.number, row.id) for row in self._fresh.values() if row.moment < moment]
            for number, id in old:
                self._remove(id, number)
            return len(old)

    # Keeping

    def commit(self) -> None:
        """Make everything since the last commit last: it is there after a crash or a power loss."""
        with self._alone:
            self._writer()
            if not self._fresh and not self._gone and not self._changed():
                return
            upkeep.flush(self._asker.core, self._state, self.path)
            self._state.next_node, self._state.next_document = self._asker.core.next()
            self._state.generation += 1
            held = self._state.documents + len(self._fresh) - len(self._gone)
            self._state.documents = held
            self._open_catalogue().write(
                self._state, self._fresh.values(), self._gone, all_runs=False
            )
            self._begin()
            upkeep.merge_tiers(self._asker.core, self._state, self._open_catalogue(), self.path)

    def _changed(self) -> bool:
        return self._asker.core.next()[1] != self._state.next_document

    def compact(self) -> None:
        """Commit, and give back the room of what was removed: all runs become one."""
        with self._alone:
            self.commit()
            upkeep.compact(self._asker.core, self._state, self._open_catalogue(), self.path)

    def refresh(self) -> bool:
        """Let a reader see what was committed since; whether that is anything. A writer sees all."""
        with self._alone:
            if self._lock is not None:
                return False
            catalogue = Catalogue(self.path, writable=False)
            try:
                for _ in range(5):
                    state = catalogue.state()
                    if state.generation == self._state.generation:
                        return False
                    with suppress(FileNotFoundError):
                        self._take(state)
                        return True
                message = f"{self.path}: a run is missing"
                raise CorruptIndexError(message, path=self.path, hint=RESTORE)
            finally:
                catalogue.close()

    # Looking

    def verify(self) -> list[str]:
        """Read everything, and say what is damaged; empty where nothing is. Uncommitted is left out."""
        with self._alone:
            return upkeep.damages(self._asker.core, self._state, self._reading(), self.path)

    def stats(self) -> dict[str, Any]:
        """Counts and sizes: see docs/formats.md."""
        with self._alone:
            return upkeep.figures(self._asker.core, self._state, self._reading(), self)

    def _reading(self) -> Catalogue:
        return self._catalogue or Catalogue(self.path, writable=False)

    def __len__(self) -> int:
        """How many documents are held."""
        return self._state.documents + len(self._fresh) - len(self._gone)

    def __contains__(self, id: object) -> bool:
        """Whether a document of that id is held."""
        if not isinstance(id, str):
            return False
        with damage(self.path):
            return self._asker.core.find(id) is not None

    def __iter__(self) -> Iterator[Entry]:
        """The documents that are held, in the order in which they came."""
        first, after = 0, 0
        while True:
            with damage(self.path):
                found, after = self._asker.core.documents(first)
            for _, id, date, source, fields in found:
                yield Entry(id, date, source, orjson.loads(fields))
            if after == first:
                return
            first = after

    def matches(self) -> Iterator[dict[str, Any]]:
        """All matches between blocks that are held: what `dedup.matches` says of one scan of them.

        Each as `left` and `right` (document, source, span), relation, resemblance, containment and
        template; a block that stands more than once is matched with its second place.
        """
        first, after = 0, 0
        while True:
            with damage(self.path):
                found, after = self._asker.core.matches(first)
            for left, right, relation, resemblance, containment, template in found:
                yield {
                    "left": _side(left),
                    "right": _side(right),
                    "relation": relation,
                    "resemblance": resemblance,
                    "containment": containment,
                    "template": template,
                }
            if after == first:
                return
            first = after

    def _open_catalogue(self) -> Catalogue:
        if self._catalogue is None:
            raise IndexError_(f"{self.path}: the index is closed", path=self.path)
        return self._catalogue

    def _writer(self) -> None:
        if self._lock is None:
            how = "closed" if self._mode == "w" else "read only"
            raise IndexError_(
                f"{self.path}: the index is {how}", path=self.path, hint='open it with mode="w"'
            )
        self._lock.check_owner(self.path)


def _side(told: tuple[Any, ...]) -> dict[str, Any]:
    document, source, date, span = told
    return {"document": document, "source": source, "first_seen": date, "span": list(span)}


def _text_hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _seal(meta: dict[str, str]) -> str:
    return hashlib.blake2b(repr(sorted(meta.items())).encode(), digest_size=12).hexdigest()


__all__ = ["Index", "InputError"]
