"""The model and every baseline over the as-of dates after learning: how far each is from the best of each date."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from training.dataset import AS_OF, HELD_OUT
from training.evaluation import MODEL, baselines_of
from training.plan import ScreeningPlan
from training.regret import Candidate, RegretTable
from training.stability.days import days_of
from training.windows import WindowName


def regret_over_time(rows: Mapping[WindowName, pl.DataFrame], plan: ScreeningPlan) -> RegretTable:
    """Precision at k of the model and the baselines on every date of the judged windows, known households only.

    The baseline that is one feature was chosen on the calibration window, so there it flatters itself.
    """
    known = pl.concat([rows[window].remove(HELD_OUT) for window in ("calibrate", "test")])
    names = (MODEL, *baselines_of(known))
    lists = days_of(known, names, plan)
    found = lists.precision(names, np.ones(lists.households))
    candidates = tuple(
        Candidate(name, tuple(None if np.isnan(value) else float(value) for value in found[:, place]), eligible=True)
        for place, name in enumerate(names)
    )
    return RegretTable(tuple(sorted(known[AS_OF].unique().to_list())), candidates)
