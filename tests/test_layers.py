"""Who imports the native module: what import-linter cannot see, since it reads Python files only."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parent.parent / "dedup"

# Above the stages, which are pure Python: each runs batches, reads results or restores texts.
ABOVE = {
    "dedup.cleaner",
    "dedup.engines.checkpoint",
    "dedup.engines.local",
    "dedup.engines.stream",
    "dedup.exchange.items",
    "dedup.exchange.signing",
    "dedup.explanation",
    "dedup.formats.array",
    "dedup.formats.cleaned",
    "dedup.formats.jsonl",
    "dedup.formats.one",
    "dedup.formats.parquet_restore",
    "dedup.formats.putback",
    "dedup.formats.separated",
    "dedup.formats.excerpts",
    "dedup.index.asking",
    "dedup.index.feeding",
    "dedup.index.rules",
    "dedup.index.listing",
    "dedup.index.merging",
    "dedup.index.upkeep",
    "dedup.intake",
    "dedup.resumption",
    "dedup.report",
    "dedup.results",
    "dedup.run",
    "dedup.skipped",
    "dedup.tuning.looking",
}
# Below it in the layers; they ask the core, when first needed, for what only the core can know:
# whether it can run a pattern, and the identity of the fold table that enters the digest.
BELOW = {"dedup.policy", "dedup.settings"}


def imports() -> Iterator[tuple[str, str, str]]:
    """Every import of the package by the package: the importing module, from where, which name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        module = ".".join(parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom):
                yield from ((module, node.module or "", alias.name) for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((module, alias.name, "") for alias in node.names)


def test_only_what_runs_the_core_imports_it() -> None:
    importing = {
        module
        for module, origin, name in imports()
        if origin == "dedup._core" or (origin, name) == ("dedup", "_core")
    }
    assert importing <= ABOVE | BELOW


def test_nothing_below_reaches_the_package_through_its_front_door() -> None:
    # `from dedup import scan` in a stage would pass unseen: the contracts ignore the package itself.
    modules = {path.stem for path in PACKAGE.glob("*.py")} | {"_core"}
    through = {
        (module, name)
        for module, origin, name in imports()
        if origin == "dedup" and module != "dedup" and name not in modules
    }
    assert not through
