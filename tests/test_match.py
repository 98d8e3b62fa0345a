"""Matches: nothing but what the oracle's double loop finds, with its exact scores."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

import oracle
import pytest
import strategies
from hypothesis import example, given
from hypothesis import strategies as st
from runs import rules_of

import dedup

Pairs = dict[frozenset[bytes], oracle.Verdict]


@st.composite
def settings(draw: st.DrawFn) -> dict[str, Any]:
    """Policy fields that change what matches; half of the time the defaults."""
    if draw(st.booleans()):
        return {}
    choices: dict[str, st.SearchStrategy[Any]] = {
        "unit": st.sampled_from(["paragraph", "line", "document"]),
        "shingle_size": st.integers(1, 6),
        "threshold": st.sampled_from([0.1, 0.4, 0.7, 0.75, 0.8, 0.9, 1.0]),
        "containment": st.sampled_from([0.0, 0.1, 0.6, 0.8, 1.0]),
        "short_tokens": st.sampled_from([0, 8, 20, 40]),
        "short_threshold": st.sampled_from([0.3, 0.8, 0.9, 1.0]),
        "min_tokens": st.sampled_from([0, 1, 8, 15]),
        "numbers": st.sampled_from(["veto", "keep", "mask"]),
        "names": st.sampled_from(["veto", "keep"]),
    }
    return {name: draw(values) for name, values in choices.items() if draw(st.booleans())}


def reported(texts: list[str], policy: Mapping[str, Any]) -> tuple[Pairs, Counter[bytes]]:
    """The core's pairs of distinct fingerprints, and how often repeated texts stand."""
    mask, pairs, copies = policy.get("numbers") == "mask", Pairs(), Counter[bytes]()
    for match in dedup.scan(list(texts), **policy).matches:
        sides = [
            texts[int(side.source[1:-1])][slice(*side.span)] for side in (match.left, match.right)
        ]
        prints = [oracle.fingerprint(side, mask) for side in sides]
        if match.relation in ("identical", "equal"):
            assert prints[0] == prints[1]
            assert (match.resemblance, match.containment) == (1.0, 1.0)
            copies[prints[0]] = match.left.copies
        else:
            assert frozenset(prints) not in pairs
            scores = (match.resemblance, match.containment, match.template)
            pairs[frozenset(prints)] = oracle.Verdict(match.relation, *scores)
    return pairs, copies


def repeated(texts: list[str], policy: Mapping[str, Any]) -> Counter[bytes]:
    """The fingerprints of several blocks, by the oracle."""
    blocks = oracle.blocks_of(texts, rules_of(policy))
    return Counter(
        {key: count for key, count in Counter(b.fingerprint for b in blocks).items() if count > 1}
    )


def share_a_band(left: oracle.Block, right: oracle.Block, policy: dedup.Policy) -> bool:
    """Whether the search must have compared two blocks that are not short."""
    permutations = oracle.permutations(policy.seed)
    signed = [
        oracle.signature({value >> 32 for value in block.shingles}, *permutations)
        for block in (left, right)
    ]
    bands = [
        [row[n * policy.rows : (n + 1) * policy.rows] for n in range(policy.bands)]
        for row in signed
    ]
    return any(one == other for one, other in zip(*bands, strict=True))


@given(strategies.any_corpora(), settings())
def test_exhaustive_search_finds_exactly_the_oracles_matches(
    texts: list[str], policy: dict[str, Any]
) -> None:
    pairs, copies = reported(texts, {**policy, "search": "exhaustive"})
    assert pairs == oracle.all_pairs(oracle.blocks_of(texts, rules_of(policy)))
    assert copies == repeated(texts, policy)


@given(strategies.any_corpora(), settings())
def test_every_match_found_through_signatures_is_the_oracles(
    texts: list[str], policy: dict[str, Any]
) -> None:
    pairs, copies = reported(texts, policy)
    wanted = oracle.all_pairs(oracle.blocks_of(texts, rules_of(policy)))
    assert {key: wanted.get(key) for key in pairs} == pairs
    assert copies == repeated(texts, policy)


