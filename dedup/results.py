"""What a run gives back: the report, and clusters and matches read from the core on demand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

from dedup.story_head import StoryHead, source_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup import _core
    from dedup.formats.source import Source
    from dedup.model import Document, Skipped
    from dedup.model.clusters import Cluster, LargeCluster
    from dedup.model.matches import Match
    from dedup.versions import Story

# Lines asked of the core at one time.
MATCHES_AT_ONCE = 1 << 16

# Members that are told of one of the largest clusters, its keeper apart.
MEMBERS = 10


class ScanResult:
    """What a scan found. Nothing was changed.

    report: what `report.json` holds. skipped: records that could not be read, without their
    bytes. warnings: one line each.
    """

    _removal = "would go"

    def __init__(
        self,
        corpus: _core.Corpus,
        report: dict[str, Any],
        *,
        skipped: Sequence[Skipped],
        warnings: list[str],
        source: Source,
    ) -> None:
        self._corpus = corpus
        self._read_from = source
        self.report = report
        self.skipped = skipped
        self.warnings = warnings

    def __repr__(self) -> str:
        from dedup.report_text import plural

        counts = self.report.get("counts", {})
        read, removed = (counts.get(f"characters_{name}", 0) for name in ("read", "removed"))
        return (
            f"<{type(self).__name__}: {plural(counts.get('documents_read', 0), 'document')}, "
            f"{plural(counts.get('clusters', 0), 'cluster')}, "
            f"{removed:,} of {read:,} characters {self._removal}>"
        )

    def cluster_lines(self) -> Iterator[bytes]:
        """`clusters.jsonl` in pieces, which may end inside a line: a cluster may have millions."""
        cluster = member = 0
        while True:
            lines, cluster, member = self._corpus.clusters(cluster, member)
            if not lines:
                return
            yield lines

    @cached_property
    def clusters(self) -> list[Cluster]:
        """All clusters, by the place of their keepers."""
        from dedup.model.clusters import Cluster

        lines = b"".join(self.cluster_lines()).splitlines()
        return [Cluster.from_json(orjson.loads(line)) for line in lines]

    def version_lines(self) -> Iterator[bytes]:
        """`versions.jsonl` in pieces, which may end inside a line."""
        story = member = 0
        while True:
            lines, story, member = self._corpus.versions(story, member)
            if not lines:
                return
            yield lines

    @cached_property
    def versions(self) -> list[Story]:
        """All stories: documents that are versions of one text, by their first documents."""
        from dedup.versions import Story

        lines = b"".join(self.version_lines()).splitlines()
        return [Story.from_json(orjson.loads(line)) for line in lines]

    def longest_stories(self, count: int) -> list[StoryHead]:
        """The stories of the most documents, and of the most of these the first ones."""
        return [
            StoryHead(self._source(first), self._source(last), documents, tuple(blocks))
            for first, last, documents, blocks in self._corpus.longest_stories(count)
        ]

    def _source(self, document: int) -> str:
        source = self._corpus.document_name(document)[1]
        return source_in(source, self._corpus.reference_of(document))

    @cached_property
    def matches(self) -> list[Match]:
        """Every text that stands twice or more, then every verified pair of different texts."""
        from dedup.model.matches import Match

        count = self._corpus.match_count()
        return [
            Match.from_json(orjson.loads(line))
            for low in range(0, count, MATCHES_AT_ONCE)
            for line in self._corpus.matches(low, min(low + MATCHES_AT_ONCE, count)).splitlines()
        ]

    def largest(self, count: int, members: int = MEMBERS) -> list[LargeCluster]:
        """The clusters with the most repeated text, largest first.

        Each with its keeper and its first other members, as many as `members` at most.
        """
        from dedup.largest import with_excerpts
        from dedup.model.clusters import Cluster

        heads = [
            self._corpus.cluster_line(number, members) for number in self._corpus.largest(count)
        ]
        clusters = [(Cluster.from_json(orjson.loads(line)), total) for line, total in heads]
        return with_excerpts(self._read_from, clusters)


class CleanResult(ScanResult):
    """What a scan found and a clean removed.

    documents: the cleaned documents in order, dropped ones left out; only for input that the
    caller holds. data: the table that the caller gave, in its own type, without what went; None
    for other input. removed: the ledger; with an output folder it is in
    `OUT/_dedup/removed.jsonl`.
    """

    _removal = "removed"

    documents: Sequence[Document] = ()
    data: Any = None
    ledger: Sequence[bytes] = ()

    @cached_property
    def removed(self) -> Sequence[dict[str, Any]]:
        """The ledger as objects, which take several times as long to make as the answer itself."""
        return [orjson.loads(line) for piece in self.ledger for line in piece.splitlines()]
