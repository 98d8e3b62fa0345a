"""What can be asked of a corpus: scan, clean, plan, tune, matches, explain, unique.

Everything that takes documents goes through here: the command, the library, lists in memory
and files on disk.
"""

from __future__ import annotations

import os
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from dedup.errors import DedupError, InputError, OutputError, PolicyError, kind_of
from dedup.formats import OutputTree, Reading, check_output
from dedup.formats.memory import documents_of
from dedup.formats.partial import check_target
from dedup.intake import reading_for
from dedup.options import Options
from dedup.policy import Policy
from dedup.results import CleanResult, ScanResult
from dedup.resumption import KEPT, Place, notice
from dedup.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from dedup.explanation import Explanation
    from dedup.forecast import Forecast
    from dedup.model.matches import Match
    from dedup.references import Reference
    from dedup.tuning import Tuning

__all__ = ["Options", "clean", "explain", "matches", "plan", "scan", "tune", "unique"]


def scan(
    data: Any,
    *,
    against: Any = None,
    policy: Policy | None = None,
    options: Options | None = None,
    jobs: int | None = None,
    text_field: str = "text",
    id_field: str = "id",
    input_format: Any = None,
    date_field: str | None = None,
    **settings: Any,
) -> ScanResult:
    """Find what repeats; nothing is changed.

    data: a path, glob or folder (str or path), several paths, or documents: a list of str, dict
    or Document, or a table of pandas, polars, pyarrow or Hugging Face. against: what repeats of it
    goes, and what always stays: what data may be, an `Index` or the path of one, or a list of paths
    and `Index`es; repeats inside of it alone are not reported. date_field: of the dates
    by which versions of one text follow one another. settings: fields of the policy,
    `threshold=0.8`. Nothing to read gives a result without clusters.

    >>> scan(["Le même article, deux fois, mot pour mot."] * 2).clusters[0].kind
    'shared'
    """
    reading = (text_field, id_field, input_format, date_field)
    run = _run(data, policy, options, jobs, reading, settings, against)
    run.decide()
    return ScanResult(run.corpus, run.report(), **run.leftovers())


def clean(
    data: Any,
    output: str | PathLike[str] | None = None,
    *,
    against: Any = None,
    policy: Policy | None = None,
    options: Options | None = None,
    jobs: int | None = None,
    text_field: str = "text",
    id_field: str = "id",
    input_format: Any = None,
    date_field: str | None = None,
    force: bool = False,
    dry_run: bool = False,
    resume: bool = False,
    **settings: Any,
) -> CleanResult:
    """Give the text back without its repeats.

    Files are written under the folder `output`, with `_dedup/` beside them; it must not exist
    (force replaces one that an earlier clean wrote). Documents in memory come back in
    `result.documents`, a table also as a table in `result.data`. against: as for `scan`; nothing of
    it is changed or written. dry_run: decide, write nothing.
    resume: go on where a run of the same call ended early, with the same result, or read that of
    one that ended well; OutputError where what is there belongs to other settings or files.

    >>> cleaned = clean(["Le même article, deux fois, mot pour mot, phrase par phrase."] * 2)
    >>> len(cleaned.documents), cleaned.report["counts"]["documents_dropped"]
    (1, 1)
    >>> seen = ["The same article, word for word, sentence by sentence."]
    >>> clean([*seen, "Another article."], against=seen).documents[0].text
    'Another article.'
    """
    reading = (text_field, id_field, input_format, date_field)
    run = _run(data, policy, options, jobs, reading, settings, against)
    _check_linkage(run.policy)
    inputs = run.source.inputs
    if resume and (dry_run or inputs is None):
        why = "a dry run writes nothing" if dry_run else "documents in memory are not written"
        raise OutputError(f"resume goes on with a folder, and {why}", hint="leave resume out")
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
    for read in (inputs, *(reference.inputs for reference in run.references)):
        check_output(output, read)
    if dry_run:
        check_target(output, force=force)
        run.decide()
        return CleanResult(run.corpus, run.report(), **run.leftovers())
    return _cleaned_files(run, os.fspath(output), force=force, resume=resume)


def _cleaned_files(run: Run, output: str, *, force: bool, resume: bool) -> CleanResult:
    if resume and not force:
        from dedup.complete import complete_result

        asked = (run.source, run.policy, run.options, run.reading, run.references)
        done = complete_result(output, *asked)
        if done is not None:
            return done
    tree = OutputTree(output, force=force, resume=resume)
    try:
        with tree:
            run.decide(tree.scratch, Place(tree.journal, resume))
            return run.write(tree)
    finally:
        if tree.kept:
            notice(run.options, KEPT)


def plan(
    data: Any,
    *,
    policy: Policy | None = None,
    options: Options | None = None,
    jobs: int | None = None,
    text_field: str = "text",
    id_field: str = "id",
    input_format: Any = None,
    date_field: str | None = None,
    **settings: Any,
) -> Forecast:
    """How much memory, disk and time `clean` of some files would take, and how that is known.

    A sample of about 8 MB of text is read, matched and cleaned in memory; nothing is written. data:
    a path, glob or folder, or several paths; the other arguments as for `clean`.
    """
    from dedup.forecast.rehearsal import rehearse

    run = _run(
        data, policy, options, jobs, (text_field, id_field, input_format, date_field), settings
    )
    _check_linkage(run.policy)
    return rehearse(run)


