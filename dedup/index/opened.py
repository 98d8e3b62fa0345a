"""What an index holds at one moment, and what can be asked of it: the part that readers use."""

from __future__ import annotations

import hashlib
import os
import threading
import time
import weakref
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import orjson

from dedup.errors import CorruptIndexError, IndexError_
from dedup.index import listing, upkeep
from dedup.index.asking import Asker, New, checked_text, damage
from dedup.index.catalogue import Catalogue, Row, State
from dedup.index.documents import given
from dedup.index.export import export_to
from dedup.index.folder import (
    ADDING_MAKES_ONE,
    RESTORE,
    WriterLock,
    check_folder,
    check_without_runs,
    make_folder,
    runs_folder,
    sweep,
    sync_folder,
)
from dedup.index.merging import Merging
from dedup.index.rules import (
    check_identity,
    check_policy,
    check_possible,
    identity,
    stored_policy,
)
from dedup.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dedup.index.verdict import Entry, HeldBlock, Verdict

# Looks at the catalogue before a run that is not there is called missing: it may have been merged
# away between the look and the opening of its file.
_LOOKS = 5


# The open indexes of this process, and what to hold while these are counted.
_OPENED: weakref.WeakSet[Opened] = weakref.WeakSet()
_COUNTING = threading.Lock()
_held: list[Any] = []
# Seconds to wait at a fork for a thread that adds: it may itself wait for the one that forks.
_PATIENCE = 10.0


def _hold() -> None:
    """Let no other thread change an index now: in a forked process nobody would end that."""
    with _COUNTING:
        locks = [one._alone for one in _OPENED]
    _held[:] = [lock for lock in locks if lock.acquire(timeout=_PATIENCE)]


def _let_go() -> None:
    while _held:
        _held.pop().release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold, after_in_parent=_let_go, after_in_child=_let_go)


