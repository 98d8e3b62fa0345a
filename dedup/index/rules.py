"""Which policies an index can have, and what must be the same for it to be used."""

from __future__ import annotations

from typing import Any

from dedup import _core
from dedup.errors import IncompatibleIndexError, PolicyError
from dedup.policy import METHOD, SIGNATURE_SCHEME, Policy

# What an index cannot do (yet): the field, the only value it can have, and why.
_ONLY = (
    ("keep", "first", "an index keeps what came first"),
    ("linkage", "keeper", "every repeat is judged by its keeper"),
    ("search", "lsh", "an index finds pairs through signatures"),
    ("boilerplate", "keep", "an index does not count the documents of short texts"),
    ("min_kept", 0.0, "what it drops depends on all documents, also later ones"),
)


def check_possible(policy: Policy) -> None:
    """Raise PolicyError for a setting that an index cannot have."""
    for name, only, reason in _ONLY:
        value = getattr(policy, name)
        if value != only:
            hint = f"leave {name} out, or set it to {only}"
            raise PolicyError(f"{name} is {value}; {reason}", field=name, hint=hint)
    if policy.scope == "against":
        message = "scope is against; all documents of an index are compared with each other"
        raise PolicyError(message, field="scope", hint="clean a corpus against the index")


def identity() -> dict[str, str]:
    """What the answers of this release rest on, beside the policy."""
    return {
        "format": str(_core.INDEX_FORMAT),
        "fold": _core.FOLD_IDENTITY,
        "signature": SIGNATURE_SCHEME,
        "method": str(METHOD),
    }


def check_identity(found: dict[str, str], path: str) -> None:
    """Raise IncompatibleIndexError where an index was made by another scheme than ours."""
    for name, wanted in identity().items():
        if found.get(name) != wanted:
            raise IncompatibleIndexError(
                f"{path}: the index has {name} {found.get(name)}; this release has {wanted}",
                path=path,
                found=f"{name} {found.get(name)}",
                wanted=f"{name} {wanted}",
                hint="add its documents to a new index, or use the release that wrote it",
            )


def check_policy(found: Policy, wanted: Policy, path: str) -> None:
    """Raise IncompatibleIndexError where an index was made under another policy."""
    if found.digest == wanted.digest:
        return
    had, wants = found.to_dict(), wanted.to_dict()
    differing = [name for name in had if had[name] != wants[name]]
    first = differing[0] if differing else "digest"
    values = (had.get(first, found.digest), wants.get(first, wanted.digest))
    raise IncompatibleIndexError(
        f"{path}: the index has {first} {values[0]}; {values[1]} is wanted",
        path=path,
        found=found.digest,
        wanted=wanted.digest,
        hint="leave the policy out to use that of the index",
    )


def stored_policy(values: dict[str, Any]) -> Policy:
    """The policy of its values in the catalogue."""
    return Policy.from_dict(values)
