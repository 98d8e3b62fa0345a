"""Which documents and runs an index has: a database beside the runs, and its only changing part.

What a transaction wrote is there after a crash, or nothing of it. Runs are on the disk before the
transaction that names them. SQLite finds torn pages but not every changed byte; so what decides
on answers (runs, what was removed, where numbers go on) is under a hash of ours, and so is each
document.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from array import array
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from dedup.errors import CorruptIndexError, IndexError_, OutputError
from dedup.index.folder import RESTORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What the database says: CPython 3.10 has no names for these.
_INPUT_OUTPUT, _CORRUPT, _FULL, _NOT_A_DATABASE = 10, 11, 13, 26
# Bytes of a document in the database and in its journal, about, and of a transaction.
_ROW_BYTES, _LEAST_BYTES = 512, 256 << 10
# What to do where it cannot be used: no permission, busy, locked, read only, cannot be opened.
_HINTS = {
    3: "see that you may read and write it",
    5: "another process changes it: try again",
    6: "another process changes it: try again",
    8: 'see that you may write to it; mode="r" only reads',
    14: "see that it is there and that you may read and write it",
}
# "dedu" as a number: what `file` and the first look at a database see.
APPLICATION = 0x64656475
# Pages of 4 KiB of the journal from which on it is written back.
JOURNAL_PAGES = 64
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    place INTEGER PRIMARY KEY, name TEXT NOT NULL, first_node INTEGER NOT NULL,
    next_node INTEGER NOT NULL, first_document INTEGER NOT NULL, next_document INTEGER NOT NULL,
    bytes INTEGER NOT NULL, hash TEXT NOT NULL);
CREATE TABLE removed (number INTEGER PRIMARY KEY);
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    moment INTEGER NOT NULL, text BLOB NOT NULL, hash BLOB NOT NULL);
CREATE INDEX documents_by_moment ON documents (moment);
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A run: its file's name, the numbers of what is new in it (from, up to), bytes and hash."""

    name: str
    nodes: tuple[int, int]
    documents: tuple[int, int]
    bytes: int
    hash: int


@dataclass(frozen=True, slots=True)
class Row:
    """A document: its number, its id, and a hash of its text; all else is in its run.

    moment: seconds since 1970 of its date, by which documents expire.
    """

    number: int
    id: str
    moment: int
    text: bytes

    def values(self) -> tuple[Any, ...]:
        """The values of its columns, with the hash of the others at the end."""
        said = (self.number, self.id, self.moment, self.text)
        return (*said, _hash(*said))


@dataclass(slots=True)
class State:
    """What decides on answers: the runs, what was removed, and where numbers go on."""

    generation: int = 0
    next_run: int = 1
    next_node: int = 0
    next_document: int = 0
    last_moment: int = 0
    documents: int = 0
    runs: list[Run] = field(default_factory=list)
    removed: set[int] = field(default_factory=set)

    def digest(self) -> str:
        """A hash of all of it."""
        runs = [(run.name, run.nodes, run.documents, run.bytes, run.hash) for run in self.runs]
        return _hash(_numbers(self), runs, sorted(self.removed)).hex()

    def removed_numbers(self) -> bytes:
        """The removed documents as `uint32`."""
        return array("I", sorted(self.removed)).tobytes()


def _hash(*values: Any) -> bytes:
    return hashlib.blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=12).digest()


