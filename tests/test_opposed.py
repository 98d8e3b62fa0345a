"""Two texts that are alike, and say something against each other: both stay."""

from __future__ import annotations

from typing import Any

import oracle
import pytest
import told_apart
from hypothesis import given
from hypothesis import strategies as st
from runs import rules_of
from what_goes import Case, check_what_goes, each_of

import dedup

FERRY = (
    "The ferry to the island leaves the harbour at {} every morning and costs {}, the office {}."
)
HOUSE = (
    "La petite maison au bord du canal, {} depuis {}, garde la mémoire des mariniers {} du port."
)
PRICE = (
    "Whoever parks here without a ticket pays {} of {} to the town, as the council {} last week."
)

CASES: list[Case] = [
    (
        "another word",
        FERRY.format("dawn", "little", "said"),
        FERRY.format("dawn", "little", "says"),
        {},
        True,
        "nothing is said against the other",
    ),
    (
        "other numbers and another word",
        FERRY.format(9, "12 euros", "said"),
        FERRY.format(7, "12 euros", "says"),
        {},
        False,
        "each has a number that the other lacks",
    ),
    (
        "a number more",
        FERRY.format("dawn", "12 euros", "said"),
        FERRY.format("dawn", "euros", "says"),
        {},
        True,
        "the other says no other one",
    ),
    (
        "numbers do not count",
        FERRY.format(9, "12 euros", "said"),
        FERRY.format(7, "12 euros", "says"),
        {"numbers": "keep"},
        True,
        "the policy says so",
    ),
    (
        "words for numbers",
        FERRY.format("seven", "little", "said"),
        FERRY.format("eight", "little", "says"),
        {},
        False,
        "they are numbers too",
    ),
    (
        "a word and digits",
        FERRY.format("seven", "little", "said"),
        FERRY.format("8", "little", "says"),
        {},
        False,
        "they are numbers too",
    ),
    (
        "parts of dates",
        HOUSE.format("habitée", "le 12 mai", "et"),
        HOUSE.format("fermée", "le 12 juin", "et"),
        {},
        False,
        "a month is a part of a date",
    ),
    (
        "numbers of items",
        "14. " + PRICE.format("a fine", "ten crowns", "said"),
        "10. " + PRICE.format("a fine", "ten crowns", "decided"),
        {},
        True,
        "a number with which a text begins is its label",
    ),
    (
        "one, and a number",
        FERRY.format("dawn", "one crown", "said"),
        FERRY.format("dawn", "42 crowns", "said"),
        {},
        False,
        "the word for one is a number beside another one",
    ),
    (
        "one, and no number",
        FERRY.format("dawn", "one crown", "said"),
        FERRY.format("dawn", "a crown", "said"),
        {},
        True,
        "the word for one is an article too",
    ),
    (
        "currencies",
        FERRY.format("dawn", "$500", "said"),
        FERRY.format("dawn", "£500", "says"),
        {},
        False,
        "each has one that the other lacks",
    ),
    (
        "one denies",
        PRICE.format("a fine", "some crowns", "said"),
        PRICE.format("a fine", "some crowns", "never said"),
        {},
        False,
        "never",
    ),
    (
        "both deny",
        PRICE.format("no fine", "some crowns", "said"),
        PRICE.format("no fine", "some crowns", "decided"),
        {},
        True,
        "both do",
    ),
    (
        "a French negation",
        HOUSE.format("que l'on visite", "longtemps", "et"),
        HOUSE.format("que l'on ne visite pas", "longtemps", "et"),
        {},
        False,
        "ne … pas",
    ),
    (
        "whole documents",
        FERRY.format(9, "12 euros", "said"),
        FERRY.format(7, "12 euros", "says"),
        {"unit": "document"},
        True,
        "what each says beyond the other is not looked at",
    ),
    (
        "opposites among other changes",
        "Returns the minimum number of samples which are kept in the buffer of the device for this",
        "Returns the maximum number of samples that are kept in the buffer of the device for this",
        {},
        False,
        "one says the opposite",
    ),
    (
        "opposites that both say",
        "The key goes before the value and the value before the end, which nobody ever has to write",
        "The key goes before the value and the value before the end, that nobody ever has to write",
        {},
        True,
        "they say the same",
    ),
    (
        "opposites in another order",
        "Turn left at the harbour and right at the church to come to the old market of the town",
        "Turn right at the harbour and left at the church to come to the old market of the town",
        {},
        True,
        "each says both, and a turn more would be needed to tell (not told apart)",
    ),
    (
        "numerals that count, among other changes",
        "违反前款规定的，由县级以上人民政府有关主管部门责令改正，处五万元以上十万元以下的罚款，并没收违法所得",
        "违反前款规定者，由县级以上人民政府有关主管部门责令改正，处二万元以上八万元以下的罚款，没收违法所得",
        {},
        False,
        "another fine",
    ),
    (
        "numerals that put in order, among other changes",
        "违反第三条规定的，由县级以上人民政府有关主管部门责令改正，处五万元以上十万元以下的罚款，并没收违法所得",
        "违反第四条规定者，由县级以上人民政府有关主管部门责令改正，处五万元以上十万元以下的罚款，没收违法所得",
        {},
        True,
        "they are told apart only where nothing else differs",
    ),
    (
        "few words among signs",
        "<gui>manual</gui> = <b>on</b>",
        "<gui>autumn</gui> = <b>on</b>",
        {"threshold": 0.1},
        False,
        "the word is all that they say",
    ),
    (
        "rows of other things",
        "| London | 12 | 34 | 56 | open on all days of the week | near the old bridge |",
        "| Londres | 12 | 34 | 56 | open on all days of the week | near the old bridge |",
        {},
        False,
        "their first cells differ",
    ),
    (
        "rows of one thing",
        "| London | 12 | 34 | 56 | open on all days of the week | near the old bridge |",
        "| London | 12 | 34 | 56 | open on each day of the week | near the old bridge |",
        {},
        True,
        "the first cell is the same",
    ),
    (
        "a number that stands elsewhere too",
        "An appeal is brought within 15 days of the decision, and is decided within 15 days by law",
        "An appeal is brought within 15 days of the decision, and is decided within 30 days in court",
        {},
        False,
        "it is said once more",
    ),
    (
        "another unit of time",
        "The pause between two calls is given in seconds and counts from the end of the call before",
        "The pause between two calls is given in hours and counts from the end of the call then",
        {},
        False,
        "a pause of hours is another one",
    ),
    (
        "for and against",
        "She voted for the bill that would raise the tax on petrol and lower the tax on bread and milk.",
        "She voted against the bill that would raise the tax on petrol and lower the tax on bread and milk.",
        {},
        False,
        "they are opposites",
    ),
    (
        "a number that is not said",
        "The hotel by the old harbour has 12 rooms with a view of the sea and a large garden behind the house.",
        "The hotel by the old harbour has several rooms with a view of the sea and a large garden behind the house.",
        {},
        False,
        "the number would be lost",
    ),
    (
        "a verb that denies at its end",
        "この券は市内のすべての駅で午前九時から午後五時まで利用できます。",
        "この券は市内のすべての駅で午前九時から午後五時まで利用できません。",
        {},
        False,
        "the end of the verb denies",
    ),
    (
        "letters of a denial in other words",
        "市は火曜日、広場の工事を来月始め、担当者は大切な命を守るために住民の理解を求めている。",
        "市は火曜日、広場の工事を来月始め、担当者は大切ないのちを守るために住民の理解を求めている。",
        {},
        True,
        "no verb denies",
    ),
    (
        "a verb that asks at its end",
        "この券は市内のすべての駅で午前九時から午後五時まで利用できます。",
        "この券は市内のすべての駅で午前九時から午後五時まで利用できますか",
        {},
        True,
        "nothing denies",
    ),
    (
        "a Thai denial",
        "ผู้โดยสารสามารถใช้ตั๋วนี้ได้ที่ทุกสถานีในเมืองตั้งแต่เช้าจนถึงเย็น",
        "ผู้โดยสารไม่สามารถใช้ตั๋วนี้ได้ที่ทุกสถานีในเมืองตั้งแต่เช้าจนถึงเย็น",
        {},
        False,
        "three of its characters deny",
    ),
    (
        "months beside another change",
        "The road between the two villages will be closed to all traffic until the end of April "
        "because of the works on the old stone bridge, said the county.",
        "The road between the two villages will be closed to all traffic until the end of June "
        "because of works on the old stone bridge, said the county.",
        {"names": "keep"},
        False,
        "months are numbers, also where they have capitals",
    ),
    (
        "signs that exclude each other",
        "The valve opens where the pressure of the water in the tank is > 38 bar for a minute and "
        "closes again when the last pump has stopped.",
        "The valve opens where the pressure of the water in the tank is < 38 bar for a minute and "
        "closes again when the last pump has stopped.",
        {},
        False,
        "greater is not less",
    ),
    (
        "closed and opened, in Chinese",
        "市政府星期二宣布，河边的人民公园将于下个星期关闭，所有居民都可以提前参观。",
        "市政府星期二宣布，河边的人民公园将于下个星期开放，所有居民都可以提前参观。",
        {},
        False,
        "their first characters are opposites",
    ),
]


