"""The stages strung together: read → (core) → short blocks → matches → keepers → clean → write.

Everything that takes documents goes through here: the command, the library, lists in memory
and files on disk. The core does split … band, group, verify, cluster and cut; this module only
says in which order, with what, and where the answers go.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import orjson

from dedup.engines.local import ahead, checked_jobs, open_corpus
from dedup.errors import FormatError, InputError, PolicyError
from dedup.explanation import Explanation, explain_texts
from dedup.formats import DuplicateIds, OutputTree, check_output, restore
from dedup.formats.partial import check_target
from dedup.formats.source import Files, Held, Reading, Source, open_source
from dedup.policy import Policy
from dedup.report import RunFacts, build_report, similar_document
from dedup.results import CleanResult, ScanResult
from dedup.stages.keepers import earliest_ranks, preferred_ranks, rank_by_document, rank_longest
from dedup.stages.short import judge_pairs

if TYPE_CHECKING:
    from os import PathLike

    from dedup import _core
    from dedup.formats.records import Batch
    from dedup.model import Document, Match, Skipped

__all__ = ["Options", "clean", "explain", "matches", "restore", "scan", "unique"]

Progress = Callable[[str, int, "int | None"], None]
NOTES = "_dedup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What changes time and memory, never an answer.

    jobs: threads, None for all processors. progress: called as (stage, done, total or None),
    often. skip_bad: False raises FormatError at the first record that cannot be read.
    batch_bytes: text handed to the core at one time.
    """

    jobs: int | None = None
    progress: Progress | None = None
    skip_bad: bool = True
    batch_bytes: int = Reading().batch_bytes


def scan(
    data: Any,
    *,
    policy: Policy | None = None,
    options: Options | None = None,
    jobs: int | None = None,
    text_field: str = "text",
    id_field: str = "id",
    input_format: Any = None,
    **settings: Any,
) -> ScanResult:
    """Find what repeats; nothing is changed.

    data: a path, glob or folder (str or path), several paths, or documents: a list of str, dict
    or Document. settings: fields of the policy, `threshold=0.8`. Nothing to read gives a
    result without clusters.

    >>> scan(["Le même article, deux fois, mot pour mot."] * 2).clusters[0].kind
    'shared'
    """
    run = _Run.make(data, policy, options, jobs, (text_field, id_field, input_format), settings)
    run.decide()
    return ScanResult(run.corpus, run.report(), **run.leftovers())


def clean(
    data: Any,
    output: str | PathLike[str] | None = None,
    *,
    policy: Policy | None = None,
    options: Options | None = None,
    jobs: int | None = None,
    text_field: str = "text",
    id_field: str = "id",
    input_format: Any = None,
    force: bool = False,
    dry_run: bool = False,
    **settings: Any,
) -> CleanResult:
    """Give the text back without its repeats.

    Files are written under the folder `output`, with `_dedup/` beside them; it must not exist
    (force replaces one that an earlier clean wrote). Documents in memory come back in
    `result.documents`. dry_run: decide, write nothing.

    >>> cleaned = clean(["Le même article, deux fois, mot pour mot, phrase par phrase."] * 2)
    >>> len(cleaned.documents), cleaned.report["counts"]["documents_dropped"]
    (1, 1)
    """
    run = _Run.make(data, policy, options, jobs, (text_field, id_field, input_format), settings)
    if run.policy.linkage == "chain":
        raise PolicyError(
            "linkage is chain; clean removes only what matches its keeper",
            field="linkage",
            hint="use chain with scan, for reports",
        )
    inputs = run.source.inputs
    if inputs is None:
        if output is not None:
            raise InputError(
                "documents in memory are not written to a folder",
                hint="leave output out; they come back in result.documents",
            )
        run.decide()
        return run.cleaned_documents()
    if output is None:
        raise InputError("no output folder was named", hint='clean("corpus/", "clean/")')
    check_output(output, inputs)
    if dry_run:
        check_target(output, force=force)
        run.decide()
        return CleanResult(run.corpus, run.report(), **run.leftovers())
    with OutputTree(output, force=force) as tree:
        run.decide()
        return run.write(tree)


def matches(data: Any, **settings: Any) -> list[Match]:
    """Every text that stands twice or more, and every verified pair; arguments as for `scan`."""
    return scan(data, **settings).matches


