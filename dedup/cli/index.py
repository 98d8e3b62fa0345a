"""`dedup index`: what was seen before, kept in a folder from run to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from dedup.cli import index_text
from dedup.cli.console import print_data, print_lines, tell, tell_remedies, tell_skipped
from dedup.cli.flags import Feeding, Paths, flag, flagged, switch
from dedup.cli.layout import INPUT, OUTPUT, Command, Group
from dedup.cli.running import FAILED, FOUND, UsageProblem, check_format, given_paths, paths_of
from dedup.policy import Policy
from dedup.terminal import inert

if TYPE_CHECKING:
    from dedup.index import Index
    from dedup.index.feeding import Feed

EXAMPLE = """
Example:
  dedup index add seen.dedup articles/          remember them, say what repeats
  dedup index check seen.dedup new.txt          exit 1 when any of it was seen
  dedup index expire seen.dedup --before 2025-01-01
  dedup index stats seen.dedup
  dedup index export seen.dedup -o seen.parquet its documents, for dedup scan
"""

EXAMPLES = {
    "add": """
Example:
  dedup index add seen.dedup articles/
  dedup index add seen.dedup 'feed-*.jsonl' --id-field url --date-field published
""",
    "check": """
Example:
  dedup index check seen.dedup new.txt && echo "nothing of it was seen"
  dedup index check seen.dedup feed.jsonl --format jsonl    a verdict a document
""",
    "stats": """
Example:
  dedup index stats seen.dedup --format json
""",
    "verify": """
Example:
  dedup index verify seen.dedup                 exit 2 where anything is damaged
""",
    "compact": """
Example:
  dedup index compact seen.dedup
""",
    "expire": """
Example:
  dedup index expire seen.dedup --before 2025-01-01
""",
    "remove": """
Example:
  dedup index remove seen.dedup feed.jsonl:12 article-7
""",
    "export": """
Example:
  dedup index export seen.dedup -o seen.parquet
  dedup index export seen.dedup | head -1
