"""`dedup scan`: say what repeats, change nothing."""

from __future__ import annotations

import shlex
from dataclasses import replace

from dedup.cli.console import bold, print_data, print_lines, tell
from dedup.cli.flags import AGAINST, PLAN, Paths, Reading, Showing, flagged
from dedup.cli.running import (
    FAILED,
    STDIN,
    Ending,
    UsageProblem,
    check_format,
    check_showing,
    clean_command,
    finish,
    given_paths,
    paths_of,
    reading_arguments,
    running,
)
from dedup.policy import Policy

EXAMPLE = """
Example:
  dedup scan articles/                          what repeats in a folder
  dedup scan 'corpus/*.jsonl.zst' --top 20      records of many files
  dedup scan a.txt b.txt --format jsonl         one JSON object a cluster
  dedup scan train/ --against eval/             what of it stands in eval/
  dedup scan corpus/ --plan                     what cleaning it would take
"""

NO_PATH = """\
usage: dedup scan PATH... finds text that repeats in files and folders

  dedup scan article.txt            one text file
  dedup scan articles/ --top 20     a folder, with more of the largest clusters
  cat feed.jsonl | dedup scan - --input-format jsonl

All flags: dedup scan --help"""


@flagged
def scan(
    policy: Policy,
    reading: Reading,
    showing: Showing,
    paths: Paths = None,
    against: AGAINST = None,
    plan: PLAN = False,
) -> int:
    """Find text that repeats, inside documents and across them.

    Nothing is changed. The summary names the largest clusters first.
    """
    check_showing(showing, reading)
    sources = given_paths(paths)
    if sources is None:
        for line in NO_PATH.splitlines():
            tell(line)
        return FAILED
    if plan and against:
        from dedup.index.reference import is_index

        message = "--plan reads one corpus, and tells nothing of --against"
        files = [path for path in against if not is_index(path)]
        both = shlex.join([*sources, *files])
        what = "both" if files else "the corpus alone"
        raise UsageProblem(message, hint=f"a plan of {what}: dedup scan {both} --plan")
    if plan:
        return _plan(sources, policy, reading, showing)
    from dedup import pipeline

    with running(reading, showing) as options:
        result = pipeline.scan(
            paths_of(sources),
            against=paths_of(against or []),
            policy=policy,
            options=options,
            **reading_arguments(reading),
        )
    ending = Ending("dedup clean would remove", [])
    # A chain is for reports only, and where nothing would go there is nothing to do.
    if result.report["counts"]["characters_removed"] and policy.linkage != "chain":
        again = clean_command(sources, "clean/", policy, reading, against)
        ending = ending._replace(then=again)
    return finish(result, reading, showing, ending)


def _plan(sources: list[str], policy: Policy, reading: Reading, showing: Showing) -> int:
    """Say what `dedup clean` of the same would take."""
    check_format(showing.format, ("text", "json"))
    if STDIN in sources:
        raise UsageProblem("-: stdin has no plan", hint="save it to a file, and name that")
    from dedup import pipeline

    with running(reading, replace(showing, no_progress=True)) as options:
        forecast = pipeline.plan(
            paths_of(sources), policy=policy, options=options, **reading_arguments(reading)
        )
    figures = forecast.to_dict()
    if showing.format == "json":
        import orjson

        print_data([orjson.dumps(figures, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)])
    else:
        from dedup.forecast.text import plan_lines, plan_warnings

        if not showing.quiet:
            print_lines(plan_lines(figures, bold=bold))
            for warning in (*forecast.warnings, *plan_warnings(figures)):
                tell(f"warning: {warning}")
    return 0
