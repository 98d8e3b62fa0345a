"""Texts of which an index once said another thing than a scan of them, or than full buckets allow to say."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import index_killed
import pytest
from test_index_laws import found_by_index, found_by_scan, left_by, left_by_clean

from dedup import Index, Policy

# The third holds the first, and is held by the second one, which it shares no key with.
TWO_STEPS = [
    "reli siro lona goss meli karp boss leli farp lado riro kind garp liro duka poss rind riro ruka dona garp "
    "guka biro garp mona",
    "toss deli biro seli beli koss loss reli siro lona goss meli karp boss leli farp lado riro kind garp liro "
    "duka poss rind kiro ruka dona garp guka biro garp mona nuka fona duka pado leli deli peli soss find find "
    "fona firo lado karp doss tiro peli ross koss fado giro firo poss tuka buka lado rarp sind pind tarp tado "
    "giro find kind marp puka",
    "koss loss reli siro kado goss meli karp boss leli farp lado riro kind garp liro duka poss rind riro ruka "
    "dona garp guka biro garp mona nuka fona duka pado leli",
]

MARKET = "forêt market élèves bridge école market cœur soleil wind"
LETTER = "forêt letter the travaux weather river engine teacher people"
SHIP = "bank café station ferry maker école hiver train train of weather euros baker déjà forêt the letter train"
# All of the fourth repeats something, and its layout keeps it; the last one stands in it across a break.
BY_LAYOUT = [
    f"élèves bridge école market cœur soleil wind {LETTER}",
    "river people vote annonce juin café euros prix light vote letter les track window élèves bibliothèque café "
    "rain window le price station station council train mairie la naïve habitants window bank bridge café "
    "station ferry maker école hiver train train of weather euros baker déjà forêt the letter train school école",
    "by 3.5 percent in May, and bakers say that flour is the reason. Subscribe to people newsletter and receive "
    "the best articles of the school in your mail on Friday.",
    f"Share\nShare\n{MARKET} {LETTER}\n{MARKET} {LETTER}\nPrices at the market rose by 3.5 percent in May, and "
    "bakers that flour is the reason. Subscribe to people newsletter and receive the best articles of the school "
    f"in your mail on Friday.\nShare\n{SHIP} school école",
    "letter the travaux weather river engine teacher people Prices at the market rose by 3.5 percent in May, and "
    "bakers",
]

# They share a key of their characters, and are judged by their shingles.
BY_CHARACTERS = [
    "miro dona dona seli deli nuka seli geli tona muka teli seli nona tiro duka guka deli reli buka tiro",
    "seli geli tona muka seli nona tiro duka guka deli reli buka pado tiro gona dona rona deli nuka seli",
]


@pytest.mark.parametrize(
    ("texts", "changes"),
    [
        (TWO_STEPS, {}),
        (TWO_STEPS, {"min_run": 0}),
        (BY_LAYOUT, {}),
        (BY_LAYOUT, {"min_tokens": 4}),
        (BY_LAYOUT, {"min_run": 15}),
        (BY_LAYOUT, {"min_run": 18, "min_tokens": 4}),
        (BY_CHARACTERS, {"shingle_size": 1, "threshold": 0.9, "short_tokens": 20}),
    ],
)
def test_an_index_says_what_a_scan_does(
    texts: list[str], changes: dict[str, Any], tmp_path: Path
) -> None:
    policy = Policy(**changes)
    for name, size in (("one", 1), ("all", len(texts))):
        with Index.open(tmp_path / name, policy, jobs=1) as index:
            verdicts = []
            for first in range(0, len(texts), size):
                part = enumerate(texts[first : first + size], first)
                verdicts += index.add_many([(str(place), text) for place, text in part])
            found = found_by_index(index, {str(place): text for place, text in enumerate(texts)})
        assert found == found_by_scan(texts, policy)
        for place, verdict in enumerate(verdicts):
            assert left_by(verdict) == left_by_clean(texts[: place + 1], policy)[-1]


def test_two_steps_within_a_group(tmp_path: Path) -> None:
    policy = Policy(group_by="site")
    with Index.open(tmp_path / "i", policy, jobs=1) as index:
        verdicts = [
            index.add(str(place), text, fields={"site": "a"})
            for place, text in enumerate(TWO_STEPS)
        ]
    assert [verdict.action for verdict in verdicts] == ["keep", "keep", "drop"]


def template_days(days: int) -> list[str]:
    """A template with another word each day."""
    chance = random.Random(3)
    words, others = index_killed.WORDS[:40], index_killed.WORDS[40:]
    texts = []
    for _ in range(days):
        day = list(words)
        day[chance.randrange(40)] = chance.choice(others) + chance.choice(others)
        texts.append(" ".join(day))
    return texts


def test_a_known_block_out_of_reach_tells_of_full_buckets(tmp_path: Path) -> None:
    texts = template_days(200)
    with Index.open(tmp_path / "i", Policy(window="1d"), jobs=1) as index:
        for day, text in enumerate(texts):
            index.add(str(day), text, date=day * 86400)
        # It stood there too long ago to go for that; what it matches now was not looked at, or not all of it.
        assert index.check(texts[100], date=200 * 86400).hot > 0
        # This one is kept a day before: nothing else matters.
        assert index.check(texts[198], date=199 * 86400).hot == 0
        few = index.check("A text of nine words that no one has seen.", date=200 * 86400)
        assert few.hot == 0


def test_a_known_block_of_what_was_removed_tells_of_full_buckets(tmp_path: Path) -> None:
    texts = template_days(100)
    with Index.open(tmp_path / "i", jobs=1) as index:
        for day, text in enumerate(texts):
            index.add(str(day), text)
        assert index.check(texts[60]).hot == 0
        index.remove("60")
        assert index.check(texts[60]).hot > 0


# The second stands in the first, and shares no band with it; the third stands in both.
BRIDGED = (
    "betweened trains votes becauseed winter within smokes within lettered village harbours trains letters over "
    "teacher priceed garden between harboured priceed sunday eveninged gardened storms islanded withouted "
    "engineed while clock bridge meeting",
    "betweened trains votes becauseed winter within smokes within meetinged bread trains letters over teacher "
    "priceed garden between harboured priceed sunday eveninged gardened storms islanded withouted engineed",
    "betweened trains votes becauseed winter within trains letters over teacher priceed garden between harboured "
    "priceed sunday eveninged gardened storms islanded",
)


@pytest.mark.parametrize("parts", [(1, 1, 1), (3,), (2, 1), (1, 2)])
def test_what_comes_later_in_a_batch_changes_nothing_before(
    tmp_path: Path, parts: tuple[int, ...]
) -> None:
    documents = [(str(number), text) for number, text in enumerate(BRIDGED)]
    with Index.open(tmp_path / "index") as index:
        actions = []
        for part in parts:
            actions += [one.action for one in index.add_many(documents[:part])]
            del documents[:part]
        assert actions == ["keep", "keep", "drop"]
        assert index.check(BRIDGED[1]).action == "drop"


def test_what_was_removed_leads_nowhere(tmp_path: Path) -> None:
    with Index.open(tmp_path / "index") as index:
        index.add_many([("first", BRIDGED[0]), ("bridge", BRIDGED[2])])
        assert index.check(BRIDGED[1]).action == "drop"
        index.remove("bridge")
        assert index.check(BRIDGED[1]).action == "keep"
        index.compact()
        assert index.check(BRIDGED[1]).action == "keep"
