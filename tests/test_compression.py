"""Compressed files, in and out: every cut is noticed, and the bytes follow the content alone."""

from __future__ import annotations

import lzma
import os
import random
import zlib
from pathlib import Path

import pytest
import zstandard
from files import COMPRESS, SUFFIXES, put
from reading import read_all

from dedup.errors import FormatError
from dedup.formats import discover
from dedup.formats.compression import HARMLESS, READ_BUFFER, InputStream
from dedup.formats.output import PIECE, OutputStream


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("size", [0, 1, 1000, 3 * PIECE + 17])
def test_written_bytes_depend_on_the_content_alone(tmp_path: Path, suffix: str, size: int) -> None:
    data = (b"some text that is not the same everywhere %d\n" % size) * (size // 40 + 1)
    made = set()
    for number, step in enumerate([1 + size // 97, 4096, PIECE - 1, len(data) or 1]):
        path = tmp_path / f"{number}.txt{suffix}"
        with OutputStream(str(path), suffix) as stream:  # type: ignore[arg-type]
            for start in range(0, len(data), step):
                stream.write(data[start : start + step])
        made.add(path.read_bytes())
        assert [text.encode() for text in read_all(path).texts] == [data]
    assert len(made) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_several_members_or_frames_are_one_file(tmp_path: Path, suffix: str) -> None:
    pieces = [b"first ", b"", b"second ", b"x" * 300_000]
    skippable = b"\x53\x2a\x4d\x18\x05\x00\x00\x00hello" if suffix == ".zst" else b""
    data = skippable.join(COMPRESS[suffix](piece) for piece in pieces)
    [text] = read_all(put(tmp_path, {f"a.txt{suffix}": data}) / f"a.txt{suffix}").texts
    assert text.encode() == b"".join(pieces)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("level", [0, 1])
def test_a_file_cut_anywhere_is_an_error(tmp_path: Path, suffix: str, level: int) -> None:
    text = os.urandom(700) + b"abc " * 500
    text = b'{"text":"' + text.hex().encode() + b'"}\n'
    data = COMPRESS[suffix](text)
    if level:
        data += COMPRESS[suffix](b'{"text":"more"}\n')
    ends = {len(data), len(COMPRESS[suffix](text))}
    path = tmp_path / f"a.jsonl{suffix}"
    for cut in range(len(data)):
        if cut in ends:
            continue
        path.write_bytes(data[:cut])
        with pytest.raises(FormatError, match=r"a\.jsonl\.(gz|zst|bz2|xz): ") as caught:
            read_all(path)
        assert caught.value.path == str(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_flipped_byte_never_gives_another_text(tmp_path: Path, suffix: str) -> None:
    text = b"a text that is long enough to be compressed, to be compressed " * 40
    data = bytearray(COMPRESS[suffix](text))
    path = tmp_path / f"a.txt{suffix}"
    for place in range(len(data)):
        data[place] ^= 0x41
        path.write_bytes(data)
        try:
            batch = read_all(path)
        except FormatError:
            pass
        else:
            assert [one.encode() for one in batch.texts] == [text], place
        data[place] ^= 0x41


WRONG = [
    (".gz", b"plain text", "not a sound gzip file"),
    (".zst", b"plain text", "not a sound Zstandard file: no frame begins at byte 0"),
    (".zst", COMPRESS[".zst"](b"a") + b"garbage", "no frame begins at byte"),
    (".bz2", b"plain text", "not a sound bzip2 file"),
    (".xz", b"plain text, and no more", "not a sound xz file"),
    (".bz2", COMPRESS[".bz2"](b"a") + b"garbage", "not a sound bzip2 file"),
    (".xz", COMPRESS[".xz"](b"a") + b"garbage, garbage", "not a sound xz file"),
    (".xz", COMPRESS[".xz"](b"a") + b"\0\0\0", "cut off"),
    (".gz", b"", "cut off"),
    (".bz2", b"", "cut off"),
    (".xz", b"", "cut off"),
    (".zst", b"", "cut off"),
]


@pytest.mark.parametrize(("suffix", "data", "message"), WRONG)
def test_a_file_that_is_not_what_its_suffix_says(
    tmp_path: Path, suffix: str, data: bytes, message: str
) -> None:
    path = put(tmp_path, {f"a.txt{suffix}": data}) / f"a.txt{suffix}"
    with pytest.raises(FormatError, match=message) as caught:
        read_all(path)
    assert caught.value.hint


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz"])
def test_a_cut_file_says_after_how_many_bytes(tmp_path: Path, suffix: str) -> None:
    """Zstandard files are looked through before anything is decompressed."""
    whole = random.Random(1).randbytes(9 << 20).hex().encode()
    data = COMPRESS[suffix](whole)
    path = put(tmp_path, {f"a.txt{suffix}": data[: len(data) * 3 // 4]}) / f"a.txt{suffix}"
    with pytest.raises(FormatError, match=r"after ([0-9,]+) bytes of what it holds") as caught:
        read_all(path)
    count = int(caught.value.message.split(", after ")[1].split(" ")[0].replace(",", ""))
    assert len(whole) // 4 < count < len(whole)


def test_zero_bytes_between_members_of_an_xz_file_are_no_text(tmp_path: Path) -> None:
    data = b"\0\0\0\0".join([lzma.compress(b"one "), lzma.compress(b"two"), b""])
    [text] = read_all(put(tmp_path, {"a.txt.xz": data}) / "a.txt.xz").texts
    assert text == "one two"


def test_an_xz_file_that_asks_for_too_much_memory_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 2**29}]
    # A compressor of its own would need ten times the memory; only the header is changed.
    data = bytearray(lzma.compress(b"abc", filters=[{**filters[0], "dict_size": 2**20}]))
    place = data.index(b"\x21\x01") + 2
    data[place] = 36
    data[20:24] = zlib.crc32(data[12:20]).to_bytes(4, "little")
    with pytest.raises(FormatError, match="not a sound xz file: Memory usage limit"):
        read_all(put(tmp_path, {"a.txt.xz": bytes(data)}) / "a.txt.xz")


def test_a_window_beyond_128_mib_is_refused(tmp_path: Path) -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=28, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    data = compressor.compress(b"abc") + compressor.flush()
    with pytest.raises(FormatError, match="window of 268435456 bytes"):
        read_all(put(tmp_path, {"a.txt.zst": data}) / "a.txt.zst")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_grows_out_of_all_proportion_is_refused(tmp_path: Path, suffix: str) -> None:
    # bzip2 packs zeros 1 : 1,400,000 and gzip 1 : 1,000, all beyond 1 : 200.
    data = COMPRESS[suffix](bytes(HARMLESS + READ_BUFFER))
    [item] = discover(put(tmp_path, {f"a.txt{suffix}": data}) / f"a.txt{suffix}").files
    with (
        pytest.raises(FormatError, match=r"grows to more than 200 times its size") as caught,
        InputStream(item, max_expansion=200) as stream,
    ):
        stream.all()
    assert "--max-expansion" in str(caught.value.hint)
    with InputStream(item, max_expansion=2_000_000) as stream:
        assert len(stream.all()) == HARMLESS + READ_BUFFER


def test_a_small_file_may_grow_as_it_likes(tmp_path: Path) -> None:
    data = COMPRESS[".zst"](bytes(HARMLESS))
    [item] = discover(put(tmp_path, {"a.txt.zst": data}) / "a.txt.zst").files
    with InputStream(item, max_expansion=200) as stream:
        assert len(stream.all()) == HARMLESS
