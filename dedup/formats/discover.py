"""From the user's paths to inputs: what to read, in which order, under which names."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from dedup.errors import InputError, OutputError
from dedup.formats.compression import (
    MAGIC_LENGTH,
    InputStream,
    compression_by_magic,
    compression_of,
    stamp,
)
from dedup.formats.records import BYTE_ORDER_MARK, FORMAT_CHOICE, STDIN, Format, Input, shown
from dedup.formats.walk import (
    NOTES,
    SUFFIXES,
    Found,
    SpecialFileError,
    check_regular,
    expand,
    has_magic,
    stem_and_format,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UserPath = str | os.PathLike[str]

# Bytes of stdin that are looked at, at one time, to tell its format.
FIRST_LOOK = 4096


class Inputs(NamedTuple):
    """Files to read, in order, and the folders that were walked to find them.

    strays: a line for each pipe, socket or device that was met there, and passed over.
    """

    files: tuple[Input, ...]
    folders: tuple[str, ...]
    strays: tuple[str, ...] = ()


class _Place(NamedTuple):
    """A path to open, its place (absolute, under its argument's folder), its real path.

    walked: found in a folder or by a pattern.
    """

    path: str
    place: str
    real: str
    walked: bool = False


@dataclass(slots=True, eq=False, repr=False)
class _Finding:
    """What the arguments lead to: files, each argument's own folder, walked folders."""

    places: list[_Place]
    commons: list[str]
    folders: list[str]


def discover(
    paths: UserPath | Iterable[UserPath],
    *,
    input_format: Format | None = None,
    stdin: BinaryIO | None = None,
) -> Inputs:
    """Resolve files, folders, globs and `-` (stdin, copied to a temporary file).

    Order: as the arguments stand, inside a folder or glob by path bytes; a file named twice
    is read once. input_format overrides what the suffix tells; without it a file of
    unknown suffix is an error when named, and passed over in folders and globs. So is what is no
    regular file, unless nothing else is there.
    Raises InputError where a path is missing, unreadable, no regular file, or holds nothing
    to read; no paths at all is an error too.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    finding = _Finding([], [], [])
    for path in given:
        _resolve(os.fspath(path), input_format, finding)
    if not finding.places:
        raise InputError("no input was named", hint="name files, folders, globs, or - for stdin")
    common = os.path.commonpath(finding.commons) if finding.commons else ""
    once = {place.real: place for place in reversed(finding.places)}
    files, special = [], list[SpecialFileError]()
    for place in finding.places:
        if once.pop(place.real, None) is None:
            continue
        try:
            files.append(_input(place, common, input_format, stdin))
        except SpecialFileError as error:
            if not place.walked:
                raise
            special.append(error)
    if not files:
        raise special[0]
    strays = [f"{shown(error.path or '')}: {error.kind}; passed over" for error in special]
    return Inputs(tuple(_named(files)), tuple(finding.folders), tuple(strays))


def check_output(output: UserPath, inputs: Inputs) -> None:
    """Raise OutputError where writing the folder `output` could touch an input.

    That is: it is an input, lies inside a walked folder, or holds an input. Compared by
    device and inode, so no spelling or link hides it. Also where it is no name at all.
    """
    given: object = output
    if not isinstance(given, (str, os.PathLike)) or not os.fspath(given):
        message = f"the output is {output!r}; it must be the name of a folder"
        raise OutputError(message, hint="name a new folder")
    target = os.path.realpath(output)
    above = {_identity(folder) for folder in _upwards(target)}
    for folder in inputs.folders:
        if _identity(os.path.realpath(folder)) in above - {None}:
            raise _refused(output, f"lies inside the input folder {shown(folder)}")
    own = _identity(target)
    if own is None:
        return
    files = [item for item in inputs.files if item.spool is None]
    if any(item.stamp is not None and item.stamp[:2] == own for item in files):
        raise _refused(output, "is the input")
    for parent in sorted({os.path.dirname(os.path.realpath(item.path)) for item in files}):
        if own in {_identity(folder) for folder in _upwards(parent)}:
            raise _refused(output, f"holds the input folder {shown(parent)}")


def _refused(output: UserPath, why: str) -> OutputError:
    path = os.fspath(output)
    message = f"{shown(path)}: the output {why}"
    return OutputError(message, path=path, hint="name a folder outside the input")


def _upwards(path: str) -> list[str]:
    made = [path]
    while (parent := os.path.dirname(made[-1])) != made[-1]:
        made.append(parent)
    return made


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _resolve(path: str, input_format: Format | None, finding: _Finding) -> None:
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise InputError(
            f"{path!r} cannot be the name of a file", hint="texts go in a list"
        ) from error
    if path == STDIN:
        finding.places.append(_Place(STDIN, STDIN, STDIN))
    elif os.path.isdir(path):
        finding.folders.append(path)
        _take_all(path, path, walk(path), finding)
    elif has_magic(path) and not os.path.lexists(path):
        base, found = expand(path, any_name=input_format is not None)
        if "**" in path.split("/"):
            finding.folders.append(base or ".")
        _take_all(path, base, found, finding)
    else:
        _take_file(path, input_format, finding)


def _take_file(path: str, input_format: Format | None, finding: _Finding) -> None:
    check_regular(path)
    if input_format is None and stem_and_format(path)[1] is None:
        message = f"{shown(path)}: its suffix tells no format; read are {SUFFIXES}"
        raise InputError(message, path=path, hint=f"say --input-format {FORMAT_CHOICE}")
    parent = os.path.realpath(os.path.dirname(path) or ".")
    place = os.path.join(parent, os.path.basename(path))
    finding.places.append(_Place(path, place, os.path.realpath(path)))
    finding.commons.append(parent)


def _take_all(path: str, base: str, found: Found, finding: _Finding) -> None:
    """Take in what stands below the folder `base`, as `path` asked for."""
    walked = path == base
    if not found.files:
        what = "no file to read here" if walked else "no file matches"
        message = f"{shown(path)}: {what}{found.passed_over()}"
        hidden = "; hidden names are passed over" if walked else ""
        raise InputError(message, path=path, hint=f"read are {SUFFIXES}{hidden}")
    root = os.path.realpath(base or ".")
    finding.commons.append(root)
    for file in found.files:
        place = os.path.join(root, file[len(base) :].lstrip("/"))
        # A walk follows no link, so its places are real; asking would take most of the time.
        real = place if walked else os.path.realpath(file)
        finding.places.append(_Place(file, place, real, walked=True))


def _input(
    found: _Place, common: str, input_format: Format | None, stdin: BinaryIO | None
) -> Input:
    path = found.path
    if path == STDIN:
        return _spooled(stdin or _own_stdin(), input_format)
    status = check_regular(path)
    output = found.place[len(common) :].lstrip("/")
    if output.split("/")[0] == NOTES:
        message = f"{shown(path)}: the name {NOTES} is kept for what a run writes about itself"
        raise InputError(message, path=path, hint="name the files in that folder one by one")
    kind = input_format or stem_and_format(path)[1]
    assert kind is not None
    name = shown(output)
    compression = compression_of(path)
    return Input(path, name, output, kind, compression, "", stamp(status), walked=found.walked)


def _own_stdin() -> BinaryIO:
    if sys.stdin is None:
        raise InputError("stdin is closed", path=STDIN, hint="name a file, or pipe something in")
    return sys.stdin.buffer


def _spooled(stdin: BinaryIO, input_format: Format | None) -> Input:
    import tempfile

    spool = tempfile.TemporaryFile(prefix="dedup-stdin-")  # noqa: SIM115 -- lives as the input
    try:
        shutil.copyfileobj(stdin, spool, 2**20)
        spool.flush()
    except OSError as error:
        folder = tempfile.gettempdir()
        message = f"-: stdin cannot be copied to {folder}: {error.strerror or error}"
        raise InputError(message, path=STDIN, hint="set TMPDIR to a folder with room") from error
    spool.seek(0)
    compression = compression_by_magic(spool.read(MAGIC_LENGTH))
    item = Input(STDIN, STDIN, "", input_format or "text", compression, STDIN, None, spool)
    parquet = _is_parquet(spool)
    kind = input_format or ("parquet" if parquet else _format_of(item))
    suffix = ".txt" if kind == "text" else f".{kind}"
    return item._replace(format=kind, output=f"stdin{suffix}{compression}")


def _is_parquet(spool: BinaryIO) -> bool:
    """Whether a file begins and ends as Parquet does."""
    size = spool.seek(0, os.SEEK_END)
    ends = []
    for place in (0, max(0, size - 4)):
        spool.seek(place)
        ends.append(spool.read(4))
    return ends == [b"PAR1", b"PAR1"]


def _format_of(item: Input) -> Format:
    """JSONL where the text begins with `{`, an array where it begins with `[{`, else text."""
    with InputStream(item) as stream:
        mark = BYTE_ORDER_MARK
        while piece := stream.some(FIRST_LOOK):
            start = piece.removeprefix(mark).lstrip()
            if start:
                array = start.startswith(b"[") and start[1:].lstrip().startswith(b"{")
                return "json" if array else "jsonl" if start.startswith(b"{") else "text"
            mark = b""
    return "text"


def _named(files: Sequence[Input]) -> list[Input]:
    """The inputs with document ids: without extension, with it where two would clash."""
    outputs = Counter(item.output for item in files)
    names = Counter(item.name for item in files)
    for item in files:
        if outputs[item.output] > 1 or names[item.name] > 1:
            message = f"{shown(item.path)}: another input has the output name {shown(item.output)}"
            raise InputError(message, path=item.path, hint="rename one of the two")
    ids = [STDIN if item.name == STDIN else stem_and_format(item.name)[0] for item in files]
    while True:
        counts = Counter(ids)
        longer = [
            item.name if counts[name] > 1 else name for name, item in zip(ids, files, strict=True)
        ]
        if longer == ids:
            break
        ids = longer
    return [item._replace(id=name) for item, name in zip(files, ids, strict=True)]
