"""The quality benchmark: what is planted stands where the labels say."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from benchmarks.quality import copies, edits, layouts, words
from benchmarks.quality.field import Field, NoRoomError
from benchmarks.quality.hosts import Host, Novelty
from benchmarks.quality.page import Page, Piece, has_piece_between, whole
from benchmarks.quality.planted import Place, Planted

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
