"""Two models on the as-of dates that both were tested on: the same children, the same labels, the same k."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from features.definition import structure as s
from training.dataset import AS_OF
from training.evaluation import MODEL
from training.evidence import Evidence
from training.stability.days import days_of
from training.stability.resample import NOT_ESTIMABLE, Interval, household_bootstrap, mean_over_dates

CHALLENGER = "challenger"
RELEASE = "release"


@dataclass(frozen=True, slots=True)
class SameWindows:
    """Precision at k of both, averaged over ``dates``, and the difference; intervals draw whole households.

    ``rows``: children on as-of dates. Dates that only one of the two was tested on are left out and named: there the
    other may have learned from what it would be measured by.
    """

    dates: tuple[date, ...]
    left_out: tuple[date, ...]
    rows: int
    challenger: Interval
    release: Interval
    difference: Interval


def same_windows(challenger: Evidence, release: Evidence) -> SameWindows:
    """Compare two models on the test dates they share, for households that neither held out.

    Labels and k are those of the challenger, whose ledger is the newer one.
    """
    ours, theirs = challenger.estimate_rows("known"), release.estimate_rows("known")
    shared = sorted(set(ours[AS_OF]) & set(theirs[AS_OF]))
    left_out = tuple(sorted(set(ours[AS_OF]) ^ set(theirs[AS_OF])))
    rows = _joined(ours, theirs, shared)
    if rows.is_empty():
        return SameWindows((), left_out, 0, NOT_ESTIMABLE, NOT_ESTIMABLE, NOT_ESTIMABLE)
    names = (CHALLENGER, RELEASE)
    days = days_of(rows, names, challenger.plan)

    def measure(weights: np.ndarray) -> np.ndarray:
        by_date = days.precision(names, weights)
        return mean_over_dates(np.column_stack([by_date, by_date[:, 0] - by_date[:, 1]]))

    first, second, difference = household_bootstrap(measure, days.households, challenger.plan.seed)
    return SameWindows(tuple(shared), left_out, rows.height, first, second, difference)


def _joined(ours: pl.DataFrame, theirs: pl.DataFrame, shared: Sequence[date]) -> pl.DataFrame:
    mine = ours.filter(pl.col(AS_OF).is_in(shared)).rename({MODEL: CHALLENGER})
    return mine.join(theirs.select(s.CHILD, AS_OF, pl.col(MODEL).alias(RELEASE)), on=[s.CHILD, AS_OF])
