"""Texts that differ only in names: what a name is, by example, for core, oracle and `explain`."""

from __future__ import annotations

from typing import Any

import oracle
import pytest
from runs import rules_of

import dedup
from dedup import _core

ENGLISH = (
    "The company announced on Tuesday that {} will lead its office in {}, where forty people "
    "work today and as many again are to be hired before the end of the year. What the new building "
    "will cost was not said; the council expects to hear of it when it meets again in the spring."
)
FRENCH = (
    "Le tribunal a confirmé hier que {} devra quitter la mairie d'{} avant la fin du mois, après "
    "une longue procédure que ses adversaires avaient engagée au printemps dernier "
    "et que plusieurs élus avaient jugée inutile, puisque le conseil devait de toute façon se réunir."
)
GERMAN = (
    "Der neue Bahnhof von {} wird nach Angaben der Verwaltung erst im nächsten Frühjahr eröffnet, "
    "weil noch immer nicht alle Gleise gelegt und nicht alle Leitungen gezogen sind."
)
ARABIC = (
    "قال {} مدير المدرسة في القرية صباح اليوم إن مشروع الماء الجديد سوف يبدأ في الشهر القادم "
    "بعد اجتماع طويل مع الأهالي الذين طلبوا ذلك منذ سنوات"
)
PLAIN = (
    "the river rose {} the night and took with it {} wooden bridge near the old mill, {} all that "
    "stood below, but nobody was hurt, since the people of the valley had been told to leave their houses"
)

SOCKET = "{} means that the address of the socket cannot be had at the moment, see below."
HANDLE = "Use the call {} to get a handle of the file before you read any data from it again"
WINDOW = "The Synth UI Delegate Class for any {} JTree of the Whole Window Frame"
LOOSE: dict[str, Any] = {"threshold": 0.3, "short_tokens": 0}

