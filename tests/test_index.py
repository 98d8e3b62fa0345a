"""The index as its users see it: what it answers of a text, and what it holds afterwards."""

from __future__ import annotations

import datetime
import random
from pathlib import Path

import pytest
from stories import OTHER, STORY

from dedup import Document, Index, Policy


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "seen.dedup")


def test_a_text_is_new_then_seen_whole_or_in_parts(path: str) -> None:
    with Index.open(path) as index:
        first = index.add("a", STORY, date="2026-01-02", source="feed", fields={"site": "x"})
        assert (first.action, first.novelty, first.matches, first.clean_text) == (
            "keep",
            1.0,
            (),
            STORY,
        )
        again = index.check(STORY)
        assert (again.action, again.novelty, again.clean_text, again.seen) == ("drop", 0, "", True)
        (found,) = again.matches
        assert (found.document, found.source, found.first_seen) == ("a", "feed", "2026-01-02")
        assert (found.relation, found.span, found.other_span) == ("identical", (0, 80), (0, 80))
        part = index.check(f"{OTHER}\n{STORY.upper()}")
        assert (part.action, part.clean_text, part.novelty) == ("clean", OTHER, 0.5)
        assert part.matches[0].relation == "equal"
        near = index.check(STORY.replace("tomorrow", "today"))
        assert near.matches[0].relation == "near"
        assert 0 < near.matches[0].resemblance < 1
        assert index.check("").action == index.check(" \n ").action == "keep"
    with Index.open(path, mode="r") as index:
        (entry,) = index
        assert entry.to_dict() == {
            "id": "a",
            "date": "2026-01-02",
            "source": "feed",
            "fields": {"site": "x"},
        }
        assert "a" in index
        assert "b" not in index
        assert 7 not in index
        assert len(index) == 1


def test_a_text_repeats_itself(path: str) -> None:
    with Index.open(path) as index:
        verdict = index.check(f"{STORY}\n\n{OTHER}\n\n{STORY}")
    assert verdict.clean_text == f"{STORY}\n\n{OTHER}"
    assert (verdict.matches[0].document, verdict.matches[0].other_span) == ("", (0, 80))


def test_numbers_names_and_short_blocks_stay_as_in_a_scan(path: str) -> None:
    with Index.open(path) as index:
        index.add("a", f"Share\n\n{STORY} It is 7 degrees.")
        verdict = index.check(f"Share\n\n{STORY} It is 9 degrees.")
    assert verdict.action == "keep"
    assert [found.kept for found in verdict.matches] == ["min_tokens", "numbers"]


def words_of(seed: int, count: int) -> str:
    chance = random.Random(seed)
    return " ".join("".join(chance.choices("bdegklmnorstu", k=7)) for _ in range(count))


def test_paragraphs_that_are_broken_anew_go_and_quotations_are_told(path: str) -> None:
    one, other, own = words_of(1, 30), words_of(2, 30), words_of(3, 30)
    quote = " ".join(one.split()[3:25])
    with Index.open(path) as index:
        index.add("parts", f"{one}\n\n{other}")
        whole = index.check(f"{own}\n\n{one} {other}")
        assert (whole.action, whole.clean_text) == ("clean", own)
        (found,) = whole.matches
        assert (found.relation, found.document) == ("equal", "parts")
        assert found.other_span == (0, len(one) + 2 + len(other))
        assert 0 < whole.novelty < 1
        quoting = index.add("quoting", f"{own} {quote} {words_of(4, 60)}")
        assert (quoting.action, quoting.novelty) == ("keep", 1.0)
        (found,) = quoting.matches
        assert (found.kept, found.document) == ("part", "parts")
        assert found.other_span == (one.index(quote), one.index(quote) + len(quote))
        assert found.span == (len(own) + 1, len(own) + 1 + len(quote))
    with Index.open(path, mode="r") as index:
        assert index.check(f"{one} {other}").action == "drop"


def test_what_went_for_a_run_stays_gone_and_what_is_like_it_goes(path: str) -> None:
    one, other = words_of(1, 30), words_of(2, 30)
    merged = f"{one} {other}"
    edited = merged.replace(merged.split()[7], "another")
    with Index.open(path) as index:
        index.add("parts", f"{one}\n\n{other}")
        assert index.add("merged", f"{words_of(3, 30)}\n\n{merged}").action == "clean"
        verdict = index.check(edited)
        assert verdict.action == "drop"
        (found,) = verdict.matches
        assert (found.relation, found.document) == ("near", "parts")


