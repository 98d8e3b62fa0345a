"""The comparison of two runs, made from their reports and ledgers.

The ledgers are read once, together, in input order; one document of each is held at a time, and
the examples. What is compared is which characters went, not how they were cut into passages.
"""

from __future__ import annotations

import os
import sys
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from heapq import heappush, heapreplace
from typing import TYPE_CHECKING, Any

from dedup.comparison import CUT, DROPPED, LESS, MORE, OTHER, WHOLE, Change, Comparison, Side
from dedup.errors import FormatError, InputError
from dedup.formats.folder import CleanedInput, Loss, Losses, cleaned_inputs, report_of
from dedup.formats.notes import UNTOUCHED
from dedup.formats.records import shown
from dedup.report_text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Documents that are shown each way.
EXAMPLES = 10

# What tells one input from another; names may differ, as the folder they were read from may.
_CONTENT = {
    "format": "the format {}",
    "text_field": "the text field {}",
    "bytes": "{:,} bytes",
    "crc32": "the CRC-32 {:08x}",
}


def compare(
    run1: str | os.PathLike[str], run2: str | os.PathLike[str], *, examples: int = EXAMPLES
) -> Comparison:
    """Which documents changed their fate between two folders that `clean` wrote.

    Both runs must have read the same inputs in the same order, by whatever policies or versions.
    examples: documents to show each way, those with the most changed text first. Raises FormatError
    where a folder is no clean run's or was changed since, InputError where the inputs differ.
    """
    folders = [_folder(run) for run in (run1, run2)]
    reports = [report_of(folder) for folder in folders]
    for folder, report in zip(folders, reports, strict=True):
        _check_report(folder, report)
    inputs = [cleaned_inputs(*both) for both in zip(folders, reports, strict=True)]
    _check_same_inputs(folders, inputs)
    counter = _Counter(examples)
    for before, after in _side_by_side(*map(Losses, folders, inputs)):
        counter.add(before, after)
    return counter.comparison(folders, reports)


def _folder(run: object) -> str:
    if not isinstance(run, (str, os.PathLike)):
        message = f"the run to compare is {run!r}; it must be the name of a folder"
        raise InputError(message, hint="name a folder that clean wrote")
    return os.fspath(run)


def _check_report(folder: str, report: dict[str, Any]) -> None:
    missing = [name for name in ("policy", "digest", "versions", "counts") if name not in report]
    if missing:
        message = f"{shown(folder)}: its report.json has no {missing[0]}"
        raise FormatError(message, path=folder, hint=UNTOUCHED)


def _check_same_inputs(folders: Sequence[str], inputs: Sequence[list[CleanedInput]]) -> None:
    one, two = (shown(folder) for folder in folders)
    hint = "compare runs over the same files, named in the same order"
    for number, (before, after) in enumerate(zip(*inputs, strict=False), 1):
        for name, words in _CONTENT.items():
            values = before.value.get(name), after.value.get(name)
            if None not in values and values[0] != values[1]:
                there, here = (words.format(value) for value in values)
                message = (
                    f"{two}: its input {number:,}, {shown(after.item.name)}, has {here}; "
                    f"in {one} it is {shown(before.item.name)} with {there}"
                )
                raise InputError(message, path=folders[1], hint=hint)
    counts = [len(each) for each in inputs]
    if counts[0] != counts[1]:
        message = f"{two}: was made from {plural(counts[1], 'input')}, {one} from {counts[0]:,}"
        raise InputError(message, path=folders[1], hint=hint)


def _side_by_side(before: Losses, after: Losses) -> Iterator[tuple[Loss | None, Loss | None]]:
    """What went of each document in either run; None where nothing did."""
    left, right = iter(before), iter(after)
    one, two = next(left, None), next(right, None)
    while one is not None or two is not None:
        first = min(loss.place for loss in (one, two) if loss is not None)
        pair = tuple(
            loss if loss is not None and loss.place == first else None for loss in (one, two)
        )
        yield pair[0], pair[1]
        one = next(left, None) if pair[0] is not None else one
        two = next(right, None) if pair[1] is not None else two


