"""Text to tokens: the core's fold table and token rules are those of the oracle."""

from __future__ import annotations

import unicodedata

import oracle
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from dedup import _core

CASES = [
    # name, text, tokens, why
    ("empty", "", [], "no text, no tokens"),
    ("white space", " \n\u00a0\t", [], "separators only"),
    ("punctuation", "— « » … ***!", [], "punctuation separates, and so does the asterisk"),
    ("case", "Été ÉTÉ été", ["ete", "ete", "ete"], "casefold, accents of Latin go"),
    ("decomposed", "e\u0301te\u0301", ["ete"], "the combining accent goes too"),
    ("sharp s", "Straße STRASSE STRAẞE", ["strasse", "strasse", "strasse"], "full casefold"),
    ("dotted I", "İstanbul", ["istanbul"], "the dot of the folded I is a mark"),
    ("dotless i", "ısı", ["ısı"], "another letter, not another spelling"),
    ("final sigma", "ΛΌΓΟΣ λόγος", ["λογοσ", "λογοσ"], "casefold has one sigma"),
    ("iota subscript", "ᾳ α\u0345", ["αι", "αι"], "composed and decomposed fold alike"),
    ("cyrillic", "Йод ёлка", ["иод", "елка"], "accents of Cyrillic go"),
    ("ligature", "ﬁn œuvre", ["fin", "œuvre"], "compatibility: fi is f and i, but œ is a letter"),
    ("full width", "ＡＢＣ１２", ["abc12"], "compatibility"),
    ("superscript", "x² ①", ["x2", "1"], "compatibility digits"),
    ("fraction", "½", ["1", "⁄", "2"], "decomposes to a digit, a symbol and a digit"),
    (
        "word at a line end",
        "exam-\nple ex-\r\n am",
        ["example", "exam"],
        "a line end parts no word",
    ),
    (
        "hyphen before a conjunction",
        "In-\nund Ausland, IN-\nUND, hu-\nundert",
        ["in", "und", "ausland", "in", "und", "huundert"],
        "it stands for the other half of a word",
    ),
    ("soft hyphen at a line end", "exam\u00ad\nple", ["example"], "a line end parts no word"),
    (
        "dash at a line end",
        "exam –\nple -\nple",
        ["exam", "ple", "ple"],
        "no hyphen behind a letter",
    ),
    ("hyphen before a blank line", "exam-\n\nple", ["exam", "ple"], "more than a line end"),
    ("number at a line end", "5-\nfold fold-\n5", ["5", "fold", "fold", "5"], "only letters"),
    ("soft hyphen", "ex\u00adample", ["example"], "default-ignorable"),
    ("zero width", "a\u200bb\u200d\ufeffc", ["abc"], "default-ignorable"),
    ("variation selector", "☀\ufe0f", ["☀"], "default-ignorable"),
    ("no-break space", "1\u00a0500", ["1", "500"], "a space is a space"),
    ("apostrophe", "don't l’été", ["don", "t", "l", "ete"], "punctuation separates"),
    ("arabic points", "مَدْرَسَةٌ مدرسة", ["مدرسة", "مدرسة"], "vowel points go"),
    ("arabic tatweel", "مـــدرسة", ["مدرسة"], "a stretch is no letter"),
    ("hebrew points", "שָׁלוֹם שלום", ["שלום", "שלום"], "vowel points go"),
    ("hindi", "हिन्दी", ["हिन्दी"], "vowel signs are letters there"),
    ("han", "漢字 and", ["漢", "字", "and"], "one token a character"),
    ("kana", "かなカナ", ["か", "な", "カ", "ナ"], "one token a character"),
    ("thai", "ไทย", ["ไ", "ท", "ย"], "one token a character"),
    (
        "korean",
        "한국 어",
        [unicodedata.normalize("NFKD", "한국"), unicodedata.normalize("NFKD", "어")],
        "spaced",
    ),
    ("mixed scripts", "abc漢字def", ["abc", "漢", "字", "def"], "decided run by run"),
    ("decimal point", "1.5 15 1,500", ["1.5", "15", "1,500"], "a separator between digits stays"),
    ("arabic decimal", "٣٫٥", ["٣٫٥"], "a separator between digits stays"),
    ("full stop", "in 5. And", ["in", "5", "and"], "not between digits"),
    ("ellipsis of dots", "3..4", ["3", "4"], "not directly between digits"),
    ("version", "1.2.3", ["1.2.3"], "each stands between digits"),
    ("time", "10:30", ["10", "30"], "the colon separates"),
    ("minus", "-5 −5 －5 ﹣5", ["-5", "-5", "-5", "-5"], "one sign for all minus signs"),
    ("plus", "+5 ＋5", ["+5", "+5"], "a sign before a number"),
    ("range", "5-6 a-5", ["5", "6", "a", "5"], "after a word or number a hyphen separates"),
    ("range of dashes", "5–6", ["5", "6"], "an en dash is no sign"),
    ("accent before hyphen", "cafe\u0301-5 café-5", ["cafe", "5", "cafe", "5"], "composed or not"),
    ("two signs", "--5 ++5", ["5", "+", "+", "5"], "after a sign there is no sign"),
    ("sum", "2+3", ["2", "+", "3"], "after a number the plus is a symbol"),
    ("currency", "€5 $7", ["€", "5", "$", "7"], "symbols are tokens"),
    ("sign after currency", "$-5", ["$", "-5"], "after a symbol a sign is a sign"),
    ("C++", "C++ C C#", ["c", "+", "+", "c", "c"], "# is punctuation"),
    ("ruler", "===== == =", ["===", "=", "=", "="], "three like symbols are one token"),
    ("two rulers", "===+++", ["===", "+++"], "each run by itself"),
    ("ruler at a number", "+++5", ["+++", "5"], "after a sign there is no sign"),
    ("emoji", "🙂🎉", ["🙂", "🎉"], "symbols are tokens"),
    ("family", "👩\u200d💻", ["👩", "💻"], "the joiner is ignorable"),
    ("flag", "🇫🇷", ["🇫", "🇷"], "two symbols"),
    ("control", "a\x00b\x1bc", ["a", "b", "c"], "controls separate"),
    ("private use", "\ue000", ["\ue000"], "private use is a word"),
    ("noncharacter", "a\ufffeb", ["a", "b"], "noncharacters separate"),
]


