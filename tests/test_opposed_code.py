"""Two texts that are alike, and name other things, in words of code or in capitals: both stay."""

from __future__ import annotations

from typing import Any

import pytest
from what_goes import Case, check_what_goes, each_of

CASES: list[Case] = [
    (
        "parts of a compound",
        "libc6-armhf-cross: shared libraries of the system for those who build for others, with all headers",
        "libc6-i386-cross: shared libraries of the system for those who build for others, with their headers",
        {},
        False,
        "a word of three parts and a digit names a thing",
    ),
    (
        "parts of a long compound",
        "Install gcc-multilib-powerpc-linux-gnu before you build the programs of the older machines in the hall",
        "Install gcc-multilib-sparc-linux-gnu before you build programs of the older machines in the hall",
        {},
        False,
        "a word of four parts does",
    ),
    (
        "other words with hyphens",
        "The well-known singer of the harbour came back to the town with her band for one evening in the summer",
        "The little-known singer of the harbour came back to the town with her band for one evening in the summer",
        {},
        True,
        "words of two parts are words",
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
        "a word behind a name of two words",
        "An Input Method expands the previous ones by allowing to enter characters with any device",
        "An Input Method extends the previous ones by allowing to enter characters with any device",
        {},
        True,
        "the name is the same",
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


@each_of(CASES)
@pytest.mark.parametrize("search", ["lsh", "exhaustive"])
def test_other_code_stays(
    left: str, right: str, policy: dict[str, Any], goes: bool, why: str, search: str
) -> None:
    check_what_goes(left, right, policy, goes, why, search)
