"""Recalibration: the least change that outcomes carry, with an interval by household, or nothing at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from models.calibration import Calibration
from training.pilot.recalibrate import (
    NO_SHIFT,
    Outcomes,
    Shift,
    fit_both,
    fit_intercept,
    log_loss,
    recalibrate,
)
from training.pilot.rules import load_rules

RULE = replace(load_rules().estimate, draws=100)


def _outcomes(count: int, slope: float, intercept: float, seed: int = 2) -> Outcomes:
    random = np.random.default_rng(seed)
    log_odds = random.normal(-2.0, 1.2, count)
    label = (random.random(count) < expit(slope * log_odds + intercept)).astype(np.float64)
    return Outcomes(log_odds, label, np.ones(count), np.arange(count) // 2)


def test_a_county_with_more_need_moves_the_intercept_and_keeps_the_slope() -> None:
    found = recalibrate(_outcomes(1500, 1.0, 0.8), RULE)
    assert found is not None
    low, high = found.intercept_ends
    assert low < 0.8 < high
    assert found.shift.slope == 1
    assert found.moved
    assert found.loss_after < found.loss_before


def test_a_flatter_county_changes_the_slope_where_the_data_carry_it() -> None:
    found = recalibrate(_outcomes(6000, 0.4, -0.6), RULE)
    assert found is not None
    assert found.slope_ends is not None
    assert found.shift.slope == pytest.approx(0.4, abs=0.15)
    few = recalibrate(_outcomes(400, 0.4, -0.6), RULE)
    assert few is not None
    assert few.slope is None
    assert few.shift.slope == 1


def test_where_nothing_differs_no_need_is_seen() -> None:
    found = recalibrate(_outcomes(2000, 1.0, 0.0), RULE)
    assert found is not None
    assert not found.moved
    assert found.intercept_ends[0] < 0 < found.intercept_ends[1]


def test_too_few_with_or_without_a_need_are_not_estimable() -> None:
    assert recalibrate(_outcomes(1500, 1.0, 0.8).where(np.arange(15)), RULE) is None
    held = _outcomes(400, 1.0, 0.0)
    assert recalibrate(replace(held, label=np.ones(400)), RULE) is None


def test_the_intercept_expects_as_many_as_were_found() -> None:
    held = _outcomes(500, 1.0, 0.5)
    weighted = replace(held, weight=np.random.default_rng(1).uniform(1, 5, 500))
    chance = fit_intercept(weighted).probability(weighted.log_odds)
    assert weighted.weight @ chance == pytest.approx(weighted.weight @ weighted.label)


def test_all_or_none_ends_at_the_farthest_shift() -> None:
    held = _outcomes(100, 1.0, 0.0)
    assert fit_intercept(replace(held, label=np.ones(100))).intercept > 5
    assert fit_intercept(replace(held, label=np.zeros(100))).intercept < -5


def test_weights_count_as_repeated_children() -> None:
    held = _outcomes(300, 0.7, 0.3)
    twice = held.where(np.repeat(np.arange(300), 2))
    heavy = replace(held, weight=np.full(300, 2.0))
    assert fit_both(heavy).slope == pytest.approx(fit_both(twice).slope)
    assert fit_both(heavy).intercept == pytest.approx(fit_both(twice).intercept)


def test_slope_and_intercept_minimise_the_log_loss() -> None:
    held = _outcomes(800, 0.6, 0.4)
    best = fit_both(held)
    least = log_loss(held, best.probability(held.log_odds))
    for slope, intercept in ((0.02, 0), (-0.02, 0), (0, 0.02), (0, -0.02)):
        near = Shift(best.slope + slope, best.intercept + intercept)
        assert log_loss(held, near.probability(held.log_odds)) > least
    assert least < log_loss(held, NO_SHIFT.probability(held.log_odds))


def test_the_change_lies_on_top_of_the_release() -> None:
    scores, release = np.array([-3.0, 0.5, 2.0]), Calibration(0.9, -0.2)
    shift = Shift(0.7, 0.3)
    log_odds = release.slope * scores + release.intercept
    np.testing.assert_allclose(shift.after(release).probability(scores), shift.probability(log_odds))


def test_the_same_seed_gives_the_same_interval_and_siblings_widen_it() -> None:
    held = _outcomes(600, 1.0, 0.4)
    assert recalibrate(held, RULE) == recalibrate(held, RULE)
    random = np.random.default_rng(0)
    family = np.repeat(np.arange(150), 4)
    alike = (random.random(150) < 0.25).astype(np.float64)[family]
    same = Outcomes(np.full(600, -1.1), alike, np.ones(600), family)
    apart = replace(same, household=np.arange(600))
    clustered, single = recalibrate(same, RULE), recalibrate(apart, RULE)
    assert clustered is not None
    assert single is not None
    width = [one.intercept_ends[1] - one.intercept_ends[0] for one in (clustered, single)]
    assert width[0] > 1.4 * width[1]