@dataclass(slots=True)
class _Counter:
    """Totals and examples, document by document."""

    most: int
    documents: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    characters: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    cut: list[int] = field(default_factory=lambda: [0, 0])
    keepers: int = 0
    # A heap for each way: amount, place negated so that of equals the first stays, change.
    largest: dict[str, list[tuple[int, tuple[int, int], Change]]] = field(
        default_factory=lambda: {MORE: [], LESS: [], OTHER: []}
    )

    def add(self, before: Loss | None, after: Loss | None) -> None:
        """Take in what went of a document."""
        losses = before, after
        for side, loss in enumerate(losses):
            self.cut[side] += loss is not None and not loss.dropped
        if before is not None and after is not None:
            self.keepers += _other_keepers(before, after)
        spans = [_merged(loss) for loss in losses]
        fates = _fate(before), _fate(after)
        if fates[0] == fates[1] and spans[0] == spans[1]:
            return
        present = before or after
        assert present is not None
        passages = [
            {"run": side + 1, **entry}
            for side, loss in enumerate(losses)
            for entry in (loss.passages if loss is not None else ())
            if not _covers(spans[1 - side], entry["span"])
        ]
        counts = tuple(0 if loss is None else loss.characters for loss in losses)
        change = Change(present.document, present.source, fates, (counts[0], counts[1]), passages)
        self._note(change, present.place)

    def _note(self, change: Change, place: tuple[int, int]) -> None:
        difference = abs(change.characters[1] - change.characters[0])
        key = (*change.fates, change.way)
        self.documents[key] += 1
        self.characters[key] += difference
        moved = sum(entry["span"][1] - entry["span"][0] for entry in change.passages)
        heap = self.largest[change.way]
        item = (max(difference, moved), (-place[0], -place[1]), change)
        if len(heap) < self.most:
            heappush(heap, item)
        elif heap and item[:2] > heap[0][:2]:
            heapreplace(heap, item)

    def comparison(self, folders: list[str], reports: list[dict[str, Any]]) -> Comparison:
        """The whole, when every document was added."""
        sides = []
        for folder, report, cut in zip(folders, reports, self.cut, strict=True):
            counts = report["counts"]
            whole = counts["documents_kept"] - cut
            fates = {WHOLE: whole, CUT: cut, DROPPED: counts["documents_dropped"]}
            sides.append(Side(folder, report, fates))
        return Comparison(
            runs=(sides[0], sides[1]),
            settings=_differences(*reports),
            documents=reports[1]["counts"]["documents_read"],
            changes={
                key: (count, self.characters[key])
                for key, count in sorted(self.documents.items(), key=lambda one: (-one[1], one[0]))
            },
            keepers=self.keepers,
            examples={
                way: [
                    change for _, _, change in sorted(heap, key=lambda one: one[:2], reverse=True)
                ]
                for way, heap in self.largest.items()
            },
        )


def _fate(loss: Loss | None) -> str:
    return WHOLE if loss is None else DROPPED if loss.dropped else CUT


def _merged(loss: Loss | None) -> list[list[int]]:
    """The stretches that went, those that touch joined: how they were cut does not count."""
    if loss is not None and loss.dropped:
        return [[0, sys.maxsize]]
    merged: list[list[int]] = []
    for entry in () if loss is None else loss.passages:
        start, end = entry["span"]
        if merged and merged[-1][1] == start:
            merged[-1][1] = end
        else:
            merged.append([start, end])
    return merged


def _covers(spans: Sequence[Sequence[int]], span: Sequence[int]) -> bool:
    place = bisect_right(spans, span[0], key=lambda one: one[0]) - 1
    return place >= 0 and span[1] <= spans[place][1]


def _other_keepers(before: Loss, after: Loss) -> int:
    """Passages that went in both, for different copies."""
    places = {tuple(entry["span"]): _keeper(entry) for entry in before.passages}
    return sum(
        _keeper(entry) != places.get(tuple(entry["span"]), _keeper(entry))
        for entry in after.passages
    )


def _keeper(entry: dict[str, Any]) -> tuple[Any, ...] | None:
    keeper = entry["keeper"]
    return None if keeper is None else (keeper.get("against"), keeper["source"], *keeper["span"])


def _differences(one: dict[str, Any], two: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Settings that differ, and the versions and what was held against where these do."""
    old, new = (
        {
            **report["policy"],
            "version": report["versions"]["dedup"],
            "against": ", ".join(entry["name"] for entry in report.get("against", ())) or None,
        }
        for report in (one, two)
    )
    if one.get("against", []) != two.get("against", []) and old["against"] == new["against"]:
        new["against"] += ", changed"
    return {
        name: (old.get(name), new.get(name))
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    }
