"""What tests of scopes and of the order of keepers share: texts, and who stays."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

import dedup

DAY = 86400
STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
OTHER = "Herons have come back to the old harbour, and the fishermen bring their grandchildren."

SEEDS = st.integers(0, 10_000)


def kept(records: list[dict[str, Any]], **settings: Any) -> list[str]:
    return [document.id for document in dedup.clean(records, **settings).documents]


def article(own: str, **fields: Any) -> dict[str, Any]:
    return {"id": own, "text": STORY, **fields}


def passage(seed: int, tokens: int = 15) -> str:
    """Words that stand nowhere else."""
    return " ".join(f"{chr(97 + seed)}{chr(97 + place)}word" for place in range(tokens))