@pytest.mark.parametrize(
    ("text", "expected", "why"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_table_of_cases_holds_for_core_and_oracle(
    text: str, expected: list[str], why: str
) -> None:
    assert _core.fold_tokens(text) == expected, why
    assert oracle.tokens(text) == expected, why


def test_every_code_point_folds_as_the_oracle_says() -> None:
    wrong = [
        (hex(point), _core.fold_tokens(chr(point)), oracle.tokens(chr(point)))
        for point in range(0x110000)
        if not 0xD800 <= point < 0xE000
        and _core.fold_tokens(chr(point)) != oracle.tokens(chr(point))
    ]
    assert wrong == []


@pytest.mark.parametrize("frame", ["a{}b", "漢{}字", "1{}2", "-{}5", "={}="])
def test_every_code_point_joins_or_separates_its_neighbours_as_the_oracle_says(frame: str) -> None:
    assigned = [p for p in range(0x20000) if unicodedata.category(chr(p)) not in ("Cn", "Cs", "Co")]
    wrong = []
    for point in assigned:
        text = frame.format(chr(point))
        if _core.fold_tokens(text) != oracle.tokens(text):
            wrong.append((ascii(text), _core.fold_tokens(text), oracle.tokens(text)))
    assert wrong == []


@given(strategies.texts())
def test_tokens_normal_form_and_fingerprint_are_the_oracles(text: str) -> None:
    assert _core.fold_tokens(text) == oracle.tokens(text)
    for mask in (False, True):
        assert _core.normal_form(text, mask) == oracle.normal_form(text, mask)
        assert _core.fingerprint(text, mask) == oracle.fingerprint(text, mask)


@given(strategies.texts(), st.sampled_from(["NFC", "NFD"]))
def test_composed_and_decomposed_text_have_one_normal_form(text: str, form: str) -> None:
    assert _core.normal_form(unicodedata.normalize(form, text)) == _core.normal_form(text)


@given(strategies.paragraphs())
def test_compatibility_forms_of_words_have_one_normal_form(text: str) -> None:
    words = "".join(c for c in text if not unicodedata.category(c).startswith("N"))
    assert _core.normal_form(unicodedata.normalize("NFKC", words)) == _core.normal_form(words)


@given(strategies.texts())
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    for token in _core.fold_tokens(text):
        assert "".join(_core.fold_tokens(token)) == token


@given(
    st.text(st.characters(exclude_categories=["Cs", "M"]), max_size=30),
    st.text("\u00ad\u200b\u2060\ufe0f", max_size=3),
)
def test_ignorable_characters_at_the_ends_change_nothing(text: str, ignorable: str) -> None:
    assert _core.normal_form(ignorable + text + ignorable) == _core.normal_form(text)


@given(strategies.texts())
def test_masked_numbers_are_zeros_and_other_tokens_stay(text: str) -> None:
    masked = ["0" if oracle.is_numeric(token) else token for token in _core.fold_tokens(text)]
    assert _core.normal_form(text, True) == " ".join(masked)


def test_blocks_without_tokens_are_equal_only_where_their_text_is() -> None:
    assert _core.fingerprint("***") != _core.fingerprint("---")
    assert _core.fingerprint("***") == _core.fingerprint("***")
    assert _core.fingerprint("") != _core.fingerprint(" ")


def test_the_identity_of_the_fold_table_names_its_unicode_version() -> None:
    assert _core.FOLD_IDENTITY.startswith("unicode-")
    assert len(_core.FOLD_IDENTITY.rpartition("-")[2]) >= 8


def test_a_million_marks_on_one_letter_fold_in_one_go() -> None:
    assert _core.normal_form("a" + "\u0301" * 1_000_000 + "b") == "ab"
