"""The largest clusters, as a person is shown them: with the text, and the lines where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.model.clusters import LargeCluster

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats.source import Source
    from dedup.model import Span
    from dedup.model.clusters import Cluster, Member


def with_excerpts(source: Source, heads: Sequence[tuple[Cluster, int]]) -> list[LargeCluster]:
    """Clusters and how many members they have, with what is read again of their corpus."""
    names = {member.source for cluster, _ in heads for member in _own(cluster)}
    files = source.text_files(names)
    shown = [_place(next(_own(cluster), cluster.members[0])) for cluster, _ in heads]
    numbered = [
        _place(member) for cluster, _ in heads for member in _own(cluster) if member.source in files
    ]
    places = list(dict.fromkeys([*shown, *numbered]))
    found = dict(zip(places, source.excerpts(places), strict=True))

    def lines(member: Member) -> tuple[int, int] | None:
        excerpt = None if member.against is not None else found.get(_place(member))
        return excerpt and excerpt.lines

    return [
        LargeCluster(cluster, count, found[place].text, [lines(one) for one in cluster.members])
        for (cluster, count), place in zip(heads, shown, strict=True)
    ]


def _own(cluster: Cluster) -> Iterator[Member]:
    """The members that stand in the corpus itself."""
    return (member for member in cluster.members if member.against is None)


def _place(member: Member) -> tuple[str, Span]:
    return member.source, member.span