@given(strategies.any_corpora(), settings())
def test_signatures_miss_a_long_pair_only_where_no_band_is_shared(
    texts: list[str], policy: dict[str, Any]
) -> None:
    pairs, _ = reported(texts, policy)
    blocks = {block.fingerprint: block for block in oracle.blocks_of(texts, rules_of(policy))}
    resolved = dedup.Policy(**policy)
    for key in set(oracle.all_pairs(list(blocks.values()))) - set(pairs):
        left, right = (blocks[one] for one in key)
        if min(len(left.tokens), len(right.tokens)) >= resolved.short_tokens:
            assert not share_a_band(left, right, resolved), (left.text, right.text)


@given(strategies.any_corpora(), settings())
def test_the_audit_of_a_small_corpus_counts_what_the_oracle_and_the_search_find(
    texts: list[str], policy: dict[str, Any]
) -> None:
    recall = dedup.scan(list(texts), **policy).report["recall"]
    found, _ = reported(texts, policy)
    blocks = {block.fingerprint: block for block in oracle.blocks_of(texts, rules_of(policy))}
    short_tokens = dedup.Policy(**policy).short_tokens
    counted = Counter[tuple[str, str]]()
    for key, verdict in oracle.all_pairs(list(blocks.values())).items():
        short = min(len(blocks[one].tokens) for one in key) < short_tokens
        sort = "short" if short else verdict.relation
        # A long one counts for its smaller side, a short one for both.
        sides = 1 + (sort == "short")
        counted[sort, "matches"] += sides
        counted[sort, "found"] += sides * (key in found)
    for sort in ("near", "contained", "short"):
        sample = recall[f"sample_{sort}"]
        assert sample["sampled"] == sample["compared"] == sample["blocks"]
        assert (sample["matches"], sample["found"]) == (
            counted[sort, "matches"],
            counted[sort, "found"],
        )


def test_the_audit_samples_the_same_blocks_in_any_order_and_with_any_jobs() -> None:
    paragraphs = [*family(4200, seed=5), *short_lines(900)]
    audits = []
    for order, jobs in ((paragraphs, 1), (paragraphs[::-1], 2)):
        recall = dedup.scan(order, unit="document", shingle_size=5, jobs=jobs).report["recall"]
        assert recall["sample_near"]["sampled"] < recall["sample_near"]["blocks"] == 4200
        assert recall["sample_short"]["sampled"] < recall["sample_short"]["blocks"] == 900
        audits.append(recall)
    assert audits[0] == audits[1]
    low, high = audits[0]["sample_near"]["interval"]
    assert low < audits[0]["sample_near"]["share"] < high


def test_the_audit_is_content_with_less_where_nearly_all_texts_resemble_each_other() -> None:
    texts = family(12_000, seed=7)
    recall = dedup.scan(texts, unit="document", shingle_size=5, min_run=0).report["recall"]
    sample = recall["sample_near"]
    assert 0 < sample["compared"] < sample["blocks"] == 12_000
    assert 0 < sample["found"] <= sample["matches"]


def short_lines(count: int) -> list[str]:
    """Lines of eight words, each like some of the others."""
    return [
        " ".join(f"w{number // 3 * 31 + place}x" for place in range(8)) + "abc"[number % 3]
        for number in range(count)
    ]


def test_exhaustive_search_misses_none_of_a_crowd_of_short_texts() -> None:
    draw = random.Random(11)
    words = ["".join(draw.choices("abcdefgh", k=5)) for _ in range(60)]
    texts = [" ".join(draw.choices(words, k=9)) for _ in range(40)]
    for text in list(texts):
        for _ in range(8):
            changed = list(text)
            for place in draw.sample(range(len(changed)), 4):
                changed[place] = draw.choice("abcdefgh")
            texts.append("".join(changed))
    pairs, _ = reported(texts, {"search": "exhaustive"})
    assert pairs == oracle.all_pairs(oracle.blocks_of(texts, oracle.Rules()))
    assert len(pairs) > 300


