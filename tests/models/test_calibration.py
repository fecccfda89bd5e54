"""Calibration: rises with the score, finds the curve, counts weights."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from features.cli.console import UserError
from models.calibration import Calibration

FloatArray = npt.NDArray[np.float64]


def drawn(slope: float, intercept: float, count: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    random = np.random.default_rng(seed)
    scores = random.normal(-1, 1.5, count)
    chance = 1 / (1 + np.exp(-(slope * scores + intercept)))
    return scores, (random.random(count) < chance).astype(np.float64)


def test_the_curve_behind_the_labels_is_found() -> None:
    made = Calibration.fit(*drawn(0.7, -0.4, 40_000))
    assert made.slope == pytest.approx(0.7, abs=0.03)
    assert made.intercept == pytest.approx(-0.4, abs=0.03)


def test_it_agrees_with_logistic_regression_when_rows_are_many() -> None:
    scores, labels = drawn(1.3, 0.2, 20_000)
    peer = LogisticRegression(C=np.inf, tol=1e-10).fit(scores[:, None], labels)
    made = Calibration.fit(scores, labels)
    expected = peer.predict_proba(scores[:, None])[:, 1]
    assert np.abs(made.probability(scores) - expected).max() < 1e-3


def test_a_weight_of_two_counts_as_the_row_twice() -> None:
    scores, labels = drawn(1.0, 0.0, 300)
    weights = np.where(np.arange(300) % 3 == 0, 2.0, 1.0)
    again = np.repeat(np.arange(300), weights.astype(int))
    weighted = Calibration.fit(scores, labels, weights)
    repeated = Calibration.fit(scores[again], labels[again])
    assert weighted.slope == pytest.approx(repeated.slope, rel=1e-4)
    assert weighted.intercept == pytest.approx(repeated.intercept, abs=1e-4)


def test_a_row_of_no_weight_counts_for_nothing() -> None:
    scores, labels = drawn(1.0, 0.0, 300)
    weights = np.ones(300)
    weights[:30] = 0.0
    without = Calibration.fit(scores[30:], labels[30:])
    assert Calibration.fit(scores, labels, weights).slope == pytest.approx(without.slope, rel=1e-6)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-30, 30), st.booleans()), min_size=2, max_size=40), st.integers(0, 2**31))
def test_a_higher_score_never_gets_a_lower_probability(rows: list[tuple[float, bool]], seed: int) -> None:
    labels = np.array([label for _, label in rows], dtype=np.float64)
    labels[:2] = (0.0, 1.0)
    made = Calibration.fit(np.array([score for score, _ in rows]), labels)
    asked = np.sort(np.random.default_rng(seed).normal(0, 20, 50))
    answers = made.probability(asked)
    assert (np.diff(answers) >= 0).all()
    assert ((answers >= 0) & (answers <= 1)).all()


def test_labels_that_contradict_the_score_flatten_the_curve_but_never_turn_it() -> None:
    scores, labels = drawn(1.0, 0.0, 2_000)
    made = Calibration.fit(-scores, labels)
    assert 0 < made.slope < 1e-3
    assert made.probability(np.zeros(1))[0] == pytest.approx(labels.mean(), abs=1e-3)


def test_one_score_for_all_gives_the_base_rate() -> None:
    labels = np.array([1.0, 0.0, 0.0, 0.0] * 500)
    made = Calibration.fit(np.full(2_000, -2.5), labels)
    assert made.probability(np.array([-2.5]))[0] == pytest.approx(0.25, abs=2e-3)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_a_window_with_one_kind_of_label_is_refused(label: float) -> None:
    with pytest.raises(UserError, match="both are needed"):
        Calibration.fit(np.arange(4.0), np.full(4, label))


@pytest.mark.parametrize("slope", [0.0, -1.0, math.nan, math.inf])
def test_a_curve_that_does_not_rise_is_refused(slope: float) -> None:
    with pytest.raises(ValueError, match="must rise"):
        Calibration(slope, 0.0)


def test_it_survives_json_to_the_last_digit() -> None:
    made = Calibration(1 / 3, -0.1 - 0.2)
    assert Calibration.from_json(made.to_json()) == made
