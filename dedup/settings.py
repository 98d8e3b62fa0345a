"""What one setting of the policy means, and which values it may have.

A setting is declared once, beside its field in `policy.py`; the check with its message and
hint, and the text of the command's flag, come from that declaration. Every check raises
PolicyError with a message that holds the field, the value and what is allowed.
"""

from __future__ import annotations

import re
from dataclasses import field
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.errors import PolicyError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Shorter runs may have no anchor (rust/src/candidates/anchors.rs: GRAM + WINDOW - 1).
SHORTEST_RUN = 15


# What to do about a pattern, by words of what the core says is wrong with it.
_PATTERN_HINTS = {
    "look-around": "match the text around it too: what a match touches is protected as a whole",
    "backreferences": "write the repeated words out, or as alternatives: (a a|b b)",
    "size limit": "make it smaller: fewer or lower repetitions than {1000}, fewer alternatives",
}


_KEEP_EXAMPLES = {
    "prefer": "for example prefer:lemonde/*",
    "prefer-field": "for example prefer-field:site=lemonde.fr,*.gouv.fr",
    "earliest": "for example earliest:date",
    "latest": "for example latest:date",
}

_WINDOW = r"(?s)([0-9]{1,12})([smhdw])(?::(.+))?"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_MOST_SECONDS = 5200 * 604800


class KeepRule(NamedTuple):
    """The `keep` setting taken apart: its name, and its field or its patterns.

    function: what orders the documents, for `keep=function`.
    """

    name: str
    arguments: tuple[str, ...] = ()
    function: Callable[[Any], Any] | None = None


class WindowRule(NamedTuple):
    """The `window` setting taken apart: how many seconds, and the field of the time."""

    seconds: int
    field: str


class Setting(NamedTuple):
    """One field of the policy: its line of help and the values it may have."""

    help: str
    kind: type = str
    low: float = 0
    high: float = 1
    above_low: bool = False  # the low end itself is excluded
    choices: Mapping[str, str] = {}  # value -> what it does
    raised: str = ""  # what a value above the default does, or another text
    lowered: str = ""
    follows: Callable[[float], float] | None = None  # the default, from `threshold`

    @property
    def interval(self) -> str:
        """The allowed numbers as mathematicians write them.

        >>> Setting("Least resemblance.", float, above_low=True).interval
        '(0, 1]'
        """
        return f"{'(' if self.above_low else '['}{self.low:.10g}, {self.high:.10g}]"

    def effect(self, value: Any, default: Any) -> str:
        """What it does that the value is not the default, in a few words."""
        if self.choices:
            return self.choices[value]
        return self.raised if self.kind is str or value > default else self.lowered


def choice(default: str, text: str, **choices: str) -> Any:
    """A field that has one of a few names."""
    return _declared(default, Setting(text, choices=choices))


def share(
    default: float,
    text: str,
    *,
    above_low: bool = True,
    raised: str = "",
    lowered: str = "",
    follows: Callable[[float], float] | None = None,
) -> Any:
    """A field between 0 and 1.

    follows: what the default becomes under another `threshold`; the field is None until then.
    """
    setting = Setting(
        text, float, above_low=above_low, raised=raised, lowered=lowered, follows=follows
    )
    return _declared(default if follows is None else None, setting)


def least_containment(threshold: float) -> float:
    """The default of `containment` under a threshold: 0.8, and more above a threshold of 0.7.

    Two texts of one length that share r of their union share 2r / (1 + r) of each. So what is
    too little alike for a raised threshold is no part of the other one instead.

    >>> least_containment(0.7), least_containment(0.9)
    (0.8, 0.947)
    """
    return 0.8 if threshold <= 0.7 else int(2000 * threshold / (1 + threshold)) / 1000


def least_similarity(threshold: float) -> float:
    """The default of `short_threshold` under a threshold: 0.9, or that where it is more.

    >>> least_similarity(0.7), least_similarity(0.95)
    (0.9, 0.95)
    """
    return max(0.9, threshold)


def count(
    default: int, text: str, bounds: tuple[int, int], *, raised: str = "", lowered: str = ""
) -> Any:
    """A field that counts something; both bounds are allowed."""
    return _declared(default, Setting(text, int, *bounds, raised=raised, lowered=lowered))


def words(default: str | None, text: str, *, changed: str) -> Any:
    """A field of free text, with a check of its own."""
    return _declared(default, Setting(text, raised=changed))


def _declared(default: Any, setting: Setting) -> Any:
    return field(default=default, metadata={"setting": setting})


def checked_number(name: str, value: Any, setting: Setting, default: float) -> float:
    """The value as an int or a float, whichever the field has."""
    whole = setting.kind is int
    numbers: Any = Integral if whole else Real
    if isinstance(value, bool) or not isinstance(value, numbers):
        wanted = "a whole number" if whole else "a number"
        reason = f"it must be {wanted} in {setting.interval}"
        raise _refusal(name, repr(value), reason, f"the default is {default}")
    number = int(value) if whole else float(value)
    above = number > setting.low if setting.above_low else number >= setting.low
    if above and number <= setting.high:
        if name == "min_run" and 0 < number < SHORTEST_RUN:
            reason = f"it must be 0 or at least {SHORTEST_RUN}: shorter ones may not be found"
            raise _refusal(name, value, reason, "0 looks for none")
        return number
    # A percentage is what people write for a share.
    percent = not whole and 10 <= number <= 100
    hint = f"did you mean {number / 100:g}" if percent else f"the default is {default}"
    raise _refusal(name, value, f"it must lie in {setting.interval}", hint)


