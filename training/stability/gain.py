"""What the model adds to the best simple ranker, with an interval; the ranker is chosen before the test window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from training.dataset import HELD_OUT
from training.evaluation import MODEL, baselines_of
from training.plan import ScreeningPlan
from training.stability.days import days_of
from training.stability.resample import NOT_ESTIMABLE, Interval, household_bootstrap, mean_over_dates
from training.windows import WindowName


@dataclass(frozen=True, slots=True)
class GainInterval:
    """Precision at k of the model minus that of ``baseline``, each within its as-of date, then averaged.

    ``lower`` and ``upper`` end a 95 % interval that draws whole households; ``model`` and ``best`` are the two
    precisions. None where it is not estimable; ``baseline`` is "" when no baseline could be chosen.
    """

    baseline: str
    gain: float | None
    lower: float | None
    upper: float | None
    model: Interval
    best: Interval


def best_baseline_gain(rows: Mapping[WindowName, pl.DataFrame], plan: ScreeningPlan) -> GainInterval:
    """What the model adds on the test window to the baseline that was best on the calibration window.

    Args:
        rows: the scored rows of the windows "calibrate" and "test" (``Evidence.rows``); households held out of
            learning are left out of both, so this speaks of the estimate *known*.
        plan: the plan they were made with.
    """
    calibrate, test = (rows[window].filter(~pl.col(HELD_OUT)) for window in ("calibrate", "test"))
    baseline = best_baseline(calibrate, plan)
    if not baseline or test.is_empty():
        return GainInterval("", None, None, None, NOT_ESTIMABLE, NOT_ESTIMABLE)
    days = days_of(test, (MODEL, baseline), plan)

    def measure(weights: np.ndarray) -> np.ndarray:
        by_date = days.precision((MODEL, baseline), weights)
        return mean_over_dates(np.column_stack([by_date[:, 0] - by_date[:, 1], by_date]))

    gain, model, best = household_bootstrap(measure, days.households, plan.seed)
    return GainInterval(baseline, gain.value, gain.lower, gain.upper, model, best)


def best_baseline(rows: pl.DataFrame, plan: ScreeningPlan) -> str:
    """The baseline with the highest precision at k, averaged over as-of dates; of equals the one named first.

    "" when no date has an assessed child in the first k places of any.
    """
    names = baselines_of(rows)
    days = days_of(rows, names, plan)
    if not days.days:
        return ""
    found = mean_over_dates(days.precision(names, np.ones(days.households)))
    return "" if np.isnan(found).all() else names[int(np.nanargmax(found))]
