"""Text to blocks: the core's spans are those of the oracle, in code points of the original."""

from __future__ import annotations

from pathlib import Path

import oracle
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from dedup import _core

UNITS = ("paragraph", "line", "document")
WRAPPED = (
    "This paragraph was broken\nby hand at a width so that\n"
    "no line could have taken\nits first word."
)
TICKER = "\u00a0\u00a0\u00a0".join(["one two three four", "five six seven eight", "nine", "ten"])

CASES = [
    # name, text, blocks, why
    ("empty", "", [], "nothing there"),
    ("blank", " \n\t\r\n\u00a0", [], "white space only"),
    ("byte order mark alone", "\ufeff", [], "white space at the start"),
    ("byte order mark", "\ufeffone", ["one"], "the span starts behind it"),
    ("byte order mark inside", "one\n\ufefftwo", ["one", "\ufefftwo"], "only at the text's start"),
    ("line feed", "one\ntwo", ["one", "two"], "each line a block"),
    ("carriage return and line feed", "one\r\ntwo\r\n", ["one", "two"], "one line end"),
    ("carriage return", "one\rtwo", ["one", "two"], "a line end"),
    (
        "no line ends",
        "one\x0btwo\x0cthree\x85four\u2028five\u2029six",
        ["one\x0btwo\x0cthree\x85four\u2028five\u2029six"],
        "white space inside a line",
    ),
    ("trimmed", " \u3000 one \t\n", ["one"], "no white space at the ends of a block"),
    (
        "not white space",
        "\x1cone\x1f",
        ["\x1cone\x1f"],
        "information separators have no White_Space property",
    ),
    ("hard-wrapped", WRAPPED, [WRAPPED], "one paragraph in four lines"),
    (
        "hard-wrapped with CR LF",
        WRAPPED.replace("\n", "\r\n"),
        [WRAPPED.replace("\n", "\r\n")],
        "line ends differ",
    ),
    (
        "hard-wrapped and indented",
        WRAPPED.replace("\n", " \n  "),
        [WRAPPED.replace("\n", " \n  ")],
        "trimmed widths count",
    ),
    (
        "Chinese lines of their own",
        "联系我们\n本规定自公布之日起施行。\n（二）其他违反本规定的行为。",
        ["联系我们", "本规定自公布之日起施行。", "（二）其他违反本规定的行为。"],
        "a line of Chinese is no word: there was room for its first character",
    ),
    (
        "hard-wrapped Chinese",
        "本规定自公布之日起施行，其他\n违反本规定的行为，由公安机关\n依照 Windows 有关法律\n处罚。",
        [
            "本规定自公布之日起施行，其他\n违反本规定的行为，由公安机关\n依照 Windows 有关法律\n处罚。"
        ],
        "no room for the next character",
    ),
    (
        "sentences on lines of their own",
        "It opens a new document.\nThen it saves the old one!\nProcess: 1023 kill",
        [
            "It opens a new document.",
            "Then it saves the old one!",
            "Process: 1023 kill",
        ],
        "no line ends inside of a sentence",
    ),
    (
        "quoted sentences on lines of their own",
        "„Das war es für heute.“\n(Es regnet noch immer.)\nDer Rest des Textes folgt",
        ["„Das war es für heute.“", "(Es regnet noch immer.)", "Der Rest des Textes folgt"],
        "what closes a sentence belongs to it",
    ),
    (
        "Thai lines of their own",
        "ติดต่อเรา\nพิธีเปิดสะพานใหม่เมื่อวานนี้\nราคาข้าวเพิ่มขึ้นอีก",
        ["ติดต่อเรา", "พิธีเปิดสะพานใหม่เมื่อวานนี้", "ราคาข้าวเพิ่มขึ้นอีก"],
        "a line of Thai is no word: there was room for eight characters",
    ),
    (
        "hard-wrapped Thai",
        "พิธีเปิดสะพานใหม่เมื่อวานนี้มีผู้\nเข้าร่วมหลายร้อยคนและมีการแสดง\nดนตรีพื้นบ้านตลอดคืน",
        ["พิธีเปิดสะพานใหม่เมื่อวานนี้มีผู้\nเข้าร่วมหลายร้อยคนและมีการแสดง\nดนตรีพื้นบ้านตลอดคืน"],
        "no room for eight characters more",
    ),
    *(
        (f"{name} lines of their own", "\n".join(lines), lines, "lines of a few words each")
        for name, lines in {
            "Lao": ["ຕິດຕໍ່ພວກເຮົາ", "ພິທີເປີດຂົວໃໝ່ໃນມື້ວານນີ້ມີຄົນຫຼາຍ", "ລາຄາເຂົ້າເພີ່ມຂຶ້ນ"],
            "Khmer": ["ទាក់ទងយើង", "ពិធីបើកស្ពានថ្មីកាលពីម្សិលមិញ", "តម្លៃស្រូវកើនឡើង"],
            "Burmese": ["ဆက်သွယ်ရန်", "တံတားသစ်ဖွင့်ပွဲကိုမနေ့ကကျင်းပခဲ့သည်", "ဆန်ဈေးနှုန်းတက်"],
            "Tibetan": ["འབྲེལ་བ།", "ཟམ་པ་གསར་པ་ཁ་སང་སྒོ་འབྱེད་གནང་།", "འབྲས་ཀྱི་གོང་ཚད།"],
        }.items()
    ),
    (
        "two lines",
        "a longer first line\nshort",
        ["a longer first line", "short"],
        "three lines at least",
    ),
    (
        "list",
        "apples\npears\noranges and more",
        ["apples", "pears", "oranges and more"],
        "could have taken the next word",
    ),
    (
        "long lines",
        "\n".join(["word " * 21 + "end"] * 3),
        ["word " * 21 + "end"] * 3,
        "longer than 100 code points",
    ),
    (
        "exactly 100",
        "\n".join(["x" * 100] * 3),
        ["\n".join(["x" * 100] * 3)],
        "100 is not too long",
    ),
    (
        "ticker",
        TICKER,
        ["one two three four", "five six seven eight", "nine", "ten"],
        "half have four tokens",
    ),
    (
        "ticker of three",
        "one two three four   five six seven eight   nine ten to two",
        None,
        "four items at least",
    ),
    (
        "ticker of short items",
        "one two three four   five   six   seven",
        None,
        "fewer than half have four tokens",
    ),
    ("gap of two", "a b c d  e f g h  i j k l  m n o p", None, "three spaces at least"),
    ("indented", "      a b c d", ["a b c d"], "indentation is no gap"),
    (
        "tabs",
        "a b c d\t\t\te f g h \t e i j k\u3000\u202f\u205fl m n o",
        ["a b c d", "e f g h", "e i j k", "l m n o"],
        "a tab counts one",
    ),
    (
        "a parted word",
        "Une longue page d'histori-\nque\net la fin",
        ["Une longue page d'histori-\nque", "et la fin"],
        "a line that ends inside of a word and the next one are one block",
    ),
    (
        "parted words",
        "one exam-\nple of sev-\neral\nlines",
        ["one exam-\nple of sev-\neral", "lines"],
        "and so on",
    ),
    ("parted with CR LF", "exam- \r\n\tple", ["exam- \r\n\tple"], "one line end"),
    ("parted by a soft hyphen", "exam\u00ad\nple", ["exam\u00ad\nple"], "a hyphen"),
    ("a hyphen before a conjunction", "In-\nund Ausland", ["In-", "und Ausland"], "no word"),
    ("parted before a digit", "exam-\n7 of", ["exam-", "7 of"], "no word"),
    ("parted before a quote", "exam-\n« ple »", ["exam-", "« ple »"], "no word"),
    ("parted behind a digit", "7-\nfold", ["7-", "fold"], "no word"),
    ("parted by a blank line", "exam-\n\nple", ["exam-", "ple"], "a blank line parts more"),
    ("a no-break space", "exam-\u00a0\nple", ["exam-", "ple"], "it would be seen"),
    (
        "parted items",
        f"exam-\n{TICKER}-\nple-\nof",
        ["exam-", "one two three four", "five six seven eight", "nine", "ten-", "ple-\nof"],
        "an item of a list is no line",
    ),
    (
        "hard-wrapped and parted",
        "Words are parted where\nthe room was too lit-\ntle for them, as always",
        ["Words are parted where\nthe room was too lit-\ntle for them, as always"],
        "one block either way",
    ),
    (
        "quoted",
        "They wrote:\n> one line\n>> two\n > > three > four\n>\n> five",
        ["They wrote:", "one line", "two", "three > four", "five"],
        "marks of quotation stand before what is said",
    ),
    (
        "quoted and hard-wrapped",
        ">Words are broken where\n>the room was too little\n>for them, as always",
        ["Words are broken where", "the room was too little", "for them, as always"],
        "a mark stands between the lines",
    ),
    (
        "compared",
        "> 5 mg\n>= 5\n> -3 °C\n>> 5 mg\n> - a pen\n> five",
        ["> 5 mg", ">= 5", "> -3 °C", "5 mg", "- a pen", "five"],
        "one mark before a number compares",
    ),
    ("marks alone", ">\n> >\nlines", ["lines"], "nothing is said"),
    (
        "a quoted list",
        f"> {TICKER}",
        TICKER.split("\u00a0\u00a0\u00a0"),
        "its marks stand before its first item",
    ),
]


