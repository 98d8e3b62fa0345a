"""Repeats that ignore paragraph breaks, and texts inside longer ones: what is found, where, what goes."""

from __future__ import annotations

import random
import re
from typing import Any

import checker
import oracle
import pytest
import runs
import strategies
from hypothesis import given
from hypothesis import strategies as st

import dedup

WORDS = (strategies.FRENCH + strategies.ENGLISH)[:120]


def sentence(seed: int, length: int) -> str:
    """Words that no other seed gives."""
    tail = "".join("abcdefghij"[int(digit)] for digit in str(seed))
    choices = (random.Random(seed * 1000 + n).choice(WORDS) for n in range(length))
    return " ".join(f"{word}{tail}" for word in choices)


def clusters_of(texts: list[str], **policy: Any) -> list[dict[str, Any]]:
    return [runs.plain(cluster) for cluster in dedup.scan(texts, **policy).clusters]


def spans_of(texts: list[str], **policy: Any) -> list[list[tuple[str, str]]]:
    """For each cluster the texts of its members, with what became of them."""
    return [
        [
            (
                texts[int(member["source"][1:-1])][slice(*member["span"])],
                "keeper" if member["keeper"] else member.get("kept", "removed"),
            )
            for member in cluster["members"]
        ]
        for cluster in clusters_of(texts, **policy)
    ]


def own(seed: int) -> str:
    return sentence(9000 + seed, 25)


def test_paragraphs_that_were_merged_go_as_one() -> None:
    one, other = sentence(1, 30), sentence(2, 30)
    texts = [f"{own(1)}\n\n{one}\n\n{other}", f"{own(2)}\n\n{one} {other}\n\n{own(3)}"]
    run = runs.clean_texts(texts)
    assert list(checker.problems(run)) == []
    assert list(run.outputs.values()) == [texts[0], f"{own(2)}\n\n{own(3)}"]
    (entry,) = run.ledger
    assert (entry["relation"], entry["resemblance"]) == ("equal", 1.0)
    assert texts[0][slice(*entry["keeper"]["span"])] == f"{one}\n\n{other}"


def test_a_paragraph_that_was_split_goes_as_one() -> None:
    whole = sentence(1, 60)
    cut = whole.index(" ", 200)
    texts = [
        f"{own(1)}\n\n{whole}",
        f"{own(2)}\n\n{whole[:cut]}\n\n{whole[cut + 1 :]}\n\n{own(3)}",
    ]
    run = runs.clean_texts(texts)
    assert list(checker.problems(run)) == []
    assert list(run.outputs.values()) == [texts[0], f"{own(2)}\n\n{own(3)}"]


