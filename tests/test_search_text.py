"""What a person reads of the search: what a sample missed, and what is to be done about it."""

from __future__ import annotations

from test_report import report_of, summary_of, twelve_paragraphs

from dedup.report import audited


def test_the_interval_of_a_sample_is_wilsons_over_independent_matches():
    # statsmodels: proportion_confint(45, 50, method="wilson"); one match a block.
    sample = audited(1000, 100, 1000, 50, 45, 50, 50)
    assert (sample["share"], sample["interval"]) == (0.9, [0.7864, 0.9565])
    # All of them of one block are worth a single one.
    assert audited(1000, 100, 1000, 50, 45, 1, 2500)["interval"][0] < 0.2
    assert audited(100, 100, 100, 50, 45, 50, 50)["interval"] == [0.9, 0.9]
    assert audited(100, 100, 100, 0, 0, 0, 0)["interval"] is None


def test_what_a_sample_missed_is_told_in_lines_that_fit():
    report = report_of()
    report["recall"] = {
        "sample_near": audited(5000, 1024, 5000, 40, 40, 20, 80),
        "sample_contained": audited(5000, 1024, 5000, 41, 33, 26, 75),
        "sample_short": audited(256, 256, 256, 102, 101, 30, 1270),
    }
    shown = summary_of(report, twelve_paragraphs())
    assert "  contained pairs: 80.4% found, by a sample (95% sure: " in shown
    assert "  near pairs of short texts: 99% found, by a sample (exactly)" in shown
    assert "  near pairs: " not in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_who_misses_many_pairs_is_told_how_to_find_them():
    report = report_of()
    few, many = (
        audited(5000, 1024, 5000, 41, 33, 26, 75),
        audited(256, 256, 256, 102, 101, 30, 1270),
    )
    crowd = {"members": 50, "documents": 50, "compared": 98, "pairs": 1225, "text": "a text"}
    for sample, crowds, told in [
        (many, [], (False, False)),
        (many, [crowd], (False, False)),
        (few, [], (True, False)),
        (few, [crowd], (True, True)),
    ]:
        report["recall"] = {"sample_near": sample}
        report["hot"] = {**report["hot"], "crowds": crowds}
        shown = summary_of(report, twelve_paragraphs())
        remedy = "  exhaustive search finds every pair (--search exhaustive)\n" in shown
        reason = "  crowds of like texts (below) are not searched pair by pair\n" in shown
        assert (remedy, reason) == told
