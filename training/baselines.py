"""Rankers any office could use without this product, measured at the same k as the model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from features.known import known_rows, latest_rows
from training.simple_orders import LEVEL_URGENCY, POINTS

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

FloatArray = npt.NDArray[np.float64]

DAYS_SINCE_VISIT = "days_since_visit"
LAST_SEVERITY = "last_severity"
DAYS_SINCE_FINDING = "days_since_finding"

_CENTURY_DAYS = 36_525.0


def simple_facts(cohort: pl.DataFrame, tables: Mapping[str, pl.DataFrame], as_of: date) -> pl.DataFrame:
    """Add what the simple rankers need, as known at the as-of date; null where there was none.

    ``days_since_visit``: since the household's last completed visit. ``last_severity`` and ``days_since_finding``:
    of the most recent finding of the child or its household, the worst when several opened on one day.
    """
    visits = pl.DataFrame(latest_rows(known_rows(tables[s.VISITS], as_of), [s.VISIT]).to_native())
    last_visit = visits.filter(pl.col(s.MET)).group_by(s.HOUSEHOLD).agg(pl.col(s.VISITED_ON).max())
    findings = pl.DataFrame(latest_rows(known_rows(tables[s.FINDINGS], as_of), [s.FINDING]).to_native())
    facts = findings.select(s.CHILD, s.HOUSEHOLD, s.OPENS, s.SEVERITY)
    keys = cohort.select(s.CHILD, s.HOUSEHOLD)
    own = keys.join(facts.drop(s.HOUSEHOLD), on=s.CHILD)
    shared = keys.join(facts.filter(pl.col(s.CHILD).is_null()).drop(s.CHILD), on=s.HOUSEHOLD).select(own.columns)
    last_finding = pl.concat([own, shared]).sort(s.OPENS, s.SEVERITY).unique(s.CHILD, keep="last").drop(s.HOUSEHOLD)
    day = pl.lit(as_of)
    return (
        cohort.join(last_visit.rename({s.VISITED_ON: "_visit"}), on=s.HOUSEHOLD, how="left", maintain_order="left")
        .join(last_finding, on=s.CHILD, how="left", maintain_order="left")
        .with_columns(
            (day - pl.col("_visit")).dt.total_days().alias(DAYS_SINCE_VISIT),
            pl.col(s.SEVERITY).alias(LAST_SEVERITY),
            (day - pl.col(s.OPENS)).dt.total_days().alias(DAYS_SINCE_FINDING),
        )
        .drop("_visit", s.OPENS, s.SEVERITY)
    )


def overdue_first(rows: pl.DataFrame) -> FloatArray:
    """The longest without a completed visit first; never visited before all others: float64, (n,)."""
    return rows[DAYS_SINCE_VISIT].cast(pl.Float64).fill_null(np.inf).to_numpy()


def last_finding_first(rows: pl.DataFrame) -> FloatArray:
    """The worst most recent finding first, the newer before the older; without any, last: float64, (n,)."""
    severity = rows[LAST_SEVERITY].cast(pl.Float64)
    recency = rows[DAYS_SINCE_FINDING].cast(pl.Float64) / _CENTURY_DAYS
    return (severity - recency).fill_null(-np.inf).to_numpy()


def level_first(rows: pl.DataFrame) -> FloatArray:
    """The most urgent official level first; without one, last: float64, (n,)."""
    return rows[LEVEL_URGENCY].cast(pl.Float64).fill_null(-np.inf).to_numpy()


def points_first(rows: pl.DataFrame) -> FloatArray:
    """The most points for recorded facts first: float64, (n,)."""
    return rows[POINTS].cast(pl.Float64).fill_null(-np.inf).to_numpy()


def fit_logistic(matrix: npt.NDArray[np.float32], labels: FloatArray, weights: FloatArray, seed: int) -> Pipeline:
    """A logistic regression on the same features, imputation and scaling fitted on the same rows.

    Missing values take the column's median and say so in a column of their own.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    pipeline = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(max_iter=300, random_state=seed),
    )
    return pipeline.fit(matrix, labels, logisticregression__sample_weight=weights)