def check_choice(name: str, value: Any, setting: Setting) -> None:
    """The value is one of the setting's names."""
    if isinstance(value, str) and value in setting.choices:
        return
    near = nearest(str(value).lower(), setting.choices)
    reason = f"it must be one of {', '.join(setting.choices)}"
    raise _refusal(name, value, reason, f"did you mean {near}" if near else None)


def parsed_keep(value: Any) -> KeepRule:
    """Take `keep` apart; the only field with a grammar of its own."""
    if callable(value):
        return KeepRule("callable", (function_name(value),), value)
    _check_unicode("keep", value)
    name, colon, argument = value.partition(":") if isinstance(value, str) else ("", "", "")
    if name in ("first", "longest") and not colon:
        return KeepRule(name)
    if name in ("earliest", "latest") and (argument or not colon):
        return KeepRule(name, (argument or "date",))
    if name == "prefer" and all(argument.split(",")):
        return KeepRule(name, tuple(argument.split(",")))
    field, equals, globs = argument.partition("=")
    if name == "prefer-field" and field and equals and all(globs.split(",")):
        return KeepRule(name, (field, *globs.split(",")))
    if name == "callable":
        reason = "a policy that was read back holds no function"
        raise _refusal("keep", value, reason, "give the function itself: keep=function")
    known = ["first", "longest", "earliest", "latest", "prefer", "prefer-field"]
    names = {"oldest": ["earliest"], "newest": ["latest"]}.get(name, known)
    near = nearest(name.lower(), names, cutoff=0.5)
    guess = f"did you mean {near}" if near else None
    reason = (
        "it must be first, longest, earliest[:FIELD], latest[:FIELD], prefer:GLOB[,GLOB] "
        "or prefer-field:FIELD=GLOB[,GLOB]"
    )
    raise _refusal("keep", value, reason, _KEEP_EXAMPLES.get(name, guess))


def function_name(function: Any) -> str:
    """What a function is called in reports and in the digest, which cannot hold its code.

    Two functions of one name are one policy there.
    """
    kind = type(function)
    module = getattr(function, "__module__", None) or kind.__module__
    return f"{module}.{getattr(function, '__qualname__', kind.__qualname__)}"


def parsed_window(value: Any) -> WindowRule | None:
    """Take `window` apart; None for none."""
    if value is None:
        return None
    _check_unicode("window", value)
    found = re.fullmatch(_WINDOW, value) if isinstance(value, str) else None
    if found is not None:
        seconds = int(found[1]) * _UNITS[found[2]]
        if 1 <= seconds <= _MOST_SECONDS:
            return WindowRule(seconds, found[3] or "date")
    reason = "it must be a whole number of s, m, h, d or w (1s to 5200w), then :FIELD if not date"
    raise _refusal("window", value, reason, "for example 7d, or 12h:published")


def check_groups(group_by: Any, group_scope: str, scope: str) -> None:
    """The field of the groups is a name, and some two blocks can be in scope."""
    if group_by is not None and (not isinstance(group_by, str) or not group_by):
        raise _refusal("group_by", group_by, "it must be the name of a field", "for example site")
    _check_unicode("group_by", group_by)
    if group_scope == "across" and group_by is None:
        raise _refusal("group_scope", group_scope, "group_by names no field", "add group_by")
    if group_by is not None and scope == "against":
        reason = "scope is against, which makes two groups: the corpus, and what it is held against"
        raise _refusal("group_by", group_by, reason, "leave group_by or scope out")
    if group_scope == "across" and scope == "within":
        reason = "scope is within, and one document is never in two groups"
        raise _refusal("group_scope", group_scope, reason, "leave scope out")


def _check_unicode(name: str, value: Any) -> None:
    if isinstance(value, str) and any("\ud800" <= one <= "\udfff" for one in value):
        raise _refusal(name, value, "it holds a lone surrogate, which no text does", None)


def check_protect(value: Any) -> None:
    """The value is None or a regular expression as the core understands them."""
    if value is None:
        return
    if not isinstance(value, str) or not value:
        raise _refusal("protect", value, "it must be a regular expression", None)
    _check_unicode("protect", value)
    from dedup._core import check_pattern

    report = check_pattern(value)
    if report is not None:
        # The last line of the report says what is wrong; those before it draw the place.
        problem = report.strip().splitlines()[-1].removeprefix("error: ")
        hint = next(
            (hint for words, hint in _PATTERN_HINTS.items() if words in problem),
            "a backslash before a sign takes it literally",
        )
        raise _refusal("protect", value, f"it is not a regular expression: {problem}", hint)


def unknown_field(name: str, known: list[str]) -> PolicyError:
    """The error for a field that no policy has."""
    near = nearest(name.lower().replace("-", "_"), known)
    hint = f"did you mean {near}" if near else f"the fields are {', '.join(known)}"
    return PolicyError(f"{name} is not a field of the policy", field=name, hint=hint)


def _refusal(name: str, value: Any, reason: str, hint: str | None) -> PolicyError:
    return PolicyError(f"{name} is {_shown(value)}; {reason}", field=name, hint=hint)


def _shown(value: Any) -> str:
    """The value as the user wrote it, but never empty and never endless."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) or "empty"
    return text if len(text) <= 60 else f"{text[:57]}..."