""",
}

IndexPath = Annotated[str, typer.Argument(metavar="INDEX", help="Folder of the index.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of documents.")]
Format = Annotated[str, flag(OUTPUT, "What stdout gets: text or jsonl. [text]", metavar="FORMAT")]
Figures = Annotated[str, flag(OUTPUT, "What stdout gets: text or json. [text]", metavar="FORMAT")]
Wait = Annotated[
    float, flag(INPUT, "Seconds to wait for another process that writes. [0]", metavar="NUMBER")
]
Before = Annotated[str, flag(INPUT, "Forget documents of an earlier date.", metavar="DATE")]
ExportTo = Annotated[
    Optional[str],  # noqa: UP045 -- typer reads it at run time, on Python 3.10 too
    flag(
        OUTPUT,
        "New file to write; stdout gets JSON lines without it.",
        "--output",
        "-o",
        metavar="FILE",
    ),
]
ExportFormat = Annotated[
    Optional[str],  # noqa: UP045
    flag(OUTPUT, "What is written: jsonl or parquet. [as FILE ends]", metavar="FORMAT"),
]
Quiet = Annotated[bool, switch(OUTPUT, "Print nothing but data.", "--quiet", "-q")]

# Characters that are added before they are committed.
COMMIT = 32 << 20

app = typer.Typer(cls=Group, add_completion=False, rich_markup_mode=None)


@app.callback(epilog=EXAMPLE)
def _index() -> None:
    """Keep what was seen before, and ask about new texts."""


@flagged
def add(  # noqa: PLR0913 -- its flags
    policy: Policy,
    reading: Feeding,
    index: IndexPath,
    paths: Paths = None,
    lock_timeout: Wait = 0.0,
    format: Format = "text",
    quiet: Quiet = False,
) -> int:
    """Remember documents, and say of each what becomes of it.

    The index is made where there is none, with the policy that the flags say.
    What was read is committed from time to time; adding the same documents again
    changes nothing.
    """
    check_format(format, ("text", "jsonl"))
    feed = _feed("add", reading, paths)
    held = _open(index, "w", lock_timeout, policy, reading.jobs)
    counts: dict[str, int] = {}
    feed.keep(held.asked_fields)
    with held:
        before, waiting = len(held), 0
        for documents in feed:
            verdicts = held.add_many(documents)
            waiting += sum(len(document.text) for document in documents)
            if waiting >= COMMIT:
                held.commit()
                waiting = 0
            _count(counts, verdicts)
            if format == "jsonl":
                _print_verdicts(documents, verdicts)
        total = len(held)
        replaced, unchanged = held.replaced, held.unchanged
    if format == "text" and not quiet:
        print_lines(index_text.added_lines(counts, total, (before, unchanged)))
    if replaced and not quiet:
        tell(f"warning: {index_text.replaced_line(replaced)}")
    return _ended(feed, reading, quiet=quiet)


@flagged
def check(
    policy: Policy,
    reading: Feeding,
    index: IndexPath,
    paths: Paths = None,
    format: Format = "text",
    quiet: Quiet = False,
) -> int:
    """Say of documents whether they were seen; remember nothing.

    Exit code: 1 when anything of them stands in the index and would go, else 0.
    """
    check_format(format, ("text", "jsonl"))
    feed = _feed("check", reading, paths)
    held = _open(index, policy=policy, jobs=reading.jobs)
    counts: dict[str, int] = {}
    any_held = False
    feed.keep(held.asked_fields)
    with held:
        for documents in feed:
            verdicts = [document.checked_by(held) for document in documents]
            _count(counts, verdicts)
            any_held = any_held or any(verdict.was_held for verdict in verdicts)
            if format == "jsonl":
                _print_verdicts(documents, verdicts)
            elif not quiet:
                ids = (document.id for document in documents)
                pairs = zip(ids, verdicts, strict=True)
                print_lines(line for pair in pairs for line in index_text.verdict_lines(*pair))
    if format == "text" and not quiet:
        print_lines(index_text.count_lines(counts))
    failed = _ended(feed, reading, quiet=quiet)
    return failed or (FOUND if any_held else 0)


@flagged
def stats(index: IndexPath, format: Figures = "text") -> int:
    """Say what an index holds, and what room it takes."""
    check_format(format, ("text", "json"))
    import orjson

    with _open(index) as held:
        figures = held.stats()
    if format == "json":
        print_data([inert(orjson.dumps(figures)), b"\n"])
    else:
        print_lines(index_text.figure_lines(figures))
    return 0


@flagged
def verify(index: IndexPath) -> int:
    """Read all of an index, and say what is damaged."""
    with _open(index) as held:
        damages = held.verify()
    for damage in damages:
        tell(f"damaged: {damage}")
    print_lines(index_text.verified_lines(len(damages)))
    return FAILED if damages else 0


@flagged
def compact(index: IndexPath, lock_timeout: Wait = 0.0) -> int:
    """Give back the room of documents that were removed."""
    with _open(index, "w", lock_timeout) as held:
        before = held.stats()["bytes"]
        held.compact()
        after = held.stats()["bytes"]
    print_lines([f"{before:,} bytes before, {after:,} now"])
    return 0


@flagged
def expire(index: IndexPath, before: Before, lock_timeout: Wait = 0.0) -> int:
    """Forget documents by their date."""
    with _open(index, "w", lock_timeout) as held:
        gone = held.expire(before)
        total = len(held)
    print_lines(index_text.forgotten_lines(gone, total))
    return 0


@flagged
def remove(index: IndexPath, ids: Ids, lock_timeout: Wait = 0.0) -> int:
    """Forget documents by their ids.

    Where one is not held, none is forgotten.
    """
    with _open(index, "w", lock_timeout) as held:
        missing = [id for id in ids if id not in held]
        if missing:
            raise UsageProblem(f"{missing[0]} is not held", hint="dedup index export lists the ids")
        for id in ids:
            held.remove(id)
        total = len(held)
    print_lines(index_text.forgotten_lines(len(ids), total))
    return 0


@flagged
def export(
    index: IndexPath, output: ExportTo = None, format: ExportFormat = None, quiet: Quiet = False
) -> int:
    """Write what an index holds as JSON lines or Parquet.

    Its texts come along as the index keeps them: each paragraph as it was first spelled.
    """
    from dedup.index.export import FORMATS, lines_of

    if format is not None:
        check_format(format, FORMATS)
    if output is None and format == "parquet":
        raise UsageProblem("parquet is written to a file", hint="-o FILE.parquet")
    with _open(index) as held:
        if output is None:
            print_data(lines_of(held.entries(texts=True)))
        else:
            count = held.export(output, format=format)
            if not quiet:
                print_lines(index_text.exported_lines(count, output))
    return 0


def _open(
    path: str,
    mode: Any = "r",
    wait: float = 0.0,
    policy: Policy | None = None,
    jobs: int | None = None,
) -> Index:
    from dedup.index import Index

    # Flags that are all at their defaults ask for the policy of the index.
    wanted = policy if policy is not None and policy.changes() else None
    return Index.open(path, wanted, mode=mode, lock_timeout=wait, jobs=jobs)


def _feed(command: str, reading: Feeding, paths: list[str] | None) -> Feed:
    from dedup.formats.records import Reading as FileReading
    from dedup.index.feeding import Feed

    sources = given_paths(paths)
    if sources is None:
        example = f"dedup index {command} seen.dedup articles/"
        raise UsageProblem("no path was named", hint=example)
    kept = {
        "text_field": reading.text_field,
        "id_field": reading.id_field,
        "input_format": reading.input_format,
        "max_line": reading.max_line,
        "max_expansion": reading.max_expansion,
    }
    said: dict[str, Any] = {name: value for name, value in kept.items() if value is not None}
    return Feed(paths_of(sources), FileReading(**said), reading.date_field or "date")


def _count(counts: dict[str, int], verdicts: list[Any]) -> None:
    for verdict in verdicts:
        counts[verdict.action] = counts.get(verdict.action, 0) + 1


def _print_verdicts(documents: list[Any], verdicts: list[Any]) -> None:
    import orjson

    print_data(
        inert(
            orjson.dumps({"document": document.id, "source": document.source, **verdict.to_dict()})
        )
        + b"\n"
        for document, verdict in zip(documents, verdicts, strict=True)
    )


def _ended(feed: Feed, reading: Feeding, *, quiet: bool) -> int:
    for warning in feed.warnings:
        tell(f"warning: {warning}")
    if feed.skipped and not (reading.skip_bad and quiet):
        tell_skipped(feed.skipped, len(feed.skipped))
    if feed.skipped and not reading.skip_bad:
        tell_remedies("", fields=any("the text field" in one.reason for one in feed.skipped))
        return FAILED
    return 0


for _command in (add, check, stats, verify, compact, expire, remove, export):
    app.command(_command.__name__, cls=Command, epilog=EXAMPLES[_command.__name__])(_command)
