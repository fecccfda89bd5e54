"""Figures as people read them."""

from __future__ import annotations

import pytest

from training.fairness.compare import GroupResult
from training.fairness.tally import OBSERVED_EXPECTED, PRECISION, RECALL, GroupMeasures
from training.fairness.words import capital, claim_words, count_words, interval_words
from training.stability.resample import NOT_ESTIMABLE, Interval

MEASURED = GroupMeasures("g", {}, {RECALL: Interval(0.5, 0.4, 0.6)}, {}, {RECALL: (0.1, 0.9), PRECISION: (0.2, 0.3)})


def test_an_interval_stands_in_brackets() -> None:
    assert interval_words(Interval(0.5, 0.41, 0.6)) == "0.500 (0.410–0.600)"
    assert interval_words(Interval(0.5, None, None), 1) == "0.5"
    assert getattr(interval_words(NOT_ESTIMABLE), "zh", "") == "无法估计"


@pytest.mark.parametrize(("count", "said"), [(0, "0"), (3, "<10"), (10, "10"), (12345, "12,345")])
def test_a_small_count_is_not_told(count: float, said: str) -> None:
    assert count_words(count, 10) == said


def test_a_claim_is_the_lots_estimate_or_the_bounds() -> None:
    sure = GroupResult(MEASURED, MEASURED, {RECALL: "identified", PRECISION: "bounded"}, enough=True)
    assert claim_words(sure, RECALL).en == "identified: 0.50 (0.40–0.60)"
    assert claim_words(sure, PRECISION).en == "only bounded: 0.20–0.30"
    unsure = GroupResult(MEASURED, None, {RECALL: "identified", OBSERVED_EXPECTED: "bounded"}, enough=True)
    assert claim_words(unsure, RECALL).zh == "只知上下限：0.10–0.90"
    assert claim_words(unsure, OBSERVED_EXPECTED).en == "of the assessed only"
    nothing = GroupMeasures("g", {}, {RECALL: NOT_ESTIMABLE}, {}, MEASURED.bounds)
    assert claim_words(GroupResult(MEASURED, nothing, {RECALL: "identified"}, enough=True), RECALL).en[:4] == "only"


def test_a_title_begins_with_a_capital() -> None:
    assert (capital("age band"), capital("")) == ("Age band", "")