def test_paragraphs_whose_break_moved_go_as_one() -> None:
    words = sentence(1, 70).split()
    texts = [
        "\n\n".join([own(1), " ".join(words[:30]), " ".join(words[30:])]),
        "\n\n".join([own(2), " ".join(words[:40]), " ".join(words[40:]), own(3)]),
    ]
    run = runs.clean_texts(texts)
    assert list(checker.problems(run)) == []
    assert list(run.outputs.values()) == [texts[0], f"{own(2)}\n\n{own(3)}"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_quotation_is_found_with_its_exact_place_and_stays(order: int) -> None:
    quoted = "« " + sentence(1, 26) + " »"
    texts = [
        f"{own(1)}\n\n{sentence(2, 30)}, {quoted}, {sentence(3, 31)}",
        f"{sentence(4, 40)}: {quoted} {sentence(5, 35)}",
    ][::order]
    assert runs.clean_texts(texts).ledger == []
    (members,) = spans_of(texts)
    assert [(text.strip(" «»,:"), fate) for text, fate in members] == [
        (sentence(1, 26), "keeper"),
        (sentence(1, 26), "part"),
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_a_paragraph_inside_a_longer_one_is_found_with_its_place(order: int) -> None:
    inner = sentence(1, 30) + "."
    texts = [f"{own(1)}\n\n{inner}", f"{own(2)}\n\n{sentence(2, 150)}. {inner} {own(3)}"][::order]
    (members,) = spans_of(texts)
    assert [fate for _, fate in members] == ["keeper", "contained" if order > 0 else "removed"]
    assert all(text.strip(" .") == sentence(1, 30) for text, _ in members)
    cleaned = runs.clean_texts(texts)
    assert list(checker.problems(cleaned)) == []
    assert len(cleaned.ledger) == (0 if order > 0 else 1)


def test_quotations_that_overlap_at_their_first_place_are_one_cluster() -> None:
    """Two texts that quote the same page are found together, each with the part that it has."""
    words = sentence(1, 100).split()
    page, one, other = " ".join(words), " ".join(words[10:70]), " ".join(words[40:95])
    texts = [
        page,
        f"{own(1)} {sentence(2, 60)} {one} {own(2)}",
        f"{sentence(3, 60)} {other} {own(3)}",
    ]
    (cluster,) = clusters_of(texts)
    keeper, *members = cluster["members"]
    assert page[slice(*keeper["span"])] == " ".join(words[10:95])
    assert cluster["tokens"] == 85
    assert [page[slice(*member["keeper_span"])] for member in members] == [one, other]
    assert [member["document"] for member in members] == ["1", "2"]
    (typed,) = dedup.scan(texts).clusters
    assert [list(member.keeper_span or ()) for member in typed.members] == [
        [],
        *(member["keeper_span"] for member in members),
    ]


def test_what_a_passage_tells_is_no_quotation_again() -> None:
    """A run that goes on by a word behind a block that is told tells nothing more."""
    inner = sentence(1, 30)
    texts = [
        f"{own(1)}\n\n{inner}.\n\nThen {own(2)}",
        f"{sentence(2, 150)}. {inner}. Then {own(3)}",
    ]
    (members,) = spans_of(texts)
    assert [fate for _, fate in members] == ["keeper", "contained"]


def test_short_runs_and_off() -> None:
    shared = sentence(1, 19)
    texts = [f"{sentence(2, 30)} {shared} {own(1)}", f"{sentence(3, 30)} {shared} {own(2)}"]
    assert clusters_of(texts) == []
    assert len(clusters_of(texts, min_run=15)) == 1
    shared = sentence(1, 24)
    texts = [f"{sentence(2, 30)} {shared} {own(1)}", f"{sentence(3, 30)} {shared} {own(2)}"]
    assert len(clusters_of(texts)) == 1
    assert clusters_of(texts, min_run=0) == []
    assert clusters_of(texts, min_run=25) == []


def test_the_places_of_a_run_never_overlap() -> None:
    for cluster in clusters_of([" ".join(["tra la la"] * 60)]):
        keeper, *others = [member["span"] for member in cluster["members"]]
        assert all(keeper[1] <= other[0] for other in others)
    assert clusters_of([" ".join(["tra la la"] * 13)]) == []


@st.composite
def rewrapped(draw: st.DrawFn) -> list[str]:
    """Documents made of pieces of one stream of words, broken anywhere, with words of their own."""
    stream = " ".join(sentence(seed, 20) for seed in range(8)).split()
    texts = []
    for number in range(draw(st.integers(2, 4))):
        start = draw(st.integers(0, 120))
        words = stream[start : start + draw(st.integers(10, 90))]
        breaks = draw(st.lists(st.integers(1, max(len(words) - 1, 1)), max_size=3))
        for place in sorted(breaks, reverse=True):
            words.insert(place, "\n\n")
        before, after = draw(st.booleans()), draw(st.booleans())
        text = " ".join(words).replace(" \n\n ", "\n\n")
        text = (own(number) + draw(st.sampled_from([" ", "\n\n"])) if before else "") + text
        texts.append(
            text + (draw(st.sampled_from([". ", "\n"])) + own(50 + number) if after else "")
        )
    return texts


@given(st.one_of(rewrapped(), strategies.loose_corpora()))
def test_what_comes_later_changes_nothing_before(texts: list[str]) -> None:
    """In exhaustive search: a later text may show that two texts match which bands did not compare."""
    whole = runs.clean_texts(texts, search="exhaustive").outputs
    for count in range(1, len(texts)):
        left = runs.clean_texts(texts[:count], search="exhaustive").outputs
        names = [f"[{place}]" for place in range(count)]
        assert [left.get(name) for name in names] == [whole.get(name) for name in names]


def test_what_stays_names_the_region_for_which_its_keeper_went() -> None:
    one, other = sentence(1, 30), sentence(2, 30)
    merged = f"{one} 7 {other}"
    texts = [f"{own(1)}\n\n{one} 7\n\n{other}", f"{own(2)}\n\n{merged}", merged.replace("7", "8")]
    run = runs.clean_texts(texts)
    assert list(checker.problems(run)) == []
    assert list(run.outputs.values()) == [texts[0], own(2), texts[2]]
    (cluster,) = [found for found in dedup.scan(texts).clusters if found.kind == "template"]
    keeper, member = cluster.members
    assert (keeper.source, member.source, member.kept) == ("[0]", "[2]", "numbers")
    assert member.differences is not None
    (difference,) = member.differences
    assert texts[2][slice(*difference.span)] == "8"
    assert texts[0][slice(*difference.keeper_span)] == "7"


@given(rewrapped(), st.sampled_from(["first", "longest"]))
def test_what_goes_for_a_run_stands_in_the_output(texts: list[str], keep: str) -> None:
    run = runs.clean_texts(texts, keep=keep)
    assert list(checker.problems(run)) == []


@given(rewrapped())
def test_cleaning_again_removes_nothing_that_a_run_covers(texts: list[str]) -> None:
    once = list(runs.clean_texts(texts).outputs.values())
    assert runs.clean_texts(once).ledger == []


def test_what_resembles_a_block_that_goes_for_a_run_goes_for_it_too() -> None:
    """Else the block would stay for its sake, and go when the cleaned text is cleaned."""
    one, other = sentence(1, 30), sentence(2, 30)
    merged = f"{one} {other}"
    edited = merged.replace(merged.split()[7], "another")
    texts = [f"{own(1)}\n\n{one}\n\n{other}", f"{own(2)}\n\n{merged}", f"{own(3)}\n\n{edited}"]
    run = runs.clean_texts(texts)
    assert list(checker.problems(run)) == []
    assert list(run.outputs.values()) == [texts[0], own(2), own(3)]
    assert [entry["relation"] for entry in run.ledger] == ["equal", "near"]
    assert 0.7 < run.ledger[1]["resemblance"] < 1
    keepers = {texts[0][slice(*entry["keeper"]["span"])] for entry in run.ledger}
    assert keepers == {f"{one}\n\n{other}"}


def test_what_stands_in_two_blocks_names_its_keeper_alone_once_the_other_went() -> None:
    one, other, third = sentence(1, 40), sentence(2, 30), sentence(3, 30)
    cut = " ".join(other.split()[:9])
    texts = [f"{own(1)}\n\n{other}", f"{own(2)} {one}\n\n{other} {third}", f"{one} {cut}"]
    run = runs.clean_texts(texts)
    assert list(checker.problems(run)) == []
    assert runs.clean_texts(list(run.outputs.values())).ledger == []


@given(rewrapped())
def test_every_run_is_reported(texts: list[str]) -> None:
    """Whatever 20 tokens stand twice in a row, and stay: the later place is in some member's span."""
    texts = list(runs.clean_texts(texts).outputs.values())
    spans: list[set[int]] = [set() for _ in texts]
    for cluster in clusters_of(texts):
        for member in cluster["members"]:
            spans[int(member["source"][1:-1])].update(range(*member["span"]))
    # Each word is one token; a full stop may follow it.
    places = [[word.span() for word in re.finditer(r"\w+", text)] for text in texts]
    for later, text in enumerate(texts):
        for earlier in range(later):
            for start, length in oracle.common_runs(
                oracle.tokens(text), oracle.tokens(texts[earlier])
            ):
                if length >= 20:
                    first, last = places[later][start], places[later][start + length - 1]
                    found = [n in spans[later] for n in range(first[0], last[1])]
                    assert any(found), text[first[0] : last[1]]


@given(rewrapped())
def test_reported_parts_are_the_same_tokens(texts: list[str]) -> None:
    for cluster in clusters_of(texts):
        keeper, *others = cluster["members"]
        whole = texts[int(keeper["source"][1:-1])]
        for member in others:
            if member.get("kept") == "part":
                text = texts[int(member["source"][1:-1])][slice(*member["span"])]
                part = whole[slice(*member.get("keeper_span", keeper["span"]))]
                assert oracle.tokens(text) == oracle.tokens(part)


@pytest.mark.parametrize(
    "said", ["again", "ten words that stand one after the other again and", "哈"]
)
def test_text_that_repeats_itself_is_read_in_one_go(said: str) -> None:
    # Each of its places began a run with the first place of all: with the square of its length, hours.
    many = f"{said} " * (200_000 // len(said.split()))
    texts = [f"{own(1)} {many}", f"{own(2)} {many}"]
    clusters = clusters_of(texts)
    assert any(len(cluster["members"]) == 2 for cluster in clusters)
    assert (
        list(checker.problems(runs.clean_texts([f"{own(1)}\n\n{many}", f"{own(2)}\n\n{many}"])))
        == []
    )


def test_a_quotation_stands_in_the_cluster_of_what_it_quotes() -> None:
    whole = sentence(1, 60)
    quoted = " ".join(whole.split()[20:50])
    quoting = f"{sentence(2, 40)} {quoted} {sentence(3, 40)}"
    assert spans_of([whole, whole.upper(), quoting]) == [
        [(whole, "keeper"), (whole.upper(), "removed"), (quoted, "part")]
    ]
    # A quotation within the paragraph's own document is told as well; one of another text apart.
    other = sentence(4, 60)
    part = " ".join(other.split()[5:40])
    quoting += f"\n\n{sentence(5, 40)} {part} {sentence(6, 30)}"
    (cluster, apart) = clusters_of([whole, whole.upper(), quoting, other])
    assert [member.get("kept") for member in cluster["members"]] == [None, None, "part"]
    assert cluster["documents"] == 3
    assert apart["documents"] == 2


def test_what_holds_a_paragraph_and_more_stands_in_the_cluster_of_what_goes_for_it() -> None:
    part, more = sentence(1, 40), sentence(2, 30)
    texts = [part, f"{part} {more}", part.upper()]
    (cluster,) = clusters_of(texts)
    kept = [member.get("kept") for member in cluster["members"]]
    assert kept == [None, "contained", None]
    (entry,) = (entry for entry in dedup.clean(texts).removed if not entry.get("dropped"))
    assert entry["cluster"] == cluster["cluster"]


def test_a_text_that_went_for_a_block_which_stays_makes_it_no_repeat_of_itself() -> None:
    """Its layout held it for a copy elsewhere; the copy went for it, as what goes on around it does."""
    name, body = sentence(1, 25), [sentence(2, 24), sentence(3, 44), sentence(4, 26)]
    lines = [sentence(5, 8), f"{name} 13", name, sentence(6, 8), body[1], body[0], *[body[2]] * 2]
    texts = ["\n".join(body), f"{name} 13", "\n".join([*lines, sentence(7, 8)])]
    assert list(checker.problems(runs.clean_texts(texts, keep="longest"))) == []
    for cluster in clusters_of(texts, keep="longest"):
        places = [(member["source"], *member["span"]) for member in cluster["members"]]
        assert len(set(places)) == len(places)


def test_no_passage_that_stays_reaches_into_its_keeper() -> None:
    """Each of these holds the one before it, and more."""
    grown = [sentence(1, 20)]
    for seed in range(2, 6):
        grown.append(f"{grown[-1]} {sentence(seed, 20)}")
    for cluster in clusters_of(["\n\n".join(grown)], min_run=0):
        keeper, *others = cluster["members"]
        for member in others:
            start, end = member.get("keeper_span", keeper["span"])
            assert end <= member["span"][0] or member["span"][1] <= start


def test_many_parts_of_one_long_text_are_found_at_once() -> None:
    parts = [sentence(seed, 40) for seed in range(300)]
    entries = runs.clean_texts([" ".join(parts), own(1) + "\n\n" + "\n\n".join(parts)]).ledger
    (entry,) = (entry for entry in entries if "dropped" not in entry)
    assert entry["keeper"]["span"] == [0, len(" ".join(parts))]


# One text in a line, and in lines as a scanner reads them from two prints.
NEWS = (
    "On nous écrit de la vallée que les eaux ont emporté le pont de bois dans la nuit de lundi, que trois "
    "maisons du hameau sont restées entourées et que les habitants attendent des secours du chef-lieu."
)
PRINTS = [
    "On nous écrit de la val-\nlée que les eaux ont emporté le pont de bois dans la nuit de lun-\ndi, que trois mai-\n"
    "sons du hameau sont restées entourées\net que les habi-\ntants attendent des se-\ncours du chef-lieu.",
    "On nous écrit de la vallée que les eaux ont em-\nporté le pont de bois dans la nuit\nde lundi, que trois "
    "maisons du ha-\nmeau sont restées entourées et que les ha-\nbitants atten-\ndent des secours du\nchef-lieu.",
]


@pytest.mark.parametrize("texts", [[NEWS, PRINTS[0]], [PRINTS[0], NEWS], PRINTS, PRINTS[::-1]])
def test_prints_that_part_other_words_at_line_ends_are_one_text(texts: list[str]) -> None:
    (cluster,) = dedup.scan(texts).clusters
    assert [member.span for member in cluster.members] == [(0, len(text)) for text in texts]
    left = [document.text for document in dedup.clean(texts).documents]
    assert left == texts[:1]
    assert dedup.clean(left).removed == []
