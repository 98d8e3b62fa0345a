"""Where documents come from and go to.

`discover` turns the user's paths into inputs, `read` streams them as batches (twice, if
need be, with the same answer), `OutputTree` writes a folder that appears whole or not at
all, and the module `restore` gives the inputs back. Nothing here knows what a repeat is.
"""

from dedup.formats.discover import Inputs, check_output, discover
from dedup.formats.reader import Piece, read
from dedup.formats.records import Batch, Input, Lines, Reading, Rows, Torn
from dedup.formats.writer import OutputTree

__all__ = [
    "Batch",
    "Input",
    "Inputs",
    "Lines",
    "OutputTree",
    "Piece",
    "Reading",
    "Rows",
    "Torn",
    "check_output",
    "discover",
    "read",
]
