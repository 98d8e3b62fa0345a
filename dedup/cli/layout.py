"""How `--help` looks: plain text at 80 columns, flags in groups, an example at the end.

typer's own layout needs rich, a tenth of a second for every `--help`, and draws boxes that
leave little room for words.
"""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

INPUT, OUTPUT = "Input", "Output"
POLICY = "Policy: what counts as a repeat, and what stays [default]"
ORDER = ("Arguments", INPUT, OUTPUT, POLICY)


class Command(TyperCommand):
    """A command whose help lists its flags by group."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments first, then each group of flags."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                panel = getattr(parameter, "rich_help_panel", None)
                is_argument = parameter.param_type_name == "argument"
                group = "Arguments" if is_argument else panel or OUTPUT
                # typer adds the type to an argument's name, which says nothing here.
                name = record[0].split(" <")[0] if is_argument else record[0]
                groups.setdefault(group, []).append((name, record[1]))
        for title in sorted(groups, key=ORDER.index):
            _write_group(formatter, title, groups[title])

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Required arguments without the braces that typer puts around them."""
        pieces = (
            piece.replace("{", "").replace("}", "") for piece in self.collect_usage_pieces(ctx)
        )
        formatter.write_usage(ctx.command_path, " ".join(pieces))

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The examples as they are, never wrapped."""
        _write_epilog(formatter, self.epilog)


class Group(TyperGroup):
    """The program itself: commands in the order of their use."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Commands before flags."""
        self.format_commands(ctx, formatter)
        records = (parameter.get_help_record(ctx) for parameter in self.get_params(ctx))
        _write_group(formatter, "Options", [record for record in records if record is not None])

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which they were added."""
        return list(self.commands)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The examples as they are, never wrapped."""
        _write_epilog(formatter, self.epilog)


def _write_group(formatter: Any, title: str, records: list[tuple[str, str]]) -> None:
    with formatter.section(title):
        # 27 columns hold the longest flag with its value and leave 50 for the words.
        formatter.write_dl(records, col_max=27)


def _write_epilog(formatter: Any, epilog: str | None) -> None:
    for line in _lines(epilog):
        formatter.write(f"{line}\n")


def _lines(text: str | None) -> Iterator[str]:
    if text:
        yield ""
        yield from dedent(text).strip().splitlines()