@pytest.mark.parametrize(
    ("text", "expected", "why"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_table_of_cases_holds_for_core_and_oracle(
    text: str, expected: list[str] | None, why: str
) -> None:
    blocks = [text] if expected is None else expected
    assert [text[start:end] for start, end in _core.split(text, "paragraph")] == blocks, why
    assert [text[start:end] for start, end in oracle.split(text, "paragraph")] == blocks, why


def test_lines_that_part_words_stay_lines_where_lines_are_asked_for() -> None:
    text = "one exam-\nple of it"
    assert _core.split(text, "line") == oracle.split(text, "line") == [(0, 9), (10, 19)]


@given(
    st.lists(st.text('ab-\u00ad\u200d7 =.">', max_size=9), max_size=8),
    st.sampled_from(["\n", "\r\n", "\r", " \n", "\n\t", "\u00a0\n"]),
)
def test_short_lines_that_part_words_split_as_the_oracle_says(rows: list[str], end: str) -> None:
    text = end.join(rows)
    assert _core.split(text, "paragraph") == oracle.split(text, "paragraph")


@given(strategies.texts(), st.sampled_from(UNITS))
def test_blocks_are_the_oracles(text: str, unit: str) -> None:
    assert _core.split(text, unit) == oracle.split(text, unit)


@given(
    st.lists(st.text("ab 1=,.>", min_size=0, max_size=12), max_size=8),
    st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
)
def test_short_lines_in_groups_split_as_the_oracle_says(rows: list[str], end: str) -> None:
    text = end.join(rows)
    assert _core.split(text, "paragraph") == oracle.split(text, "paragraph")


@given(strategies.texts(), st.sampled_from(UNITS))
def test_blocks_are_in_order_and_leave_white_space_and_marks_between(text: str, unit: str) -> None:
    def is_between(at: int) -> bool:
        return oracle.is_space(text, at) or text[at] == ">"

    place = 0
    for start, end in _core.split(text, unit):
        assert place <= start < end
        assert all(map(is_between, range(place, start)))
        assert not oracle.is_space(text, start)
        assert not oracle.is_space(text, end - 1)
        place = end
    assert all(map(is_between, range(place, len(text))))


@given(strategies.texts())
def test_line_ends_of_any_kind_give_the_same_blocks(text: str) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    wanted = [plain[start:end] for start, end in _core.split(plain, "paragraph")]
    for end_of_line in ("\r\n", "\r"):
        other = plain.replace("\n", end_of_line)
        found = [
            other[start:end].replace(end_of_line, "\n")
            for start, end in _core.split(other, "paragraph")
        ]
        assert found == wanted


def test_the_article_has_its_113_blocks(shared_data: Path) -> None:
    text = (shared_data / "article-fr.txt").read_bytes().decode()
    blocks = _core.split(text, "paragraph")
    assert blocks == oracle.split(text, "paragraph")
    assert len(blocks) == 113
    assert text[slice(*blocks[0])].startswith("Sommet Trump-Poutine")
    first_line = text.index("\n")
    assert sum(start < first_line for start, _ in blocks) == 48
    assert (blocks[81][0], blocks[92][1]) == (20137, 24080)
    assert (blocks[93][0], blocks[104][1]) == (24081, 28024)


def test_a_line_of_many_megabytes_is_one_block() -> None:
    text = "word " * 2_000_000
    assert _core.split(text, "paragraph") == [(0, len(text) - 1)]
