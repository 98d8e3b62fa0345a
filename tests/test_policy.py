"""The policy: every refused value with its exact message, digest, geometry, permutations."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from datasketch import MinHash

import dedup
from dedup.errors import PolicyError
from dedup.policy import PERMUTATIONS, Policy

KEEP = (
    "it must be first, longest, earliest[:FIELD], latest[:FIELD], prefer:GLOB[,GLOB] "
    "or prefer-field:FIELD=GLOB[,GLOB]"
)
RUN = "it must be 0 or at least 15: shorter ones may not be found"

# values, message, hint
REFUSED = [
    ({"threshold": 80}, "threshold is 80; it must lie in (0, 1]", "did you mean 0.8"),
    ({"threshold": 80.0}, "threshold is 80; it must lie in (0, 1]", "did you mean 0.8"),
    ({"threshold": 0}, "threshold is 0; it must lie in (0, 1]", "the default is 0.7"),
    ({"threshold": -0.1}, "threshold is -0.1; it must lie in (0, 1]", "the default is 0.7"),
    ({"threshold": 101}, "threshold is 101; it must lie in (0, 1]", "the default is 0.7"),
    ({"threshold": float("nan")}, "threshold is nan; it must lie in (0, 1]", "the default is 0.7"),
    (
        {"threshold": "0.8"},
        "threshold is '0.8'; it must be a number in (0, 1]",
        "the default is 0.7",
    ),
    ({"threshold": None}, "threshold is None; it must be a number in (0, 1]", "the default is 0.7"),
    ({"containment": 1.5}, "containment is 1.5; it must lie in [0, 1]", "the default is 0.8"),
    ({"short_threshold": 90}, "short_threshold is 90; it must lie in (0, 1]", "did you mean 0.9"),
    ({"min_kept": 20}, "min_kept is 20; it must lie in [0, 1]", "did you mean 0.2"),
    ({"shingle_size": 0}, "shingle_size is 0; it must lie in [1, 64]", "the default is 3"),
    (
        {"shingle_size": 2.5},
        "shingle_size is 2.5; it must be a whole number in [1, 64]",
        "the default is 3",
    ),
    (
        {"shingle_size": True},
        "shingle_size is True; it must be a whole number in [1, 64]",
        "the default is 3",
    ),
    ({"min_tokens": -1}, "min_tokens is -1; it must lie in [0, 1000000]", "the default is 8"),
    ({"short_tokens": 201}, "short_tokens is 201; it must lie in [0, 200]", "the default is 20"),
    ({"seed": 2**32}, f"seed is {2**32}; it must lie in [0, 4294967295]", "the default is 1"),
    ({"min_run": 14}, f"min_run is 14; {RUN}", "0 looks for none"),
    (
        {"unit": "paragraf"},
        "unit is paragraf; it must be one of paragraph, line, document",
        "did you mean paragraph",
    ),
    ({"unit": 3}, "unit is 3; it must be one of paragraph, line, document", None),
    ({"numbers": ""}, "numbers is empty; it must be one of veto, keep, mask", None),
    (
        {"boilerplate": "frist"},
        "boilerplate is frist; it must be one of keep, first, all",
        "did you mean first",
    ),
    (
        {"linkage": "chains"},
        "linkage is chains; it must be one of keeper, chain",
        "did you mean chain",
    ),
    ({"scope": "x"}, "scope is x; it must be one of both, within, across, against", None),
    ({"search": "LSH"}, "search is LSH; it must be one of lsh, exhaustive", "did you mean lsh"),
    ({"keep": "oldest"}, f"keep is oldest; {KEEP}", "did you mean earliest"),
    ({"keep": "fist"}, f"keep is fist; {KEEP}", "did you mean first"),
    ({"keep": "first:x"}, f"keep is first:x; {KEEP}", "did you mean first"),
    ({"keep": "prefer:"}, f"keep is prefer:; {KEEP}", "for example prefer:lemonde/*"),
    ({"keep": "prefer:a,,b"}, f"keep is prefer:a,,b; {KEEP}", "for example prefer:lemonde/*"),
    ({"keep": "earliest:"}, f"keep is earliest:; {KEEP}", "for example earliest:date"),
    ({"keep": None}, f"keep is None; {KEEP}", None),
    ({"protect": ""}, "protect is empty; it must be a regular expression", None),
    ({"treshold": 0.8}, "treshold is not a field of the policy", "did you mean threshold"),
    ({"min-tokens": 8}, "min-tokens is not a field of the policy", "did you mean min_tokens"),
]


@pytest.mark.parametrize(("values", "message", "hint"), REFUSED)
def test_a_value_out_of_range_is_refused_with_its_range_and_a_hint(values, message, hint):
    with pytest.raises(PolicyError) as caught:
        Policy(**values)
    assert caught.value.message == message
    assert caught.value.hint == hint
    assert caught.value.field == next(iter(values))


def test_a_field_unlike_any_other_gets_the_list_of_fields():
    with pytest.raises(PolicyError) as caught:
        Policy(colour="red")
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("the fields are unit, shingle_size, threshold")


def test_a_bad_regular_expression_is_refused_by_the_core_that_will_run_it():
    with pytest.raises(PolicyError) as caught:
        Policy(protect="(")
    assert caught.value.message == "protect is (; it is not a regular expression: unclosed group"
    Policy(protect=r"(?i)licen[cs]e")


def test_the_defaults_are_the_contract():
    assert Policy().to_dict() == {
        "unit": "paragraph",
        "shingle_size": 3,
        "threshold": 0.7,
        "containment": 0.8,
        "min_run": 20,
        "short_tokens": 20,
        "short_threshold": 0.9,
        "min_tokens": 8,
        "numbers": "veto",
        "names": "veto",
        "boilerplate": "keep",
        "keep": "first",
        "linkage": "keeper",
        "scope": "both",
        "group_by": None,
        "group_scope": "within",
        "window": None,
        "search": "lsh",
        "min_kept": 0.0,
        "protect": None,
        "seed": 1,
    }


@pytest.mark.parametrize(
    ("keep", "rule"),
    [
        ("first", ("first", ())),
        ("longest", ("longest", ())),
        ("earliest", ("earliest", ("date",))),
        ("earliest:published.at", ("earliest", ("published.at",))),
        ("latest", ("latest", ("date",))),
        ("latest:published.at", ("latest", ("published.at",))),
        ("prefer-field:a.b=x,y=z", ("prefer-field", ("a.b", "x", "y=z"))),
        ("prefer:lemonde/*", ("prefer", ("lemonde/*",))),
        ("prefer:a/*,b:c.txt", ("prefer", ("a/*", "b:c.txt"))),
    ],
)
def test_keep_is_taken_apart(keep, rule):
    found = Policy(keep=keep).keep_rule
    assert (found.name, found.arguments) == rule


@pytest.mark.parametrize(
    ("threshold", "bands", "rows"),
    [(1, 1, 128), (0.9, 12, 10), (0.8, 21, 6), (0.7, 32, 4), (0.5, 42, 3), (0.01, 128, 1)],
)
def test_rows_are_the_most_that_keep_recall_at_the_threshold(threshold, bands, rows):
    policy = Policy(threshold=threshold)
    assert (policy.bands, policy.rows) == (bands, rows)


@pytest.mark.parametrize("percent", range(4, 101))
def test_recall_at_the_threshold_is_at_least_99_percent(percent):
    policy = Policy(threshold=percent / 100)
    assert policy.candidate_chance(percent / 100) >= 0.99
    assert policy.bands * policy.rows <= PERMUTATIONS


def test_an_exhaustive_search_compares_every_pair_from_the_threshold_on():
    policy = Policy(search="exhaustive")
    assert [policy.candidate_chance(score) for score in (0.69, 0.7, 1.0)] == [0.0, 1.0, 1.0]


@pytest.mark.parametrize("seed", [0, 1, 2, 42, 2**32 - 1])
def test_permutations_are_those_of_datasketch(seed):
    theirs = MinHash(num_perm=PERMUTATIONS, seed=seed, scheme="affine32").permutations
    ours = [np.frombuffer(part, "<u4") for part in Policy(seed=seed).permutations()]
    assert np.array_equal(ours, theirs)


def test_policies_with_equal_values_are_one_value():
    assert Policy(threshold=1) == Policy(threshold=1.0)
    assert Policy(threshold=1).digest == Policy(threshold=np.float64(1)).digest
    assert hash(Policy()) == hash(Policy())
    with pytest.raises(FrozenInstanceError):
        Policy().seed = 2


def test_every_field_enters_the_digest():
    others = [
        {"unit": "line"},
        {"shingle_size": 5},
        {"threshold": 0.8},
        {"containment": 0.9},
        {"short_tokens": 21},
        {"short_threshold": 0.8},
        {"min_tokens": 9},
        {"numbers": "mask"},
        {"names": "keep"},
        {"boilerplate": "all"},
        {"keep": "longest"},
        {"group_by": "site"},
        {"group_by": "site", "group_scope": "across"},
        {"window": "7d"},
        {"linkage": "chain"},
        {"scope": "within"},
        {"search": "exhaustive"},
        {"min_kept": 0.1},
        {"protect": "x"},
        {"seed": 2},
        {"min_run": 0},
    ]
    assert {name for other in others for name in other} == set(Policy.settings())
    digests = {Policy(**other).digest for other in others} | {Policy().digest}
    assert len(digests) == len(others) + 1
    assert all(len(digest) == 16 and int(digest, 16) >= 0 for digest in digests)


def test_a_policy_survives_json_copying_and_pickling():
    policy = Policy(threshold=0.8, keep="prefer:a/*", protect="x+")
    assert Policy.from_dict(policy.to_dict()) == policy
    assert copy.deepcopy(policy) == pickle.loads(pickle.dumps(policy)) == policy
    assert Policy.from_dict({"seed": 7}) == Policy(seed=7)


def test_changes_name_what_differs_and_what_that_does():
    assert Policy().changes() == {}
    assert Policy(threshold=0.8, numbers="mask", min_tokens=4).changes() == {
        "threshold": (0.7, "fewer and closer matches"),
        "min_tokens": (8, "shorter repeats are removed too"),
        "numbers": ("veto", "texts that differ only in numbers count as equal"),
    }


@pytest.mark.parametrize("name", Policy.settings())
def test_every_field_has_one_line_of_help_and_says_what_a_change_does(name):
    setting, default = Policy.settings()[name]
    assert setting.help.endswith(".")
    assert len(setting.help) <= 75
    assert setting.choices or setting.raised
    assert default is None or Policy(**{name: default}) == Policy()


@pytest.mark.parametrize(
    ("threshold", "containment", "short"),
    [
        (0.5, 0.8, 0.9),
        (0.7, 0.8, 0.9),
        (0.8, 0.888, 0.9),
        (0.9, 0.947, 0.9),
        (0.95, 0.974, 0.95),
        (1, 1, 1),
    ],
)
def test_a_raised_threshold_raises_what_it_implies(threshold, containment, short):
    policy = Policy(threshold=threshold)
    assert (policy.containment, policy.short_threshold) == (containment, short)
    assert Policy.from_dict(policy.to_dict()) == policy
    said = Policy(threshold=threshold, containment=0.8, short_threshold=0.9)
    assert (said.containment, said.short_threshold) == (0.8, 0.9)


def test_what_follows_is_told_only_where_it_was_said():
    assert set(Policy(threshold=0.9).changes()) == {"threshold"}
    assert Policy(threshold=0.9, containment=0.8).changes()["containment"] == (
        0.947,
        "more texts count as part of another; 0: none",
    )


def test_what_followed_a_policy_follows_its_new_threshold():
    assert Policy().with_settings(threshold=0.9) == Policy(threshold=0.9)
    assert Policy(threshold=0.9).with_settings(threshold=0.7) == Policy()
    kept = Policy(containment=0.5).with_settings(threshold=0.9)
    assert kept == Policy(threshold=0.9, containment=0.5)
    texts = ["one two three four five six seven eight nine ten"] * 2
    report = dedup.scan(texts, policy=Policy(), threshold=0.9).report
    assert report["policy"]["containment"] == 0.947


def test_what_a_raised_threshold_refuses_is_no_part_of_the_other_instead():
    """Sixty words of which two differ share .81 of all shingles, and .9 of their own."""
    words = [f"word{place}" for place in range(60)]
    other = [*words[:20], "sail", *words[21:40], "ferry", *words[41:]]
    texts = [" ".join(words), " ".join(other)]
    removed = [
        len(dedup.clean(texts, threshold=threshold, names="keep", numbers="keep").removed) > 0
        for threshold in (0.7, 0.8, 0.82, 0.9)
    ]
    assert removed == [True, True, False, False]
