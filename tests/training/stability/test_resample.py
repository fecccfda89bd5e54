"""Intervals that draw whole households."""

from __future__ import annotations

import numpy as np
import pytest

from training.stability.resample import Interval, household_bootstrap, mean_over_dates


def test_the_interval_of_a_mean_is_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(3).normal(size=800)
    (found,) = household_bootstrap(lambda weights: np.array([np.average(values, weights=weights)]), 800, seed=1)
    error = values.std() / np.sqrt(800)
    assert found.value == pytest.approx(values.mean())
    assert (found.upper or 0) - (found.lower or 0) == pytest.approx(2 * 1.96 * error, rel=0.12)


def test_rows_of_one_household_are_drawn_together() -> None:
    """Ten equal rows per household hold no more news than one."""
    values = np.random.default_rng(3).normal(size=100)
    rows, house = np.repeat(values, 10), np.repeat(np.arange(100), 10)
    (one,) = household_bootstrap(lambda weights: np.array([np.average(values, weights=weights)]), 100, seed=1)
    (ten,) = household_bootstrap(lambda weights: np.array([np.average(rows, weights=weights[house])]), 100, seed=1)
    assert (ten.lower, ten.upper) == pytest.approx((one.lower, one.upper))


def test_a_figure_that_cannot_be_had_has_no_interval() -> None:
    assert household_bootstrap(lambda _: np.array([np.nan]), 5, seed=1) == (Interval(None, None, None),)


def test_a_figure_that_most_draws_cannot_give_has_no_ends() -> None:
    found = household_bootstrap(lambda w: np.array([1.0 if (w == 1).all() else np.nan]), 50, seed=1)
    assert found == (Interval(1.0, None, None),)


def test_the_same_seed_draws_the_same_households() -> None:
    def measure(weights: np.ndarray) -> np.ndarray:
        return np.array([weights[0]])

    assert household_bootstrap(measure, 9, seed=1) == household_bootstrap(measure, 9, seed=1)


def test_dates_that_do_not_know_are_left_out_of_the_mean() -> None:
    found = mean_over_dates(np.array([[1.0, np.nan], [3.0, np.nan]]))
    assert found[0] == 2
    assert np.isnan(found[1])
