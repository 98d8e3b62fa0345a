"""Writing runs, giving room back, and looking for damage.

A new run is on the disk before the catalogue names it; the files of those it replaces go when the
catalogue no longer does. Readers that have them open keep them. Merging is in `merging.py`.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.errors import CorruptIndexError
from dedup.index.asking import damage
from dedup.index.catalogue import Run
from dedup.index.folder import runs_folder, sync_folder
from dedup.index.new_run import failures, next_run

if TYPE_CHECKING:
    from dedup import _core
    from dedup.index.catalogue import Catalogue, State

# Removed documents up to which their room is not given back unasked; else half as many as are
# held, so that all takes less than twice what is held. Each document is written twice more so.
FEW = 64


def flush(core: _core.IndexState, state: State, path: str) -> None:
    """Write what is in no run yet as one; it counts when the catalogue names it."""
    if not core.waiting():
        return
    file, name = next_run(state, path)
    with failures(file, core.held()[0]) as failure, damage(path):
        nodes, documents, size, digest = core.flush(file, name)
        sync_folder(runs_folder(path))
    if failure.error is not None:
        raise failure.error
    state.runs.append(Run(name, nodes, documents, size, digest))


def is_mostly_removed(state: State) -> bool:
    """Whether so much was removed that its room is given back unasked."""
    return len(state.removed) > max(FEW, state.documents // 2)


def compact(core: _core.IndexState, state: State, catalogue: Catalogue, path: str) -> None:
    """Merge all runs, and leave out what was removed."""
    if not state.removed and len(state.runs) <= 1:
        return
    old = list(state.runs)
    if not old:
        state.removed.clear()
        return
    places = (0, len(old))
    file, name = next_run(state, path)
    with failures(file, sum(run.bytes for run in old)) as failure, damage(path):
        nodes, documents, size, digest = core.merge(places, True, file)
        sync_folder(runs_folder(path))
    if failure.error is not None:
        raise failure.error
    removed = set(state.removed)
    state.runs[:] = [Run(name, nodes, documents, size, digest)]
    state.removed.clear()
    state.generation += 1
    try:
        catalogue.write(state, (), (), all_runs=True)
    except BaseException:
        state.runs[:], state.removed = old, removed
        with suppress(OSError):
            Path(file).unlink()
        raise
    with damage(path):
        core.replace(places, True, (file, name, nodes, documents))
    for run in old:
        with suppress(OSError):
            (runs_folder(path) / run.name).unlink()


def damages(core: _core.IndexState, catalogue: Catalogue, path: str) -> list[str]:
    """What is damaged, one line each."""
    runs = runs_folder(path)
    found = [f"{runs / name}: {what}" for name, what in core.verify()]
    try:
        found += [f"{catalogue.path}: {line}" for line in catalogue.check()]
    except CorruptIndexError as error:
        found.append(error.message)
    return found


def figures(core: _core.IndexState, state: State, path: str, documents: int) -> dict[str, Any]:
    """Counts and sizes of an index; distinct blocks are those that were ever added.

    documents: how many are held, also those that wait for a commit, as blocks do.
    """
    size = sum(run.bytes for run in state.runs)
    blocks = core.next()[0]
    return {
        "documents": documents,
        "distinct_blocks": blocks,
        "removed": len(state.removed),
        "runs": len(state.runs),
        "bytes": size,
        "catalogue_bytes": (Path(path) / "catalogue.db").stat().st_size,
        "bytes_per_block": round(size / blocks, 1) if blocks else 0.0,
        "generation": state.generation,
    }
