"""Text files: one document a file, strict UTF-8, every character kept as it is."""

from __future__ import annotations

from isal.isal_zlib import crc32

from dedup.formats.compression import MAGIC_LENGTH, InputStream, compression_by_magic
from dedup.formats.records import Batch, Input, Part, Reading
from dedup.model import Skipped


def read_text(item: Input, reading: Reading) -> Batch:
    """The file as a batch of one part: one document, or one skipped record.

    An empty file is a document with an empty text. A byte order mark is a character of the
    text (spans count it).
    """
    with InputStream(item, reading.max_expansion) as stream:
        data = stream.all()
    part = Part(item, document=False, size=len(data), crc32=crc32(data))
    batch = Batch(parts=[part], weight=len(data))
    try:
        text = data.decode()
    except UnicodeDecodeError as wrong:
        batch.skipped.append(Skipped(item.name, None, _why_bad(data, wrong.start), data))
        return batch
    part.document = True
    batch.texts.append(text)
    batch.ids.append(item.id)
    batch.sources.append(item.name)
    return batch


def _why_bad(data: bytes, place: int) -> str:
    reason = f"invalid UTF-8 at byte {place} (0x{data[place]:02x})"
    if found := compression_by_magic(data[:MAGIC_LENGTH]):
        return f"{reason}: compressed data; its suffix should say {found}"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return f"{reason}: looks like UTF-16; convert it with iconv"
    return reason
