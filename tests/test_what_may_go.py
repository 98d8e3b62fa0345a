"""What is removed and what is only reported, case by case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import oracle
import pytest
import runs
import strategies
from hypothesis import given
from hypothesis import strategies as st

import dedup

# More than 100 code points, so that lines of it are no hard-wrapped paragraph.
LONG = (
    "The clockmaker kept one lamp burning in the window long after the last ferry had gone home "
    "and the street was dark."
)
OTHER = "Prices at the market rose by half in May, and all the bakers say that flour is the reason."
EDITED = LONG.replace("last ferry", "late ferry").replace("had gone", "was gone")
WEATHER = (
    "Between {} and {} degrees, wind from the west at {} kilometres an hour, light rain later."
)
# Without digits: numbers that follow one another count as one.
WORDS = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60))


def cleaned(texts: list[str], **settings: Any) -> list[str]:
    return [document.text for document in dedup.clean(list(texts), **settings).documents]


def kinds(texts: list[str], **settings: Any) -> list[str]:
    return [cluster.kind for cluster in dedup.scan(list(texts), **settings).clusters]


def reasons(texts: list[str], **settings: Any) -> set[str | None]:
    clusters = dedup.scan(list(texts), **settings).clusters
    return {member.kept for cluster in clusters for member in cluster.members}


def test_a_repeat_goes_with_the_line_end_that_follows() -> None:
    assert cleaned([f"{LONG}\n{OTHER}\n{LONG}\nEnd"]) == [f"{LONG}\n{OTHER}\nEnd"]


def test_of_two_separators_the_weaker_goes() -> None:
    assert cleaned([f"{LONG}\n\n{OTHER}\n{LONG}\n\nEnd"]) == [f"{LONG}\n\n{OTHER}\n\nEnd"]
    assert cleaned([f"{LONG}\n\n{OTHER}\n\n{LONG}\nEnd"]) == [f"{LONG}\n\n{OTHER}\n\nEnd"]


def test_without_a_next_block_the_separator_before_goes() -> None:
    assert cleaned([f"{LONG}\n\n{OTHER}\n\n{LONG}\n"]) == [f"{LONG}\n\n{OTHER}\n"]


def test_a_headline_of_a_ticker_goes_with_one_gap() -> None:
    heads = [
        f"{word} has a headline of its own" for word in ("Spring", "Summer", "Autumn", "Winter")
    ]
    gap = "\u00a0" * 4
    again = [
        *heads[:2],
        "Spring and Summer are here again at last and both of them stay",
        *heads[2:],
    ]
    texts = [f"{again[2]}\n{OTHER}", gap.join(again)]
    assert cleaned(texts) == [texts[0], gap.join(heads)]


def test_a_document_of_repeats_only_is_dropped() -> None:
    assert cleaned([LONG, f"{LONG}\n", OTHER]) == [LONG, OTHER]
    assert cleaned([LONG, f"{LONG}\n***\n"]) == [LONG]


def test_a_short_repeat_stays_alone_and_goes_inside_a_passage() -> None:
    assert cleaned(["Share", "Share", "Share"]) == ["Share", "Share", "Share"]
    assert reasons(["Share", "Share"]) == {None, "min_tokens"}
    texts = [f"{LONG}\nShare\n{OTHER}", f"Start\n{LONG}\nShare\n{OTHER}"]
    assert cleaned(texts) == [texts[0], "Start"]


def test_without_a_least_length_short_repeats_go() -> None:
    assert cleaned(["Share\nOne", "Share\nTwo"], min_tokens=1) == ["Share\nOne", "Two"]


STORY = " ".join(WORDS.split()[:50])
NEWS = "the ferry did not run today because of the strong wind and"


def test_a_text_with_a_sentence_of_its_own_stays_and_says_so() -> None:
    """They resemble each other by the threshold, but a fifth of the longer one stands in it alone."""
    longer = STORY.replace("wordba", f"{NEWS} wordba")
    pair = oracle.blocks_of([STORY, longer], oracle.Rules())
    assert oracle.verdict(*pair).relation == "near"  # type: ignore[union-attr]
    assert cleaned([STORY, longer]) == [STORY, longer]
    assert reasons([STORY, longer]) == {None, "contained"}
    assert cleaned([longer, STORY]) == [longer]


def test_a_text_with_a_few_words_changed_goes() -> None:
    words = STORY.split()
    edited = " ".join("other" if n in (10, 25, 40) else word for n, word in enumerate(words))
    assert cleaned([STORY, edited]) == [STORY]


@pytest.mark.parametrize(("count", "left"), [(7, 1), (8, 2)])
@pytest.mark.parametrize("place", [0, 60, 120])
def test_eight_words_of_its_own_keep_a_long_text(count: int, left: int, place: int) -> None:
    words = [f"{a}and{b}" for a in "abcdefghijkl" for b in "mnopqrstuv"]
    longer = [*words[:place], *(f"new{a}" for a in "abcdefgh"[:count]), *words[place:]]
    texts = [" ".join(words), " ".join(longer)]
    result = dedup.clean(texts)
    assert len(result.documents) == left
    (member,) = (member for member in result.clusters[0].members if not member.keeper)
    assert member.kept == ("contained" if left == 2 else None)
    # Whole documents are alike or not.
    assert len(dedup.clean(texts, unit="document").documents) == 1


@pytest.mark.parametrize("separator", [" | ", " • ", " +++ ", " / "])
def test_new_headlines_of_a_ticker_without_gaps_are_never_lost(separator: str) -> None:
    heads = [
        " ".join(f"{word}{a}{b}" for word in "each head has its words".split())
        for a in "abcde"
        for b in "vwxyz"
    ]
    texts = [separator.join(heads[:23]), separator.join(heads[2:])]
    assert dedup.clean(texts).removed == []


def test_two_words_of_a_short_text_are_too_many() -> None:
    texts = ["(P)=1: event is certain to occur", "(P)=0: event is certain NOT to occur"]
    assert cleaned(texts) == texts
    assert list(dedup.unique(texts)) == texts
    assert cleaned([texts[0], texts[0].replace("event", "events")]) == [texts[0]]


def test_half_a_text_never_goes_whatever_containment_is_asked_for() -> None:
    half = f"{STORY} {' '.join(f'x{word}' for word in STORY.split()[:30])}"
    texts = [f"{STORY} {' '.join(f'y{word}' for word in STORY.split()[:40])}", half]
    assert cleaned(texts, containment=0.5, min_run=0) == texts
    assert reasons(texts, containment=0.5, min_run=0) == {None, "contained"}


def test_spaces_between_single_characters_do_not_make_texts_alike() -> None:
    """Of eleven characters two differ, each of them decisive."""
    texts = ["担任师级职务的，五十五岁；", "担任排级职务的，三十五岁。"]
    assert kinds(texts) == []
    assert list(dedup.unique(texts)) == texts
    assert "stays below 0.9" in dedup.explain(*texts).reason
    assert cleaned([texts[0], texts[0].replace("师", "排")]) == [texts[0]]


def furnished(count: int) -> list[str]:
    return [
        f"Article {number} has words{number} of its own{number}\nSubscribe now"
        for number in range(count)
    ]


def test_short_text_of_ten_documents_is_boilerplate_and_stays() -> None:
    texts = furnished(10)
    assert "boilerplate" in kinds(texts)
    assert "boilerplate" not in kinds(furnished(9))
    assert cleaned(texts) == texts
    assert "boilerplate" in reasons(texts)


def test_boilerplate_goes_when_asked() -> None:
    texts = furnished(10)
    bare = [text.split("\n")[0] for text in texts]
    assert cleaned(texts, boilerplate="all") == bare
    assert cleaned(texts, boilerplate="first") == [texts[0], *bare[1:]]


@pytest.mark.parametrize(("numbers", "left"), [("veto", 2), ("keep", 1), ("mask", 1)])
def test_texts_that_differ_in_numbers_only_stay_unless_asked(numbers: str, left: int) -> None:
    texts = [WEATHER.format(12, 18, 30), WEATHER.format(7, 9, 45)]
    assert len(cleaned(texts, numbers=numbers)) == left
    assert (kinds(texts, numbers=numbers) == ["template"]) == (numbers == "veto")


PRICE = "The house at the corner was sold for {} to a family that had long been looking for one"


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
@pytest.mark.parametrize("numbers", [("900 €", "1{}500 €"), ("12", "12{}13"), ("1{}5", "2{}4{}5")])
def test_a_number_may_be_written_in_groups(space: str, numbers: tuple[str, str]) -> None:
    for tail in ("", " before the winter came and the roads were closed to all but the mail"):
        texts = [f"{PRICE.format(number.replace('{}', space))}{tail}." for number in numbers]
        assert cleaned(texts) == texts
        assert kinds(texts) == ["template"]
        assert dedup.explain(*texts).template
        assert list(dedup.unique(texts)) == texts


def test_of_a_contained_pair_only_the_contained_side_goes() -> None:
    part, whole = " ".join(WORDS.split()[:30]), WORDS
    assert cleaned([whole, part]) == [whole]
    assert cleaned([part, whole]) == [part, whole]
    assert "contained" in reasons([part, whole])
    assert cleaned([part, whole], keep="longest") == [whole]


def test_protected_text_stays() -> None:
    assert cleaned([LONG, f"{LONG}\n{OTHER}"], protect="clockmaker") == [LONG, f"{LONG}\n{OTHER}"]
    assert "protect" in reasons([LONG, LONG], protect="clockmaker")
    assert cleaned([LONG, LONG], protect="no such word") == [LONG]


def test_the_start_of_a_text_lies_after_its_byte_order_mark() -> None:
    texts = [LONG, f"\ufeff{LONG}\n{OTHER}"]
    assert cleaned(texts, protect="^The clockmaker") == texts
    assert cleaned(texts, protect=r"\AThe clockmaker") == texts
    assert cleaned(texts, protect="^rices") == [LONG, f"\ufeff{OTHER}"]


def test_short_blocks_that_the_layout_rule_kept_say_so() -> None:
    run = "s1 s2 s3 s4\nt1 t2 t3 t4 t5"
    texts = [run, f"x y z\nx y z\n{run}\nx y z"]
    assert cleaned(texts) == texts
    clusters = dedup.scan(texts).clusters
    assert [cluster.members[1].kept for cluster in clusters if cluster.tokens == 9] == ["layout"]


@pytest.mark.parametrize(
    ("rest", "stays"),
    [
        # They would follow one another, and be one block.
        ("He keeps the old exam-\n{}ples of his trade in a box", True),
        ("He keeps the old exam-\n{}7 of his trade in a box", False),
        ("He keeps the old exam-\n\n{}ples of his trade in a box", False),
        # Three lines that may be hard-wrapped, of which two are one block already.
        (
            "He keeps the old examples of his\n{}trade in a box under the win-\ndow with the lamp",
            True,
        ),
        # The same, had there not been room for a word in it, or a line too long.
        (
            "He keeps the old examples of his\n{}trade in a b-\nox under the window, as one does",
            False,
        ),
        ("He keeps the old examples of his\n{}" + "trade " * 20 + "and win-\ndow", False),
    ],
)
def test_what_stands_between_lines_that_would_become_one_block_stays(
    rest: str, stays: bool
) -> None:
    text = f"{LONG}\n\n" + rest.format(f"« {LONG} »\n")
    once = cleaned([text])
    assert once == ([text] if stays else [f"{LONG}\n\n" + rest.format("")])
    assert cleaned(once) == once
    assert ("layout" in reasons([text])) == stays


@pytest.mark.parametrize(("scope", "left"), [("both", 1), ("within", 2), ("across", 1)])
def test_scope_says_where_a_repeat_may_stand(scope: str, left: int) -> None:
    assert len(cleaned([LONG, LONG], scope=scope)) == left
    inside = f"{LONG}\n{OTHER}\n{LONG}"
    assert cleaned([inside], scope=scope) == [inside if scope == "across" else f"{LONG}\n{OTHER}"]


def test_the_preferred_copy_stays() -> None:
    records = [
        {"id": "a", "text": f"{EDITED}\nOnly a.", "date": "2024-05-02"},
        {"id": "b", "text": f"{LONG}\nOnly b.", "date": "2023-01-01"},
    ]
    for keep, kept in (("first", 0), ("earliest", 1), ("earliest:date", 1), ("prefer:*1*", 1)):
        texts = [
            document.text for document in dedup.clean(records, keep=keep, threshold=0.5).documents
        ]
        assert [len(text) > 40 for text in texts] == [kept == 0, kept == 1], keep


def test_a_chain_does_not_run_away() -> None:
    words = WORDS.split()
    steps = [" ".join(["x"] * count + words[count:]) for count in range(0, 60, 4)]
    left = cleaned(steps)
    assert 1 < len(left) < len(steps)
    assert left[0] == steps[0]


def test_a_document_of_little_own_text_goes_only_with_min_kept() -> None:
    texts = [LONG, f"{LONG}\nSeen."]
    assert cleaned(texts) == [LONG, "Seen."]
    result = dedup.clean(texts, min_kept=0.5)
    assert [document.text for document in result.documents] == [LONG]
    assert result.report["counts"]["characters_without_copy"] == len("Seen.")


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (["{o}", "{l}\n{o}", "{l}"], ["{o}", "", "{l}"]),
        (["{o}", "{l}\n{o}", "{l}\n{w}"], ["{o}", "", "{l}\n{w}"]),
        (["{l}\n{l}", "{w}", "{l}"], ["", "{w}", "{l}"]),
        (["{w}\n{l}", "{l}\n{l}", "{l}"], ["{w}\n{l}", "", ""]),
    ],
)
def test_a_document_that_is_dropped_takes_nothing_with_it(
    texts: list[str], left: list[str]
) -> None:
    """What went for a part of it is judged again, and no copy of it goes for another one in it."""
    parts = {"l": LONG, "o": OTHER, "w": WORDS}
    result = dedup.clean([text.format(**parts) for text in texts], min_kept=0.7)
    wanted = {f"[{place}]": text.format(**parts) for place, text in enumerate(left) if text}
    assert {document.source: document.text for document in result.documents} == wanted
    for passage in result.removed:
        assert passage.get("dropped") or passage["keeper"]["source"] in wanted


def test_of_a_document_that_repeats_itself_and_is_dropped_nothing_stands() -> None:
    result = dedup.clean([f"{LONG}\n{LONG}"], min_kept=0.7)
    counts = result.report["counts"]
    assert (counts["spans_removed"], counts["documents_dropped"]) == (0, 1)
    assert counts["characters_without_copy"] >= 2 * len(LONG)


@pytest.mark.parametrize("settings", [{}, {"unit": "line"}, {"unit": "document"}, {"min_run": 0}])
def test_what_stands_in_a_longer_text_but_for_a_number_stays(settings: dict[str, Any]) -> None:
    ends = "until {} May, and after that the market moves to the square behind the old school again"
    longer = f"{WORDS} {ends.format(12)} {LONG} {OTHER}"
    for place, smaller in enumerate((f"{WORDS} until 13", f"{WORDS} until 13 June", "7 " + WORDS)):
        texts = [longer if place < 2 else f"{OTHER} {LONG} 8 {WORDS} {LONG}", smaller]
        assert cleaned(texts, **settings) == texts
        # May and June are names.
        assert cleaned(texts, numbers="keep", names="keep", **settings) == texts[:1]


@pytest.mark.parametrize("settings", [{}, {"unit": "line"}, {"unit": "document"}, {"min_run": 0}])
def test_what_stands_in_a_longer_text_but_for_a_name_stays(settings: dict[str, Any]) -> None:
    words = f"{WORDS}, and the prize went this year, after a long debate, to the poet"
    ends = "{} and the second one to a writer of novels who came from the islands for the evening"
    longer = f"{words} {ends.format('Bertha Quint')} {LONG} {OTHER}"
    for place, smaller in enumerate(
        (f"{words} Anna", f"{words} Anna Weber", f"Last week Anna said {words}")
    ):
        texts = [longer if place < 2 else f"{LONG} Last week Bertha said {words} {OTHER}", smaller]
        assert cleaned(texts, **settings) == texts
        assert cleaned(texts, names="keep", **settings) == texts[:1]
        assert list(dedup.unique(texts)) == texts


@given(strategies.any_corpora(), st.sampled_from(["the", "Share", "[0-9]+", "La mairie", "."]))
def test_nothing_protected_is_ever_removed(texts: list[str], pattern: str) -> None:
    run = runs.clean_texts(texts, protect=pattern)
    for entry in run.ledger:
        if not entry.get("dropped"):
            for start, end in oracle.split(entry["text"]):
                assert not re.search(pattern, entry["text"][start:end])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dedup.scan("\ud800"), "cannot be the name of a file"),
        (lambda: dedup.Policy(protect="\ud800"), "lone surrogate"),
        (lambda: dedup.scan([dedup.Document(None, 5)]), "the text is a int"),  # type: ignore[arg-type]
        (lambda: dedup.scan(["x"], policy="x"), "it must be a Policy"),  # type: ignore[arg-type]
        (lambda: dedup.unique("abc"), "a stream of articles"),
        (lambda: dedup.scan("x", input_format="pdf"), "it must be text, jsonl, json, csv"),
        (lambda: dedup.scan(["x"], jobs=100_000), "from 1 to 1024"),
        (lambda: dedup.scan(["x"], options=5), "options is a int"),  # type: ignore[arg-type]
        (lambda: dedup.Options(batch_bytes="x"), "batch_bytes is 'x'"),  # type: ignore[arg-type]
        (lambda: dedup.clean(Path(__file__).parent, 5), "the output is 5"),  # type: ignore[arg-type]
        (lambda: dedup.clean(Path(__file__).parent, ""), "the output is ''"),
        (lambda: dedup.Policy(keep="prefer:\udcff"), "lone surrogate"),
        (lambda: dedup.scan(["x"], text_field="\udcff"), "text_field is .* valid Unicode"),
        (lambda: dedup.restore(None, "x"), "to restore is None"),  # type: ignore[arg-type]
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(call: Any, message: str) -> None:
    with pytest.raises(dedup.DedupError, match=message):
        call()


MEETING = (
    "The council met in the hall on 4 July 2026 and the mayor of the town spoke about roads, bridges, "
    "schools and water for a long while before anybody else was asked to say what they thought of the "
    "plan for the harbour, which has waited for repairs since the storm that took the old pier away and "
    "left the fishermen without a place to land their boats in winter when the wind comes from the north."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Correction: Smith resigned on 4 July 2026 after fraud charges.",
        "Police later arrested and charged the mayor of the town with fraud and theft.",
        "ha " * 40,
        "0 " * 30,
        "no, " * 12 + "yes.",
    ],
)
def test_a_sentence_of_its_own_keeps_a_text_whatever_phrases_it_shares(sentence: str) -> None:
    for longer in (f"{MEETING} {sentence}", f"{sentence} {MEETING}"):
        run = runs.clean_texts([MEETING, longer])
        assert not run.ledger, sentence
