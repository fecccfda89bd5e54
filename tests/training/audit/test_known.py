"""What the list adds for known households, and whether the probabilities hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.training.audited import audited
from training.audit.known import calibration_bins, calibration_error, section, share

LOTS = np.random.default_rng(4)


def test_ten_parts_of_like_weight_and_nothing_lost() -> None:
    probabilities = LOTS.random(2_000)
    weights = LOTS.random(2_000) + 0.1
    bins = calibration_bins((LOTS.random(2_000) < probabilities).astype(float), probabilities, weights)
    assert len(bins) == 10
    assert [one.weight for one in bins] == pytest.approx([0.1] * 10, abs=0.005)
    assert sum(one.weight for one in bins) == pytest.approx(1)


def test_a_right_probability_has_a_small_error_and_a_wrong_one_its_distance() -> None:
    probabilities = LOTS.random(20_000)
    labels = (LOTS.random(20_000) < probabilities).astype(float)
    right = calibration_error(calibration_bins(labels, probabilities, np.ones(20_000)))
    wrong = calibration_error(calibration_bins(labels, probabilities / 2, np.ones(20_000)))
    assert right is not None
    assert right < 0.015
    assert wrong == pytest.approx(0.25, abs=0.01)


def test_one_probability_is_one_part_and_no_row_none() -> None:
    (one,) = calibration_bins(np.array([0.0, 1.0]), np.array([0.3, 0.3]), np.ones(2))
    assert (one.expected, one.observed, one.weight) == (pytest.approx(0.3), 0.5, 1.0)
    assert calibration_error(calibration_bins(np.empty(0), np.empty(0), np.empty(0))) is None
    assert getattr(share(None), "en", "") == "not estimable"


@pytest.mark.slow
def test_the_figures_that_rules_read_are_there(ledger: Path) -> None:
    made = section(audited(ledger))
    assert set(made.figures) == {
        "gain_over_best", "gain_over_best_lower", "gain_over_best_upper", "calibration_error", "calibration_slope",
    }  # fmt: skip
    assert made.figures["gain_over_best_lower"] < made.figures["gain_over_best"]  # type: ignore[operator]
    assert len(made.tables[0].rows) >= 5
    assert len(made.pictures) == 1


@pytest.mark.slow
def test_without_labels_nothing_is_estimable(ledger: Path) -> None:
    context = audited(ledger)
    unseen = {
        window: rows.with_columns(pl.lit(None, pl.Boolean).alias("label"))
        for window, rows in context.evidence.rows.items()
    }
    made = section(replace(context, evidence=replace(context.evidence, rows=unseen)))
    assert [words.en.endswith("not estimable.") for words in made.findings] == [True, True]
    assert set(made.figures.values()) == {None}
