"""A run over a sample of its input, all of it in memory, to learn what the whole run will take."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.engines.local import keeper_order, open_corpus
from dedup.errors import InputError
from dedup.forecast import WAITING, Forecast
from dedup.forecast.growth import Basis, Trial
from dedup.formats.sample import SAMPLE_BYTES, sample_of
from dedup.formats.scales import Scales
from dedup.formats.source import Files
from dedup.intake import Intake
from dedup.memory import bytes_of, half_of_what_is_free
from dedup.run import Run
from dedup.stages.scopes import Scopes

if TYPE_CHECKING:
    from dedup.formats.sample import Sample

# Parts that the sample is dealt into, to see how what repeats grows with the text.
PARTS = 4
EXHAUSTIVE = "exhaustive search grows faster than the text: its memory and time are not foreseen"
STDIN_HINT = "save it to a file, and name that"


def rehearse(run: Run, most: int = SAMPLE_BYTES) -> Forecast:
    """Clean a sample of the run's files, `most` bytes, and reckon what all of them will take.

    Raises what a run raises for its input, and InputError where that is no file on the disk.
    """
    files = run.source
    if not isinstance(files, Files):
        raise InputError("documents in memory have no plan", hint="name files")
    if any(item.spool is not None for item in files.inputs.files):
        raise InputError("-: stdin has no plan: its size is not known", hint=STDIN_HINT)
    base, memory = resident(), run.options.memory
    sample = sample_of(files, most)
    if not sample.whole and sample.size < min(most, sample.total) // 100:
        message = f"the sample holds {sample.size:,} bytes of about {sample.total:,}: no plan"
        hint = "records are longer than the sample; try it on a part of the corpus"
        raise InputError(message, hint=hint)
    items = files.inputs.files
    sizes = {item: item.stamp[2] if item.stamp else 0 for item in items}
    texts = [sizes[item] for item in items if item.format == "text"]
    if any(item.format == "parquet" for item in items):
        base = resident()  # with pyarrow, and the columns of a row group
    parts = [] if sample.whole else [_try(run, part) for part in sample.parts(PARTS)]
    basis = Basis(
        trial=_try(run, sample),
        parts=parts,
        whole=sample.whole,
        total=sample.total,
        packed=sum(sizes.values()),
        files=len(items),
        jobs=run.jobs,
        base=base,
        limit=half_of_what_is_free() if memory is None else bytes_of(memory),
        longest=max([0, *texts]) * sample.total // max(1, sum(sizes.values())),
        records=[] if len(texts) == len(items) else sample.longest(WAITING),
        documents=len(items) if len(texts) == len(items) else None,
        exact=sample.exact,
        checkpoints=sample.total >= run.options.checkpoint_bytes,
        pace=sample.pace,
        free={"here": free_bytes("."), "temporary": free_bytes(tempfile.gettempdir())},
    )
    warnings = list(files.warnings)
    if run.policy.search == "exhaustive":
        warnings.append(EXHAUSTIVE)
    return Forecast(basis, tuple(warnings))


def resident() -> int:
    """Bytes of memory that this process holds; where no one tells, the most that it ever held."""
    # The most is a poor answer on Linux: a process begins with that of the one that started it.
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else found * 1024


def free_bytes(folder: str) -> int:
    """Bytes that may be written there."""
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


@dataclass(slots=True)
class _Clock:
    """Processor seconds of the stages, as a run tells of them."""

    seconds: dict[str, float] = field(default_factory=dict)
    _begun: dict[str, float] = field(default_factory=dict)

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        now = time.process_time()
        self.seconds[stage] = now - self._begun.setdefault(stage, now)


def _try(run: Run, sample: Sample) -> Trial:
    clock, scales = _Clock(), Scales()
    corpus = open_corpus(run.policy, run.jobs, run.options.memory)
    scopes = Scopes.of(run.policy.group_by, run.policy.window_rule)
    intake = Intake(corpus, sample.reading, keeper_order(run.policy), scopes, skip_bad=True)
    options = replace(run.options, progress=clock)
    trial = Run(sample, run.policy, options, run.jobs, sample.reading, corpus, intake)
    trial.decide()
    counts = trial.write(scales).report["counts"]
    amounts: dict[str, float] = {
        "documents": intake.documents,
        "tokens": (trial.state["tokens"] + trial.state["file"]) / 4,
        **{name: float(counts[name]) for name in counts},
    }
    decided = corpus.state()
    amounts["most"] = decided.pop("most")
    amounts |= {f"reading.{name}": size for name, size in trial.state.items() if name != "file"}
    amounts |= {f"deciding.{name}": size for name, size in decided.items() if name != "file"}
    written = scales.bytes()
    amounts["output"] = written["output"]
    amounts["clusters_bytes"] = written["clusters.jsonl"]
    amounts["versions_bytes"] = written["versions.jsonl"]
    amounts["ledger"] = written["removed.jsonl"]
    amounts["skipped"] = written.get("skipped.jsonl", 0)
    amounts["noted"] = intake.noted_bytes()
    return Trial(sample.size, trial.seconds, clock.seconds, amounts)
