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
    ("fraction", "½ 2½ ¼ 2 1⁄2", ["1⁄2", "21⁄2", "1⁄4", "2", "1⁄2"], "one number"),
    ("fraction with a sign", "-½ +1⁄2 ½-¼", ["-1⁄2", "+1⁄2", "1⁄2", "1⁄4"], "a number"),
    ("arabic fraction", "٣⁄٤ ½kg", ["٣⁄٤", "1⁄2kg"], "the slash is inside of a number"),
    (
        "fraction slash",
        "a⁄2 1⁄b ⅟ 1⁄⁄2",
        ["a", "⁄", "2", "1", "⁄", "b", "1", "⁄", "1", "⁄", "⁄", "2"],
        "else a symbol",
    ),
    ("slash", "1/2", ["1", "2"], "punctuation separates"),
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
    ("negated sign", "a≠b = ∉∈", ["a", "=\u0338", "b", "=", "∈\u0338", "∈"], "another symbol"),
    (
        "decomposed negated sign",
        "=\u0301\u200d\u0338 >\u0338 ⪯\u0338",
        ["=\u0338", ">\u0338", "⪯\u0338"],
        "the same",
    ),
    (
        "other strokes",
        "∩\u20d2 =\u20e5 📱\ufe0f\u20e0",
        ["∩\u20d2", "=\u20e5", "📱\u20e0"],
        "of symbols",
    ),
    ("two strokes", "≠\u20d2\u0338=", ["=\u0338", "="], "the first one says it"),
    (
        "stroke through letters",
        "o\u0338 1\u03382 字\u0338字 ∅ ø",
        ["o", "12", "字", "字", "∅", "ø"],
        "an accent",
    ),
    ("stroke through nothing", "\u0338a .\u0338 = \u0338 -\u03385", ["a", "=", "-5"], "no symbol"),
    ("struck out text", "a\u0336 \u0336=\u0336 b\u0336", ["a", "=", "b"], "nothing is negated"),
    (
        "rulers and strokes",
        "==≠ ===≠ ≠≠≠",
        ["=", "=", "=\u0338", "===", *4 * ["=\u0338"]],
        "no ruler",
    ),
    (
        "signs and strokes",
        "+\u03385 −\u0338-5 1⁄\u03382",
        ["+\u0338", "5", "−\u0338", "-5", "1", "⁄\u0338", "2"],
        "symbols",
    ),
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


@pytest.mark.parametrize("frame", ["a{}b", "漢{}字", "1{}2", "-{}5", "={}=", "{}\u0338"])
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


@pytest.mark.parametrize("stroke", "\u0337\u0338\u20d2\u20d3\u20d8\u20e0\u20e5\u20e6\u20ea\u20eb")
def test_a_symbol_with_a_stroke_through_it_is_another_token(stroke: str) -> None:
    for point in range(0x110000):
        if unicodedata.category(chr(point))[0] == "S":
            tokens = _core.fold_tokens(chr(point))
            if tokens == [chr(point)]:
                assert _core.fold_tokens(chr(point) + stroke) == [chr(point) + stroke]


def test_no_two_signs_of_mathematics_are_one_but_for_compatibility() -> None:
    signs = [chr(p) for p in range(0x2190, 0x2300) if unicodedata.category(chr(p)) == "Sm"]
    spelt = {unicodedata.normalize("NFKC", sign) for sign in signs}
    assert len({_core.normal_form(sign) for sign in spelt}) == len(spelt)


@pytest.mark.parametrize("behind", ["", "\u0338", "\u0301\u0338", "\u20d2\u0338"])
def test_every_code_point_and_a_stroke_behind_it_are_composed_or_not(behind: str) -> None:
    for point in range(0x110000):
        if not 0xD800 <= point < 0xE000:
            forms = [unicodedata.normalize(form, chr(point) + behind) for form in ("NFC", "NFD")]
            if forms[0] != forms[1]:
                composed, decomposed = map(_core.normal_form, forms)
                assert composed == decomposed, ascii(forms[0])


def test_the_identity_of_the_fold_table_names_its_unicode_version() -> None:
    assert _core.FOLD_IDENTITY.startswith("unicode-")
    assert len(_core.FOLD_IDENTITY.rpartition("-")[2]) >= 8


def test_a_million_marks_on_one_letter_fold_in_one_go() -> None:
    assert _core.normal_form("a" + "\u0301" * 1_000_000 + "b") == "ab"
