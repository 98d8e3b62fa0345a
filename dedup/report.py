"""What `report.json` holds, made from plain values.

The report is the only output that may differ between two runs (it holds timings). Its
fields are described in docs/formats.md. Nothing is measured here: the pipeline hands in what
it counted, and the report adds what follows from the policy.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.policy import SIGNATURE_SCHEME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dedup.policy import Policy

# Recall of the character rule for short texts as measured on short paragraphs; the bands of
# short texts do not follow the threshold.
SHORT_RECALL = 0.97

# What `audits` tells of: how a match is found, and what it is called in the report.
AUDITED = ("near", "contained", "short")

# Resemblance at which the chance of being compared is told, 0.3 to 1.0.
CURVE = [step / 20 for step in range(6, 21)]

# What `hot` holds where nothing is.
NOTHING_HOT: Mapping[str, Any] = {
    "buckets": 0,
    "largest": 0,
    "pairs": 0,
    "compared": 0,
    "uncompared": 0,
    "anchors": {"buckets": 0, "pairs": 0, "compared": 0, "uncompared": 0},
    "crowds": [],
    "repeats": [],
}

# Every count a report has; what the pipeline does not hand in is 0.
COUNTS = (
    "documents_read",
    "documents_kept",
    "documents_dropped",
    "records_skipped",
    "blocks",
    "blocks_repeated",
    "spans_removed",
    "clusters",
    "characters_read",
    "characters_repeated",
    "characters_removed",
    "characters_without_copy",
)


class RunFacts(NamedTuple):
    """What one run counted.

    seconds: by stage, with `total`. counts: see COUNTS; `documents_read` includes the
    skipped records. kinds: kind of cluster -> `clusters`, `copies` (members beside the
    keeper) and their `characters`. hot: what `hottest` gives.
    inputs: one object for each file as `restore` needs it. against: one for each input that the
    corpus was held against. similar_documents: objects of
    `similar_document`. state: bytes that the core held when all was read; `file` lies in one;
    distinct: the distinct blocks that they are of.
    reading: how the inputs were read. audits: for each of AUDITED the numbers of
    `_core.Corpus.audits`.
    """

    seconds: Mapping[str, float]
    counts: Mapping[str, int]
    kinds: Mapping[str, Mapping[str, int]] = {}
    hot: Mapping[str, Any] = {}
    inputs: Sequence[Mapping[str, Any]] = ()
    against: Sequence[Mapping[str, Any]] = ()
    similar_documents: Sequence[Mapping[str, Any]] = ()
    state: Mapping[str, int] = {}
    distinct: int = 0
    reading: Mapping[str, Any] = {}
    audits: Sequence[Sequence[int]] = ()


def build_report(policy: Policy, facts: RunFacts) -> dict[str, Any]:
    """The report as JSON values, in the order of docs/formats.md."""
    return {
        "policy": policy.to_dict(),
        "digest": policy.digest,
        "versions": versions(),
        "reading": dict(facts.reading),
        "seconds": {stage: round(took, 3) for stage, took in facts.seconds.items()},
        "recall": {**expected_recall(policy), **measured_recall(policy, facts.audits)},
        "hot": {**NOTHING_HOT, **facts.hot},
        "state": _state(facts),
        "counts": {**dict.fromkeys(COUNTS, 0), **facts.counts},
        "kinds": {kind: dict(numbers) for kind, numbers in facts.kinds.items()},
        "inputs": [dict(entry) for entry in facts.inputs],
        "against": [dict(entry) for entry in facts.against],
        "similar_documents": [dict(entry) for entry in facts.similar_documents],
    }


def _state(facts: RunFacts) -> dict[str, float]:
    """Bytes in memory when all was read, and how many that is per distinct block."""
    held = sum(size for name, size in facts.state.items() if name != "file")
    distinct = max(1, facts.distinct)
    return {"bytes": held, "bytes_per_distinct_block": round(held / distinct, 1)}


def expected_recall(policy: Policy) -> dict[str, float]:
    """Least expected share of the matches that the search finds.

    at_threshold: of pairs that lie exactly at the threshold. short: of short texts.
    """
    exhaustive = policy.search == "exhaustive"
    return {
        "at_threshold": round(policy.candidate_chance(policy.threshold), 4),
        "short": 1.0 if exhaustive else SHORT_RECALL,
    }


def measured_recall(policy: Policy, audits: Sequence[Sequence[int]]) -> dict[str, Any]:
    """What the run itself tells of its matches: how, for each of AUDITED, precision and curve."""
    exhaustive = policy.search == "exhaustive"
    kinds = {} if exhaustive else zip(AUDITED, audits, strict=False)
    return {
        "known_by": "construction" if exhaustive else "sample",
        **{f"sample_{kind}": audited(*numbers) for kind, numbers in dict(kinds).items()},
        "precision": 1.0,
        "curve": curve(policy),
    }


def audited(*numbers: int) -> dict[str, Any]:
    """The share of a sample's matches that were found, and the interval that holds it, 95 % sure.

    numbers: those of one line of `_core.Corpus.audits`.

    The sample is of blocks, and the matches of one block are found or lost together: they are
    worth as many independent ones as (their number)² / (the sum of squares by block), after
    Kish, Survey Sampling (1965); the interval is Wilson's (1927). None where there is no match;
    exact where all blocks are in the sample and were compared with it.

    >>> audited(1000, 100, 1000, 40, 40, 20, 80)["interval"]
    [0.8389, 1.0]
    """
    blocks, sampled, compared, matches, found, matched, squares = numbers
    share = interval = None
    if matches:
        share = found / matches
        interval = [share, share]
        if not sampled == compared == blocks:
            interval = _wilson(share, matches**2 / squares)
        interval = [round(end, 4) for end in interval]
        share = round(share, 4)
    return {
        "blocks": blocks,
        "sampled": sampled,
        "compared": compared,
        "matched": matched,
        "matches": matches,
        "found": found,
        "share": share,
        "interval": interval,
    }


def _wilson(share: float, count: float) -> list[float]:
    deviations = 1.959964
    square = deviations**2 / count
    middle = (share + square / 2) / (1 + square)
    reach = deviations / (1 + square) * (share * (1 - share) / count + square / count / 4) ** 0.5
    return [max(0.0, middle - reach), min(1.0, middle + reach)]


def curve(policy: Policy) -> list[list[float]]:
    """Resemblances, and the chance that two texts which are so alike are compared."""
    return [[point, round(policy.candidate_chance(point), 6)] for point in CURVE]


def versions() -> dict[str, str]:
    """What took part in the answer."""
    from dedup._core import FOLD_IDENTITY, VERSION

    return {
        "dedup": VERSION,
        "fold": FOLD_IDENTITY,
        "signature": SIGNATURE_SCHEME,
        "python": sys.version.split()[0],
    }


def similar_document(
    document: Mapping[str, str], kept: Mapping[str, str], share: float
) -> dict[str, Any]:
    """A near-duplicate document for the report.

    document, kept: `document` (id) and `source`; of kept also `against`, if it stands there. share:
    of the document's characters that match the kept one, between 0 and 1.
    """
    return {**document, "share": round(share, 4), "kept": dict(kept)}
