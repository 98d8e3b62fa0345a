"""Whether and when a run keeps checkpoints, and whether it may go on with those of another one.

The state is that of one policy, one way of reading, and the files that were read. What differs is
named and is an error: to begin anew without a word could cost hours, and to go on would mix two
answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dedup._core import CHECKPOINT_FORMAT, VERSION
from dedup.engines.checkpoint import Checkpoints, Saved, saved_in
from dedup.errors import OutputError
from dedup.formats.records import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.formats import Input, Piece, Reading
    from dedup.formats.source import Source
    from dedup.intake import Intake
    from dedup.options import Options
    from dedup.policy import Policy
    from dedup.references import Reference

ANEW = "leave --resume out to start anew"
FROM_THE_START = "starting from the beginning"
KEPT = "what was read is saved: --resume goes on from there; a run without it removes it"


class Place(NamedTuple):
    """Where the journal of checkpoints stands, or will; resume: go on with what is there."""

    journal: str
    resume: bool


class Resumption:
    """The checkpoints of a run; none where `checkpoints` is None.

    always: also of an input that is too small for one. went_on: the run went on with a saved state,
    which holds all that the corpus is held against; matched: and with matches, so that nothing is
    left to be read or compared.
    """

    def __init__(
        self,
        intake: Intake,
        options: Options,
        checkpoints: Checkpoints | None = None,
        *,
        always: bool = False,
    ) -> None:
        self.matched = False
        self.went_on = False
        self._intake = intake
        self._options = options
        self._checkpoints = checkpoints
        self._always = always
        # Where the last checkpoint was made: bytes, and the place among the inputs.
        self._weight = 0
        self._position: tuple[int, int] | None = None

    @property
    def spools(self) -> bool:
        """Whether the core has a file for what it seldom reads."""
        return self._checkpoints is not None

    def add(self, piece: Piece) -> None:
        """Take a piece in, and save what was taken in when that is much."""
        self._intake.add(piece)
        if self._intake.weight - self._weight >= self._options.checkpoint_bytes:
            self._save()

    def after_references(self, weight: int) -> None:
        """Save what the corpus is held against, where reading it again would take long."""
        if weight >= self._options.checkpoint_bytes:
            self._save()

    def after_reading(self) -> None:
        """Save the rest, so that it is never read again."""
        wanted = self._always or self._position is not None
        if wanted and self._position != self._intake.position:
            self._save()

    def after_matching(self) -> None:
        """Save the matches, if what was read is saved."""
        if self._checkpoints is not None and self._position is not None:
            try:
                self._checkpoints.save_matches()
            except OSError as error:
                self._stop(error)

    def go_on(self, saved: Saved, size: int | None) -> None:
        """Go on with a saved state, and say where."""
        assert self._checkpoints is not None
        try:
            self._checkpoints.go_on(saved)
        except OSError as error:
            message = f"the saved state cannot be used: {error.strerror or error}"
            raise OutputError(message, hint=ANEW) from error
        for gathered in saved.gathered:
            self._intake.take_back(gathered)
        self.matched, self.went_on = saved.matched, True
        self._weight, self._position = self._intake.weight, self._intake.position
        read = amount(self._weight)
        if saved.matched:
            notice(self._options, f"resuming: {read} were read and compared")
        else:
            total = "" if size is None else f" of {amount(size)}"
            notice(self._options, f"resuming: {read}{total} were read")

    def _save(self) -> None:
        if self._checkpoints is None:
            return
        try:
            self._checkpoints.save(self._intake.gathered())
        except OSError as error:
            self._stop(error)
        else:
            self._weight, self._position = self._intake.weight, self._intake.position

    def _stop(self, error: OSError) -> None:
        """Go on without checkpoints: they save time, and the answer does not need them."""
        self._checkpoints = None
        notice(self._options, f"warning: no more checkpoints: {error.strerror or error}")


def open_resumption(
    place: Place | None,
    read: tuple[Source, Sequence[Reference]],
    policy: Policy,
    options: Options,
    intake: Intake,
) -> Resumption:
    """The checkpoints of a run that begins now, or goes on with a saved state.

    read: the corpus, and what it is held against.

    None where no journal has a place, where an input cannot be read again, and where the input is
    small. Raises OutputError where the saved state does not fit.
    """
    source, references = read
    if place is None or source.inputs is None:
        return Resumption(intake, options)
    files = source.inputs.files
    if (why := _why_not(source, references, intake)) is not None:
        if place.resume:
            notice(options, f"{why}; {FROM_THE_START}")
        return Resumption(intake, options)
    belongs = {
        "settings": _settings(policy, options, intake.reading),
        "inputs": [_known_by(item) for item in files],
        "against": [reference.identity() for reference in references],
    }
    checkpoints = Checkpoints(place.journal, intake.corpus, belongs)
    if place.resume and (saved := _saved_state(place, belongs, options)) is not None:
        resumption = Resumption(intake, options, checkpoints, always=True)
        resumption.go_on(saved, source.size)
        return resumption
    sizes = [source.size, *(reference.size for reference in references)]
    is_small = None not in sizes and sum(filter(None, sizes)) < options.checkpoint_bytes
    if not place.resume and is_small:
        return Resumption(intake, options)
    try:
        checkpoints.begin()
    except OSError as error:
        notice(options, f"warning: no checkpoints: {error.strerror or error}")
        return Resumption(intake, options)
    return Resumption(intake, options, checkpoints, always=place.resume)


def _why_not(source: Source, references: Sequence[Reference], intake: Intake) -> str | None:
    """Why a run keeps no checkpoints, None where it may."""
    assert source.inputs is not None
    if any(item.stamp is None for item in source.inputs.files):
        return "what stdin held cannot be resumed"
    fleeting = [one.name for one in references if not one.resumable]
    if fleeting:
        return f"a run against {fleeting[0]}, which may change unseen, cannot be resumed"
    if intake.order.function is not None:
        # What a function returns has no form in a file, and its code may have changed.
        return "a run whose keep is a function cannot be resumed"
    return None


def _saved_state(place: Place, belongs: dict[str, Any], options: Options) -> Saved | None:
    """The state to go on with; None, and a word on it, where there is none."""
    saved = saved_in(place.journal)
    if saved is None:
        notice(options, f"nothing to resume; {FROM_THE_START}")
        return None
    difference = setting_that_differs(saved.belongs["settings"], belongs["settings"])
    if difference is None:
        inputs, pieces = saved.gathered[-1]["position"]
        count = len(belongs["inputs"]) if saved.matched else inputs + bool(pieces)
        difference = _file_that_differs(saved.belongs["inputs"], belongs["inputs"], count)
    if difference is None and saved.belongs["against"] != belongs["against"]:
        difference = _reference_that_differs(saved.belongs["against"], belongs["against"])
    if difference is not None:
        message = f"the saved state does not fit: {difference}"
        raise OutputError(message, hint=f"give the same command again, or {ANEW}")
    return saved


def _settings(policy: Policy, options: Options, reading: Reading) -> dict[str, Any]:
    """Every setting that the state depends on, as JSON values."""
    identity = (VERSION, CHECKPOINT_FORMAT, policy.digest)
    return {
        **policy.to_dict(),
        "text_field": reading.text_field,
        "id_field": reading.id_field,
        "input_format": reading.input_format,
        "max_line": reading.max_line,
        "batch_bytes": reading.batch_bytes,
        "skip_bad": options.skip_bad,
        "version": " ".join(map(str, identity)),
    }


def setting_that_differs(old: dict[str, Any], new: dict[str, Any]) -> str | None:
    """The first setting that is not what it was, in words."""
    for name, value in new.items():
        if old.get(name) != value:
            return f"{name} is {value}; it was {old.get(name)}"
    return None


def _reference_that_differs(old: Sequence[Any], new: Sequence[Any]) -> str:
    if len(old) != len(new):
        return f"the corpus is held against {len(new):,} inputs; it was against {len(old):,}"
    name = next(now[0] for was, now in zip(old, new, strict=True) if was != now)
    return f"{name}, which the corpus is held against, is not what it was"


# What stands before a file's inode, size and time.
_NAMES = 6


def _known_by(item: Input) -> list[Any]:
    """What tells a file and its output; a device may have another number after a restart."""
    _, inode, size, changed = item.stamp or (0, 0, 0, 0)
    names = [item.path, item.name, item.output, item.id, item.format, item.compression]
    assert len(names) == _NAMES
    return [*names, inode, size, changed]


def _file_that_differs(old: list[Any], new: list[Any], count: int) -> str | None:
    """The first file that is not as it was, of the first `count`; the others may have changed."""
    if len(old) != len(new):
        return f"there are {len(new):,} files to read; there were {len(old):,}"
    for place, before in enumerate(old[:count]):
        now = new[place]
        if now[0] != before[0]:
            return f"file {place + 1:,} is {shown(now[0])}; it was {shown(before[0])}"
        if now[1:_NAMES] != before[1:_NAMES]:
            return f"{shown(now[0])} would be read or written under other names than before"
        if now != before:
            return f"{shown(now[0])} has changed since it was read"
    return None


def notice(options: Options, line: str) -> None:
    """Tell who asked what is done about checkpoints."""
    if options.notice is not None:
        options.notice(line)


def amount(size: int) -> str:
    """Bytes as a person reads them."""
    return f"{size / 1e6:,.0f} MB" if size >= 1e7 else f"{size / 1e6:.1f} MB"
