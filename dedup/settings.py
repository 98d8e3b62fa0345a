"""What one setting of the policy means, and which values it may have.

A setting is declared once, beside its field in `policy.py`; from the declaration come the
check, its message and its hint, and the text of the command's flag. Every check raises
PolicyError with a message that holds the field, the value and what is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any, NamedTuple

from dedup.errors import PolicyError

# The only run length there is until passages may cross paragraph breaks.
ONLY_MIN_RUN = 20


class KeepRule(NamedTuple):
    """The `keep` setting taken apart: `name` and its field or its patterns."""

    name: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What one field of the policy means and which values it may have."""

    help: str
    kind: type = str
    low: float = 0
    high: float = 1
    above_low: bool = False  # the low end itself is excluded
    choices: Mapping[str, str] = field(default_factory=dict)  # value -> what it does
    raised: str = ""  # what a value above the default does
    lowered: str = ""

    @property
    def interval(self) -> str:
        """The allowed numbers as mathematicians write them, `(0, 1]`."""
        return f"{'(' if self.above_low else '['}{self.low:.10g}, {self.high:.10g}]"


def _choice(default: str, text: str, **choices: str) -> Any:
    return field(default=default, metadata={"setting": Setting(text, choices=choices)})


def _share(default: float, text: str, *, above_low: bool = True, **effects: str) -> Any:
    setting = Setting(text, float, above_low=above_low, **effects)  # type: ignore[arg-type]
    return field(default=default, metadata={"setting": setting})


def _count(default: int, text: str, low: int, high: int, **effects: str) -> Any:
    setting = Setting(text, int, low, high, **effects)  # type: ignore[arg-type]
    return field(default=default, metadata={"setting": setting})


def _text(default: str | None, text: str) -> Any:
    return field(default=default, metadata={"setting": Setting(text)})


def settings() -> dict[str, tuple[Setting, Any]]:
    """Every field of the policy in its order: name -> (setting, default)."""
    return {item.name: (item.metadata["setting"], item.default) for item in fields(Policy)}


def _chance(resemblance: float, bands: int, rows: int) -> float:
    return float(1 - (1 - resemblance**rows) ** bands)


def _effect(setting: Setting, value: Any, default: Any) -> str:
    """What it does that the value is not the default, in a few words."""
    if setting.choices:
        return setting.choices[value]
    if setting.kind is str:
        return setting.help.rstrip(".")
    return setting.raised if value > default else setting.lowered


def _number(name: str, value: Any, default: Any) -> float:
    """The value as an int or float of its field, or PolicyError."""
    setting = settings()[name][0]
    whole = setting.kind is int
    if isinstance(value, bool) or not isinstance(value, Integral if whole else Real):
        wanted = "a whole number" if whole else "a number"
        raise PolicyError(
            f"{name} is {_shown(value)}; it must be {wanted} in {setting.interval}",
            field=name,
            value=value,
            hint=f"the default is {default}",
        )
    number = int(value) if whole else float(value)
    above = number > setting.low if setting.above_low else number >= setting.low
    if above and number <= setting.high:
        return number
    if name == "min_run":
        raise _no_runs_yet(value)
    # A percentage is what people write for a share.
    percent = not whole and 1 < number <= 100
    raise PolicyError(
        f"{name} is {_shown(value)}; it must lie in {setting.interval}",
        field=name,
        value=value,
        hint=f"did you mean {number / 100:g}" if percent else f"the default is {default}",
    )


def _check_choice(name: str, value: Any, choices: list[str]) -> None:
    if isinstance(value, str) and value in choices:
        return
    close = get_close_matches(str(value).lower(), choices, n=1)
    raise PolicyError(
        f"{name} is {_shown(value)}; it must be one of {', '.join(choices)}",
        field=name,
        value=value,
        hint=f"did you mean {close[0]}" if close else None,
    )


def _parse_keep(value: Any) -> KeepRule:
    """Take `keep` apart; the only field with a grammar of its own."""
    name, colon, argument = value.partition(":") if isinstance(value, str) else ("", "", "")
    if name in ("first", "longest") and not colon:
        return KeepRule(name)
    if name == "earliest" and (argument or not colon):
        return KeepRule(name, (argument or "date",))
    if name == "prefer" and all(argument.split(",")):
        return KeepRule(name, tuple(argument.split(",")))
    close = get_close_matches(name.lower(), ["first", "longest", "earliest", "prefer"], n=1)
    hint = f"did you mean {close[0]}" if close and close[0] != name else None
    hints = {"prefer": "for example prefer:lemonde/*", "earliest": "for example earliest:date"}
    raise PolicyError(
        f"keep is {_shown(value)}; it must be first, longest, earliest[:FIELD] "
        "or prefer:GLOB[,GLOB]",
        field="keep",
        value=value,
        hint=hint or hints.get(name),
    )


def _check_protect(value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, str) or not value:
        reason = "it must be a regular expression"
    else:
        from dedup._core import check_pattern

        report = check_pattern(value)
        if report is None:
            return
        # The last line of the report says what is wrong; those before it draw the place.
        problem = report.strip().splitlines()[-1].removeprefix("error: ")
        reason = f"it is not a regular expression: {problem}"
    raise PolicyError(
        f"protect is {_shown(value)}; {reason}",
        field="protect",
        value=value,
        hint="a backslash before a sign takes it literally",
    )


def _no_runs_yet(value: Any) -> PolicyError:
    return PolicyError(
        f"min_run is {_shown(value)}; it must be {ONLY_MIN_RUN}: repeats across paragraph "
        "breaks are not there yet",
        field="min_run",
        value=value,
        hint="leave min_run out",
    )


def _unknown_field(name: str, value: Any, known: list[str]) -> PolicyError:
    close = get_close_matches(name.lower().replace("-", "_"), known, n=1)
    hint = f"did you mean {close[0]}" if close else f"the fields are {', '.join(known)}"
    return PolicyError(f"{name} is not a field of the policy", field=name, value=value, hint=hint)


def _shown(value: Any) -> str:
    """The value as the user wrote it, but never empty and never endless."""
    text = str(value)
    if not text:
        return "empty"
    return text if len(text) <= 60 else f"{text[:57]}..."
