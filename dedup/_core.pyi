"""Typed face of the native module; tests hold it to the module itself."""

from collections.abc import Sequence
from typing import Any, final

VERSION: str
FOLD_IDENTITY: str
KEEPS_MEMORY_LIMIT: bool
CHECKPOINT_FORMAT: int
INDEX_FORMAT: int

# Where a section of a file ends, and the XXH3 of its bytes.
_Mark = tuple[int, int]
# Whole lines: bytes, the input's name, the first line's number; where each record of an array ends.
_Lines = tuple[bytes, str, int, Sequence[int] | None]
# The bytes of a cell with its quotes, from the start of the input.
_Span = tuple[int, int]
# End, cells, line feeds, fault (1: text after a closing quote, 2: a quote not closed); then the
# text's cell, the id's and four others.
_Row = tuple[int, int, int, int, _Span | None, _Span | None, list[_Span | None]]

# A document's number, and code points of it.
_Place = tuple[int, tuple[int, int]]
# Two places, their resemblance and containment, and whether they differ in numbers or names only.
_Borderline = tuple[_Place, _Place, float, float, bool]
_Tuning = tuple[int, int, list[int], list[int], list[tuple[int, int, list[_Borderline]]]]

def fold_tokens(text: str) -> list[str]: ...
def normal_form(text: str, mask_numbers: bool = False) -> str: ...
def token_hashes(text: str) -> bytes: ...
def fingerprint(text: str, mask_numbers: bool = False) -> bytes: ...
def differ_in_numbers_only(left: str, right: str) -> bool: ...
def differ_in_names_only(left: str, right: str, numbers: str) -> bool: ...
def alike_by_tokens(left: str, right: str, threshold: float) -> bool: ...
def similarity(left: str, right: str, least: float) -> float | None: ...
def differences(
    left: str, right: str, numbers: str
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The code points in which two texts differ, where that is in numbers or names only."""

def split(text: str, unit: str) -> list[tuple[int, int]]: ...
def shingles(text: str, size: int) -> bytes: ...
def signatures(items: Sequence[bytes], a: bytes, b: bytes) -> bytes: ...
def sign_texts(
    texts: Sequence[str], size: int, a: bytes, b: bytes, threads: int, mask_numbers: bool = False
) -> bytes: ...
def check_pattern(pattern: str) -> str | None: ...
def instruction_sets() -> list[str]: ...
def restore_texts(texts: Sequence[str], ledgers: Sequence[Sequence[bytes]]) -> list[str]: ...
def restore_records(
    lines: Sequence[bytes], field: str, ledgers: Sequence[Sequence[bytes]]
) -> list[bytes]: ...
def limit_memory(bytes: int | None) -> None:
    """How many bytes the process may hold in memory; set before a `Corpus` is made."""

def spill_to(path: str) -> None:
    """Use an empty file for arrays beyond that limit; its name may go at once."""

def memory_shortage() -> tuple[int, int] | None:
    """The error number and the bytes of the first array that found no room in the file."""

def count_line_feeds(data: bytes) -> int: ...
def sound_sections(path: str, marks: Sequence[_Mark]) -> int:
    """How many of a file's sections, from its start on, are as they were written."""

def excerpts(lines: _Lines, text_field: str, places: Sequence[tuple[int, int, int]]) -> list[str]:
    """Passages of records in some lines: each by its line, and its first code point and its end.

    Empty where there is no such passage.
    """

def read_records(
    lines: _Lines, text_field: str, id_field: str
) -> list[tuple[str | None, int, str]]:
    """The id, line and text of each record in some lines; see `Corpus.add_lines`."""

@final
class Corpus:
    def __new__(cls, policy: dict[str, Any], a: bytes, b: bytes, *, threads: int) -> Corpus: ...
    def add(
        self,
        texts: Sequence[str],
        ids: Sequence[str],
        sources: Sequence[str],
        lines: Sequence[int] | None = None,
    ) -> None:
        """Add documents; lines: their numbers in the inputs that the sources name."""

    def add_lines(
        self,
        lines: _Lines,
        text_field: str,
        id_field: str,
        extra_fields: Sequence[str],
    ) -> tuple[int, list[int], list[bytes | None]]:
        """Add the records of whole lines.

        Returns how many documents were added, the numbers of the lines that are neither a
        record with a text nor blank, and the JSON values of the extra fields (four at most) of
        each document, one document's after the other's.
        """

    def expect(self, share: float) -> None:
        """Say what share of the corpus will have been read when the next documents are added."""

    def hold_against(self, references: Sequence[tuple[int, str]]) -> None:
        """Say which documents the others are held against: where those of each end, and its name.

        Before anything is matched. These come first, stay, and are not reported by themselves.
        """

    def reference_counts(self) -> list[list[int]]:
        """Of each input held against: its blocks and characters, and those that repeat it."""

    def distinct(self) -> int:
        """How many distinct blocks all documents have, those that are held against too."""

    def reference_of(self, document: int) -> str | None:
        """The name of what a document was read from, if the others are held against it."""

    def repeated_ids(self) -> tuple[int, tuple[str, str] | None]:
        """Documents whose id an earlier one has: how many; id and source of the first."""

    def spool_to(self, path: str) -> None:
        """Use an empty file for what is seldom read again; its name may go at once."""

    def checkpoint_to(self, rows: str, tokens: str) -> None:
        """Keep checkpoints in two files, which are made or emptied; the second takes tokens."""

    def checkpoint(self) -> tuple[_Mark, _Mark]:
        """Save what was added since the last time: the marks of its rows and of its tokens."""

    def checkpoint_matches(self) -> _Mark:
        """Save the matches as the last section of the first file."""

    def go_on(
        self, rows: tuple[str, Sequence[int]], tokens: tuple[str, int], matched: bool
    ) -> None:
        """Read checkpoints back into an empty corpus: each file, and where what counts ends.

        matched: the last section holds the matches; what is asked next is `cluster`. Raises
        OSError where the files hold no checkpoints; the corpus is of no use then.
        """

    def look_again(self, rank: bytes | None, *, of_documents: bool = False) -> None:
        """Let what stays of crowded buckets be compared again; `rank` is that of `cluster`."""

    def match_short(self) -> None: ...
    def match(self) -> None: ...
    def match_again(self) -> None:
        """Match what stays of crowded buckets, if `look_again` was asked."""

    def end_matching(self) -> None:
        """Take what the decisions ask for into memory. Raises OSError where it cannot be read."""

    def tune(self, levels: Sequence[float], most: int) -> _Tuning:
        """Which pairs of long blocks lie at which resemblance; asked once all documents are in.

        Long blocks, those that were compared with all others, pairs by hundredths of resemblance
        (counted from each compared side), compared blocks by what is most alike to them; of each
        level: compared blocks with a pair near it, those that differ in numbers or names only, and
        `most` pairs.
        """

    def block_tokens(self) -> bytes: ...
    def cluster(
        self,
        rank: bytes | None,
        groups: bytes | None = None,
        times: bytes | None = None,
        dates: bytes | None = None,
        *,
        of_documents: bool = False,
    ) -> None:
        """Decide. rank: `uint32` of each block, or of each document, for all blocks of it.

        The lowest comes first. groups: `uint32` of each document. times: `int64` seconds of each
        document, the least number for none. dates: likewise, by which versions follow one another.
        Raises ValueError where there are too few or too many.
        """

    def counts(self) -> dict[str, int]: ...
    def state(self) -> dict[str, int]:
        """Bytes that the columns fill now, by what they grow with.

        `file` lies in a file; `most`, after deciding, is all that was held when that ended.
        """

    def hot(self) -> dict[str, Any]:
        """The texts that stand most often, and the crowds: buckets not compared pair by pair.

        `largest`: members of the largest bucket. `shingles`, `characters`, `anchors`: buckets,
        pairs of their members, pairs compared. `repeats`, `crowds`: ten rows at most, each with
        `document` (its number), `span`, `text` (None where none are kept), `tokens`, `copies` and
        `documents`; of a crowd, whose text is that of its central member, also `gathered`,
        `buckets`, `members`, `pairs` and `compared`.
        """

    def audits(self) -> list[list[int]]:
        """What the search found of a sample's matches: of near, contained and short ones.

        Blocks, those in the sample, those that it was compared with, the sample's matches, those of
        them that were found, blocks with a match, and the squares of their matches summed up; zeros
        where nothing was audited.
        """

    def kind_totals(self) -> list[tuple[str, bool, int, int, int]]: ...
    def cluster_line(self, number: int, members: int) -> tuple[bytes, int]:
        """A cluster's line with its keeper and so many other members; how many it has in all."""

    def clusters(self, cluster: int, member: int) -> tuple[bytes, int, int]:
        """The next bytes of `clusters.jsonl` from there on, and where to go on; b"" at the end."""

    def versions(self, story: int, member: int) -> tuple[bytes, int, int]:
        """The next bytes of `versions.jsonl` from there on, and where to go on; b"" at the end."""

    def longest_stories(self, count: int) -> list[tuple[int, int, int, list[int]]]:
        """Those of the most documents: the first and the last document, and how many there are.

        And of the last one's blocks how many are the same, changed, come and gone.
        """

    def largest(self, count: int) -> list[int]: ...
    def match_count(self) -> int: ...
    def matches(self, low: int, high: int) -> bytes: ...
    def similar_documents(self, most: int) -> list[tuple[int, int, float]]: ...
    def document_name(self, document: int) -> tuple[str, str]: ...
    def clean_texts(
        self, first_document: int, texts: Sequence[str]
    ) -> tuple[list[str | None], bytes]: ...
    def clean_lines(
        self, first_document: int, lines: _Lines, text_field: str
    ) -> tuple[bytes, bytes, int]:
        """What is left of the lines, their ledger lines, and how many documents they held."""

@final
class Seen:
    def __new__(cls, policy: dict[str, Any], a: bytes, b: bytes) -> Seen: ...
    def is_repeated(self, text: str) -> bool: ...
    def remember(self) -> None: ...

@final
class Strings:
    """Byte strings end to end, in memory that `limit_memory` bounds."""

    def __new__(cls) -> Strings: ...
    def __len__(self) -> int: ...
    def append(self, strings: Sequence[bytes]) -> None: ...
    def get(self, number: int) -> bytes:
        """Raises IndexError where there is no such string."""

    def after(self, first: int) -> tuple[bytes, bytes]:
        """The strings from a number on, end to end, and the `uint64` place where each ends."""

    def append_all(self, bytes: bytes, ends: bytes) -> None:
        """Append what `after` gave; raises ValueError where it cannot be that."""

    def are_empty(self) -> bool:
        """Whether every string is."""

    def ranks(self, *, descending: bool = False) -> bytes:
        """`uint32` of each in the order of bytes; equal ones share it, empty ones come last."""

@final
class ArrayScanner:
    """Finds the records of a JSON array in blocks of its bytes, after its opening bracket."""

    def __new__(cls) -> ArrayScanner: ...
    def feed(self, block: bytes) -> tuple[list[int], int | None]:
        """The places of the commas between records in a block, and of the closing bracket.

        Raises ValueError where the array is broken.
        """

@final
class RowScanner:
    """Finds rows of separated values in blocks of bytes; takes the columns asked for."""

    def __new__(
        cls, delimiter: int, text: int | None, id: int | None, extras: Sequence[int | None]
    ) -> RowScanner: ...
    def feed(self, block: bytes) -> list[_Row]: ...
    def finish(self) -> _Row | None:
        """The row that has no line end, if there is one."""

# A run: path, name, and the numbers of the blocks and documents that are new in it: from, up to.
_Run = tuple[str, str, tuple[int, int], tuple[int, int]]
# A run that was written: the numbers of its blocks and documents, its bytes, its hash.
_Written = tuple[tuple[int, int], tuple[int, int], int, int]
# Texts, ids, sources, dates, fields; of each, from which document on held ones do not count.
_Columns = tuple[
    Sequence[str], Sequence[str], Sequence[str], Sequence[str], Sequence[str], Sequence[int]
]
# Number, id, date, source, fields.
_Document = tuple[int, str, str, str, str]
# Id, date, source, fields, text, blocks that it lacks.
_Text = tuple[str, str, str, str, str, int]
# Span here; relation, resemblance, containment, the rule that keeps it; number, id, source and date
# of the other document; span there.
_Sighting = tuple[
    tuple[int, int], str, float, float, str | None, tuple[int, str, str, str], tuple[int, int]
]
# `keep`, `drop` or `clean`; what is left where it was cut; code points of the blocks, and of those
# that repeat others; what repeats; buckets that were not looked at as a whole.
_Verdict = tuple[str, str | None, int, int, list[_Sighting], int]
# Id, source, date, span.
_Side = tuple[str, str, str, tuple[int, int]]

@final
class IndexBatch:
    """Documents whose blocks were looked up in an index, and not judged yet."""

@final
class IndexState:
    """What an index holds: the runs that are open, and what is in no run yet.

    Damage is a ValueError that names the run, what the system says an OSError.
    """

    def __new__(
        cls,
        policy: dict[str, Any],
        permutations: tuple[bytes, bytes],
        identity: bytes,
        threads: int,
    ) -> IndexState: ...
    def set(self, runs: Sequence[_Run], removed: bytes, next: tuple[int, int]) -> None:
        """Go on with these runs and removed documents (`uint32`); what is in no run is forgotten.

        next: the numbers that the next block and document get.
        """

    def ask(
        self, texts: Sequence[str], scopes: tuple[Sequence[str], Sequence[int]] | None = None
    ) -> IndexBatch:
        """Read texts and look their blocks up.

        scopes: the name of each one's group and its time in seconds, where the policy asks for any.
        """

    def check(self, batch: IndexBatch, columns: _Columns) -> list[_Verdict] | None:
        """What becomes of a batch's documents.

        None where the index changed since the batch was read.
        """

    def add(self, batch: IndexBatch, columns: _Columns) -> list[_Verdict] | None:
        """The same, and they are remembered, in no run yet."""

    def remove(self, documents: Sequence[int]) -> None: ...
    def next(self) -> tuple[int, int]: ...
    def waiting(self) -> int:
        """Documents that are in no run yet."""

    def held(self) -> tuple[int, int]:
        """Bytes in memory, about: of what is in no run yet, of what runs keep there."""

    def flush(self, path: str, name: str) -> _Written:
        """Write what is in no run yet into a new file, which is on the disk then."""

    def merge(self, range: tuple[int, int], compact: bool, path: str) -> _Written:
        """Write runs (from, up to) as one into a new file; compact: they are all runs.

        Then blocks go that stand in no document, and nothing refers to removed documents any more.
        """

    def begin_merge(self, range: tuple[int, int], path: str) -> None:
        """Begin to do the same, without compact, in a thread of the core; one at a time."""

    def end_merge(self, wait: bool) -> _Written | None:
        """What the merge that was begun has written; None while it goes on.

        wait: for 50 ms at most. Once it has ended, what was against it is raised, or returned once.
        """

    def stop_merge(self) -> None:
        """End the merge that was begun; what it has written is of no use."""

    def replace(self, range: tuple[int, int], compact: bool, run: _Run) -> None:
        """Put a merged run in the place of those it holds."""

    def verify(self) -> list[tuple[str, str]]:
        """Read everything: the runs that are damaged, and how."""

    def hashes(self) -> list[int]: ...
    def find(self, id: str) -> int | None:
        """The number of the document that has an id."""

    def documents(self, first: int) -> tuple[list[_Document], int]:
        """Some of the documents from a number on; where to go on."""

    def blocks(self, first: int) -> tuple[list[tuple[_Side, str]], int]:
        """Some different blocks from a number on, where they stand first; where to go on."""

    def block_texts(self, first: int) -> tuple[list[tuple[str, list[str]]], int]:
        """Some documents from a number on, as ids and texts of their blocks; where to go on."""

    def texts(self, first: int) -> tuple[list[_Text], int]:
        """Some of the documents with their texts from a number on; where to go on."""

    def matches(self, first: int) -> tuple[list[tuple[_Side, _Side, str, float, float, bool]], int]:
        """The matches of some blocks from a number on with those before them; where to go on."""
