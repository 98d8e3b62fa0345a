"""Writing runs, merging them, and looking for damage.

Small runs are merged into larger ones: four neighbours of one size become one of the next, so each
document is written a few times, however many commits there are. A new run is on the disk before
the catalogue names it; the files of those it replaces go when the catalogue no longer does.
Readers that have them open keep them.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.errors import CorruptIndexError, OutputError
from dedup.index.asking import damage
from dedup.index.catalogue import Run
from dedup.index.folder import runs_folder, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup import _core
    from dedup.index.catalogue import Catalogue, State

# Runs of one size that become one.
FANOUT = 4
# Removed documents up to which their room is not given back unasked; else as many as are held.
FEW = 64
# Bytes of the runs of the smallest size.
SMALLEST = 64 << 10


def _tier(size: int) -> int:
    tier = 0
    while size > SMALLEST:
        size //= FANOUT
        tier += 1
    return tier


@contextmanager
def _new_run(state: State, path: str, needed: int) -> Iterator[tuple[str, str]]:
    """The path and name of a new run; its file goes again where something fails."""
    name = f"{state.next_run:010d}.run"
    state.next_run += 1
    file = runs_folder(path) / name
    try:
        with damage(path):
            yield str(file), name
        sync_folder(runs_folder(path))
    except BaseException as error:
        with suppress(OSError):
            file.unlink()
        if isinstance(error, OSError):
            reason = os.strerror(error.errno).lower() if error.errno else str(error)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            hint = f"make room for about {needed:,} bytes there" if full else None
            raise OutputError(f"{file}: {reason}", path=str(file), hint=hint) from error
        raise


def flush(core: _core.IndexState, state: State, path: str) -> None:
    """Write what is in no run yet as one; it counts when the catalogue names it."""
    if not core.waiting():
        return
    with _new_run(state, path, core.held()[0]) as (file, name):
        nodes, documents, size, digest = core.flush(file, name)
    state.runs.append(Run(name, nodes, documents, size, digest))


def merge_tiers(core: _core.IndexState, state: State, catalogue: Catalogue, path: str) -> None:
    """Merge the newest runs while enough of them have one size; all where most was removed."""
    while True:
        tier = _tier(state.runs[-1].bytes) if state.runs else 0
        first = len(state.runs)
        while first > 0 and _tier(state.runs[first - 1].bytes) <= tier:
            first -= 1
        if len(state.runs) - first < FANOUT:
            break
        _merge(core, state, catalogue, path, (first, len(state.runs)), compact=False)
    if len(state.removed) > max(FEW, state.documents):
        compact(core, state, catalogue, path)


def compact(core: _core.IndexState, state: State, catalogue: Catalogue, path: str) -> None:
    """Merge all runs, and leave out what was removed."""
    if state.removed or len(state.runs) > 1:
        _merge(core, state, catalogue, path, (0, len(state.runs)), compact=True)


def _merge(
    core: _core.IndexState,
    state: State,
    catalogue: Catalogue,
    path: str,
    places: tuple[int, int],
    *,
    compact: bool,
) -> None:
    first, last = places
    old = state.runs[first:last]
    if not old:
        state.removed.clear()
        return
    with _new_run(state, path, sum(run.bytes for run in old)) as (file, name):
        nodes, documents, size, digest = core.merge(places, compact, file)
    runs, removed = list(state.runs), set(state.removed)
    state.runs[first:last] = [Run(name, nodes, documents, size, digest)]
    if compact:
        state.removed.clear()
    state.generation += 1
    try:
        catalogue.write(state, (), (), all_runs=True)
    except BaseException:
        state.runs[:], state.removed = runs, removed
        with suppress(OSError):
            Path(file).unlink()
        raise
    with damage(path):
        core.replace(places, compact, (file, name, nodes, documents))
    for run in old:
        with suppress(OSError):
            (runs_folder(path) / run.name).unlink()


def damages(core: _core.IndexState, catalogue: Catalogue, path: str) -> list[str]:
    """What is damaged, one line each."""
    runs = runs_folder(path)
    found = [f"{runs / name}: {what}" for name, what in core.verify()]
    try:
        found += [f"{catalogue.path}: {line}" for line in catalogue.check()]
        stored = catalogue.state()
        held = sum(1 for _ in catalogue.rows())
        if held != stored.documents:
            what = f"{held:,} documents where {stored.documents:,} were written"
            found.append(f"{catalogue.path}: {what}")
    except CorruptIndexError as error:
        found.append(error.message)
    return found


def figures(core: _core.IndexState, state: State, path: str) -> dict[str, Any]:
    """Counts and sizes of an index; distinct blocks are those that were ever added."""
    size = sum(run.bytes for run in state.runs)
    blocks = core.next()[0]
    return {
        "documents": state.documents,
        "distinct_blocks": blocks,
        "removed": len(state.removed),
        "runs": len(state.runs),
        "bytes": size,
        "catalogue_bytes": (Path(path) / "catalogue.db").stat().st_size,
        "bytes_per_block": round(size / blocks, 1) if blocks else 0.0,
        "generation": state.generation,
    }
