"""What callers say of documents, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import orjson

from dedup.errors import InputError, kind_of
from dedup.index.asking import ALL, New, checked_text
from dedup.model import Document
from dedup.stages.scopes import seconds_of
from dedup.surrogates import lone_surrogate

if TYPE_CHECKING:
    from dedup.index.index import Index
    from dedup.index.scoping import Scoping
    from dedup.index.verdict import Verdict

# Characters of an id: more than any URL has.
LONGEST_ID = 1 << 16


@dataclass(frozen=True, slots=True)
class Given:
    """A document as its caller gave it; an empty date is now.

    moment: seconds since 1970 of the date. fields: JSON.
    """

    id: str
    text: str
    date: str
    moment: int
    source: str
    fields: str

    @classmethod
    def of(cls, value: Any, place: int) -> Given:
        """A document of a batch, in any of the forms that it may have."""
        if isinstance(value, Given):
            return value
        if isinstance(value, Document):
            fields = dict(value.fields)
            return given(value.id, value.text, fields.pop("date", None), value.source, fields)
        if isinstance(value, Mapping):
            rest = dict(value)
            try:
                id, text = rest.pop("id"), rest.pop("text")
            except KeyError as error:
                raise InputError(f"document {place} of the batch has no {error}") from error
            return given(id, text, rest.pop("date", None), rest.pop("source", ""), rest)
        if isinstance(value, (tuple, list)) and len(value) == 2:
            return given(value[0], value[1], None, "", None)
        reason = "it must be a Document, a dict with id and text, or a pair of them"
        raise InputError(f"document {place} of the batch is {kind_of(value)}; {reason}")

    def new(self, scoping: Scoping, before: int = ALL) -> New:
        """The document as the core is asked about it; before: see `New`."""
        group, time = scoping.of_document(self)
        return New(self.id, self.text, self.date, self.source, self.fields, before, group, time)

    def checked_by(self, index: Index) -> Verdict:
        """What becomes of it by an index, which does not remember it."""
        fields = orjson.loads(self.fields)
        return index.check(self.text, date=self.date or None, source=self.source, fields=fields)

    def dated(self, today: str, now: int) -> Given:
        """The document with a date."""
        return self if self.date else replace(self, date=today, moment=now)


def given(id: Any, text: Any, date: Any, source: Any, fields: Mapping[str, Any] | None) -> Given:
    """A checked document; InputError says what is wrong with it."""
    id = checked_id(id)
    text = checked_text(text, shown(id))
    if not isinstance(source, str):
        raise InputError(f"{shown(id)}: the source is {kind_of(source)}; it must be a str")
    try:
        source.encode()
        packed = orjson.dumps(dict(fields or {}), option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError) as error:
        raise InputError(f"{shown(id)}: the fields are no JSON values: {error}") from error
    if date is None:
        return Given(id, text, "", 0, source, packed)
    moment = moment_of(date, f"{shown(id)}: date")
    return Given(id, text, _written(date, moment), moment, source, packed)


def checked_id(id: Any) -> str:
    """The id, any text of 1 to 65,536 characters without lone surrogates."""
    if not isinstance(id, str):
        raise InputError(f"an id is {kind_of(id)}; it must be a str", hint="str(id)")
    if not 1 <= len(id) <= LONGEST_ID:
        size = f"{len(id):,} characters long" if id else "empty"
        raise InputError(f"an id is {size}; it must have 1 to {LONGEST_ID:,} characters")
    found = lone_surrogate(id)
    if found is not None:
        raise InputError(f"an id has a {found}")
    return id


def moment_of(date: Any, whose: str) -> int:
    """Seconds since 1970 of a date; InputError for what is none."""
    if isinstance(date, datetime):
        zoned = date if date.tzinfo is not None else date.replace(tzinfo=timezone.utc)
        return int(zoned.timestamp() // 1)
    seconds = seconds_of(date.isoformat() if isinstance(date, Date) else date)
    if seconds is None:
        reason = "it must be a date of ISO 8601, seconds since 1970 or a datetime"
        raise InputError(f"{whose} is {shown(date)}; {reason}", hint="for example 2026-01-31")
    return seconds


def _written(date: Any, moment: int) -> str:
    """The date as it is kept: the caller's own words, or ISO 8601."""
    if isinstance(date, str):
        return date.strip()
    if isinstance(date, (datetime, Date)):
        return date.isoformat()
    try:
        return datetime.fromtimestamp(moment, timezone.utc).isoformat()
    except (OverflowError, ValueError, OSError):
        return str(date)


def shown(value: Any) -> str:
    """A value as messages show it: never empty, never endless."""
    text = str(value) or "empty"
    return text if len(text) <= 60 else f"{text[:57]}..."
