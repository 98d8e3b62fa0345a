"""Scales: what takes the place of an output folder where only its size is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from dedup.formats.output import compressor_of
from dedup.formats.records import Batch, Lines, Rows, Torn
from dedup.formats.walk import NOTES
from dedup.formats.writer import SKIPPED, json_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dedup.formats.reader import Piece
    from dedup.formats.records import Compression, Input
    from dedup.model import Skipped


@final
class Weight:
    """A file that is not there: bytes that it would have."""

    def __init__(self, compression: Compression = "") -> None:
        self._compressor = compressor_of(compression)
        self.bytes = 0

    def write(self, data: bytes) -> None:
        """Count bytes as they would be packed."""
        self.bytes += len(data if self._compressor is None else self._compressor.compress(data))

    def close(self) -> None:
        """Count what the packing holds back."""
        if self._compressor is not None:
            self.bytes += len(self._compressor.flush())
            self._compressor = None


@final
class Scales:
    """The methods of `OutputTree` that a run writes by, and `bytes` of what came."""

    def __init__(self) -> None:
        self._notes: dict[str, Weight] = {}
        self._item: Input | None = None
        self._file = Weight()
        self._files = 0

    def create(self, name: str) -> Weight:
        """A plain file."""
        return self._notes.setdefault(name, Weight())

    def skip(self, skipped: Iterable[Skipped]) -> None:
        """Bad records, as lines of their file."""
        for one in skipped:
            self.create(SKIPPED).write(json_line(one.to_dict()))

    def write(self, piece: Piece, rest: Any) -> None:
        """What is left of a piece."""
        if isinstance(piece, Torn):
            return
        if isinstance(piece, Batch):
            parts = [part.input for part in piece.parts if part.document]
            for item, text in zip(parts, rest, strict=True):
                self._open(item).write((text or "").encode())
            return
        self._open(piece.input).write(rest if isinstance(piece, Lines) else _rows(piece, rest))

    def inputs(self, text_field: str) -> list[dict[str, Any]]:
        """None were written."""
        del text_field
        return []

    def bytes(self) -> dict[str, int]:
        """Of the cleaned files as `output`, and of each file beside them, by its name."""
        self._close()
        notes = {name.removeprefix(f"{NOTES}/"): one.bytes for name, one in self._notes.items()}
        return {"output": self._files, **notes}

    def _open(self, item: Input) -> Weight:
        if item is not self._item:
            self._close()
            self._item, self._file = item, Weight(item.compression)
        return self._file

    def _close(self) -> None:
        self._file.close()
        self._files += self._file.bytes
        self._item, self._file = None, Weight()


def _rows(rows: Rows, rest: Sequence[str | None]) -> bytes:
    """Bytes that are as many as the rows' input weighs, but for the share of text that went."""
    text = "".join(one for one in rest if one).encode()
    before = sum(len(one.encode()) for one in rows.texts)
    if not before:
        return text
    length = rows.weight * len(text) // before
    # Of a packed text's own bytes, so that packing them shows; Parquet's rows are packed already.
    return (text * (length // max(1, len(text)) + 1))[:length]
