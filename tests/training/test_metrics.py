"""Measures against scikit-learn, against scipy, and against tables counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from training.metrics import (
    AtK,
    OverDates,
    at_k,
    auc,
    brier,
    calibration_line,
    first_places,
    mean_of,
    places,
    sum_at_k,
    tie_orders,
)

RANDOM = np.random.default_rng(7)
SCORES = np.round(RANDOM.normal(size=500), 1)  # rounded, so that there are ties
LABELS = RANDOM.random(500) < expit(SCORES - 1)
WEIGHTS = RANDOM.random(500)


def test_auc_is_that_of_scikit_learn_ties_included() -> None:
    assert auc(LABELS, SCORES) == pytest.approx(roc_auc_score(LABELS, SCORES))


def test_auc_takes_infinite_scores() -> None:
    assert auc(np.array([True, False, True]), np.array([np.inf, -np.inf, -np.inf])) == pytest.approx(0.75)


def test_auc_of_one_kind_alone_is_not_estimable() -> None:
    assert auc(np.array([True, True]), np.array([0.0, 1.0])) is None
    assert auc(np.array([False]), np.array([0.0])) is None


def test_brier_is_that_of_scikit_learn() -> None:
    probabilities = expit(SCORES)
    expected = brier_score_loss(LABELS, probabilities, sample_weight=WEIGHTS)
    assert brier(LABELS, probabilities, WEIGHTS) == pytest.approx(expected)


def test_calibration_line_is_the_weighted_logistic_regression_of_scikit_learn() -> None:
    probabilities = expit(2 * SCORES + 0.5)
    line = calibration_line(LABELS, probabilities, WEIGHTS)
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    oracle.fit(logit(probabilities)[:, None], LABELS, sample_weight=WEIGHTS)
    assert line is not None
    assert line[0] == pytest.approx(oracle.coef_[0, 0], abs=1e-4)
    assert line[1] == pytest.approx(oracle.intercept_[0], abs=1e-4)


def test_calibration_line_of_true_probabilities_is_the_diagonal() -> None:
    random = np.random.default_rng(3)
    probabilities = expit(random.normal(size=200_000))
    labels = random.random(200_000) < probabilities
    line = calibration_line(labels, probabilities, np.ones(200_000))
    assert line == pytest.approx((1.0, 0.0), abs=0.03)


def test_calibration_line_survives_probabilities_of_zero_and_one() -> None:
    probabilities = np.array([0.0, 1.0, 0.5, 0.0, 1.0, 0.4])
    line = calibration_line(np.array([True, True, False, False, False, True]), probabilities, np.ones(6))
    assert line is not None
    assert np.isfinite(line).all()


@pytest.mark.parametrize(
    ("labels", "probabilities"),
    [([True, True], [0.1, 0.2]), ([False, False], [0.1, 0.2]), ([True, False], [0.3, 0.3])],
)
def test_calibration_line_is_not_estimable_without_contrast(labels: list[bool], probabilities: list[float]) -> None:
    assert calibration_line(np.array(labels), np.array(probabilities), np.ones(2)) is None


def test_calibration_line_of_separable_outcomes_is_not_estimable() -> None:
    probabilities = np.array([0.1, 0.2, 0.8, 0.9])
    assert calibration_line(np.array([False, False, True, True]), probabilities, np.ones(4)) is None


@pytest.mark.parametrize(("share", "cohort", "k"), [(0.1, 100, 10), (0.1, 3, 1), (0.1, 26, 3), (0.25, 10, 2)])
def test_places_are_whole_and_at_least_one(share: float, cohort: int, k: int) -> None:
    assert places(share, cohort) == k


def test_first_places_go_by_score_and_then_by_lot() -> None:
    scores = np.array([1.0, 3.0, 2.0, 2.0, 2.0])
    lots = np.array([0.0, 0.0, 0.9, 0.1, 0.5])
    assert first_places(scores, 3, lots).tolist() == [1, 3, 4]


def test_first_places_take_infinite_scores_first_and_last() -> None:
    assert first_places(np.array([0.0, np.inf, -np.inf]), 2, np.zeros(3)).tolist() == [1, 0]


def test_at_k_counted_by_hand() -> None:
    #            chosen: with, without, not known, not known    rest: with, without, with, not known
    labels = np.array([True, False, False, False, True, False, True, False])
    known = np.array([True, True, False, False, True, True, True, False])
    measured = at_k(np.arange(4), labels, known)
    assert measured == AtK(places=4, assessed=2, found=1, all_found=3, expected=2 * 3 / 5)
    assert measured.precision == pytest.approx(1 / 2)
    assert measured.lower == pytest.approx(1 / 4)  # both not known are without
    assert measured.upper == pytest.approx(3 / 4)  # both not known are with
    assert measured.recall == pytest.approx(1 / 3)
    assert measured.lift == pytest.approx((1 / 2) / (3 / 5))
    assert measured.null_share == pytest.approx(1 / 2)


def test_at_k_reads_no_label_that_is_not_known() -> None:
    known = np.array([False, True, True])
    first, second = (at_k(np.arange(2), np.array([label, False, True]), known) for label in (True, False))
    assert first == second


def test_at_k_where_nobody_was_assessed_bounds_and_nothing_more() -> None:
    measured = at_k(np.arange(2), np.zeros(3, dtype=bool), np.zeros(3, dtype=bool))
    assert (measured.precision, measured.recall, measured.lift) == (None, None, None)
    assert (measured.lower, measured.upper, measured.null_share) == (0.0, 1.0, 1.0)


def test_at_k_without_any_new_need_has_no_lift() -> None:
    measured = at_k(np.arange(1), np.zeros(2, dtype=bool), np.ones(2, dtype=bool))
    assert (measured.precision, measured.recall, measured.lift) == (0.0, None, None)


def test_counts_of_several_dates_add_up() -> None:
    # A date with one assessed place weighs a tenth of a date with ten.
    july, august = AtK(10, 1, 1, 2, 0.5), AtK(10, 10, 2, 6, 3.5)
    together = sum_at_k([july, august])
    assert together == AtK(20, 11, 3, 8, 4.0)
    assert together.precision == pytest.approx(3 / 11)
    assert together.lift == pytest.approx(3 / 4)
    assert mean_of([None, None]) is None
    assert mean_of([0.5, None, 0.7]) == pytest.approx(0.6)


def test_over_dates_every_figure_is_a_mean_of_dates_and_never_of_pooled_counts() -> None:
    large, small = AtK(10, 8, 4, 8, 2), AtK(2, 1, 1, 1, 0.5)
    both = OverDates((large, small))
    assert (both.places, both.assessed) == (12, 9)
    assert both.precision == pytest.approx((4 / 8 + 1) / 2)
    assert both.lower == pytest.approx((4 / 10 + 1 / 2) / 2)
    assert both.upper == pytest.approx((6 / 10 + 1) / 2)
    assert both.recall == pytest.approx((4 / 8 + 1) / 2)
    assert both.lift == pytest.approx((4 / 2 + 1 / 0.5) / 2)
    assert both.null_share == pytest.approx((2 / 10 + 1 / 2) / 2)


def test_a_date_without_a_figure_is_left_out_of_its_mean() -> None:
    both = OverDates((AtK(10, 8, 4, 8, 2), AtK(2, 0, 0, 0, 0)))
    assert (both.precision, both.recall, both.lift) == (4 / 8, 4 / 8, 4 / 2)
    assert both.null_share == pytest.approx((2 / 10 + 1) / 2)


def test_without_a_date_nobody_looked() -> None:
    none = OverDates(())
    assert (none.precision, none.lower, none.upper, none.null_share) == (None, 0, 1, 1)


def test_the_unluckiest_order_puts_the_needs_last_and_the_luckiest_first() -> None:
    labels, known = np.array([True, False, True, False]), np.array([True, True, False, True])
    worst, best = tie_orders(labels, known)
    equal = np.zeros(4)
    assert first_places(equal, 4, worst).tolist() == [1, 3, 2, 0]
    assert first_places(equal, 4, best).tolist() == [0, 2, 1, 3]