def tune(
    data: Any,
    *,
    policy: Policy | None = None,
    options: Options | None = None,
    jobs: int | None = None,
    text_field: str = "text",
    id_field: str = "id",
    input_format: Any = None,
    examples: int = 3,
    **settings: Any,
) -> Tuning:
    """Where a threshold may lie for some texts: borderline pairs at each level, and a proposal.

    About 8 MB of the input are read; nothing is written, and the proposal changes nothing. data: as
    for `scan`. examples: pairs that are shown of each level. settings: the policy to begin with.
    """
    from dedup.tuning.looking import look

    run = _run(data, policy, options, jobs, (text_field, id_field, input_format, None), settings)
    if examples < 0:
        raise DedupError(f"examples is {examples}; it must be 0 or more")
    return look(run.source, run.reading, run.policy, run.options, examples=examples)


def matches(data: Any, **settings: Any) -> list[Match]:
    """Every text that stands twice or more, and every verified pair; arguments as for `scan`."""
    return scan(data, **settings).matches


def explain(
    left: Any,
    right: Any,
    policy: Policy | None = None,
    *,
    labels: tuple[str, str] = ("left", "right"),
    text_field: str = "text",
    **settings: Any,
) -> Explanation:
    """Why two texts match, or do not: scores, shared passages, aligned difference.

    left, right: each a str, a dict or a Document. labels: what they are called.
    """
    policy = _resolve(policy, settings)
    left, right = (
        document.text
        for document in documents_of([left, right], text_field=text_field, id_field="id")
    )
    across = replace(
        policy, scope="across", keep="first", group_by=None, group_scope="within", window=None
    )
    passages = []
    for cluster in scan([left, right], policy=across).clusters:
        first = cluster.members[0]
        for member in cluster.members[1:]:
            # What stays by itself, such as a shared short line, is no sign of a common origin.
            alone = member.kept in ("min_tokens", "boilerplate")
            if first.source == "[0]" and member.source == "[1]" and not alone:
                passages.append(
                    {
                        "left": list(member.keeper_span or first.span),
                        "right": list(member.span),
                        "relation": member.relation,
                        "resemblance": member.resemblance,
                        "containment": member.containment,
                        "kept": member.kept,
                        "text": right[slice(*member.span)],
                    }
                )
    from dedup.explanation import explain_texts

    return explain_texts(left, right, policy, passages=passages, names=labels)


def unique(articles: Iterable[Any], *, text_field: str = "text", **settings: Any) -> Iterator[Any]:
    """The articles that repeat no earlier one, as they come: the first of its kind passes.

    articles: str, dicts or Documents, of any number; compared as whole documents by the policy
    that `settings` make. What passed is remembered in memory for as long as the iteration runs.
    """
    from dedup.engines.stream import first_of_their_kind
    from dedup.formats.frames import frame_of

    if frame_of(articles) is not None:
        kind = kind_of(articles)
        hint = 'dedup.clean(frame, unit="document").data'
        raise InputError(f"the articles are {kind}; a table is no stream", hint=hint)
    settings.setdefault("unit", "document")
    return first_of_their_kind(articles, _resolve(None, settings), text_field)


def _check_linkage(policy: Policy) -> None:
    if policy.linkage == "chain":
        raise PolicyError(
            "linkage is chain; clean removes only what matches its keeper",
            field="linkage",
            hint="use chain with scan, for reports",
        )


def _resolve(policy: object, settings: dict[str, Any]) -> Policy:
    if "against" in settings:
        message = "against is for scan, clean and matches"
        raise DedupError(message, hint="plan and tune read one corpus: name all paths together")
    for name in settings.keys() & {one.name for one in fields(Options)}:
        message = f"{name} is no field of the policy but an option"
        hint = f"options=Options({name}={settings[name]!r})"
        raise PolicyError(message, field=name, hint=hint)
    if policy is None:
        return Policy(**settings)
    if not isinstance(policy, Policy):
        kind = kind_of(policy)
        raise PolicyError(f"policy is {kind}; it must be a Policy", hint="Policy(threshold=0.8)")
    return policy.with_settings(**settings) if settings else policy


def _run(
    data: Any,
    policy: Policy | None,
    options: Options | None,
    jobs: int | None,
    fields: tuple[str, str, Any, str | None],
    settings: dict[str, Any],
    against: Any = None,
) -> Run:
    options = Options() if options is None else options
    if not isinstance(options, Options):
        kind = kind_of(options)
        raise DedupError(f"options is {kind}; it must be Options", hint="Options(jobs=2)")
    if jobs is not None:
        options = replace(options, jobs=jobs)
    reading = Reading(
        *fields[:3],
        date_field=fields[3],
        batch_bytes=options.batch_bytes,
        max_line=options.max_line,
        max_expansion=options.max_expansion,
    )
    policy = _resolve(policy, settings)
    references: list[Reference] = []
    # Few runs need it, and what it loads takes an eighth of the time of a small one.
    if against is not None and not (isinstance(against, list) and not against):
        from dedup.against import open_references

        references = open_references(against, reading_for(policy, reading), policy, options.jobs)
    if policy.scope == "against" and not references:
        message = "scope is against; nothing was named that the corpus is held against"
        raise PolicyError(message, field="scope", hint="name it: --against PATH, or against=")
    return Run.make(data, policy, options, reading, references)
