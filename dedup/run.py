"""One corpus under one policy, from reading to writing; `pipeline` says what is asked of it.

The core does split … band, group, verify, cluster and cut; here stands in which order, with
what, and where the answers go.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from dedup.cleaner import Cleaner
from dedup.engines.local import Scratch, checked_jobs, keeper_order, open_corpus
from dedup.engines.threads import ahead, alongside
from dedup.errors import InputError
from dedup.formats import Lines, Reading, Torn
from dedup.formats.excerpts import Excerpts
from dedup.formats.memory import with_text
from dedup.formats.source import Held, Source, open_source
from dedup.formats.walk import NOTES
from dedup.hottest import hottest, places_without_text
from dedup.intake import Intake, asked_fields, value_of
from dedup.references import check_apart, said_of
from dedup.report import RunFacts, build_report, similar_document
from dedup.results import CleanResult
from dedup.resumption import open_resumption
from dedup.skipped import Waiting
from dedup.stages.scopes import Scopes
from dedup.terminal import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup import _core
    from dedup.formats import Piece
    from dedup.model import Document, Skipped
    from dedup.options import Options
    from dedup.policy import Policy
    from dedup.references import Reference
    from dedup.resumption import Place, Resumption

# Documents in the report that nearly all stand in another one; `clusters.jsonl` tells of all.
MOST_SIMILAR = 10_000

# Bytes of input below which the core could not fill the memory it keeps before it writes to a file.
SPOOLED_FROM = 2**23


class Stream(Protocol):
    """A new file."""

    def write(self, data: bytes) -> None:
        """Append bytes."""


class Target(Protocol):
    """What a run writes to; see `OutputTree`."""

    def create(self, name: str) -> Stream:
        """A new plain file."""

    def write(self, piece: Piece, rest: Any) -> None:
        """What is left of a piece."""

    def skip(self, skipped: Iterable[Skipped]) -> None:
        """Bad records."""

    def inputs(self, text_field: str) -> list[dict[str, Any]]:
        """The inputs as the report lists them."""


@dataclass(slots=True, eq=False, repr=False)
class Run:
    """The methods are called in the order in which they stand here."""

    source: Source
    policy: Policy
    options: Options
    jobs: int
    reading: Reading
    corpus: _core.Corpus
    intake: Intake
    references: Sequence[Reference] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    state: dict[str, int] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    @classmethod
    def make(
        cls,
        data: Any,
        policy: Policy,
        options: Options,
        reading: Reading,
        references: Sequence[Reference] = (),
    ) -> Run:
        """Look the input up; nothing is read yet. references: what it is held against."""
        jobs = checked_jobs(options.jobs)
        order = keeper_order(policy)
        scopes = Scopes.of(policy.group_by, policy.window_rule, reading.date_field)
        reading = replace(reading, extra_fields=asked_fields(order, scopes))
        source = open_source(data, reading)
        if source.inputs is not None:
            check_apart(source.inputs, references)
        corpus = open_corpus(policy, jobs, options.memory)
        intake = Intake(corpus, reading, order, scopes, options.skip_bad)
        return cls(source, policy, options, jobs, reading, corpus, intake, references)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage and tell its start and end."""
        begun = time.perf_counter()
        self.tell(name, 0, None)
        yield
        self.seconds[name] = time.perf_counter() - begun
        self.tell(name, 1, 1)

    def tell(self, stage: str, done: int, total: int | None) -> None:
        """Tell who asked how far a stage is."""
        if self.options.progress is not None:
            self.options.progress(stage, done, total)

    def decide(self, scratch: str | None = None, place: Place | None = None) -> None:
        """Read everything and settle what repeats what.

        scratch: a folder for temporary files. place: of the checkpoints.
        """
        files = Scratch(scratch, needed=self.options.memory is not None)
        if self._is_large():
            files.spill()
        read = self.source, self.references
        resumption = open_resumption(place, read, self.policy, self.options, self.intake)
        if resumption.went_on:
            self._hold_against()
        if not resumption.matched:
            with self.stage("read"):
                self._read(files, resumption)
            with self.stage("match"):
                self._match()
                resumption.after_matching()
        files.check()
        with self.stage("decide"):
            order, scopes = self.intake.order, self.intake.scopes
            ranks = order.ranks(self.corpus.block_tokens)
            groups, times = scopes.groups(), scopes.times()
            if self.policy.scope == "against":
                groups = self.intake.sides()
            dates = scopes.dates() or order.dates(ranks)
            self.corpus.cluster(ranks, groups, times, dates, of_documents=order.of_documents)
            del ranks, groups, times, dates
            files.check()

    def _size(self) -> int | None:
        """Bytes to be read, where all are known."""
        sizes = [self.source.size, *(reference.size for reference in self.references)]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None

    def _is_large(self) -> bool:
        size = self._size()
        return size is None or size > SPOOLED_FROM

    def _hold_against(self) -> None:
        """Tell the core which of the documents were read first."""
        self.corpus.hold_against([(end, name) for end, name, _ in self.intake.references])

    def _read(self, files: Scratch, resumption: Resumption) -> None:
        size, weight = self._size(), self.intake.weight
        self.intake.total = self.source.size
        if self._is_large() and not resumption.spools:
            files.spool(self.corpus)
        if not resumption.went_on:
            for reference in self.references:
                self.intake.begin_reference()
                for batch, _ in ahead(reference.pieces(), self.intake.add):
                    weight += batch.weight
                    self.tell("read", weight, size)
                    files.check()
                self.intake.end_reference(reference)
            self._hold_against()
            resumption.after_references(weight)
        for batch, _ in ahead(self.source.batches(after=self.intake.position), resumption.add):
            weight += batch.weight
            self.tell("read", weight, size)
            files.check()
        resumption.after_reading()
        self.state = self.corpus.state()

    def _match(self) -> None:
        # In chains what stays is not told by what each text matches.
        if self.policy.linkage == "keeper":
            order = self.intake.order
            ranks = order.ranks(self.corpus.block_tokens)
            self.corpus.look_again(ranks, of_documents=order.of_documents)
            del ranks
        self.corpus.match_short()
        self.corpus.match()
        self.corpus.match_again()
        self.corpus.end_matching()

    def report(
        self,
        inputs: list[dict[str, Any]] | None = None,
        excerpts: Excerpts | None = None,
    ) -> dict[str, Any]:
        """`report.json` as it stands now.

        excerpts: of what stands most often, where a reading gave them; else it is read once more.
        """
        counts = self.corpus.counts()
        counts["records_skipped"] = len(self.intake.skipped)
        counts["documents_read"] += len(self.intake.skipped)
        self.seconds["total"] = time.perf_counter() - self.started
        if inputs is None and self.source.inputs is not None:
            inputs = [item.entry(self.reading.text_field) for item in self.source.inputs.files]
        excerpts_at = self.source.excerpts if excerpts is None else excerpts.of
        facts = RunFacts(
            seconds=self.seconds,
            counts=counts,
            kinds=self._kinds(),
            hot=hottest(
                self.corpus.hot(),
                self._place,
                lambda places: [excerpt.text for excerpt in excerpts_at(places)],
            ),
            state=self.state,
            distinct=self.corpus.distinct(),
            reading=self.reading.entry(),
            audits=self.corpus.audits(),
            inputs=inputs or (),
            against=self._against(),
            similar_documents=[
                similar_document(self._place(document), self._place(other), share)
                for document, other, share in self.corpus.similar_documents(MOST_SIMILAR)
            ],
        )
        return build_report(self.policy, facts)

    def _against(self) -> list[dict[str, Any]]:
        """What the corpus was held against, as the report has it."""
        names = ("blocks", "characters", "blocks_repeated", "characters_repeated")
        entries = [entry for *_, entry in self.intake.references]
        counts = self.corpus.reference_counts()
        found = zip(entries, counts, strict=True)
        return [{**entry, **dict(zip(names, row, strict=True))} for entry, row in found]

    def _place(self, document: int) -> dict[str, str]:
        """A document as the report names it."""
        name, source = self.corpus.document_name(document)
        against = self.corpus.reference_of(document)
        place = {"document": name, "source": source}
        return place if against is None else {**place, "against": against}

    def _kinds(self) -> dict[str, dict[str, int]]:
        kinds: dict[str, dict[str, int]] = {}
        for kind, _, clusters, copies, characters in self.corpus.kind_totals():
            total = kinds.setdefault(kind, {"clusters": 0, "copies": 0, "characters": 0})
            total["clusters"] += clusters
            total["copies"] += copies
            total["characters"] += characters
        return dict(sorted(kinds.items(), key=lambda one: (-one[1]["characters"], one[0])))

    def leftovers(self) -> dict[str, Any]:
        """What results carry beside the report."""
        warnings = list(self.source.warnings)
        if self.intake.skipped:
            read = self.intake.documents - self.intake.first + len(self.intake.skipped)
            warnings.append(f"{len(self.intake.skipped):,} of {read:,} records could not be read")
        for reference in self.references:
            warnings += reference.warnings
        for *_, entry in self.intake.references:
            warnings += said_of(entry)
        warnings += filter(None, [self.intake.order.warning(), self._id_warning()])
        warnings += self.intake.scopes.warnings()
        repeated, first = self.corpus.repeated_ids()
        if first is not None:
            name, source = first
            count = f"{repeated} ids stand" if repeated > 1 else "one id stands"
            warnings.append(
                f"{count} more than once, first {name!r} at {source}; kept apart by source"
            )
        return {
            "skipped": self.intake.skipped,
            "warnings": warnings,
            "source": self.source,
        }

    def _id_warning(self) -> str | None:
        """Where a field was named for the ids, and no record has it."""
        name = self.reading.id_field
        if name == Reading().id_field:
            return None
        if isinstance(self.source, Held):
            records = [one.fields for one in self.source.documents if one.fields]
            found = not records or any(value_of(one, name) is not None for one in records)
        else:
            numbers = range(self.intake.first, self.intake.documents)
            names = map(self.corpus.document_name, numbers)
            # A record without an id has its source for one; a text file has none to begin with.
            found = not self.intake.records or any(
                own != source and _is_line(source) for own, source in names
            )
        return None if found else f"no record has an id in the field {name}"

    def cleaned_documents(self) -> CleanResult:
        """Clean what the caller holds."""
        assert isinstance(self.source, Held)
        documents: list[Document] = []
        kept: list[int] = []
        ledger: list[bytes] = []
        size = self.source.size
        with self.stage("clean"):
            held = enumerate(self.source.documents)
            done = 0
            for batch, (texts, lines) in ahead(self.source.batches(), self._cleaner()):
                done += batch.weight
                for text, (number, document) in zip(texts, held, strict=False):
                    if text is not None:
                        kept.append(number)
                        documents.append(with_text(document, text, self.reading.text_field))
                ledger.append(lines)
                self.tell("clean", done, size)
        result = CleanResult(self.corpus, self.report(), **self.leftovers())
        result.documents, result.ledger = documents, ledger
        result.data = self.source.rest(kept, [document.text for document in documents])
        return result

    def write(self, tree: Target) -> CleanResult:
        """Read the files again and write them without what goes."""
        ledger = tree.create(f"{NOTES}/removed.jsonl")
        clusters = tree.create(f"{NOTES}/clusters.jsonl")
        versions = tree.create(f"{NOTES}/versions.jsonl")
        result = CleanResult(self.corpus, {}, **self.leftovers())
        tree.skip([])
        skipped = Waiting(self.intake.skipped)

        def put(work: tuple[Piece, tuple[Any, bytes]]) -> None:
            batch, (rest, lines) = work
            ledger.write(lines)
            tree.write(batch, rest)
            tree.skip(self._skipped_in(batch, skipped))

        cleaner, size = self._cleaner(), self.source.size
        places = places_without_text(self.corpus.hot(), self._place)
        excerpts = Excerpts(places, self.reading.text_field)
        pieces = excerpts.passing(self.source.batches(to_write=True))
        with self.stage("clean"), alongside(_written(result, clusters, versions)):
            done = 0
            for (batch, _), _ in ahead(ahead(pieces, cleaner), put):
                done += batch.weight
                self.tell("clean", done, size)
        if cleaner.documents != self.intake.documents:
            raise InputError("the input shrank while it was read")
        for reference in self.references:
            reference.check()
        result.report = self.report(tree.inputs(self.reading.text_field), excerpts)
        report = orjson.dumps(result.report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        tree.create(f"{NOTES}/report.json").write(inert(report))
        return result

    def _cleaner(self) -> Cleaner:
        first, end = self.intake.first, self.intake.documents
        return Cleaner(self.corpus, end, self.reading.text_field, first)

    def _skipped_in(self, batch: Piece, waiting: Waiting) -> Iterator[Skipped]:
        """The skipped records of a batch, with their bytes; they leave `waiting`."""
        if isinstance(batch, Lines):
            return waiting.take_lines(batch)
        return waiting.take(batch.skipped(0) if isinstance(batch, Torn) else batch.skipped)


def _written(result: CleanResult, clusters: Stream, versions: Stream) -> Iterator[None]:
    """Write what was found, piece by piece."""
    for stream, lines in ((clusters, result.cluster_lines()), (versions, result.version_lines())):
        for piece in lines:
            stream.write(piece)
            yield


def _is_line(source: str) -> bool:
    return source.rpartition(":")[2].isdecimal()