def explain(
    left: str,
    right: str,
    policy: Policy | None = None,
    *,
    names: tuple[str, str] = ("left", "right"),
    **settings: Any,
) -> Explanation:
    """Why two texts match, or do not: scores, shared passages, aligned difference."""
    policy = _resolve(policy, settings)
    across = replace(policy, scope="across", keep="first")
    passages = []
    for cluster in scan([left, right], policy=across).clusters:
        first = cluster.members[0]
        for member in cluster.members[1:]:
            # What stays by itself, such as a shared short line, is no sign of a common origin.
            alone = member.kept in ("min_tokens", "boilerplate")
            if first.source == "[0]" and member.source == "[1]" and not alone:
                passages.append(
                    {
                        "left": list(first.span),
                        "right": list(member.span),
                        "relation": member.relation,
                        "resemblance": member.resemblance,
                        "containment": member.containment,
                        "text": right[slice(*member.span)],
                    }
                )
    return explain_texts(left, right, policy, passages=passages, names=names)


def unique(articles: Iterable[Any], *, text_field: str = "text", **settings: Any) -> Iterator[Any]:
    """The articles that repeat no earlier one, as they come: the first of its kind passes.

    articles: str, dicts or Documents, of any number; compared as whole documents by the policy
    that `settings` make. What passed is remembered in memory for as long as the iteration runs.
    """
    from dedup.engines.stream import first_of_their_kind

    settings.setdefault("unit", "document")
    return first_of_their_kind(articles, _resolve(None, settings), text_field)


def _resolve(policy: object, settings: dict[str, Any]) -> Policy:
    if policy is None:
        return Policy(**settings)
    if not isinstance(policy, Policy):
        kind = type(policy).__name__
        raise PolicyError(f"policy is a {kind}; it must be a Policy", hint="Policy(threshold=0.8)")
    return Policy(**{**policy.to_dict(), **settings}) if settings else policy


