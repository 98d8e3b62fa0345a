"""Two texts that are alike, and say something against each other: both stay."""

from __future__ import annotations

from itertools import cycle, islice, product
from typing import Any

import oracle
import pytest
import told_apart
from hypothesis import given
from hypothesis import strategies as st
from test_names import rules_of

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

# name, left, right, policy, whether one goes, why
CASES: list[tuple[str, str, str, dict[str, Any], bool, str]] = [
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
        "words of code",
        "Consultez openat(2) pour une explication de la nécessité de mkdirat().",
        "Consultez openat(2) pour une explication de la nécessité de symlinkat().",
        {},
        False,
        "they name things",
    ),
    (
        "paths",
        "libs/predef/include/boost/predef/os/ios.h",
        "libs/predef/include/boost/predef/os/qnxnto.h",
        {},
        False,
        "they name files",
    ),
    (
        "capitals that begin a text",
        "EADDRINUSE means that the address of the socket cannot be had at the moment, see below.",
        "EADDRNOTAVAIL means that the address of the socket cannot be had at the moment, see below.",
        {},
        False,
        "they are names wherever they stand",
    ),
    (
        "a part more of a word of code",
        "Use the call foo_bar_open() to get a handle of the file before you read any data from it",
        "Use the call foo_open() to get a handle of the file before you read any data from it",
        {},
        False,
        "it is another call",
    ),
    (
        "words of code and other changes",
        "The call foo_open() gives a handle of the file before you read any data from it",
        "The call bar_shut() takes a handle of the file before you read any data from it",
        {},
        False,
        "each has one that the other lacks",
    ),
    (
        "a number in a word of code",
        "libs/uuid/include/boost/uuid/name_generator.hpp",
        "libs/uuid/include/boost/uuid/name_generator_sha1.hpp",
        {},
        False,
        "it is another file",
    ),
    (
        "a word of code that is longer in another place",
        "t_fmt is followed by the appropriate time format, see the page on the call of that name",
        "d_t_fmt is followed by the appropriate date and time format, see the page on the call",
        {},
        False,
        "each is joined to something else",
    ),
    (
        "what is called with what",
        "SELECT EXTRACT(QUARTER FROM TIMESTAMP '2001-02-16 20:38:40') gives the result below",
        "SELECT EXTRACT(CENTURY FROM TIMESTAMP '2001-02-16 20:38:40') gives the result below",
        {},
        False,
        "arguments name things",
    ),
    (
        "an address by another protocol",
        "The whole list of them stands at http://example.org/lists and may be copied by everyone here",
        "The whole list of them stands at https://example.org/lists and may be copied by everyone here",
        {},
        True,
        "it is the same place",
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
        "a word behind a name of two words",
        "An Input Method expands the previous ones by allowing to enter characters with any device",
        "An Input Method extends the previous ones by allowing to enter characters with any device",
        {},
        True,
        "the name is the same",
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
        "a word of code more",
        "The call open_file gives a handle of the file before you read any data from it again",
        "The call open_file(2) gives a handle of the file before you read any data from it anew",
        {},
        True,
        "the other says no other one",
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
        "the end of an option",
        "The option --with-curl takes no folder any more since the last version but one of it",
        "The option --with-xsl takes no folder any more since the last version but one of them",
        {},
        False,
        "all parts of an option name it",
    ),
    (
        "the end of a name of code",
        "The key plugins.power.sleep-inactive-type says what is done after that time on battery now",
        "The key plugins.power.sleep-inactive-timeout says what is done after that time on battery",
        {},
        False,
        "all parts of a name of code name it",
    ),
    (
        "numbers of code where numbers do not count",
        "Use the call result_of_30 to get a handle of the file before you read any data from it again",
        "Use the call result_of_31 to get a handle of the file before you read any data from it again",
        {"numbers": "keep"},
        False,
        "they are parts of names",
    ),
    (
        "words with hyphens",
        "A well-made table takes no paint any more since the last version but one of it was sold",
        "A well-worn table takes no paint any more since the last version but one of them was sold",
        {},
        True,
        "they are no options",
    ),
    (
        "the second argument",
        "Calls setBounds(x, colour) of the window that was opened last, and waits until it is drawn",
        "Calls setBounds(x, border) of the window that was opened last and waits until it was drawn",
        {},
        False,
        "another thing is called",
    ),
    (
        "words in brackets",
        "It belongs to the person(tall, and thin as a stick) who was seen there on the same evening",
        "It belongs to the person(tall, and thin as a reed) who was seen there on the next evening",
        {},
        True,
        "five words are no argument",
    ),
    (
        "a name among words with capitals",
        "The Controller of the European Archive in Geneva decides whether Mary Sanders May Enter",
        "The Controller of the British Archive in Geneva decides whether Mary Sanders May Enter",
        {},
        False,
        "the long words of a headline have capitals",
    ),
    (
        "a name in a headline",
        "The Controller of the European Archive in Geneva Decides Whether Mary Sanders May Enter",
        "The Controller of the British Archive in Geneva Decides Whether Mary Sanders May Enter",
        {},
        True,
        "which of its words are names is not known",
    ),
    (
        "capitals inside of a word in a headline",
        "The Synth UI Delegate Class for any JTree of the Whole Window Frame",
        "The Synth UI Delegate Class for any JMenuBar of the Whole Window Frame",
        {},
        False,
        "they make it a name anywhere",
    ),
    (
        "addresses by two protocols",
        "See http://www.example.org for the terms of the licence under which it may be used.",
        "See https://www.example.org for the terms of the licence under which it may be used.",
        {},
        True,
        "a protocol names nothing",
    ),
]


@pytest.mark.parametrize(
    ("left", "right", "policy", "goes", "why"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
@pytest.mark.parametrize("search", ["lsh", "exhaustive"])
def test_what_says_something_else_stays(
    left: str, right: str, policy: dict[str, Any], goes: bool, why: str, search: str
) -> None:
    settings = {"threshold": 0.3, "short_tokens": 0, **policy}
    one, other = oracle.blocks_of([left, right], rules_of(settings))
    assert oracle.verdict(one, other) is not None, "they match"
    assert (oracle.may_replace(one, other) or oracle.may_replace(other, one)) == goes, why
    result = dedup.scan([left, right], search=search, **settings)
    assert len(result.matches) == 1
    assert bool(result.report["counts"]["spans_removed"]) == goes, why


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


def test_a_line_that_stands_here_and_there_in_a_long_text_stays() -> None:
    """Among thousands of words each three of it come by chance, and nowhere more of them."""
    words = ("".join(letters) for letters in product("bdfg", "aeio", "klmn", "aeio", "rst"))
    line = list(islice(words, 20))
    threes = [line[start : start + 3] for start in range(18)]
    other = cycle(list(words))
    scattered = [[*three, *(next(other) for _ in range(20))] for three in threes]
    long = " ".join(word for part in scattered for word in part)
    together = f"{long} {' '.join(line)} {long}"
    settings = {"short_tokens": 0, "containment": 0.8, "min_run": 0, "search": "exhaustive"}
    for longer, goes in ((long, False), (together, True)):
        one, two = oracle.blocks_of([longer, " ".join(line)], rules_of(settings))
        found = oracle.verdict(one, two)
        assert found is not None
        assert found.relation == "contained"
        assert oracle.may_replace(one, two) == goes
        result = dedup.scan([longer, " ".join(line)], **settings)
        assert [match.relation for match in result.matches] == ["contained"]
        assert bool(result.report["counts"]["spans_removed"]) == goes