@pytest.mark.parametrize("compact", [False, True])
def test_a_removed_source_of_a_run_is_replaced_by_what_repeated_it(
    path: str, compact: bool
) -> None:
    one, other = words_of(1, 30), words_of(2, 30)
    with Index.open(path) as index:
        index.add("first", f"{one}\n\n{other}")
        assert index.add("copy", f"{words_of(3, 30)}\n\n{one}\n\n{other}").action == "clean"
        index.commit()
        index.remove("first")
        if compact:
            index.compact()
        verdict = index.check(f"{one} {other}")
        assert (verdict.action, verdict.matches[0].document) == ("drop", "copy")


def test_what_repeats_as_written_otherwise_has_its_exact_place(path: str) -> None:
    one = words_of(1, 24)
    shouted = " ,  ".join(one.upper().split())
    cut = " ".join(one.split()[:22])
    with Index.open(path, Policy(containment=0, min_tokens=30)) as index:
        index.add("first", one)
        index.add("loud", f"{words_of(2, 40)}\n\n{shouted} {words_of(3, 9)}")
        index.add("again", f"{shouted}\n\n{words_of(4, 40)}")
        index.remove("first")
        index.remove("loud")
        (found,) = index.check(f"{words_of(5, 40)} {cut}").matches
        assert (found.document, found.kept) == ("again", "part")
        assert found.other_span == (
            0,
            shouted.index(one.split()[21].upper()) + len(one.split()[21]),
        )


def test_the_same_again_changes_nothing_and_has_the_same_verdict(path: str) -> None:
    with Index.open(path) as index:
        first = index.add("a", STORY)
        index.add("b", f"{STORY}\n{OTHER}")
        assert index.add("a", STORY) == first
        index.commit()
        generation = index.stats()["generation"]
        assert index.update("a", STORY) == first
        index.commit()
        assert index.stats()["generation"] == generation


def test_a_changed_text_replaces(path: str) -> None:
    with Index.open(path) as index:
        index.add("a", STORY)
        index.commit()
        assert index.update("a", OTHER).action == "keep"
        assert index.check(STORY).action == "keep"
        assert index.check(OTHER).action == "drop"
        assert len(index) == 1
    with Index.open(path, mode="r") as index:
        assert (index.check(STORY).action, len(index)) == ("keep", 1)


def test_batches_take_documents_dicts_and_pairs_and_one_id_twice(path: str) -> None:
    batch = [
        Document("a", STORY, "s", {"date": "2026-01-01", "n": 1}),
        {"id": "b", "text": OTHER, "date": 86400, "source": "t", "n": 2},
        ("c", STORY),
        ("c", STORY),
        ("c", OTHER),
    ]
    with Index.open(path) as index:
        actions = [verdict.action for verdict in index.add_many(batch)]
        assert actions == ["keep", "keep", "drop", "drop", "drop"]
        entries = {entry.id: entry for entry in index}
    assert entries["a"].fields == {"n": 1}
    assert entries["b"].date == "1970-01-02T00:00:00+00:00"
    assert list(entries) == ["a", "b", "c"]


def test_removing_and_expiring_forget(path: str) -> None:
    with Index.open(path) as index:
        index.add("old", STORY, date=datetime.date(2020, 1, 1))
        index.add("new", OTHER, date=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc))
        index.add("now", "Nothing that repeats, and no date of its own: it is of this very day.")
        index.commit()
        assert index.expire(before="2021-01-01") == 1
        assert index.check(STORY).action == "keep"
        assert index.remove("new") is True
        assert index.remove("new") is False
        assert [entry.id for entry in index] == ["now"]
        before = index.stats()["bytes"]
        index.compact()
        assert index.stats()["bytes"] < before
        assert index.check(OTHER).action == "keep"
        assert index.verify() == []


def test_what_repeated_a_removed_document_counts_again(path: str) -> None:
    with Index.open(path) as index:
        index.add("a", STORY)
        assert index.add("b", STORY).action == "drop"
        index.remove("a")
        (found,) = index.check(STORY).matches
        assert found.document == "b"
        index.compact()
        (found,) = index.check(STORY).matches
        assert found.document == "b"