class Opened:
    """An open index, as its readers see it."""

    def __init__(
        self, path: str, mode: str, policy: Policy | None, timeout: float, jobs: int
    ) -> None:
        self.path = path
        self._mode = mode
        self._alone = threading.RLock()
        self._lock: WriterLock | None = None
        self._catalogue: Catalogue | None = None
        self._merges: Merging | None = None
        self._own_asker: Asker | None = None
        self._closed = False
        self._jobs = jobs
        self._state = State()
        # Documents that were added since it was opened under an id that was held: with another
        # text, and with the same.
        self.replaced = self.unchanged = 0
        self._begin()
        with _COUNTING:
            _OPENED.add(self)
        if mode == "w":
            check_possible(policy or Policy())
            make_folder(path)
            self._lock = WriterLock(path, timeout)
        else:
            check_folder(path)
        try:
            self._catalogue = Catalogue(path, writable=mode == "w")
            if self._catalogue.is_new():
                check_without_runs(path, "has an empty catalogue.db")
                self._begin_index(self._catalogue, policy)
            self._open(self._catalogue, policy)
            if self._lock is not None:
                sweep(path, {run.name for run in self._state.runs})
        except BaseException:
            self.discard()
            raise
        if mode == "r":
            # A forked process must not share it, and a snapshot needs it no more.
            self._catalogue.close()
            self._catalogue = None

    def _begin_index(self, catalogue: Catalogue, policy: Policy | None) -> None:
        """Make it an index; one that only reads cannot."""
        if self._mode != "w":
            message = f"{self.path} is not an index yet: nothing was ever added to it"
            raise IndexError_(message, path=self.path, hint=ADDING_MAKES_ONE)
        policy = policy or Policy()
        meta = {
            **identity(),
            "policy": orjson.dumps(policy.to_dict()).decode(),
            "identity": os.urandom(16).hex(),
        }
        catalogue.create({**meta, "seal": _seal(meta)})
        sync_folder(self.path)

    def _open(self, catalogue: Catalogue, policy: Policy | None) -> None:
        meta = catalogue.meta()
        check_identity(meta, self.path)
        constant = {name: meta.get(name, "") for name in (*identity(), "policy", "identity")}
        if meta.get("seal") != _seal(constant):
            message = f"{catalogue.path}: what the index is was changed"
            raise CorruptIndexError(message, path=catalogue.path, hint=RESTORE)
        self.policy = stored_policy(orjson.loads(meta["policy"]))
        if policy is not None:
            check_possible(policy)
            check_policy(self.policy, policy, self.path)
        self._identity = meta["identity"]
        asker = Asker(self.policy, bytes.fromhex(self._identity), self._jobs, self.path)
        self._own_asker, self._merges = asker, Merging(asker.core, self.path)
        self._look(catalogue, None)

    def _look(self, catalogue: Catalogue, generation: int | None) -> bool:
        """Go on with what the catalogue says now; whether that is another generation."""
        missing = ""
        for _ in range(_LOOKS):
            state = catalogue.state()
            if state.generation == generation:
                return False
            try:
                self._take(state)
            except FileNotFoundError as error:
                missing = str(error.filename or error)
            else:
                return True
        message = f"{self.path}: a run is missing: {missing}"
        raise CorruptIndexError(message, path=self.path, hint=RESTORE)

    def _take(self, state: State) -> None:
        """Go on with a state of the catalogue."""
        runs = []
        for run in state.runs:
            file = runs_folder(self.path) / run.name
            size = file.stat().st_size
            if size != run.bytes:
                message = f"{file}: {size:,} bytes; {run.bytes:,} were written"
                raise CorruptIndexError(message, path=str(file), hint=RESTORE)
            runs.append((str(file), run.name, run.nodes, run.documents))
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

    def discard(self) -> None:
        """Close the index; what was not committed is gone."""
        self._closed = True
        catalogue, self._catalogue = self._catalogue, None
        lock, self._lock = self._lock, None
        # What is merged belongs to the process that writes: a fork leaves it alone.
        is_writer = lock is not None and lock.is_own()
        if is_writer and self._merges is not None:
            self._merges.stop()
        if is_writer or self._mode == "r":
            # Files and memory go once nobody asks any more.
            self._merges = self._own_asker = None
        if catalogue is not None:
            catalogue.close()
        if lock is not None:
            lock.release()

    def _check_open(self) -> None:
        """Raise IndexError_ once the index is closed."""
        if self._closed:
            raise self._closed_error()

    def _closed_error(self) -> IndexError_:
        message = f"{self.path}: the index is closed"
        return IndexError_(message, path=self.path, hint="open it again with Index.open")

    @property
    def _asker(self) -> Asker:
        self._check_open()
        asker = self._own_asker
        # Another thread may close it between the two lines.
        if asker is None:
            raise self._closed_error()
        return asker

    def refresh(self) -> bool:
        """Let a reader see what was committed since; whether that is anything."""
        with self._alone:
            self._check_open()
            if self._lock is not None:
                return False
            catalogue = Catalogue(self.path, writable=False)
            try:
                return self._look(catalogue, self._state.generation)
            finally:
                catalogue.close()

    def check(
        self,
        text: str,
        *,
        date: Any = None,
        source: str = "",
        fields: Mapping[str, Any] | None = None,
    ) -> Verdict:
        """What becomes of a text by the policy; nothing is remembered.

        It is judged as if it came last, after all documents that the index holds. date, source,
        fields: as `add` has them; they matter where the policy has groups or a window.
        """
        scoping = self._asker.scoping
        if scoping.is_any:
            document = given("check", text, date, source, fields).dated(*self._now())
            asked = replace(document.new(scoping), id="")
        else:
            asked = New("", checked_text(text, "check"))
        return self._asker.check([asked], self._alone)[0]

    def _now(self) -> tuple[str, int]:
        """This moment, as a date and as seconds since 1970; it never goes back."""
        now = max(int(time.time()), self._state.last_moment)
        return datetime.fromtimestamp(now, timezone.utc).isoformat(), now

    def verify(self) -> list[str]:
        """Read everything, and say what is damaged; empty where nothing is."""
        with self._alone:
            self._check_open()
            catalogue = self._catalogue or Catalogue(self.path, writable=False)
            try:
                return upkeep.damages(self._asker.core, catalogue, self.path)
            finally:
                if catalogue is not self._catalogue:
                    catalogue.close()

    def stats(self) -> dict[str, Any]:
        """Counts and sizes: see docs/formats.md."""
        with self._alone:
            return {
                "path": self.path,
                **upkeep.figures(self._asker.core, self._state, self.path, len(self)),
                "policy": self.policy.to_dict(),
                "digest": self.policy.digest,
            }

    def __len__(self) -> int:
        """How many documents are held."""
        self._check_open()
        return self._state.documents + len(self._fresh) - len(self._gone)

    def __contains__(self, id: object) -> bool:
        """Whether a document of that id is held."""
        self._check_open()
        if not isinstance(id, str):
            return False
        with damage(self.path), suppress(UnicodeEncodeError):
            return self._asker.core.find(id) is not None
        return False

    def __iter__(self) -> Iterator[Entry]:
        """The documents that are held, in the order in which they came, without their texts."""
        return self.entries()

    def entries(self, *, texts: bool = False) -> Iterator[Entry]:
        """The documents that are held, in the order in which they came; texts: with their texts."""
        return listing.entries(self._asker.core, self.path, texts=texts)

    def blocks(self) -> Iterator[HeldBlock]:
        """The different blocks that are held, in the order in which they came.

        Only those of `min_tokens` tokens or more: of shorter ones no text is kept.
        """
        return listing.blocks(self._asker.core, self.path)

    def block_texts(self) -> Iterator[tuple[str, list[str]]]:
        """The documents that are held: the id of each, and the texts of its blocks in their order.

        As `blocks` has them: those of `min_tokens` tokens or more, as they were spelled first.
        """
        return listing.block_texts(self._asker.core, self.path)

    def text(self, id: str) -> str | None:
        """The text of a held document, as `Entry.text` has it; None where none has that id."""
        if id not in self:
            return None
        with damage(self.path):
            number = self._asker.core.find(id)
            found = [] if number is None else self._asker.core.texts(number)[0]
        return found[0][4] if found else None

    def export(self, path: str | os.PathLike[str], *, format: str | None = None) -> int:
        """Write all documents with their texts to a new file, for `scan` and others; how many.

        format: `jsonl` or `parquet` (extra `parquet`), None: as the name ends. One row or line a
        document: `id`, `text` (as `Entry.text`), `date`, `source`, `fields` (text in Parquet).
        Raises OutputError where the file exists or cannot be written.
        """
        return export_to(os.fspath(path), self.entries(texts=True), format)

    def snapshot(self) -> tuple[str, int]:
        """Which index it is, and the generation that is seen."""
        self._check_open()
        return self._identity, self._state.generation

    @property
    def asked_fields(self) -> tuple[str, ...]:
        """Fields that the policy asks of each document: those of its groups and its window."""
        return self._asker.scoping.fields

    @property
    def is_settled(self) -> bool:
        """Whether nothing was added or removed that is not committed."""
        self._check_open()
        return not (self._fresh or self._gone)

    def matches(self) -> Iterator[dict[str, Any]]:
        """All matches between held blocks: those that `dedup.matches` finds in one scan of them.

        Each is a dictionary of `left` and `right` (document, source, span), relation, resemblance,
        containment and template; a block that stands more than once is matched with its second
        place.
        """
        return listing.matches(self._asker.core, self.path)

    def _writer(self) -> Catalogue:
        """The catalogue, to write to; IndexError_ where this process may not."""
        self._check_open()
        if self._lock is None or self._catalogue is None:
            raise IndexError_(
                f"{self.path}: the index is read only", path=self.path, hint='open it with mode="w"'
            )
        self._lock.check_owner(self.path)
        return self._catalogue


def _seal(meta: dict[str, str]) -> str:
    return hashlib.blake2b(repr(sorted(meta.items())).encode(), digest_size=12).hexdigest()
