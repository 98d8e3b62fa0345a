"""Reads a sample and gathers what lies at each level: the core compares, this brings the texts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dedup import _core
from dedup.engines.local import checked_jobs, open_corpus
from dedup.explanation import aligned
from dedup.formats import Lines, Rows, Torn
from dedup.formats.sample import SAMPLE_BYTES, sample_of
from dedup.formats.source import Files
from dedup.tuning import LEVELS, Level, Pair, Side, Tuning, proposed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.formats import Piece, Reading
    from dedup.formats.source import Source
    from dedup.options import Options
    from dedup.policy import Policy

# Pairs that are shown of each level.
EXAMPLES = 3
# Texts that are handed to the core at one time.
TEXTS_AT_ONCE = 1024

Text = tuple[str, str]  # name, text


def look(
    source: Source, reading: Reading, policy: Policy, options: Options, *, examples: int = EXAMPLES
) -> Tuning:
    """What lies at each level in about 8 MB of some input, spread over it where files allow.

    Raises what reading raises; bad records are passed over, and a warning counts them.
    """
    texts, sample, warnings = _sampled(source, reading)
    # Texts that are judged by characters are not the threshold's business; runs are not either.
    long = replace(
        policy, min_tokens=max(policy.min_tokens, policy.short_tokens), min_run=0, linkage="keeper"
    )
    corpus = open_corpus(long, checked_jobs(options.jobs), options.memory)
    for first in range(0, len(texts), TEXTS_AT_ONCE):
        names, some = zip(*texts[first : first + TEXTS_AT_ONCE], strict=True)
        corpus.add(some, names, names)
    blocks, compared, pairs, best, found = corpus.tune(LEVELS, examples)
    levels = []
    for level, (near, templates, borderline) in zip(LEVELS, found, strict=True):
        start = round(100 * level)
        levels.append(
            Level(
                level=level,
                pairs=round(sum(pairs[start:]) * blocks / max(1, compared) / 2),
                blocks=sum(best[start:]),
                near=near,
                templates=templates,
                chance=policy.candidate_chance(level),
                chance_here=replace(policy, threshold=level).candidate_chance(level),
                examples=[_pair(texts, one) for one in borderline],
            )
        )
    return Tuning(
        policy=policy,
        sample=sample,
        blocks=blocks,
        compared=compared,
        best=best,
        levels=levels,
        proposal=proposed(best, policy.threshold),
        warnings=warnings,
    )


def _pair(texts: list[Text], found: Any) -> Pair:
    *places, resemblance, containment, template = found
    left, right = (
        Side(texts[document][0], texts[document][1][slice(*span)]) for document, span in places
    )
    diff = [
        ("equal" if _is_passed_over(one, other) else tag, one, other)
        for tag, one, other in aligned(left.text, right.text)
    ]
    return Pair(left, right, resemblance, containment, template, diff)


def _is_passed_over(left: str, right: str) -> bool:
    """Whether two texts differ in what comparing passes over: case, accents, punctuation."""
    return _core.normal_form(left) == _core.normal_form(right)


def _sampled(source: Source, reading: Reading) -> tuple[list[Text], dict[str, Any], list[str]]:
    """Names and texts of a sample, what it is, and what to say of it."""
    warnings = list(source.warnings)
    if isinstance(source, Files) and all(item.spool is None for item in source.inputs.files):
        sample = sample_of(source)
        pieces: Iterable[Piece] = sample.batches()
        size, total, whole = sample.size, sample.total, sample.whole
    else:
        pieces, size, total, whole = _first(source.batches())
    texts: list[Text] = []
    skipped = 0
    for piece in pieces:
        some, bad = _texts_of(piece, reading, known=whole)
        texts += some
        skipped += bad
    if skipped:
        warnings.append(f"{skipped:,} records of the sample could not be read")
    documents = len(texts)
    return texts, {"bytes": size, "total": total, "documents": documents, "whole": whole}, warnings


def _first(pieces: Iterator[Piece]) -> tuple[list[Piece], int, int, bool]:
    """Of what can be read only once, or is held, the beginning: its pieces, weight, all, whole."""
    taken: list[Piece] = []
    size = 0
    for piece in pieces:
        if taken and size >= SAMPLE_BYTES:
            return taken, size, size, False
        taken.append(piece)
        size += piece.weight
    return taken, size, size, True


def _texts_of(piece: Piece, reading: Reading, *, known: bool) -> tuple[list[Text], int]:
    """Names and texts of a piece, and its bad records counted; known: its lines' numbers are."""
    if isinstance(piece, Torn):
        return [], 1
    if isinstance(piece, Lines):
        found = _core.read_records(piece.core(), reading.text_field, reading.id_field)
        name = piece.input.name
        named = [(f"{name}:{line}" if known else own or name, text) for own, line, text in found]
        if piece.ends is not None:
            return named, len(piece.ends) - len(named)
        return named, sum(bool(line.strip()) for line in piece.data.split(b"\n")) - len(named)
    names = piece.ids if isinstance(piece, Rows) and not known else piece.sources
    return list(zip(names, piece.texts, strict=True)), len(piece.skipped)
