"""An output folder that is complete already: whether it is what a run would make, and its result.

So that a command which is given again until it ends well ends. Settings and inputs are held against
what `report.json` says; what was found is read back from the files beside it.
"""

from __future__ import annotations

from dataclasses import replace
from heapq import nlargest
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import orjson

from dedup.errors import FormatError, OutputError
from dedup.formats.compression import reading
from dedup.formats.counted import content_of
from dedup.formats.notes import UNTOUCHED
from dedup.formats.partial import REPORT
from dedup.formats.records import shown
from dedup.formats.walk import NOTES
from dedup.largest import with_excerpts
from dedup.model import Skipped
from dedup.model.clusters import Cluster, LargeCluster, Member
from dedup.references import differences
from dedup.report import versions
from dedup.results import MEMBERS, CleanResult
from dedup.resumption import notice, setting_that_differs
from dedup.skipped import SkippedRecords
from dedup.versions import head_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats import Input, Reading
    from dedup.formats.source import Source
    from dedup.model.matches import Match
    from dedup.options import Options
    from dedup.policy import Policy
    from dedup.references import Reference
    from dedup.story_head import StoryHead

BLOCK = 2**20


@final
class CompleteResult(CleanResult):
    """What an earlier run found and removed, as its output folder tells.

    warnings: those of what can be told without reading the documents.
    """

    def __init__(self, folder: str, report: dict[str, Any], source: Source) -> None:
        self._folder = Path(folder, NOTES)
        self._read_from = source
        self.report = report
        skipped = SkippedRecords()
        for value in self._lines("skipped.jsonl"):
            skipped.append(Skipped.from_json(value))
        self.skipped = skipped
        self.warnings = list(source.warnings)
        if skipped:
            read = report["counts"]["documents_read"]
            self.warnings.append(f"{len(skipped):,} of {read:,} records could not be read")

    def cluster_lines(self) -> Iterator[bytes]:
        """`clusters.jsonl` in pieces."""
        yield from self._pieces("clusters.jsonl")

    def version_lines(self) -> Iterator[bytes]:
        """`versions.jsonl` in pieces."""
        yield from self._pieces("versions.jsonl")

    def longest_stories(self, count: int) -> list[StoryHead]:
        """The stories of the most documents; see `ScanResult.longest_stories`."""
        heads = map(head_of, self._lines("versions.jsonl"))
        return nlargest(count, heads, key=lambda head: head.documents)

    @property
    def matches(self) -> list[Match]:
        """Are in no file: raises OutputError."""
        path = str(self._folder)
        message = f"{shown(path)}: holds no matches; they were not kept"
        raise OutputError(message, path=path, hint="dedup.matches finds them again")

    def largest(self, count: int, members: int = MEMBERS) -> list[LargeCluster]:
        """The clusters with the most repeated text; see `ScanResult.largest`."""
        heads = nlargest(count, self._heads(members), key=lambda head: head[0])
        return with_excerpts(self._read_from, [(one, count) for _, one, count in heads])

    def _heads(self, members: int) -> Iterator[tuple[int, Cluster, int]]:
        """Characters that repeat in each cluster, its first members, and how many it has."""
        for value in self._lines("clusters.jsonl"):
            whole = Cluster.from_json(value)
            repeated = sum(map(_repeated, whole.members))
            first = whole.members[: members + (whole.keeper is not None)]
            yield repeated, replace(whole, members=first), len(whole.members)

    def _pieces(self, name: str) -> Iterator[bytes]:
        path = self._folder / name
        with reading(str(path)), path.open("rb") as file:
            while data := file.read(BLOCK):
                yield data

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        path = self._folder / name
        with reading(str(path)), path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    message = f"{shown(str(path))}:{number}: no sound line: {error}"
                    raise FormatError(message, path=str(path), hint=UNTOUCHED) from error


def complete_result(
    folder: str,
    source: Source,
    policy: Policy,
    options: Options,
    how: Reading,
    references: Sequence[Reference] = (),
) -> CompleteResult | None:
    """The result of an output folder that is complete; None where it is not there.

    Raises OutputError where it is that of other settings or other input.
    """
    path = Path(folder, REPORT)
    if not path.is_file():
        return None
    try:
        report = orjson.loads(path.read_bytes())
        different = _difference(report, source, policy, options, how)
        different = different or differences(references, report["against"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        different = f"{REPORT} is not as a run of this version leaves it"
    if different is not None:
        message = f"{shown(folder)}: is complete, there is nothing to resume: {different}"
        raise OutputError(message, path=folder, hint="--force makes it anew")
    notice(options, f"{shown(folder)}: is complete already")
    return CompleteResult(folder, report, source)


def _difference(
    report: dict[str, Any], source: Source, policy: Policy, options: Options, how: Reading
) -> str | None:
    """The first thing that is not as it was."""
    was, own = report["versions"], versions()
    old = {**report["policy"], **report["reading"], "digest": report["digest"]}
    new = {**policy.to_dict(), **how.entry(), "digest": policy.digest}
    taking_part = [name for name in own if name != "python"]
    old |= {f"the version of {name}": was[name] for name in taking_part}
    new |= {f"the version of {name}": own[name] for name in taking_part}
    found = setting_that_differs(old, new)
    if found is None and report["counts"]["records_skipped"] and not options.skip_bad:
        found = "skip_bad is False; there were bad records"
    return found or _input_that_differs(report["inputs"], source, how)


def _input_that_differs(entries: list[Any], source: Source, how: Reading) -> str | None:
    items: Sequence[Input] = () if source.inputs is None else source.inputs.files
    if len(entries) != len(items):
        return f"there are {len(items):,} files to read; there were {len(entries):,}"
    for item, entry in zip(items, entries, strict=True):
        now = item.entry(how.text_field)
        if {name: entry.get(name) for name in now} != now:
            return f"{shown(item.path)} was not read, or was written under another name"
        if content_of(item, how.max_expansion) != (entry["bytes"], entry["crc32"]):
            return f"{shown(item.path)} has changed since it was read"
    return None


def _repeated(member: Member) -> int:
    """The characters that repeat the keeper: not what stands in gaps or is told elsewhere."""
    if member.keeper:
        return 0
    spans = [gap.span for gap in member.gaps or () if gap.span]
    spans += [part.span for part in member.elsewhere or ()]
    return member.span[1] - member.span[0] - sum(end - start for start, end in spans)
