"""Versions of one text: who belongs together, in which order, and what became of each block."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import oracle
import pytest
import runs
import strategies
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup.versions import head_of

POLICIES = st.fixed_dictionaries(
    {},
    optional={
        "unit": st.sampled_from(["line", "document"]),
        "numbers": st.sampled_from(["keep", "mask"]),
        "min_run": st.just(0),
        "threshold": st.sampled_from([0.5, 0.9]),
        "search": st.just("exhaustive"),
        "names": st.just("keep"),
    },
)


def document_scores(left: list[oracle.Block], right: list[oracle.Block]) -> tuple[float, float]:
    """Exact resemblance and containment of all tokens of two documents."""
    rules = (left or right)[0].rules
    one, other = (
        oracle.shingle_hashes(
            [oracle.token_hash(token) for block in blocks for token in block.tokens],
            rules.shingle_size,
        )
        for blocks in (left, right)
    )
    shared = len(one & other)
    return shared / len(one | other), shared / min(len(one), len(other))


def places(stretches: tuple[dedup.Blocks, ...]) -> list[int]:
    return [n for one in stretches for n in range(one.blocks[0], one.blocks[1] + 1)]


def check_spans(stretches: Any, blocks: list[oracle.Block]) -> None:
    for one in stretches:
        first, last = one.blocks
        assert one.span == (blocks[first].span[0], blocks[last].span[1])


def check_step(version: dedup.Version, before: list[oracle.Block], own: list[oracle.Block]) -> None:
    """Every block of both is told once, and told right."""
    is_old = [stretch.was for stretch in version.same]
    was = [stretch.was for stretch in version.changed]
    for same, changed, alone, blocks in (
        (version.same, version.changed, version.came, own),
        (is_old, was, version.went, before),
    ):
        check_spans((*same, *changed, *alone), blocks)
        told = sorted([*places((*same, *alone)), *set(places(changed))])
        assert told == list(range(len(blocks)))
    for stretch in version.changed:
        shared = sum(one.blocks == stretch.blocks for one in version.changed)
        shared *= sum(one.was.blocks == stretch.was.blocks for one in version.changed)
        assert shared == 1 or any(
            other.relation == "contained"
            for other in version.changed
            if other.blocks == stretch.blocks or other.was.blocks == stretch.was.blocks
        )
    counts = [Counter(block.fingerprint for block in blocks) for blocks in (before, own)]
    assert len(places(version.same)) == (counts[0] & counts[1]).total()
    for stretch in version.same:
        pairs = zip(places((stretch,)), places((stretch.was,)), strict=True)
        assert all(own[n].fingerprint == before[m].fingerprint for n, m in pairs)
    for stretch in version.changed:
        (n,), (m,) = places((stretch,)), places((stretch.was,))
        found = oracle.verdict(own[n], before[m])
        assert found is not None
        assert (stretch.relation, stretch.template) == (found.relation, found.template)
        assert (stretch.resemblance, stretch.containment) == (found.resemblance, found.containment)
    if len(before) <= 16 and not version.same:
        # One gap: whatever matches by shingles and is free on both sides would have been changed.
        for n in places(version.came):
            for m in places(version.went):
                sizes = len(own[n].tokens), len(before[m].tokens)
                assert min(sizes) < own[n].rules.short_tokens or not oracle.verdict(
                    own[n], before[m]
                )


def check(texts: list[str], result: Any, rules: oracle.Rules) -> None:
    blocks = [[] for _ in texts]
    for block in oracle.blocks_of(texts, rules):
        blocks[block.document].append(block)
    told: list[int] = []
    for story in result.versions:
        numbers = [int(version.source[1:-1]) for version in story.members]
        told += numbers
        assert story.documents == len(numbers) >= 2
        assert numbers == sorted(numbers)
        assert story.members[0].relation is None
        edges = set()
        for one in numbers:
            for other in numbers:
                if one < other:
                    resemblance, containment = document_scores(blocks[one], blocks[other])
                    alike = resemblance >= rules.threshold or containment >= rules.containment
                    edges |= {(one, other)} if alike else set()
        assert is_connected(numbers, edges)
        for before, number, version in zip(numbers, numbers[1:], story.members[1:], strict=False):
            scores = document_scores(blocks[before], blocks[number])
            assert (version.resemblance, version.containment) == scores
            prints = [[block.fingerprint for block in blocks[n]] for n in (before, number)]
            assert (version.relation in ("identical", "equal")) == (prints[0] == prints[1])
            if version.relation == "near":
                assert scores[0] >= rules.threshold
            check_step(version, blocks[before], blocks[number])
    assert len(told) == len(set(told))
    assert result.report["counts"]["stories"] == len(result.versions)
    assert result.report["counts"]["documents_in_stories"] == len(told)


def is_connected(numbers: list[int], edges: set[tuple[int, int]]) -> bool:
    reached = {numbers[0]}
    for _ in numbers:
        for one, other in edges:
            if one in reached or other in reached:
                reached |= {one, other}
    return reached == set(numbers)


@given(texts=strategies.any_corpora(), policy=POLICIES)
def test_every_story_is_what_plain_loops_say(texts: list[str], policy: dict[str, Any]) -> None:
    check(texts, dedup.scan(texts, **policy), runs.rules_of(policy))


def word(chance: random.Random) -> str:
    """A word without digits: texts of such words differ in more than numbers."""
    return "".join(chance.choices("abcdefghijklmnop", k=7))


def story(seed: int, versions: int, *, paragraphs: int = 12) -> list[str]:
    """A text and its later versions: at each step a paragraph comes, goes, changes or moves."""
    chance = random.Random(seed)
    words = [word(chance) for _ in range(3000)]
    paragraph = lambda: " ".join(chance.choices(words, k=chance.randrange(25, 60)))  # noqa: E731
    text = [paragraph() for _ in range(paragraphs)]
    made = ["\n\n".join(text)]
    while len(made) < versions:
        place = chance.randrange(len(text))
        kind = chance.choice(["come", "go", "change", "move"])
        if kind == "come":
            text.insert(place, paragraph())
        elif kind == "go" and len(text) > 8:
            del text[place]
        elif kind == "move":
            text.insert(chance.randrange(len(text)), text.pop(place))
        else:
            parts = text[place].split()
            parts[chance.randrange(len(parts))] = "changed"
            text[place] = " ".join(parts)
        made.append("\n\n".join(text))
    return made


def sources(found: dedup.Story) -> list[int]:
    return [int(member.source[1:-1]) for member in found.members]


@pytest.mark.parametrize("unit", ["paragraph", "line", "document"])
@pytest.mark.parametrize("search", ["lsh", "exhaustive"])
def test_versions_of_two_texts_in_turn_are_two_stories(unit: str, search: str) -> None:
    texts = [text for pair in zip(story(1, 14), story(2, 14), strict=True) for text in pair]
    found = dedup.scan(texts, unit=unit, search=search).versions
    assert [sources(one) for one in found] == [list(range(0, 28, 2)), list(range(1, 28, 2))]
    check(texts, dedup.scan(texts, unit=unit), oracle.Rules(unit=unit))


def test_what_came_went_changed_and_moved_is_told() -> None:
    (text,) = story(5, 1, paragraphs=6)
    old = text.split("\n\n")
    changed = old[2].replace(old[2].split()[9], "otherwise")
    new = [old[5], old[0], old[1], changed, "Wholly new words stand in this paragraph of the text."]
    ((first, second),) = (one.members for one in dedup.scan([text, "\n\n".join(new)]).versions)
    assert first.relation is None
    assert [(one.blocks, one.was.blocks) for one in second.same] == [
        ((0, 0), (5, 5)),
        ((1, 2), (0, 1)),
    ]
    assert [(one.blocks, one.was.blocks) for one in second.changed] == [((3, 3), (2, 2))]
    assert [one.blocks for one in second.came] == [(4, 4)]
    assert [one.blocks for one in second.went] == [(3, 4)]


def test_pages_of_one_site_are_no_versions_of_one_text() -> None:
    """Nearly all of each page is the frame of the site: alike as wholes, and yet no versions."""
    (frame,) = story(3, 1, paragraphs=10)
    pages = [f"{frame}\n\n{story(100 + n, 1, paragraphs=3)[0]}" for n in range(30)]
    blocks = oracle.blocks_of(pages[:2], oracle.Rules())
    resemblance, containment = document_scores(
        *([b for b in blocks if b.document == n] for n in (0, 1))
    )
    assert containment > 0.7 > resemblance > 0.5
    empty = [frame, frame]
    assert [sources(one) for one in dedup.scan([*pages, *empty], threshold=0.5).versions] == [
        [30, 31]
    ]
    # A page that was changed is a version of itself.
    again = pages[7].replace("\n\n", "\n\nAdded words.\n\n", 1)
    assert [sources(one) for one in dedup.scan([*pages, again], threshold=0.5).versions] == [
        [7, 30]
    ]


def test_pages_of_a_manual_whose_own_text_is_short_lines_are_no_versions_either() -> None:
    """All that tells them apart is shorter than `min_tokens`."""
    chance = random.Random(8)
    (frame,) = story(9, 1, paragraphs=10)
    own = [
        "\n\n".join(f"{word(chance)} {word(chance)} {word(chance)}" for _ in range(30))
        for _ in range(24)
    ]
    assert dedup.scan([f"{frame}\n\n{lines}" for lines in own]).versions == []


def test_a_teaser_joins_its_article_and_a_digest_joins_none_of_what_it_holds_but_one() -> None:
    article, others = story(11, 1)[0], [story(20 + n, 1)[0] for n in range(3)]
    teaser = "\n\n".join(article.split("\n\n")[:5])
    found = dedup.scan([article, teaser, *others])
    assert [sources(one) for one in found.versions] == [[0, 1]]
    assert found.versions[0].members[1].relation == "contained"
    digest = "\n\n".join([article, *others])
    stories = dedup.scan([article, *others, digest]).versions
    assert [len(one.members) for one in stories] == [2]


def test_a_whole_story_joins_a_longer_text_that_holds_it() -> None:
    texts = story(30, 3)
    longer = texts[0] + "\n\n" + story(31, 1, paragraphs=9)[0]
    assert [sources(one) for one in dedup.scan([*texts, longer]).versions] == [[0, 1, 2, 3]]


def test_versions_are_found_through_other_paragraph_breaks() -> None:
    (text,) = story(40, 1, paragraphs=14)
    merged = text.replace("\n\n", " ")
    for texts, counts in (([text, merged], (0, 1, 0, 0)), ([merged, text], (0, 14, 0, 0))):
        result = dedup.scan(texts)
        (found,) = result.versions
        version = found.members[1]
        assert version.resemblance == 1.0
        assert (len(version.changed), version.came, version.went) == (14, (), ())
        assert result.longest_stories(1)[0].blocks == counts
        assert head_of(found.to_dict()).blocks == counts


@pytest.mark.parametrize(
    "settings",
    [{"date_field": "day"}, {"window": "9d:day"}, {"keep": "earliest:day"}, {"keep": "latest:day"}],
)
def test_versions_follow_their_dates(settings: dict[str, Any]) -> None:
    texts = story(50, 4)
    days = ["2024-01-03", "2024-01-01", "2024-01-04", "2024-01-02"]
    records = [{"text": text, "day": day} for text, day in zip(texts, days, strict=True)]
    (found,) = dedup.scan(records, **settings).versions
    assert sources(found) == [1, 3, 0, 2]


def test_undated_versions_come_last_and_are_told_of() -> None:
    texts = story(51, 3)
    days: list[Any] = ["no date", "2024-01-02", 20240101]
    records = [{"text": text, "day": day} for text, day in zip(texts, days, strict=True)]
    result = dedup.scan(records, date_field="day")
    assert [sources(one) for one in result.versions] == [[2, 1, 0]]
    assert any("1 of 3 documents have no date in the field day" in one for one in result.warnings)


def test_scope_and_groups_hold_for_versions_too() -> None:
    texts = story(52, 4)
    records = [{"text": text, "site": "ab"[n % 2]} for n, text in enumerate(texts)]
    grouped = dedup.scan(records, group_by="site").versions
    assert [sources(one) for one in grouped] == [[0, 2], [1, 3]]
    assert dedup.scan(records, scope="within").versions == []
    days = [{"text": text, "date": f"2024-0{1 + n}-01"} for n, text in enumerate(texts)]
    assert dedup.scan(days, window="7d").versions == []
    assert len(dedup.scan(days, window="40d").versions) == 1


def test_texts_that_differ_in_many_numbers_are_no_versions_and_in_a_few_they_are() -> None:
    report = (
        "Tide tables say high water at {} and low water at {} with {} metres and wind of {} knots"
    )
    texts = [
        report.format(n, n + 1, n + 2, n + 3) + " from the west all day long here." for n in (1, 40)
    ]
    assert dedup.scan(texts).versions == []
    (long,) = story(53, 1, paragraphs=4)
    noted = [f"{long}\nIn all there were {n} of them." for n in (12, 14)]
    assert len(dedup.scan(noted, unit="document").versions) == 1


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Records of 40 stories, and `versions.jsonl` of one job."""
    folder = tmp_path_factory.mktemp("versions")
    texts = [text for seed in range(40) for text in story(seed, 1 + seed % 7)]
    random.Random(3).shuffle(texts)
    path = runs.write_lines(folder / "in.jsonl", [{"text": text} for text in texts])
    dedup.clean(path, folder / "one", jobs=1)
    return path, (folder / "one/_dedup/versions.jsonl").read_bytes()


