"""`dedup policy`: what the settings are, and what they do."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from dedup.cli.console import bold, print_data, print_lines, tell
from dedup.cli.flags import ID_FIELD, INPUT_FORMAT, PAIRS, TEXT_FIELD, TUNE, TextOrJson, flagged
from dedup.cli.running import UsageProblem, check_format, check_input_format, paths_of
from dedup.policy import Policy
from dedup.report import CURVE, curve
from dedup.terminal import WIDTH, inert, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.tuning import Tuning

EXAMPLE = """
Example:
  dedup policy
  dedup policy --threshold 0.8 --keep longest
  dedup policy --threshold 0.8 --format json
  dedup policy --tune corpus/       borderline pairs of your own texts, by level
"""

BAR = 40
INDENT = " " * 30


@flagged
def show_policy(  # noqa: PLR0913 -- one flag each
    policy: Policy,
    tune: TUNE = None,
    text_field: TEXT_FIELD = "text",
    id_field: ID_FIELD = "id",
    input_format: INPUT_FORMAT = None,
    format: TextOrJson = "text",
    top: PAIRS = 3,
) -> int:
    """Show every setting, and how surely alike texts are found.

    With --tune: which pairs of some texts lie at which resemblance, and what threshold that speaks
    for. About 8 MB of them are read; nothing is changed.
    """
    check_format(format, ("text", "json"))
    if tune is not None:
        if top < 0:
            raise UsageProblem(f"top is {top}; it must be 0 or more")
        check_input_format(input_format)
        from dedup import pipeline

        return _show_tuning(
            pipeline.tune(
                paths_of([tune]),
                policy=policy,
                text_field=text_field,
                id_field=id_field,
                input_format=input_format,
                examples=top,
            ),
            format,
        )
    if format == "json":
        import orjson

        print_data([inert(orjson.dumps(_as_json(policy))), b"\n"])
    else:
        print_lines(_as_text(policy))
    return 0


def _show_tuning(tuning: Tuning, format: str) -> int:
    """Print what a sample tells of the threshold."""
    if format == "json":
        import orjson

        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        print_data([inert(orjson.dumps(tuning.to_dict(), option=options))])
    else:
        from dedup.tuning.text import tuning_lines

        print_lines(tuning_lines(tuning, bold))
    for warning in tuning.warnings:
        tell(f"warning: {warning}")
    return 0


def _as_json(policy: Policy) -> dict[str, object]:
    return {
        "policy": policy.to_dict(),
        "digest": policy.digest,
        "bands": policy.bands,
        "rows": policy.rows,
        "curve": curve(policy),
    }


def _as_text(policy: Policy) -> Iterator[str]:
    changes = policy.changes()
    yield f"policy {policy.digest}"
    yield ""
    for name, (setting, _) in policy.settings().items():
        yield from _setting_lines(name, getattr(policy, name), setting.help)
        if name in changes:
            default, effect = changes[name]
            note = f"instead of {_shown(default)}: {effect}"
            yield from wrap(note, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)
    yield ""
    yield from _search_lines(policy)


def _setting_lines(name: str, value: object, text: str) -> Iterator[str]:
    """Name, value and what the setting is; a long value has a line of its own."""
    shown = _shown(value)
    start = f"  {name:<16}{shown}"
    if len(start) >= len(INDENT):
        yield start
        start = ""
    yield from wrap(text, WIDTH, initial_indent=f"{start:<{len(INDENT)}}", subsequent_indent=INDENT)


def _shown(value: object) -> str:
    return "none" if value is None else visible(str(value))


def _search_lines(policy: Policy) -> Iterator[str]:
    if policy.search == "exhaustive":
        yield f"Every pair from a resemblance of {policy.threshold} on is found"
        return
    yield f"Signatures of {policy.bands} bands × {policy.rows} rows"
    yield "Resemblance of two texts, and the chance that they are compared:"
    yield ""
    for point in CURVE:
        chance = policy.candidate_chance(point)
        bar = "█" * round(chance * BAR)
        mark = " threshold" if point == policy.threshold else ""
        yield f"  {point:.2f}  {bar:<{BAR}} {_percent(chance)}{mark}"


def _percent(chance: float) -> str:
    """Cut, not rounded, so that only certainty is 100 %."""
    return f"{int(chance * 1000) / 10:>6.1f}%"
