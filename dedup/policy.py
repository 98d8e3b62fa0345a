"""Every setting that changes an answer, in one frozen value.

`Policy` is checked once, when it is made; stages trust it. Two policies with one digest give
the same clusters for the same input. Settings that change only time and memory (jobs,
progress) are not here. The one-line texts below are also the help of the command's flags,
which are generated from these fields, so a field and its flag cannot drift apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dedup.settings import (
    KeepRule,
    Setting,
    WindowRule,
    check_choice,
    check_groups,
    check_protect,
    checked_number,
    choice,
    count,
    function_name,
    least_containment,
    least_similarity,
    parsed_keep,
    parsed_window,
    share,
    unknown_field,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

# datasketch 2's scheme of that name with 128 permutations: a signature of ours is a
# datasketch.MinHash. The name enters the digest, so another scheme is another policy.
SIGNATURE_SCHEME = "affine32-128"

# Raised whenever a constant of the core that can change an answer does: bands of short blocks, the
# hot-bucket rule, the second step, how ties of keepers are broken. It enters the digest too.
METHOD = 16
PERMUTATIONS = 128

# Recall of pairs that lie exactly at the threshold, the least favourable ones; pairs above it
# are found more surely. Verification pays for the extra candidates.
RECALL_AT_THRESHOLD = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What counts as a repeat, and which copy of it stays.

    Each field is described by one line in its declaration; `dedup policy` prints them.
    Raises PolicyError for a value out of range and for a field that does not exist.

    >>> Policy(threshold=0.8).bands, Policy(threshold=0.8).rows
    (21, 6)
    """

    unit: str = choice(
        "paragraph",
        "What is compared with what.",
        paragraph="paragraphs, list items and the headlines of a ticker are compared",
        line="lines are compared",
        document="whole documents are compared, and only whole ones are removed",
    )
    shingle_size: int = count(
        3,
        "Tokens per shingle; scores are shares of shingles.",
        (1, 64),
        raised="each changed word costs more of the score",
        lowered="each changed word costs less of the score",
    )
    threshold: float = share(
        0.7,
        "Least resemblance of two near repeats.",
        raised="fewer and closer matches",
        lowered="more and looser matches",
    )
    containment: float = share(
        0.8,
        "Least share of the shorter text found in the longer; 0: none.",
        above_low=False,
        raised="fewer texts count as part of another",
        lowered="more texts count as part of another; 0: none",
        follows=least_containment,
    )
    min_run: int = count(
        20,
        "Fewest tokens of a repeat that ignores paragraph breaks; 0: none.",
        (0, 1_000_000),
        raised="fewer and longer repeats that ignore paragraph breaks are found",
        lowered="shorter ones that ignore paragraph breaks are found; 0: none",
    )
    short_tokens: int = count(
        20,
        "Texts of fewer tokens are compared by characters.",
        (0, 200),
        raised="more texts are compared character by character",
        lowered="fewer texts are compared character by character",
    )
    short_threshold: float = share(
        0.9,
        "Least similarity of two short texts, by characters.",
        raised="fewer and closer matches of short texts",
        lowered="more and looser matches of short texts",
        follows=least_similarity,
    )
    min_tokens: int = count(
        8,
        "Repeats of fewer tokens are never removed alone.",
        (0, 1_000_000),
        raised="more short repeats stay",
        lowered="shorter repeats are removed too",
    )
    numbers: str = choice(
        "veto",
        "What to do with texts that differ only in numbers.",
        veto="texts that differ only in numbers are reported and stay",
        keep="texts that differ only in numbers count as near repeats",
        mask="texts that differ only in numbers count as equal",
    )
    names: str = choice(
        "veto",
        "What to do with texts that differ only in names.",
        veto="texts that differ only in names are reported and stay",
        keep="texts that differ only in names count as near repeats",
    )
    boilerplate: str = choice(
        "keep",
        "Short texts that stand in ten documents or more of one source.",
        keep="site furniture is reported and stays",
        first="of site furniture the first copy stays",
        all="of site furniture no copy stays",
    )
    keep: str | Callable[[Any], Any] = words(  # noqa: RUF009 -- the call declares the field
        "first",
        "Copy that stays: first, longest, earliest, latest or preferred.",
        changed="of a repeat another copy than the first may stay",
    )
    linkage: str = choice(
        "keeper",
        "How matches make clusters.",
        keeper="every copy matches the one that stays",
        chain="copies are linked through other copies, for reports",
    )
    scope: str = choice(
        "both",
        "Where a repeat may stand.",
        both="repeats inside a document and across documents count",
        within="only repeats inside one document count",
        across="only repeats across documents count",
        against="only repeats of what the corpus is held against count",
    )
    group_by: str | None = words(
        None,
        "Field whose value puts a document into a group, such as site or language.",
        changed="only repeats inside one group count, or only those across groups",
    )
    group_scope: str = choice(
        "within",
        "Where a repeat may stand when documents have groups.",
        within="only repeats inside one group count",
        across="only repeats across groups count",
    )
    window: str | None = words(
        None,
        "Time within which documents are compared, as 7d or 12h:FIELD.",
        changed="only repeats that are near in time count",
    )
    search: str = choice(
        "lsh",
        "How pairs are found.",
        lsh="pairs are found through signatures, nearly all and fast",
        exhaustive="every pair is found, at twice the cost",
    )
    min_kept: float = share(
        0.0,
        "Drop a document of which a smaller share would be left.",
        above_low=False,
        raised="what is left of mostly repeated documents goes too",
    )
    protect: str | None = words(
        None,
        "Regular expression of text that is never removed.",
        changed="text that matches this stays",
    )
    seed: int = count(
        1,
        "Seed of the signatures.",
        (0, 2**32 - 1),
        raised="other signatures, the same exact scores",
        lowered="other signatures, the same exact scores",
    )

    def __new__(cls, **values: Any) -> Policy:
        """Refuse unknown fields with a hint, before the generated `__init__` sees them."""
        for name in values:
            if name not in cls.__dataclass_fields__:
                raise unknown_field(name, list(cls.__dataclass_fields__))
        return object.__new__(cls)

    def __post_init__(self) -> None:
        """Check every field; a whole number given for a share becomes a float."""
        for name, (setting, default) in self.settings().items():
            value = getattr(self, name)
            if value is None and setting.follows is not None:
                # `threshold` stands before all that follow it, and was checked.
                object.__setattr__(self, name, setting.follows(self.threshold))
            elif setting.kind is not str:
                number = checked_number(name, value, setting, default)
                object.__setattr__(self, name, number)
            elif setting.choices:
                check_choice(name, value, setting)
        parsed_keep(self.keep)
        check_groups(self.group_by, self.group_scope, self.scope)
        parsed_window(self.window)
        check_protect(self.protect)

    @classmethod
    def settings(cls) -> dict[str, tuple[Setting, Any]]:
        """Every field in its order: name -> (what it means, default)."""
        settings = {item.name: (item.metadata["setting"], item.default) for item in fields(cls)}
        usual = settings["threshold"][1]
        return {
            name: (setting, default if setting.follows is None else setting.follows(usual))
            for name, (setting, default) in settings.items()
        }

    @property
    def keep_rule(self) -> KeepRule:
        """`keep` taken apart.

        >>> Policy(keep="prefer:lemonde/*,*.txt").keep_rule
        KeepRule(name='prefer', arguments=('lemonde/*', '*.txt'), function=None)
        """
        return parsed_keep(self.keep)

    @property
    def window_rule(self) -> WindowRule | None:
        """`window` taken apart.

        >>> Policy(window="7d").window_rule
        WindowRule(seconds=604800, field='date')
        """
        return parsed_window(self.window)

    @property
    def rows(self) -> int:
        """Minima per band: the most for which a pair at the threshold is surely found.

        1 where even that is not enough (thresholds below 0.04).
        """
        return _rows(self.threshold)

    @property
    def bands(self) -> int:
        """Bands per signature; the minima that no full band uses are left over."""
        return PERMUTATIONS // self.rows

    def candidate_chance(self, resemblance: float) -> float:
        """Chance that two texts this alike are compared at all, between 0 and 1.

        1 - (1 - s**rows)**bands for independent hash functions (Leskovec, Rajaraman, Ullman,
        Mining of Massive Datasets, ch. 3.4). An exhaustive search compares every pair from
        the threshold on.

        >>> round(Policy(threshold=0.8).candidate_chance(0.8), 3)
        0.998
        """
        if self.search == "exhaustive":
            return 1.0 if resemblance >= self.threshold else 0.0
        return _chance(resemblance, self.bands, self.rows)

    def permutations(self, count: int = PERMUTATIONS) -> tuple[bytes, bytes]:
        """The factors and the summands of so many permutations, as little-endian uint32.

        Drawn exactly as datasketch 2 draws them for `scheme="affine32"` and this seed. Another
        count gives other summands: all factors are drawn before them.
        """
        from struct import pack

        generator = _mersenne_twister(self.seed)
        # Odd factors, hence bijections of 32 bits.
        factors = [generator.getrandbits(32) << 1 & 0xFFFFFFFF | 1 for _ in range(count)]
        summands = [generator.getrandbits(32) for _ in range(count)]
        return pack(f"<{count}I", *factors), pack(f"<{count}I", *summands)

    @property
    def digest(self) -> str:
        """16 hex digits that name this policy, the signature scheme and the fold table."""
        # Flags are made of the fields alone, and `--help` shows no digest.
        from hashlib import sha256

        from dedup._core import FOLD_IDENTITY

        identity = {
            "policy": self.to_dict(),
            "signature": SIGNATURE_SCHEME,
            "method": METHOD,
            "fold": FOLD_IDENTITY,
        }
        text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """All fields in their order, as JSON values.

        A function given for `keep` is `callable:` and its name; such a policy cannot be read back.
        """
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        if callable(self.keep):
            values["keep"] = f"callable:{function_name(self.keep)}"
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Policy:
        """The policy with these values, defaults elsewhere; the inverse of `to_dict`."""
        return cls(**values)

    def with_settings(self, **values: Any) -> Policy:
        """The policy with these values instead; what followed its threshold follows the new one.

        >>> Policy().with_settings(threshold=0.9).containment
        0.947
        """
        following = {
            name: None
            for name, (setting, _) in self.settings().items()
            if setting.follows is not None
            and getattr(self, name) == setting.follows(self.threshold)
        }
        return replace(self, **{**following, **values})

    def changes(self) -> dict[str, tuple[Any, str]]:
        """Fields that differ from their defaults: name -> (default, what the change does).

        The default of a field that follows the threshold is what it would be under this one.
        """
        usual = {
            name: default if setting.follows is None else setting.follows(self.threshold)
            for name, (setting, default) in self.settings().items()
        }
        return {
            name: (usual[name], setting.effect(getattr(self, name), usual[name]))
            for name, (setting, _) in self.settings().items()
            if getattr(self, name) != usual[name]
        }


@lru_cache
def _rows(threshold: float) -> int:
    sure = (
        rows
        for rows in range(PERMUTATIONS, 0, -1)
        if _chance(threshold, PERMUTATIONS // rows, rows) >= RECALL_AT_THRESHOLD
    )
    return next(sure, 1)


def _chance(resemblance: float, bands: int, rows: int) -> float:
    return float(1 - (1 - resemblance**rows) ** bands)


def _mersenne_twister(seed: int) -> Random:
    """The generator that `numpy.random.RandomState(seed)` is, without loading numpy (0.1 s).

    Source: Matsumoto and Nishimura's mt19937ar.c (2002), `init_genrand`; Python's own seeding of
    the same generator differs.
    """
    from random import Random

    state = [seed]
    for place in range(1, 624):
        last = state[-1]
        state.append((1812433253 * (last ^ last >> 30) + place) & 0xFFFFFFFF)
    generator = Random()
    generator.setstate((3, (*state, 624), None))
    return generator