@given(
    strategies.paragraphs(),
    st.sampled_from(["upper", "NFD", "NFKC", "no-break", "punctuation", "hyphen"]),
)
@example("***", "upper")
@example("}", "NFD")
def test_equal_blocks_always_match(text: str, spelling: str) -> None:
    other = strategies.respelled(text, spelling)
    pairs, copies = reported([text, other], {"unit": "document"})
    if oracle.fingerprint(text) == oracle.fingerprint(other):
        assert copies == {oracle.fingerprint(text): 2}
    assert not pairs or oracle.fingerprint(text) != oracle.fingerprint(other)


NUMBERED = (
    "Between {} and {} degrees, wind from the west at {} kilometres an hour, rain in the evening."
)
LONG = " ".join(f"word{number}" for number in range(40))

# Without digits: numbers that follow one another count as one.
LETTERS = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(40))

CHINESE = "第{}条违反本规定的，由公安机关依照有关法律处{}元以下罚款，并在{}日内公布处理结果。"

CASES = [
    # name, two texts, policy, relation and template or None, why
    *(
        (
            f"Chinese numerals, {name}",
            CHINESE.format(*one),
            CHINESE.format(*other),
            policy,
            expected,
            "numerals are numbers where texts differ in nothing else",
        )
        for name, one, other, policy, expected in [
            ("one each", "十五三", "百五三", {}, ("near", True)),
            ("runs", ("二十三", "一千", "五"), ("二十三", "九百五十", "五"), {}, ("near", True)),
            ("and digits", ("8", "〇", "七"), ("八", "零", "七"), {}, ("near", True)),
            ("kept", "十五三", "百五三", {"numbers": "keep"}, ("near", False)),
            ("one more", ("十", "五", "三"), ("十", "五", "百三"), {}, ("near", True)),
            ("one left out", ("十", "五", "三"), ("十", "五", ""), {}, ("near", False)),
            ("other words", "甲五三", "乙五三", {}, ("near", False)),
        ]
    ),
    (
        "one word changed in a long text",
        LONG,
        LONG.replace("word20", "other"),
        {},
        ("near", False),
        "33 of 38 + 3",
    ),
    ("half of it changed", LONG, LONG.replace("word1", "x"), {}, None, "too few shared shingles"),
    (
        "text appended",
        LETTERS,
        LETTERS + " " + LETTERS[:160].replace("word", "more"),
        {},
        ("contained", False),
        "all of the smaller",
    ),
    (
        "numbers differ",
        NUMBERED.format(1, 2, 3),
        NUMBERED.format(4, 5, 6),
        {},
        ("near", True),
        "by characters",
    ),
    (
        "numbers kept",
        NUMBERED.format(1, 2, 3),
        NUMBERED.format(4, 5, 6),
        {"numbers": "keep"},
        ("near", False),
        "",
    ),
    (
        "numbers in groups",
        NUMBERED.format("1 500", "2\u202f000\u202f000", 3),
        NUMBERED.format(900, 950, "12 13"),
        {},
        ("near", True),
        "of numbers that follow one another each run counts as one",
    ),
    (
        "a number more",
        NUMBERED.format(1, 2, 3),
        NUMBERED.format(1, 2, 3).replace("rain", "rain 5"),
        {},
        ("near", False),
        "no number stands there in the other",
    ),
    (
        "sign differs",
        NUMBERED.format("-5", 2, 3),
        NUMBERED.format(5, 2, 3),
        {},
        ("near", True),
        "-5 is not 5",
    ),
    (
        "nine words, one letter",
        "a short line of nine words that ends here",
        "a short line of nine words that ended here",
        {},
        ("near", False),
        "by characters",
    ),
    (
        "seven words, one letter",
        "a short line of seven words ends",
        "a short line of seven words end",
        {},
        None,
        "fewer than min_tokens: equality only",
    ),
    (
        "short and much longer",
        " ".join(LONG.split()[:19]),
        " ".join(LONG.split()[:25]),
        {},
        None,
        "25 is too long for 19",
    ),
]


