"""Figures by name, and counts of labels."""

from __future__ import annotations

import polars as pl
import pytest

from tests.training.made import WINDOWS, make_part
from tests.training.plans import small_plan
from training.evaluation import BASELINES, BEST_FEATURE, MEDIAN_FEATURE, MODEL, Estimate, estimate, score_rows
from training.report import estimate_rows, figures, label_counts, plan_parameters


def one_estimate() -> Estimate:
    rows = score_rows(
        [make_part(WINDOWS.test)],
        lambda matrix: matrix[:, 1].astype(float),
        lambda scores: scores / 10 + 0.1,
        lambda matrix: matrix[:, 1].astype(float),
        {name: lambda matrix: matrix[:, 2].astype(float) for name in (BEST_FEATURE, MEDIAN_FEATURE)},
    )
    return estimate("known", "test", rows, small_plan())


def test_figures_are_named_by_window_estimate_and_measure() -> None:
    one = one_estimate()
    found = figures([one])
    assert found["test.known.base_rate"] == one.base_rate
    assert found["test.known.model.auc"] == one.ranking(MODEL).auc
    assert found["test.known.random.auc"] is None
    assert found["test.known.overdue_first.precision_at_k"] == one.ranking("overdue_first").at_k.precision
    assert found["test.known.gain_over_logistic"] == pytest.approx(0.0)
    ties = [found[f"test.known.level_first.{case}_ties_at_k"] or 0 for case in ("worst", "best")]
    assert ties[0] < (found["test.known.level_first.precision_at_k"] or 0) < ties[1]
    assert "test.known.gain_over_model" not in found


def test_there_is_a_row_per_ranking_and_the_model_gains_on_nobody() -> None:
    rows = estimate_rows([one_estimate()])
    assert [row["ranking"] for row in rows] == [MODEL, *BASELINES]
    assert rows[0]["gain"] is None
    assert rows[1]["gain"] is not None


def test_label_counts_are_summed_over_counties_and_dates_and_name_every_outcome() -> None:
    counts = pl.DataFrame(
        {
            "window": ["fit", "fit", "fit", "test"],
            "outcome": ["labelled", "labelled", "not_seen", "no_visit"],
            "children": [3, 4, 2, 5],
            "partly_positive": [0, 0, 1, 0],
        }
    )
    assert label_counts(counts) == {
        "fit": {"labelled": 7, "partly_assessed": 0, "not_seen": 2, "no_visit": 0, "partly_positive": 1},
        "test": {"labelled": 0, "partly_assessed": 0, "not_seen": 0, "no_visit": 5, "partly_positive": 0},
    }


def test_every_setting_of_a_plan_has_a_name() -> None:
    found = plan_parameters(small_plan())
    assert found["plan.label.horizon_days"] == "90"
    assert found["plan.tuning.space.num_leaves.high"] == str(small_plan().tuning.space["num_leaves"].high)
    assert found["plan.hash"] == small_plan().hash