@pytest.mark.parametrize(
    "options", [{"jobs": 3}, {"jobs": 2, "memory": "128M"}, {"jobs": 2, "batch_bytes": 3000}]
)
def test_options_change_no_byte(
    many: tuple[Path, bytes], options: dict[str, Any], tmp_path: Path
) -> None:
    path, expected = many
    dedup.clean(path, tmp_path / "out", options=dedup.Options(**options))
    assert (tmp_path / "out/_dedup/versions.jsonl").read_bytes() == expected
    stories = [json.loads(line) for line in expected.splitlines()]
    assert len(stories) == sum(seed % 7 > 0 for seed in range(40))
    assert len({one["story"] for one in stories}) == len(stories)


def test_lines_results_and_a_finished_folder_say_the_same(
    many: tuple[Path, bytes], tmp_path: Path
) -> None:
    path, expected = many
    result = dedup.scan(path)
    assert b"".join(result.version_lines()) == expected
    assert [one.to_dict() for one in result.versions] == [
        json.loads(x) for x in expected.splitlines()
    ]
    dedup.clean(path, tmp_path / "out")
    again = dedup.clean(path, tmp_path / "out", resume=True)
    assert b"".join(again.version_lines()) == expected
    assert again.versions == result.versions
    assert again.longest_stories(4) == result.longest_stories(4)


