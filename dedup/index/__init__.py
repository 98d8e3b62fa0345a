"""The index on disk: has this text been seen, whole or in parts? See `index.Index`.

`index` is what users hold, `opened` the part of it that readers use, `listing` what these go
through; `catalogue` says which documents and runs there are, `folder` who may write, `rules` which
policies an index can have; `asking` turns texts into verdicts, `documents` and `feeding` what
callers and files say into documents; `upkeep` writes and merges runs; `export` writes what is held
to other files, `reference` holds a corpus against it.
"""

from dedup.index.index import Index
from dedup.index.verdict import Entry, HeldBlock, Sighting, Verdict

__all__ = ["Entry", "HeldBlock", "Index", "Sighting", "Verdict"]
