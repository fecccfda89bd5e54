"""Intervals for shares and rates, against their textbook values and by simulation."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from scipy.stats import binomtest

from training.design.intervals import rate_interval, share_interval
from training.design.rules import IntervalRule, Method

MANY = 10**9


@pytest.mark.parametrize(("method", "theirs"), [("wilson", "wilson"), ("korn_graubard", "exact")])
@pytest.mark.parametrize("found", [1, 7, 39])
def test_with_equal_weights_the_intervals_are_scipys(method: Method, theirs: str, found: int) -> None:
    share = found / 40
    ours = share_interval(share, share * (1 - share) / 40, 40, MANY, IntervalRule(0.95, method))
    reference = binomtest(found, 40).proportion_ci(0.95, method=theirs)
    assert ours == pytest.approx((reference.low, reference.high), abs=1e-6)


def test_the_symmetric_interval_is_the_normal_one_and_stays_within_0_and_1() -> None:
    rule = IntervalRule(0.95, "wald")
    assert share_interval(0.5, 0.0025, 100, MANY, rule) == pytest.approx((0.402, 0.598), abs=1e-3)
    assert share_interval(0.02, 0.0025, 100, MANY, rule)[0] == 0.0


def test_few_degrees_of_freedom_widen_an_interval() -> None:
    for method in ("wald", "wilson", "korn_graubard"):
        rule = IntervalRule(0.95, method)
        few, many = (share_interval(0.3, 0.002, 100, freedom, rule) for freedom in (4, MANY))
        assert few[1] - few[0] > many[1] - many[0]


@pytest.mark.parametrize("method", ["wald", "wilson", "korn_graubard"])
def test_a_whole_census_is_certain_and_no_child_says_nothing(method: Method) -> None:
    rule = IntervalRule(0.95, method)
    assert share_interval(0.3, 0.0, 50, 10, rule) == (0.3, 0.3)
    assert share_interval(0.0, 0.0, 0, 1, rule) == (0.0, 1.0)


@pytest.mark.parametrize("method", ["wilson", "korn_graubard"])
def test_nothing_found_leaves_room_above(method: Method) -> None:
    rule = IntervalRule(0.95, method)
    low, high = share_interval(0.0, 0.0, 50, MANY, rule)
    assert low == pytest.approx(0.0, abs=1e-12)
    assert 0.05 < high < 0.10
    assert share_interval(1.0, 0.0, 50, MANY, rule)[1] == pytest.approx(1.0)


def test_a_rate_of_counted_events_has_garwoods_interval() -> None:
    """Ten events: 4.795 to 18.390 (Garwood 1936)."""
    rule = IntervalRule(0.95, "wilson")
    low, high = rate_interval(10.0, 10.0, 1.0, MANY, rule)
    assert (low, high) == pytest.approx((4.795, 18.390), abs=0.01)


def test_a_rate_that_was_never_met_ends_at_the_rule_of_three() -> None:
    low, high = rate_interval(0.0, 0.0, 100.0, MANY, IntervalRule(0.90, "wilson"))
    assert low == 0.0
    assert high == pytest.approx(3.0 / 100, rel=0.01)
    assert rate_interval(0.0, 0.0, 0.0, 1, IntervalRule(0.95, "wilson"))[1] == inf
    assert rate_interval(2.0, 0.0, 5.0, 3, IntervalRule(0.95, "wilson")) == (2.0, 2.0)


def test_wilson_covers_small_shares_better_than_the_symmetric_interval() -> None:
    rng = np.random.default_rng(1)
    counts = rng.binomial(30, 0.06, 400)

    def covers(method: Method) -> float:
        rule, hits = IntervalRule(0.95, method), 0
        for count in counts:
            share = count / 30
            low, high = share_interval(share, share * (1 - share) / 30, 30, MANY, rule)
            hits += low <= 0.06 <= high
        return hits / len(counts)

    assert covers("wilson") > 0.92 > covers("wald")
