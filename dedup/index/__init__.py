"""The index on disk: has this text been seen, whole or in parts? See `index.Index`.

    index.py       what users hold: open, check, add, commit
    catalogue.py   which documents and runs there are (SQLite)
    folder.py      the folder: what it may hold, who writes, what it takes to open it
    rules.py       which policies an index can have, and whether two are the same
    asking.py      texts in, verdicts out: the core, and the judge of short texts
    upkeep.py      merging runs, and looking for damage
    verdict.py     the values that come out
"""

from dedup.index.index import Index
from dedup.index.verdict import Entry, Sighting, Verdict

__all__ = ["Entry", "Index", "Sighting", "Verdict"]
