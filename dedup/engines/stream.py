"""One article after the other: the first of its kind passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dedup import _core
from dedup.engines.local import core_settings
from dedup.errors import FieldError, InputError, PolicyError, kind_of
from dedup.fields import look_up
from dedup.model import Document
from dedup.surrogates import lone_surrogate

if TYPE_CHECKING:
    from dedup.policy import Policy


def first_of_their_kind(articles: Any, policy: Policy, text_field: str) -> Iterator[Any]:
    """Yield the articles that repeat none that was yielded before; see `dedup.unique`."""
    if policy.unit != "document":
        raise PolicyError(
            f"unit is {policy.unit}; a stream is judged by whole documents",
            field="unit",
            hint="leave unit out",
        )
    for name in ("group_by", "window"):
        if getattr(policy, name) is not None:
            message = f"{name} is {getattr(policy, name)}; a stream is judged by its texts alone"
            raise PolicyError(message, field=name, hint=f"leave {name} out")
    if isinstance(articles, (str, bytes)) or not isinstance(articles, Iterable):
        kind = kind_of(articles)
        raise InputError(f"the articles are {kind}; they must be a list or a stream of articles")
    return _pass_on(articles, policy, text_field)


def _pass_on(articles: Iterable[Any], policy: Policy, text_field: str) -> Iterator[Any]:
    seen = _core.Seen(core_settings(policy), *policy.permutations())
    for number, article in enumerate(articles):
        if not seen.is_repeated(_text_of(number, article, text_field)):
            seen.remember()
            yield article


def _text_of(number: int, article: Any, text_field: str) -> str:
    text = article
    if isinstance(article, Document):
        text = article.text
    elif isinstance(article, Mapping):
        try:
            text = look_up(article, text_field)
        except KeyError:
            text = None
        if not isinstance(text, str):
            raise FieldError(
                f"article {number}: the text field {text_field} is missing or no str",
                field=text_field,
                hint="name the field with text_field=",
            )
    if not isinstance(text, str):
        kind = kind_of(article)
        raise InputError(f"article {number} is {kind}; it must be a str, a dict or a Document")
    found = lone_surrogate(text)
    if found is not None:
        raise InputError(f"article {number}: the text has a {found}")
    return text
