"""The gain over the best baseline: chosen on the calibration window, measured within each date of the test window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.training.made import WINDOWS, make_part
from tests.training.plans import small_plan
from training.evaluation import BASELINES, LOGISTIC, MODEL, RANDOM, ranking, score_rows
from training.labels import LABEL
from training.stability.gain import best_baseline, best_baseline_gain
from training.windows import WindowName


def scored(window: WindowName, households: int = 300) -> pl.DataFrame:
    """Made-up rows; the model reads what tells, the logistic baseline the same with noise."""
    return score_rows(
        [make_part(WINDOWS.dates(window), households, seed=5)],
        lambda matrix: np.nan_to_num(matrix[:, 0].astype(np.float64)) + 0.2 * matrix[:, 1],
        lambda scores: 1 / (1 + np.exp(-scores)),
        lambda matrix: np.nan_to_num(matrix[:, 0].astype(np.float64)) + matrix[:, 2],
    )


def windows(households: int = 300) -> dict[WindowName, pl.DataFrame]:
    return {"calibrate": scored("calibrate", households), "test": scored("test", households)}


def test_the_gain_is_the_mean_of_the_gains_of_each_date() -> None:
    rows, plan = windows(), small_plan()
    found = best_baseline_gain(rows, plan)
    known = rows["test"].filter(~pl.col("held_out"))
    by_date = [
        (ranking(day, MODEL, plan).at_k.precision or 0) - (ranking(day, found.baseline, plan).at_k.precision or 0)
        for day in known.partition_by("as_of")
    ]
    assert found.baseline == LOGISTIC
    assert found.gain == pytest.approx(np.mean(by_date))
    assert found.gain == pytest.approx((found.model.value or 0) - (found.best.value or 0))
    assert (found.lower or 0) < found.gain < (found.upper or 0)


def test_the_baseline_is_chosen_on_the_calibration_window_alone() -> None:
    rows = windows()
    plan = small_plan()
    # On the test window the logistic baseline knows every answer; that must not make it the chosen one.
    told = rows["test"].with_columns(pl.col(LABEL).cast(pl.Float64).fill_null(0.0).alias(LOGISTIC))
    useless = rows["calibrate"].with_columns(pl.lit(0.0).alias(LOGISTIC), pl.lit(0.0).alias("overdue_first"))
    found = best_baseline_gain({"calibrate": useless, "test": told}, plan)
    assert found.baseline == best_baseline(useless.filter(~pl.col("held_out")), plan) != LOGISTIC


def test_the_interval_repeats_itself_and_narrows_with_more_households() -> None:
    plan = small_plan()
    assert best_baseline_gain(windows(), plan) == best_baseline_gain(windows(), plan)
    wide, narrow = best_baseline_gain(windows(60), plan), best_baseline_gain(windows(), plan)
    assert (wide.upper or 0) - (wide.lower or 0) > (narrow.upper or 0) - (narrow.lower or 0)


def test_a_model_that_is_its_own_baseline_gains_exactly_nothing() -> None:
    rows = {name: frame.with_columns(pl.col(MODEL).alias(LOGISTIC)) for name, frame in windows().items()}
    found = best_baseline_gain(rows, small_plan())
    assert (found.baseline, found.gain, found.lower, found.upper) == (LOGISTIC, 0, 0, 0)


def test_random_is_a_baseline_like_any_other() -> None:
    rows, plan = scored("calibrate"), small_plan()
    worst = pl.col(LABEL).cast(pl.Float64).fill_null(0.0) * -1.0
    assert best_baseline(rows.with_columns(worst.alias(name) for name in BASELINES if name != RANDOM), plan) == RANDOM


def test_without_labels_nothing_is_chosen_and_nothing_estimable() -> None:
    none = pl.lit(None, dtype=pl.Boolean).alias(LABEL)
    rows = {name: frame.with_columns(none) for name, frame in windows().items()}
    found = best_baseline_gain(rows, small_plan())
    assert (found.baseline, found.gain, found.lower, found.upper, found.model.value) == ("", None, None, None, None)
    rows["calibrate"] = windows()["calibrate"]
    found = best_baseline_gain(rows, small_plan())
    assert (found.baseline, found.gain) == (LOGISTIC, None)
    assert best_baseline(rows["calibrate"].clear(), replace(small_plan(), seed=1)) == ""
