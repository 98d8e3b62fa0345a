"""Many notices of one template: what was looked up for one of them holds for the next, until anything changes.

Each index that is opened anew has looked nothing up yet, so it tells what the one that writes must tell.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dedup import Index

# Matches of a text that are looked through one by one are fewer (`FEW` in `second_steps.rs`).
NOTICES = 240
LETTERS = "bcdfghjklmnpqrstvwxz"


def notices(kind: str, chance: random.Random) -> Iterator[str]:
    """Texts of forty words, two of which are other ones in each."""

    def word() -> str:
        return "".join(chance.choices(LETTERS, k=6))

    template = [word() for _ in range(40)]
    while True:
        text = list(template)
        for place in chance.sample(range(40), 2):
            number = str(chance.randrange(1000))
            text[place] = number if kind == "numbers" or chance.random() < 0.1 else word()
        yield " ".join(text)


def told(index: Index, text: str) -> tuple[Any, ...]:
    verdict = index.check(text)
    matches = [
        (found.relation, found.span, found.document, found.other_span) for found in verdict.matches
    ]
    return verdict.action, verdict.novelty, matches, verdict.clean_text


@pytest.mark.parametrize("kind", ["words", "numbers"])
@pytest.mark.parametrize("batch", [1, 7])
def test_what_was_looked_up_holds_until_anything_changes(
    kind: str, batch: int, tmp_path: Path
) -> None:
    chance = random.Random(f"{kind} {batch}")
    fresh = notices(kind, chance)
    texts = {f"{number}": text for number, text in zip(range(NOTICES), fresh, strict=False)}
    path = tmp_path / "index"
    with Index.open(path, mode="w") as index:
        ids = list(texts)
        for turn, start in enumerate(range(0, NOTICES, batch)):
            part = ids[start : start + batch]
            index.add_many([(each, texts[each]) for each in part])
            if turn % (105 // batch) and turn != NOTICES // batch:
                continue
            if start > NOTICES // 3:
                # Some that others went for, and some come back.
                for gone in [*chance.sample(ids[:start], 2), ids[0]]:
                    index.remove(gone)
                    if chance.random() < 0.5:
                        index.add(f"{gone} again", texts[gone])
            index.commit()
            asked = [next(fresh) for _ in range(4)] + chance.sample(list(texts.values()), 2)
            with Index.open(path, mode="r") as reader:
                answers = [told(reader, text) for text in asked]
            assert [told(index, text) for text in asked] == answers
            assert any(matches for _, _, matches, _ in answers) or start == 0