@pytest.mark.parametrize(
    ("left", "right", "policy", "expected", "why"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
@pytest.mark.parametrize("search", ["lsh", "exhaustive"])
def test_the_table_of_pairs_holds_for_core_and_oracle(
    left: str,
    right: str,
    policy: dict[str, Any],
    expected: tuple[str, bool] | None,
    why: str,
    search: str,
) -> None:
    judged = oracle.verdict(*oracle.blocks_of([left, right], rules_of(policy)))
    assert (judged and (judged.relation, judged.template)) == expected, why
    pairs, _ = reported([left, right], {**policy, "search": search})
    assert list(pairs.values()) == ([] if judged is None else [judged]), why


def test_masked_numbers_make_equal_blocks() -> None:
    texts = [NUMBERED.format(1, 2, 3), NUMBERED.format(4, 5, 6)]
    pairs, copies = reported(texts, {"numbers": "mask"})
    assert pairs == {}
    assert copies == {oracle.fingerprint(texts[0], True): 2}


def test_short_texts_that_match_are_nearly_all_found() -> None:
    # One letter changed in 300 lines of 8 to 19 tokens, each line its own words; expected
    # recall 0.97, and 4 * sqrt(.97 * .03 / 300) = 0.04 of tolerance.
    texts = []
    for number in range(300):
        words = [f"w{number}x{place * 7919 % 997}" for place in range(8 + number % 12)]
        texts += [" ".join(words), " ".join([*words[:-1], words[-1] + "e"])]
    wanted = 0
    for left, right in zip(texts[::2], texts[1::2], strict=True):
        wanted += oracle.verdict(*oracle.blocks_of([left, right], oracle.Rules())) is not None
    pairs, _ = reported(texts, {})
    assert wanted == 300
    assert len(pairs) >= 0.93 * wanted


def family(count: int, seed: int) -> list[str]:
    """Paragraphs of one template of sixty words, two of them replaced by chance in each."""
    draw = random.Random(seed)
    words = ["".join(draw.choices("abcdefghijklmnop", k=7)) for _ in range(5000)]
    template = draw.sample(words, 60)
    made = []
    for _ in range(count):
        paragraph = list(template)
        for place in draw.sample(range(60), 2):
            paragraph[place] = draw.choice(words)
        made.append(" ".join(paragraph))
    return made


def test_a_family_of_one_template_loses_what_exhaustive_search_finds():
    paragraphs = family(3000, seed=7)
    settings = {"unit": "document", "shingle_size": 5, "threshold": 0.8, "containment": 1.0}
    removed = {}
    for search in ("lsh", "exhaustive"):
        result = dedup.scan(paragraphs, search=search, **settings)
        removed[search] = result.report["counts"]["blocks_removed"]
    assert result.report["hot"]["buckets"] == 0
    assert removed["exhaustive"] > 100
    assert removed["lsh"] >= 0.97 * removed["exhaustive"]


def test_matches_in_hot_buckets_do_not_depend_on_the_order_of_the_input():
    paragraphs = family(400, seed=8)
    found = []
    for order in (paragraphs, paragraphs[::-1], random.Random(3).sample(paragraphs, 400)):
        result = dedup.scan(order, unit="document", shingle_size=5, threshold=0.8)
        assert result.report["hot"]["buckets"] > 0
        pairs = {
            frozenset((order[int(one.left.document)], order[int(one.right.document)]))
            for one in result.matches
        }
        found.append(pairs)
    assert found[0] == found[1] == found[2]
    assert len(found[0]) > 10