@each_of(CASES)
@pytest.mark.parametrize("search", ["lsh", "exhaustive"])
def test_what_says_something_else_stays(
    left: str, right: str, policy: dict[str, Any], goes: bool, why: str, search: str
) -> None:
    check_what_goes(left, right, policy, goes, why, search)


@given(st.sampled_from(sorted(told_apart.NUMBER_WORDS | told_apart.NEGATIONS)))
def test_each_word_that_is_told_apart_keeps_both(word: str) -> None:
    texts = [PRICE.format("a fine", f"{other} crowns", "said") for other in (word, "many 7")]
    settings = {"threshold": 0.3, "short_tokens": 0, "names": "keep"}
    assert oracle.tokens(word) == [word]
    assert len(dedup.scan(texts, **settings).matches) == 1
    assert dedup.scan(texts, **settings).report["counts"]["spans_removed"] == 0


def test_what_a_character_denies_stays_beside_what_does_not() -> None:
    """The other way round the denial stands in what stays, and nothing is lost."""
    duty = "当事人应当在收到通知之日起十五日内办理登记手续，并向主管机关提交全部有关文件的原件或者复印件"
    offence = "当事人没有在收到通知之日起十五日内办理登记手续的，未向主管机关提交全部有关文件的原件或者复印件"
    settings = {"threshold": 0.3, "short_tokens": 0}
    one, other = oracle.blocks_of([duty, offence], rules_of(settings))
    assert (oracle.may_replace(one, other), oracle.may_replace(other, one)) == (False, True)
    for texts, removed in (([duty, offence], 0), ([offence, duty], 1)):
        assert len(dedup.clean(texts, **settings).documents) == 2 - removed


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("The ferry needs {} time for the way to the island than it did last year", "more", "less"),
        (
            "For those who live on the island it is {} to come home in winter now",
            "possible",
            "impossible",
        ),
        (
            "From the harbour to the lighthouse it is 5 {} along the old road by the sea",
            "km",
            "miles",
        ),
        (
            "L'hiver dernier le bac a transporté {} de passagers que pendant l'hiver d'avant",
            "plus",
            "moins",
        ),
        (
            "Wer auf der Insel wohnt, zahlt {} hundert Euro im Jahr für die Fähre",
            "mindestens",
            "höchstens",
        ),
        ("Za cestu na ostrov platí obyvatelé od zimy {} než v minulém roce", "více", "méně"),
        ("Το πλοίο για το νησί {} φεύγει από το λιμάνι κάθε πρωί του χειμώνα", "δεν", "πάντα"),
        (
            "섬으로 가는 배는 겨울에도 아침마다 항구에서 탈 수 {} 라고 시청이 말했다",
            "있습니다",
            "없습니다",
        ),
    ],
)
def test_what_excludes_the_other_word_stays_in_many_languages(
    text: str, one: str, other: str
) -> None:
    texts = [text.format(word) for word in (one, other)]
    for pair in (texts, texts[::-1]):
        assert dedup.clean(pair).removed == []
