"""One text denies what another one says: both stay, whatever else differs."""

from __future__ import annotations

from typing import Any

import pytest
from what_goes import Case, check_what_goes, each_of

CASES: list[Case] = [
    (
        "a denial beside another change",
        "The council has decided to close the swimming pool at the end of the summer season "
        "because repairs would cost more than the town can pay, the mayor told the residents.",
        "The council has not decided to close the swimming pool at the end of the summer season "
        "because repairs would cost more than the town can pay, the mayor told residents.",
        {},
        False,
        "has decided stands there without the denial",
    ),
    (
        "a short denial beside another change",
        "Guests can bring their own bottles to the terrace of the restaurant by the lake in the "
        "evening, and the kitchen is open until the last boat has left the pier.",
        "Guests can't bring their own bottles to the terrace of the restaurant by the lake in the "
        "evening, and the kitchen stays open until the last boat has left the pier.",
        {},
        False,
        "can bring stands there",
    ),
    (
        "a denial in what came to it",
        "The council has decided to close the swimming pool at the end of the summer season "
        "because repairs would cost more than the town can pay, the mayor told the residents.",
        "The council has decided to close the swimming pool at the end of the summer season "
        "because repairs would cost more than the town can pay, the mayor told the residents. "
        "Most of them were not of his opinion.",
        {"keep": "longest"},
        True,
        "nowhere there are the words beside it",
    ),
]


@each_of(CASES)
@pytest.mark.parametrize("search", ["lsh", "exhaustive"])
def test_what_is_denied_stays(
    left: str, right: str, policy: dict[str, Any], goes: bool, why: str, search: str
) -> None:
    check_what_goes(left, right, policy, goes, why, search)