class Catalogue:
    """The database of an index."""

    def __init__(self, folder: str, *, writable: bool) -> None:
        self.path = str(Path(folder) / "catalogue.db")
        self.folder = folder
        self._database = self._connect(writable=writable)

    def _connect(self, *, writable: bool) -> sqlite3.Connection:
        mode = "rwc" if writable else "ro"
        name = f"file:{quote(self.path)}?mode={mode}"
        # On a medium that nobody can write to, no one else does.
        alone = not writable and not os.access(self.folder, os.W_OK)
        if alone and not Path(f"{self.path}-wal").exists():
            name += "&immutable=1"
        database = sqlite3.connect(
            name, uri=True, isolation_level=None, timeout=60, check_same_thread=False
        )
        with self.errors():
            if writable:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = FULL")
                # Of an index of a few megabytes the journal would be the most, by default.
                database.execute(f"PRAGMA wal_autocheckpoint = {JOURNAL_PAGES}")
                database.execute(f"PRAGMA journal_size_limit = {JOURNAL_PAGES << 12}")
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
        return database

    @contextmanager
    def errors(self, needed: int = 0) -> Iterator[None]:
        """Turn the database's errors into ours; needed: bytes that are to be written."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            message = f"{self.path}: {error}"
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            # A limit on the size of files is an error of reading and writing like any other.
            if code == _FULL or (code == _INPUT_OUTPUT and needed):
                room = f"make room for about {max(needed, _LEAST_BYTES):,} bytes there"
                limit = "" if code == _FULL else ", see that no limit on files (ulimit -f) is lower"
                hint = f"{room}{limit}; what was committed is kept"
                raise OutputError(message, path=self.path, hint=hint) from error
            if code in (_CORRUPT, _NOT_A_DATABASE, 0):
                raise CorruptIndexError(message, path=self.path, hint=RESTORE) from error
            hint = _HINTS.get(code, "see that the disk can be read and written there")
            raise IndexError_(message, path=self.path, hint=hint) from error
        except (UnicodeDecodeError, ValueError, TypeError, OverflowError) as error:
            message = f"{self.path}: a row is damaged: {error}"
            raise CorruptIndexError(message, path=self.path, hint=RESTORE) from error

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def is_new(self) -> bool:
        """Whether nothing was ever written to it."""
        with self.errors():
            tables = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            return not tables and self.application() == 0

    def application(self) -> int:
        """The number that says whose database it is."""
        return int(self._database.execute("PRAGMA application_id").fetchone()[0])

    def create(self, meta: dict[str, str]) -> None:
        """Make the tables; all of them or none is there after a crash."""
        with self.errors(), self._transaction() as database:
            for statement in _SCHEMA.split(";"):
                database.execute(statement)
            database.execute(f"PRAGMA application_id = {APPLICATION}")
            rows = {**meta, "state": _numbers(State()), "digest": State().digest()}
            database.executemany("INSERT INTO meta VALUES (?, ?)", rows.items())

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        database = self._database
        database.execute("BEGIN IMMEDIATE")
        try:
            yield database
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise

    def meta(self) -> dict[str, str]:
        """What was written when the index was made, and the numbers of its state."""
        with self.errors():
            return dict(self._database.execute("SELECT name, value FROM meta"))

    def state(self) -> State:
        """Everything that decides on answers, of one moment."""
        with self._moment() as cursor:
            return _state_in(cursor)

    @contextmanager
    def _moment(self) -> Iterator[sqlite3.Cursor]:
        """What is read so is of one moment, whatever another process writes meanwhile."""
        with self.errors(), closing(self._database.cursor()) as cursor:
            cursor.execute("BEGIN")
            try:
                yield cursor
            finally:
                cursor.execute("ROLLBACK")

    def write(
        self, state: State, documents: Iterable[Row], gone: Iterable[int], *, all_runs: bool
    ) -> None:
        """Make a new state count: one transaction, on the disk when this returns.

        gone: numbers of documents that are no longer held.
        """
        rows = [row.values() for row in documents]
        needed = _LEAST_BYTES + _ROW_BYTES * len(rows)
        with self.errors(needed), self._transaction() as database:
            database.executemany("DELETE FROM documents WHERE number = ?", [(n,) for n in gone])
            database.executemany("INSERT INTO documents VALUES (?, ?, ?, ?, ?)", rows)
            if all_runs:
                database.execute("DELETE FROM runs")
            runs = enumerate(state.runs)
            database.executemany(
                "INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (place, run.name, *run.nodes, *run.documents, run.bytes, f"{run.hash:016x}")
                    for place, run in runs
                ],
            )
            known = {number for (number,) in database.execute("SELECT number FROM removed")}
            if known - state.removed:
                database.execute("DELETE FROM removed")
                known = set()
            database.executemany(
                "INSERT INTO removed VALUES (?)", [(n,) for n in state.removed - known]
            )
            meta = {"state": _numbers(state), "digest": state.digest()}
            database.executemany("REPLACE INTO meta VALUES (?, ?)", meta.items())

    def find(self, ids: list[str]) -> dict[str, tuple[int, bytes]]:
        """The numbers and text hashes of the documents that have these ids."""
        found: dict[str, tuple[int, bytes]] = {}
        with self.errors():
            for first in range(0, len(ids), 500):
                part = ids[first : first + 500]
                marks = ", ".join("?" * len(part))
                rows = self._database.execute(
                    f"SELECT * FROM documents WHERE id IN ({marks})",
                    part,
                )
                for row in rows:
                    checked = _row(row)
                    found[checked.id] = (checked.number, checked.text)
        return found

    def before(self, moment: int) -> list[tuple[int, str]]:
        """The numbers and ids of documents of an earlier moment."""
        with self.errors():
            rows = self._database.execute(
                "SELECT number, id FROM documents WHERE moment < ? ORDER BY number", (moment,)
            )
            return list(rows)

    def rows(self) -> Iterator[Row]:
        """All documents by their numbers, read in pieces, each as it stands then."""
        last = -1
        while True:
            with self.errors():
                rows = self._database.execute(
                    "SELECT * FROM documents WHERE number > ? ORDER BY number LIMIT 1000", (last,)
                ).fetchall()
                checked = [_row(row) for row in rows]
            yield from checked
            if not rows:
                return
            last = checked[-1].number

    def count(self) -> int:
        """How many documents are held."""
        with self.errors():
            return int(self._database.execute("SELECT count(*) FROM documents").fetchone()[0])

    def check(self) -> list[str]:
        """What is wrong with the pages of the database, and with its documents."""
        with self._moment() as cursor:
            found = [line for (line,) in cursor.execute("PRAGMA integrity_check(20)")]
            found = [] if found == ["ok"] else found
            stored = _state_in(cursor).documents
            held = sum(1 for row in map(_row, cursor.execute("SELECT * FROM documents")))
            if held != stored:
                found.append(f"{held:,} documents where {stored:,} were written")
        return found


def _state_in(cursor: sqlite3.Cursor) -> State:
    """The state that a cursor sees."""
    try:
        meta = dict(cursor.execute("SELECT name, value FROM meta"))
        numbers = orjson.loads(meta["state"])
    except KeyError as error:
        raise ValueError(f"no {error}") from error
    runs = cursor.execute(
        "SELECT name, first_node, next_node, first_document, next_document, bytes, hash FROM runs "
        "ORDER BY place"
    ).fetchall()
    removed = {number for (number,) in cursor.execute("SELECT number FROM removed")}
    state = _state_of(numbers, [_run(row) for row in runs], removed)
    if state.digest() != meta.get("digest"):
        raise ValueError("what runs there are is not what was written")
    return state


def _state_of(numbers: list[int], runs: list[Run], removed: set[int]) -> State:
    generation, next_run, next_node, next_document, last_moment, documents = numbers
    return State(
        generation, next_run, next_node, next_document, last_moment, documents, runs, removed
    )


def _numbers(state: State) -> str:
    numbers = [state.generation, state.next_run, state.next_node, state.next_document]
    return orjson.dumps([*numbers, state.last_moment, state.documents]).decode()


def _run(row: tuple[Any, ...]) -> Run:
    name, first_node, next_node, first_document, next_document, size, digest = row
    return Run(
        name, (first_node, next_node), (first_document, next_document), size, int(digest, 16)
    )


def _row(values: tuple[Any, ...]) -> Row:
    row = Row(*values[:-1])
    if row.values()[-1] != values[-1]:
        raise ValueError(f"document {row.number} is not what was written")
    return row
