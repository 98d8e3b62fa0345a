"""How much of what was planted a report has, class by class."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.quality.planted import LookAlike, Place, Planted, Repeat
from benchmarks.quality.reports import Report

COVERED = 0.8  # of both members, by what is reported; and of what is reported, by the repeat


@dataclass(slots=True)
class Row:
    """What became of the repeats of a class: how many there are, and how many are what.

    found: by one cluster; in_pieces: by several taken together; as_one: found, and no other
    cluster has anything of both sides, unless it tells of a third place, which is what stays;
    template: found and so labelled; touched: some of both sides is in
    one cluster; removed: half of one side or more. should_go, left_in: characters.
    """

    kind: str
    repeats: int = 0
    found: int = 0
    in_pieces: int = 0
    as_one: int = 0
    template: int = 0
    touched: int = 0
    removed: int = 0
    should_go: int = 0
    left_in: int = 0


Sides = tuple[list[Place], list[Place]]


def reported(repeat: Repeat | LookAlike, report: Report) -> dict[int, Sides]:
    """Of each cluster that has something of both sides, its places on the left and the right."""
    sides: dict[int, Sides] = defaultdict(lambda: ([], []))
    for place, number in report.touching(repeat.left):
        if place.shared(repeat.left) >= place.shared(repeat.right):
            sides[number][0].append(place)
    for place, number in report.touching(repeat.right):
        if place.shared(repeat.right) > place.shared(repeat.left):
            sides[number][1].append(place)
    return {number: both for number, both in sides.items() if both[0] and both[1]}


def has_third_keeper(repeat: Repeat, report: Report, number: int) -> bool:
    """Whether a cluster keeps neither side: what it tells stands in a third text as well."""
    stays = report.clusters[number].places[0]
    return not any(stays.shared(side) for side in (repeat.left, repeat.right))


def is_found(repeat: Repeat, sides: Sides) -> bool:
    """Whether these places cover both members, and little else."""
    members, regions = (repeat.left, repeat.right), sorted(repeat.regions)
    return all(
        union_shared(places, member) >= COVERED * member.length
        and union_shared(places, region) >= COVERED * union_length(places)
        for places, member, region in zip(sides, members, regions, strict=True)
    )


def union_length(places: Iterable[Place]) -> int:
    """Characters in at least one of some places of one document."""
    total, position = 0, -1
    for place in sorted(places):
        total += max(0, place.end - max(place.start, position))
        position = max(position, place.end)
    return total


def union_shared(places: Iterable[Place], whole: Place) -> int:
    """Characters of `whole` in at least one of some places of its document."""
    cut = (Place(p.document, max(p.start, whole.start), min(p.end, whole.end)) for p in places)
    return union_length(place for place in cut if place.start < place.end)


def rows(planted: Planted, report: Report, kinds: Iterable[str]) -> dict[str, Row]:
    """The rows of some classes."""
    made = {kind: Row(kind) for kind in kinds}
    families: dict[tuple[str, int], dict[Place, int]] = defaultdict(dict)
    for repeat in planted.repeats:
        if repeat.kind in made:
            row = made[repeat.kind]
            judge(row, repeat, report)
            if repeat.may_go:
                for place in (repeat.left, repeat.right):
                    families[repeat.kind, repeat.family][place] = report.gone(place)
    for (kind, _), gone in families.items():
        left = sorted(place.length - count for place, count in gone.items())
        made[kind].left_in += sum(left[:-1])
        made[kind].should_go += sum(sorted(place.length for place in gone)[:-1])
    return made


def judge(row: Row, repeat: Repeat, report: Report) -> None:
    """Add a repeat to its row."""
    clusters = reported(repeat, report)
    row.repeats += 1
    found = [number for number, sides in clusters.items() if is_found(repeat, sides)]
    row.found += bool(found)
    pieces = [number for number in clusters if not has_third_keeper(repeat, report, number)]
    row.as_one += bool(found) and all(number in found for number in pieces) and len(pieces) <= 1
    row.touched += bool(clusters)
    row.template += any(report.clusters[number].kind == "template" for number in found)
    row.removed += any(
        2 * report.gone(place) > place.length for place in (repeat.left, repeat.right)
    )
    left = [place for sides in clusters.values() for place in sides[0]]
    right = [place for sides in clusters.values() for place in sides[1]]
    row.in_pieces += bool(clusters) and is_found(repeat, (left, right))


def joined(look_alikes: Iterable[LookAlike], report: Report) -> list[LookAlike]:
    """The look-alikes whose two places stand in one cluster."""
    found = []
    for pair in look_alikes:
        left = {number for _, number in report.touching(pair.left)}
        if left & {number for _, number in report.touching(pair.right)}:
            found.append(pair)
    return found


def fresh_lost(planted: Planted, report: Report) -> list[Place]:
    """What says something new and was removed by half or more."""
    return [place for place in planted.fresh if 2 * report.gone(place) >= place.length]
