"""The quality benchmark: what is planted stands where the labels say, and scores are what they say."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.quality import copies, edits, layouts, paragraphs, reports, score, truthful, words
from benchmarks.quality.engines import dedup as dedup_engine
from benchmarks.quality.engines import lines, overlap
from benchmarks.quality.field import Field, NoRoomError
from benchmarks.quality.hosts import Host, Novelty
from benchmarks.quality.page import Page, Piece, has_piece_between, whole
from benchmarks.quality.planted import LookAlike, Place, Planted, Repeat
from benchmarks.quality.reports import Cluster, Report
from benchmarks.quality.sets import join

VOCABULARY = [a + b for a in "bdfgklmnprstv" for b in "a e i o u an el ir os un".split()]
FURNITURE = ["All rights of this page reserved", "Write to the editors", "Follow the weather"]


def sentence(chance: random.Random, count: int) -> str:
    found = ["".join(chance.choices(VOCABULARY, k=3)) for _ in range(count)]
    return " ".join([found[0].capitalize(), *found[1:]]) + "."


def host(number: int) -> Host:
    """A document of made words: paragraphs of 12 to 120 words, a name and a number in each."""
    chance = random.Random(f"host {number}")
    made = []
    for place in range(12):
        lengths = [chance.randint(10, 24) for _ in range(1 + place % 6)]
        parts = [sentence(chance, count) for count in lengths]
        parts[0] = (
            f"{parts[0][:-1]} of {chance.choice(['Alba', 'Borin'])}tra {chance.randint(2, 9)}."
        )
        made.append(" ".join(parts))
    return Host("en", sentence(chance, 7), made)


def field(count: int = 60) -> Field:
    made = Field([host(number) for number in range(count)], {"boilerplate of 10+": FURNITURE}, 1)
    for language in ("fr", "es", "zh", "ar"):
        made.spots[language] = made.spots["en"]
        made.vocabulary[language] = made.vocabulary["en"]
    return made


def planted_with(kind: str, count: int = 3) -> Planted:
    made = field()
    plant = layouts.CLASSES.get(kind, copies.plant)
    for number in range(count):
        plant(kind, number, made)
    return made.harvest()


def report_of(*pairs: tuple[Place, ...], removed: tuple[Place, ...] = ()) -> Report:
    return Report("test", "0", [Cluster("shared", pair) for pair in pairs], list(removed))


def repeat(left: Place, right: Place, kind: str = "identical") -> Repeat:
    return Repeat(kind, 1, left, right, True, left, (left, right))


# --- words -----------------------------------------------------------------------------------


def test_words_fold_case_accents_width_and_points_and_take_han_one_by_one():
    assert words.words("L’ÉTÉ ｆｉｎｉ, so\u00adft 1905") == ["l", "ete", "fini", "soft", "1905"]
    assert words.words("中文 abc") == ["中", "文", "abc"]
    assert words.words("مُحَمَّد") == words.words("محمد")


def test_similarities_are_those_of_the_shingle_sets():
    assert words.similarities("a b c d", "a b c e") == (1 / 3, 1 / 2)
    assert words.similarities("…", "a b c") == (0, 0)
    assert words.similarities("}", "}") == (1, 1)


# --- pages -----------------------------------------------------------------------------------


def test_a_mark_over_several_pieces_spans_them():
    page = Page("a", "s", "en", "\n\n", ["one", "two", "three"])
    page.take(1, 1, [whole("new", "mark"), whole("newer", "mark")])
    text, places = page.render(7)
    assert text == "one\n\nnew\n\nnewer\n\ntwo\n\nthree"
    assert places == {"mark": Place(7, 5, 15)}
    assert text[5:15] == "new\n\nnewer"


def test_a_piece_stands_between_any_two_plants():
    for low, high in combinations(range(-1, 8), 2):
        assert has_piece_between(low, high) == any(n % 2 == 0 for n in range(low + 1, high))
    page = Page("a", "s", "en", "\n", ["one", "two", "three", "four"])
    page.take(2, 2, [Piece("TWO")])
    assert [place for place in range(-1, 8) if page.is_free(place, place)] == [-1, 5, 6, 7]
    assert not page.is_free(6, 8)


# --- edits -----------------------------------------------------------------------------------

TEXT = "The mayor of Alba said, on Monday, that 12 bridges would open in Corva. Nobody was asked!"


def hand(seed: int = 0) -> edits.Hand:
    return edits.Hand(random.Random(seed), ["stone", "river"], ["In town, Durran met Elba."])


@pytest.mark.parametrize(
    "edit",
    [
        edits.case, edits.punctuation, edits.spaces, edits.accents, edits.full_width,
        edits.invisible, edits.arabic_points,
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "text", [TEXT, "Ça n'était « rien », dit-il. Né à Śrem ; 3,5 km.", "ذهب الولد"]
)
def test_what_does_not_count_changes_no_word(edit, text):
    for seed in range(20):
        assert words.words(edit(text, hand(seed))) == words.words(text)


def test_words_are_changed_one_by_one_and_names_and_numbers_alone():
    old = words.words(TEXT)
    for seed in range(20):
        new = words.words(edits.one_word(TEXT, hand(seed)))
        assert sum(a != b for a, b in zip(old, new, strict=True)) == 1
        new = words.words(edits.numbers(TEXT, hand(seed)))
        assert [a for a, b in zip(old, new, strict=True) if a != b] == ["12"]
        new = words.words(edits.names(TEXT, hand(seed)))
        changed = {a for a, b in zip(old, new, strict=True) if a != b}
        assert changed <= {"alba", "corva", "monday"}


def test_five_percent_is_five_percent():
    text = " ".join(f"{a}{b}" for a in "abcdefghij" for b in "klmnopqrst")
    new = words.words(edits.five_percent(text, hand()))
    assert sum(a != b for a, b in zip(words.words(text), new, strict=True)) == 5


# --- generator -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [k for k in copies.CLASSES if k not in ("accents", "arabic points")]
)
def test_a_planted_copy_stands_where_the_labels_say(kind):
    made = planted_with(kind)
    assert len(made.repeats) == 3
    for one in made.repeats:
        left, right = made.text(one.left), made.text(one.right)
        assert left.strip() == left
        assert right.strip() == right
        assert max(words.similarities(left, right)) > 0.3
        assert one.left < one.right
        assert not one.left.shared(one.right)


@pytest.mark.parametrize(
    "kind", ["page twice", "run", "merged", "split", "shifted", "inside", "quote"]
)
def test_planted_layouts_say_the_same_on_both_sides(kind):
    for one in (made := planted_with(kind)).repeats:
        assert words.words(made.text(one.left)) == words.words(made.text(one.right))


def test_only_a_text_that_stands_whole_in_an_earlier_one_may_go():
    for one in (made := planted_with("inside", 8)).repeats:
        in_longer = made.text(one.right) not in made.texts[one.right.document].splitlines()
        assert one.stays == (one.right if in_longer else one.left)
        assert one.may_go != in_longer


def test_a_ticker_moves_on_and_its_new_headlines_are_known():
    made = planted_with("ticker", 1)
    fresh = [made.text(place) for place in made.fresh]
    assert len(made.repeats) == layouts.HEADLINES - len(fresh) // 2
    for one in made.repeats:
        assert made.text(one.left) == made.text(one.right)
        assert made.text(one.left) not in fresh
        assert one.regions[0].shared(one.left) == one.left.length


def test_furniture_stands_at_the_edge_of_pages_of_one_site():
    made = planted_with("boilerplate of 10+", 1)
    places = {place for one in made.repeats for place in (one.left, one.right)}
    assert len(places) == layouts.SITE_COPIES
    assert len({made.sites[place.document] for place in places}) == 1
    for place in places:
        assert place.start == 0 or place.end == len(made.texts[place.document])


def test_one_seed_makes_one_corpus():
    assert planted_with("5 % of words") == planted_with("5 % of words")


def test_hosts_that_are_full_are_an_error():
    made = field(2)
    with pytest.raises(NoRoomError):
        for number in range(100):
            copies.plant("identical", number, made)


def test_a_paragraph_that_repeats_eight_words_is_no_host():
    novelty, text = Novelty(), [f"word{n}" for n in range(40)]
    assert novelty.takes(text, 8)
    assert not novelty.takes([f"other{n}" for n in range(40)] + text[10:18], 8)
    assert novelty.takes([f"other{n}" for n in range(40)] + text[10:13], 8)


# --- scores ----------------------------------------------------------------------------------

LEFT, RIGHT = Place(0, 100, 200), Place(1, 0, 100)


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        (LEFT, RIGHT, True),
        (Place(0, 120, 200), RIGHT, True),
        (Place(0, 121, 200), RIGHT, False),
        (Place(0, 100, 225), RIGHT, True),
        (Place(0, 100, 226), RIGHT, False),
        (LEFT, Place(1, 100, 200), False),
        (LEFT, Place(2, 0, 100), False),
    ],
)
def test_a_repeat_is_found_when_both_members_are_covered_by_little_else(left, right, found):
    planted = Planted(repeats=[repeat(LEFT, RIGHT)])
    row = score.rows(planted, report_of((left, right)), ["identical"])["identical"]
    assert (row.found, row.in_pieces, row.as_one) == (found, found, found)


def test_pieces_count_together_and_not_as_one():
    halves = [(Place(0, 100, 150), Place(1, 0, 50)), (Place(0, 150, 200), Place(1, 50, 100))]
    planted = Planted(repeats=[repeat(LEFT, RIGHT)])
    row = score.rows(planted, report_of(*halves), ["identical"])["identical"]
    assert (row.found, row.in_pieces, row.as_one, row.touched) == (0, 1, 0, 1)
    row = score.rows(planted, report_of((LEFT, RIGHT), *halves), ["identical"])["identical"]
    assert (row.found, row.in_pieces, row.as_one) == (1, 1, 0)


def test_one_place_over_both_members_finds_nothing():
    left, right = Place(0, 0, 100), Place(0, 100, 200)
    planted = Planted(repeats=[repeat(left, right)])
    report = report_of((Place(0, 0, 200), Place(3, 0, 200)))
    assert score.rows(planted, report, ["identical"])["identical"].found == 0
    report = report_of((left, right))
    assert score.rows(planted, report, ["identical"])["identical"].found == 1


def test_of_a_family_all_copies_but_one_should_go():
    places = [Place(number, 0, 10) for number in range(4)]
    planted = Planted(repeats=[repeat(places[0], place) for place in places[1:]])
    report = report_of(removed=(places[0], Place(1, 0, 4)))
    row = score.rows(planted, report, ["identical"])["identical"]
    assert (row.should_go, row.left_in) == (30, 16)


def test_look_alikes_are_joined_by_a_common_cluster():
    given = [LookAlike("a", LEFT, RIGHT), LookAlike("a", LEFT, Place(2, 0, 9))]
    report = report_of((Place(0, 190, 260), Place(1, 99, 120)), (Place(2, 0, 3), Place(4, 0, 3)))
    assert score.joined(given, report) == given[:1]


def test_new_headlines_are_lost_with_half_of_their_characters():
    planted = Planted(fresh=[Place(0, 0, 10), Place(0, 20, 30)])
    assert score.fresh_lost(planted, report_of(removed=(Place(0, 5, 24),))) == [Place(0, 0, 10)]


def test_a_pair_that_is_not_alike_is_told():
    planted = Planted(texts=["a b c d", "a b c d", "e f g h"])
    alike, unlike = (Place(0, 0, 7), Place(1, 0, 7)), (Place(0, 0, 7), Place(2, 0, 7))
    assert truthful.unlike(planted, report_of(alike, unlike)) == [unlike]
    planted.repeats = [repeat(*alike)]
    assert truthful.untouched_joins(planted, report_of(alike, unlike)) == []
    other = (Place(2, 0, 3), Place(2, 4, 7))
    assert truthful.untouched_joins(planted, report_of(other)) == [other]


LINE = "a b c d e f g h i j"


@pytest.mark.parametrize(
    ("copy", "shingles", "kept"),
    [
        (LINE, None, None),
        ("a b c d e X g h i j", 5 / 8, 0.9),
        ("a b c d e X Y Z Q R", 3 / 8, 0.5),
        ("k l m n", 0.0, 0.0),
    ],
)
def test_text_is_lost_where_no_document_has_it(copy, shingles, kept):
    texts = [f"{LINE}\nsomething else", f"so it goes\n{copy}\nand on"]
    found = truthful.lost(texts, report_of(removed=(Place(0, 0, len(LINE) + 1),)))
    assert [(one.shingles, one.words) for one in found] == (
        [] if kept is None else [(shingles, kept)]
    )


def test_cleaned_text_is_what_is_not_removed():
    report = report_of(removed=(Place(0, 4, 6), Place(0, 5, 8), Place(0, 0, 1)))
    assert report.cleaned(0, "0123456789") == "12389"
    assert report.gone(Place(0, 0, 5)) == 2
    assert report.cleaned(1, "abc") == "abc"


# --- engines and sets ------------------------------------------------------------------------


def corpus(folder: Path, texts: list[str]) -> Path:
    path = folder / "corpus.jsonl"
    rows = ({"id": str(number), "text": text} for number, text in enumerate(texts))
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


PARAGRAPH = "One two three four five six seven eight nine ten eleven twelve."


def test_dedup_is_scored_by_what_its_files_say(tmp_path):
    source = corpus(tmp_path, [f"first\n{PARAGRAPH}\nlast", f"{PARAGRAPH}\nother"])
    report = reports.loaded("dedup", dedup_engine.report(source, None), 0)
    assert report.clusters[0].places == (Place(0, 6, 69), Place(1, 0, 63))
    assert report.cleaned(1, f"{PARAGRAPH}\nother") == "other"


@pytest.mark.parametrize("engine", [lines, overlap])
def test_the_recipe_of_the_peers_keeps_the_first_line(engine, tmp_path):
    source = corpus(tmp_path, [f"first\r\n  {PARAGRAPH}", f"{PARAGRAPH}\nother"])
    report = reports.loaded("test", paragraphs.keep_first(source, "", engine.make(0.7)), 0)
    assert report.clusters == [Cluster("near", (Place(0, 9, 72), Place(1, 0, 63)))]
    assert report.removed == [Place(1, 0, 63)]


def test_overlap_takes_a_line_that_is_half_seen():
    judge = overlap.make(0)
    assert judge(0, "", list("abcdefghijklmnopqrst")) is None
    assert judge(1, "", list("abcdefghijklmnop123")) == 0
    assert judge(2, "", list("123456789abcdefgh")) is None


@given(st.lists(st.frozensets(st.integers(0, 9), max_size=9), max_size=12), st.integers(5, 10))
def test_the_join_finds_every_pair(sets, tenths):
    threshold = Fraction(tenths, 10)
    wanted = {
        (one, two): len(sets[one] & sets[two]) / len(sets[one] | sets[two])
        for one, two in combinations(range(len(sets)), 2)
        if sets[one] and sets[two]
        and Fraction(len(sets[one] & sets[two]), len(sets[one] | sets[two])) >= threshold
    }  # fmt: skip
    assert {(a, b): score for a, b, score in join.pairs(sets, threshold)} == wanted