CASES = [
    # name, two texts, policy, whether they are a template, why
    (
        "one name",
        ENGLISH.format("Ann", "Leeds"),
        ENGLISH.format("Sue", "Leeds"),
        {},
        True,
        "a capital that the sentence does not ask for",
    ),
    (
        "names of several words",
        ENGLISH.format("Ann Lee", "Leeds"),
        ENGLISH.format("Mary Jane Watson", "New York"),
        {},
        True,
        "each run of names is one name",
    ),
    *(
        (
            f"Roman numerals, {name}",
            f"{one} {PLAIN.format('in', 'the', 'and')}",
            f"{other} {PLAIN.format('in', 'the', 'and')}",
            {},
            expected,
            why,
        )
        for name, one, other, expected, why in [
            (
                "at the beginning",
                "XIV. What",
                "XV. What",
                True,
                "they are numbers wherever they stand",
            ),
            ("of one letter", "V) What", "X) What", True, "a heading"),
            ("of Unicode", "Ⅷ. What", "Ⅸ. What", True, "they are Roman numerals"),
            ("in a sentence", "Of Louis XIV", "Of Louis XVI", True, "they are names too"),
            ("in small letters", "what xiv", "what xv", False, "no capitals"),
            ("not well formed", "IL, what", "VX, what", False, "other words"),
            ("pronouns", "I", "V", False, "one letter without a point is a word"),
        ]
    ),
    (
        "a name and a number",
        ENGLISH.format("Ann", "Leeds in 2020"),
        ENGLISH.format("Sue", "Leeds in 2021"),
        {},
        True,
        "both are vetoed",
    ),
    (
        "a number beside names where numbers are kept",
        ENGLISH.format("Ann", "Leeds in 2020"),
        ENGLISH.format("Sue", "Leeds in 2021"),
        {"numbers": "keep"},
        False,
        "the number counts",
    ),
    (
        "names where numbers are masked",
        ENGLISH.format("Ann", "Leeds in 2020"),
        ENGLISH.format("Sue", "Leeds in 2021"),
        {"numbers": "mask"},
        True,
        "the numbers are equal",
    ),
    (
        "names kept",
        ENGLISH.format("Ann", "Leeds"),
        ENGLISH.format("Sue", "Leeds"),
        {"names": "keep"},
        False,
        "as asked for",
    ),
    (
        "a name against a word",
        ENGLISH.format("Ann", "Leeds"),
        ENGLISH.format("somebody", "Leeds"),
        {},
        False,
        "a word is no name",
    ),
    (
        "a second name",
        ENGLISH.format("Ann", "Leeds"),
        ENGLISH.format("Ann Lee", "Leeds"),
        {},
        False,
        "nothing stands there in the other",
    ),
    (
        "French",
        FRENCH.format("Jean", "Arles"),
        FRENCH.format("Luc", "Évreux"),
        {},
        True,
        "d'Évreux",
    ),
    ("German", GERMAN.format("Bonn"), GERMAN.format("Ulm"), {}, True, "nouns have capitals too"),
    (
        "a German noun",
        GERMAN.format("Bonn"),
        GERMAN.format("Bonn").replace("Gleise", "Schienen"),
        {},
        True,
        "a noun looks like a name: rather kept than lost",
    ),
    ("Arabic", ARABIC.format("أحمد"), ARABIC.format("محمود"), {}, False, "no capitals"),
    (
        "the first word",
        "Rain stopped the work. " + ENGLISH.format("Ann", "Leeds"),
        "Snow stopped the work. " + ENGLISH.format("Ann", "Leeds"),
        {},
        False,
        "it begins the text",
    ),
    *(
        (name, ENGLISH.format(one, "Leeds"), ENGLISH.format(other, "Leeds"), {}, expected, why)
        for name, one, other, expected, why in [
            ("initials", "A. B. Lee", "C. Watson", True, "an initial ends no sentence"),
            ("titles", "Dr. Lee", "Mrs. Watson", True, "neither does a title"),
            ("titles with vowels", "Prof. Miller", "Capt. Brown", True, "nor one with vowels"),
            ("particles", "Otto von Lee", "Oscar de la Watson", True, "short words between"),
            ("small letters first", "iPhone", "eBay", True, "a capital inside"),
            ("a word beside", "King Charles", "the queen Anne", False, "two words more"),
            ("one word beside", "king Charles", "queen Anne", True, "it belongs to the name"),
        ]
    ),
    (
        "a name at the beginning",
        f"Ann Lee came. {ENGLISH.format('Ann', 'Leeds')}",
        f"Mary Watson came. {ENGLISH.format('Ann', 'Leeds')}",
        {},
        True,
        "a capital that is asked for belongs to the name behind it",
    ),
    (
        "a paragraph that was broken to fit a width",
        ENGLISH.format("Ann", "Leeds")
        .replace(" in Leeds", "\nin Leeds")
        .replace(" where", "\nwhere"),
        ENGLISH.format("Ann", "York").replace(" York", "\nYork").replace(" that", "\nthat"),
        {"unit": "document"},
        True,
        "a line end asks for no capital",
    ),
    (
        "dates",
        FRENCH.format("le maire", "Arles") + " Fait le 12 mai 2015.",
        FRENCH.format("le maire", "Arles") + " Fait le 3 juin 2016.",
        {},
        True,
        "a word beside a number that differs belongs to it",
    ),
    (
        "a month alone",
        FRENCH.format("le maire", "Arles") + " Fait le 12 mai 2015.",
        FRENCH.format("le maire", "Arles") + " Fait le 12 juin 2015.",
        {},
        True,
        "a month is a part of a date",
    ),
    (
        "the first word of a sentence",
        ENGLISH.format("Ann", "Leeds") + " Rain fell.",
        ENGLISH.format("Ann", "Leeds") + " Snow fell.",
        {},
        False,
        "it begins a sentence",
    ),
    (
        "the first word of a quotation",
        ENGLISH.format("“Ann", "Leeds"),
        ENGLISH.format("“Sue", "Leeds"),
        {},
        False,
        "it begins what is quoted",
    ),
    (
        "a headline",
        ENGLISH.format("Ann", "Leeds").title(),
        ENGLISH.format("Sue", "Leeds").title(),
        {},
        False,
        "most words have capitals",
    ),
    (
        "capitals only",
        ENGLISH.format("Ann", "Leeds").upper(),
        ENGLISH.format("Sue", "Leeds").upper(),
        {},
        False,
        "all words have capitals",
    ),
    (
        "a short text",
        "Tomorrow evening the choir of Leeds sings in our church",
        "Tomorrow evening the choir of Lewes sings in our church",
        {},
        True,
        "by characters",
    ),
    (
        "words without capitals",
        PLAIN.format("in", "the", "and"),
        PLAIN.format("in", "one", "and"),
        {},
        False,
        "words",
    ),
    (
        "capitals before what is not seen",
        SOCKET.format("EADDRINUSE\u200b"),
        SOCKET.format("EADDRNOTAVAIL\u200b"),
        LOOSE,
        True,
        "a sign that is not seen is no small letter",
    ),
    (
        "capitals of two code points",
        SOCKET.format("E\u0301TATS"),
        SOCKET.format("A\u0301TATS"),
        LOOSE,
        True,
        "it is the same as with one",
    ),
    (
        "a mark before a sign of code",
        HANDLE.format("cafe\u0301="),
        HANDLE.format("cafa\u0301="),
        LOOSE,
        True,
        "the mark is a part of the word",
    ),
    (
        "beside a name in a headline",
        WINDOW.format("Great"),
        WINDOW.format("Small"),
        LOOSE,
        False,
        "in headlines a capital inside makes a name of its word alone",
    ),
]


@pytest.mark.parametrize(
    ("left", "right", "policy", "template", "why"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
@pytest.mark.parametrize("search", ["lsh", "exhaustive"])
def test_what_differs_in_names_only_stays(
    left: str,
    right: str,
    policy: dict[str, Any],
    template: bool,
    why: str,
    search: str,
) -> None:
    judged = oracle.verdict(*oracle.blocks_of([left, right], rules_of(policy)))
    assert judged is not None
    assert judged.template == template, why
    result = dedup.scan([left, right], **policy, search=search)
    assert [match.template for match in result.matches] == [template], why
    assert result.report["counts"]["blocks_removed"] == (not template), why
    assert dedup.explain(left, right, **policy).template == template, why
    kept = list(dedup.unique([left, right], **policy))
    assert len(kept) == 1 + template, why


def test_the_first_of_equal_texts_says_what_is_a_name() -> None:
    one, other = ENGLISH.format("Ann", "Leeds"), ENGLISH.format("Sue", "Leeds")
    for texts, removed in (([one, one.upper(), other], 1), ([one.upper(), one, other], 2)):
        result = dedup.scan(texts)
        assert result.report["counts"]["blocks_removed"] == removed


def test_the_core_says_it_of_two_texts() -> None:
    one, other = ENGLISH.format("Ann", "Leeds 1"), ENGLISH.format("Sue", "Leeds 2")
    assert _core.differ_in_names_only(one, other, "veto")
    assert not _core.differ_in_names_only(one, other, "keep")
    assert _core.differ_in_names_only(one, other, "mask")
    assert not _core.differ_in_names_only(one, one, "veto")