@dataclass(slots=True)
class _Run:
    """One corpus under one policy, from reading to writing."""

    source: Source
    policy: Policy
    options: Options
    jobs: int
    reading: Reading
    corpus: _core.Corpus
    seconds: dict[str, float] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    ids: DuplicateIds = field(default_factory=DuplicateIds)
    dates: list[Any] = field(default_factory=list)
    preferences: list[int] = field(default_factory=list)
    documents: int = 0
    started: float = field(default_factory=time.perf_counter)

    @classmethod
    def make(
        cls,
        data: Any,
        policy: Policy | None,
        options: Options | None,
        jobs: int | None,
        reading: tuple[str, str, Any],
        settings: dict[str, Any],
    ) -> _Run:
        policy = _resolve(policy, settings)
        options = options or Options()
        jobs = checked_jobs(options.jobs if jobs is None else jobs)
        made = Reading(*reading, batch_bytes=options.batch_bytes)
        source = open_source(data, made)
        return cls(source, policy, options, jobs, made, open_corpus(policy, jobs))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        self.tell(name, 0, None)
        yield
        self.seconds[name] = time.perf_counter() - begun
        self.tell(name, 1, 1)

    def tell(self, stage: str, done: int, total: int | None) -> None:
        if self.options.progress is not None:
            self.options.progress(stage, done, total)

    def decide(self) -> None:
        """Read everything and settle what repeats what."""
        with self.stage("read"):
            self._read()
        with self.stage("match"):
            judge_pairs(
                self.corpus.short_pairs(),
                self.corpus.short_texts,
                self.corpus.judge_short,
                cutoff=self.policy.short_threshold,
                jobs=self.jobs,
            )
            self.corpus.match()
        with self.stage("decide"):
            self.corpus.cluster(self._rank())

    def _read(self) -> None:
        rule = self.policy.keep_rule
        prefer = preferred_ranks(rule.arguments)
        weight, size = 0, self.source.size
        batches = self.source.batches(fields=rule.name == "earliest")
        for batch, _ in ahead(batches, self._add):
            self.ids.add(batch.ids, batch.sources)
            self._note_skipped(batch)
            if rule.name == "earliest":
                self.dates += [fields.get(rule.arguments[0]) for fields in batch.fields]
            elif rule.name == "prefer":
                self.preferences += prefer(batch.sources)
            self.documents += len(batch)
            weight += batch.weight
            self.tell("read", weight, size)
        self.ids.close()

    def _add(self, batch: Batch) -> None:
        self.corpus.add(batch.texts, batch.ids, batch.sources)

    def _note_skipped(self, batch: Batch) -> None:
        for one in batch.skipped:
            if not self.options.skip_bad:
                raise FormatError(str(one), path=one.source, line=one.line)
            self.skipped.append(replace(one, record=b""))

    def _rank(self) -> bytes | None:
        match self.policy.keep_rule.name:
            case "longest":
                return rank_longest(self.corpus.block_tokens())
            case "earliest":
                return rank_by_document(self.corpus.block_documents(), earliest_ranks(self.dates))
            case "prefer":
                return rank_by_document(self.corpus.block_documents(), self.preferences)
        return None

    def report(self, inputs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """`report.json` as it stands now."""
        counts = self.corpus.counts()
        counts["records_skipped"] = len(self.skipped)
        counts["documents_read"] += len(self.skipped)
        buckets, largest = self.corpus.hot()
        self.seconds["total"] = time.perf_counter() - self.started
        if inputs is None and self.source.inputs is not None:
            inputs = [item.entry(self.reading.text_field) for item in self.source.inputs.files]
        facts = RunFacts(
            seconds=self.seconds,
            counts=counts,
            kinds=self._kinds(),
            hot={"buckets": buckets, "largest": largest},
            inputs=inputs or (),
            similar_documents=[
                similar_document(
                    self.corpus.document_name(document), self.corpus.document_name(other), share
                )
                for document, other, share in self.corpus.similar_documents()
            ],
        )
        return build_report(self.policy, facts)

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
        warnings = []
        if self.ids.first is not None:
            name, source = self.ids.first
            count = f"{self.ids.count} ids stand" if self.ids.count > 1 else "one id stands"
            warnings.append(
                f"{count} more than once, first {name!r} at {source}; kept apart by source"
            )
        return {
            "skipped": self.skipped,
            "warnings": warnings,
            "excerpt": self.source.excerpts,
        }

    def cleaned_documents(self) -> CleanResult:
        """Clean what the caller holds."""
        assert isinstance(self.source, Held)
        documents: list[Document] = []
        ledger: list[dict[str, Any]] = []
        with self.stage("clean"):
            held = iter(self.source.documents)
            done = 0
            for batch, (texts, lines) in ahead(self.source.batches(), self._cleaner()):
                done += batch.weight
                for text, document in zip(texts, held, strict=False):
                    if text is not None:
                        documents.append(_with_text(document, text, self.reading.text_field))
                ledger += map(orjson.loads, lines.splitlines())
                self.tell("clean", done, self.source.size)
        result = CleanResult(self.corpus, self.report(), **self.leftovers())
        result.documents, result.removed = documents, ledger
        return result

    def _cleaner(self) -> Callable[[Batch], tuple[list[Any], bytes]]:
        first = 0

        def work(batch: Batch) -> tuple[list[Any], bytes]:
            nonlocal first
            start, first = first, first + len(batch)
            if first > self.documents:
                raise InputError("the input grew while it was read")
            if batch.format == "text":
                return self.corpus.clean_texts(start, batch.texts)
            try:
                return self.corpus.clean_records(start, batch.lines, self.reading.text_field)
            except ValueError as error:
                raise FormatError(str(error)) from error

        return work

    def write(self, tree: OutputTree) -> CleanResult:
        """Read the files again and write them without what goes."""
        assert isinstance(self.source, Files)
        ledger = tree.create(f"{NOTES}/removed.jsonl")
        tree.skip([])
        done = documents = 0
        with self.stage("clean"):
            cleaned = ahead(self.source.batches(), self._cleaner())

            def put(work: tuple[Batch, tuple[list[Any], bytes]]) -> None:
                batch, (rest, lines) = work
                tree.write(batch, rest)
                ledger.write(lines)
                if batch.skipped:
                    tree.skip(batch.skipped)

            for (batch, _), _ in ahead(cleaned, put):
                done += batch.weight
                documents += len(batch)
                self.tell("clean", done, self.source.size)
        if documents != self.documents:
            raise InputError("the input shrank while it was read")
        result = CleanResult(self.corpus, {}, **self.leftovers())
        with self.stage("report"):
            clusters = tree.create(f"{NOTES}/clusters.jsonl")
            for chunk in result.cluster_lines():
                clusters.write(chunk)
        result.report = self.report(tree.inputs(self.reading.text_field))
        report = orjson.dumps(result.report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        tree.create(f"{NOTES}/report.json").write(report)
        return result


def _with_text(document: Document, text: str, text_field: str) -> Document:
    fields = (
        {**document.fields, text_field: text} if text_field in document.fields else document.fields
    )
    return replace(document, text=text, fields=fields)
