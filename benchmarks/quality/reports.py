"""What an engine says: clusters of places, and what it removes. The only thing that is scored."""

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from benchmarks.quality.planted import Place


@dataclass(frozen=True, slots=True)
class Cluster:
    """Places that are said to repeat one another; the first of them stays."""

    kind: str
    places: tuple[Place, ...]


@dataclass
class Report:
    """An engine's answer. seconds: of the whole process, start-up included."""

    engine: str
    version: str
    clusters: list[Cluster] = field(default_factory=list)
    removed: list[Place] = field(default_factory=list)
    seconds: float = 0.0

    @cached_property
    def by_document(self) -> dict[int, list[tuple[Place, int]]]:
        """The reported places of each document, in order, with the numbers of their clusters."""
        found = defaultdict(list)
        for number, cluster in enumerate(self.clusters):
            for place in cluster.places:
                found[place.document].append((place, number))
        for places in found.values():
            places.sort()
        return dict(found)

    @cached_property
    def removed_of(self) -> dict[int, list[Place]]:
        """The removed places of each document, merged and in order."""
        found: dict[int, list[Place]] = defaultdict(list)
        for place in sorted(self.removed):
            last = found[place.document][-1:]
            if last and place.start <= last[0].end:
                end = max(last[0].end, place.end)
                found[place.document][-1] = Place(place.document, last[0].start, end)
            else:
                found[place.document].append(place)
        return dict(found)

    def touching(self, place: Place) -> Iterator[tuple[Place, int]]:
        """The reported places that share a character with one, and their clusters."""
        for other, number in self.by_document.get(place.document, ()):
            if other.start >= place.end:
                break
            if other.end > place.start:
                yield other, number

    def pairs(self) -> Iterator[tuple[Place, Place]]:
        """What stays and what repeats it."""
        for cluster in self.clusters:
            yield from ((cluster.places[0], place) for place in cluster.places[1:])

    def gone(self, place: Place) -> int:
        """How many characters of a place are removed."""
        removed = self.removed_of.get(place.document, [])
        first = bisect_left(removed, place.start, key=lambda other: other.end)
        total = 0
        for other in removed[first:]:
            if other.start >= place.end:
                break
            total += place.shared(other)
        return total

    def cleaned(self, number: int, text: str) -> str:
        """What is left of a document."""
        rest, position = [], 0
        for place in self.removed_of.get(number, ()):
            rest.append(text[position : place.start])
            position = place.end
        return "".join([*rest, text[position:]])


def dumped(version: str, clusters: Iterable[Any], removed: Iterable[Any]) -> str:
    """A report as the engines' processes print it: places are (document, start, end)."""
    return json.dumps(
        {"version": version, "clusters": list(clusters), "removed": list(removed)},
        separators=(",", ":"),
    )


def loaded(engine: str, printed: str, seconds: float) -> Report:
    """A report from what was printed."""
    given = json.loads(printed)
    clusters = [
        Cluster(kind, tuple(Place(*place) for place in places))
        for kind, places in given["clusters"]
    ]
    removed = [Place(*place) for place in given["removed"]]
    return Report(engine, given["version"], clusters, removed, seconds)