def test_the_cleaned_text_does_not_depend_on_the_date_field(tmp_path: Path) -> None:
    texts = story(60, 5)
    records = [{"id": str(n), "text": text, "day": 9 - n} for n, text in enumerate(texts)]
    path = runs.write_lines(tmp_path / "in.jsonl", records)
    made = []
    for name, field in (("a", None), ("b", "day")):
        dedup.clean(path, tmp_path / name, date_field=field)
        made.append(runs.tree(tmp_path / name, without=["report.json", "versions.jsonl"]))
    assert made[0] == made[1]


def test_a_crowd_of_copies_and_a_frame_of_all_pages_stay_linear() -> None:
    """20,000 pages with one frame, and as many copies: a minute would be quadratic."""
    (frame,) = story(70, 1, paragraphs=3)
    chance = random.Random(71)
    pages = [f"{frame}\n\n{' '.join(word(chance) for _ in range(12))}." for _ in range(20_000)]
    result = dedup.scan(
        [*pages, *["The same page again and again, word for word, as it is."] * 20_000]
    )
    assert [one.documents for one in result.longest_stories(1)] == [20_000]


def test_dated_policy_texts_are_one_story_each(shared_data: Path) -> None:
    """Listed pairs of policy texts that share half of their word 5-shingles and more."""
    result = dedup.scan(shared_data / "opentermsarchive.dev.jsonl.zst", date_field="date")
    home = {
        member.document: number
        for number, one in enumerate(result.versions)
        for member in one.members
    }
    pairs = runs.stream_lines(shared_data / "opentermsarchive.dev.pairs.jsonl")
    alike = [pair for pair in pairs if pair["jaccard_word5"] >= 0.6]
    together = [pair for pair in alike if home.get(pair["id1"], -1) == home.get(pair["id2"], -2)]
    assert len(alike) > 1700
    assert len(together) / len(alike) >= 0.995
