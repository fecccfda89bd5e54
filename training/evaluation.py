"""Estimates, always named, with the baselines at the same k beside the model.

*known*: forward in time, households may recur - the monthly use. *new household*: forward in time, households that
neither fit nor calibration saw. Children are ranked within each as-of date, and every figure is made within a date and
then averaged: nothing is pooled across dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from training.baselines import (
    DAYS_SINCE_VISIT,
    LAST_SEVERITY,
    last_finding_first,
    level_first,
    overdue_first,
    points_first,
)
from training.dataset import AS_OF, HELD_OUT, Part
from training.labels import ALL_NEEDS, LABEL, visit_weights
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
from training.plan import ScreeningPlan
from training.simple_orders import LEVEL_URGENCY, POINTS
from training.windows import WindowName

FloatArray = npt.NDArray[np.float64]
Scorer = Callable[[npt.NDArray[np.float32]], FloatArray]
Curve = Callable[[FloatArray], FloatArray]
EstimateName = Literal["known", "new_household"]

MODEL = "model"
RANDOM = "random"
OVERDUE = "overdue_first"
LAST_FINDING = "last_finding"
LEVEL = "level_first"
MOST_POINTS = "points_first"
BEST_FEATURE = "best_feature"
MEDIAN_FEATURE = "median_feature"
LOGISTIC = "logistic"
BASELINES = (RANDOM, OVERDUE, LAST_FINDING, LEVEL, MOST_POINTS, BEST_FEATURE, MEDIAN_FEATURE, LOGISTIC)
"""Every baseline there can be; ``baselines_of`` says which of them some rows hold."""
PROBABILITY = "probability"

ORDERS_BY_HAND: Mapping[str, tuple[str, Callable[[pl.DataFrame], FloatArray]]] = {
    OVERDUE: (DAYS_SINCE_VISIT, overdue_first),
    LAST_FINDING: (LAST_SEVERITY, last_finding_first),
    LEVEL: (LEVEL_URGENCY, level_first),
    MOST_POINTS: (POINTS, points_first),
}
"""Orders an office could make by hand: by the baseline's name, a column that must be there, and what scores rows."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """One way to order the cohort: its AUC, averaged over the as-of dates, and what its k places of each found.

    Equal scores fall by lot; ``worst`` and ``best`` are what the unluckiest and the luckiest lot would have found.
    """

    name: str
    auc: float | None
    at_k: OverDates
    worst: OverDates
    best: OverDates


@dataclass(frozen=True, slots=True)
class Estimate:
    """How one window looks for one kind of household.

    ``children`` counts rows (a child on an as-of date), ``labelled_share`` those with a label, ``base_rate`` the new
    needs among these and ``all_needs_rate`` the needs, open ones included. Brier score, slope and intercept count
    each visit once. A figure is None where the rows cannot give it. ``rankings`` has the model first, then the
    baselines the rows hold.
    """

    name: EstimateName
    window: WindowName
    dates: int
    children: int
    labelled_share: float
    base_rate: float | None
    all_needs_rate: float | None
    brier: float | None
    slope: float | None
    intercept: float | None
    rankings: tuple[Ranking, ...]

    def ranking(self, name: str) -> Ranking:
        """The ranking of that name."""
        return next(one for one in self.rankings if one.name == name)

    def gain(self, baseline: str) -> float | None:
        """What the model's precision at k adds to that of a baseline; None where either has no label."""
        ours, theirs = self.ranking(MODEL).at_k.precision, self.ranking(baseline).at_k.precision
        return None if ours is None or theirs is None else ours - theirs


def score_rows(
    parts: Iterable[Part],
    score: Scorer,
    probability: Curve,
    logistic: Scorer,
    features: Mapping[str, Scorer] = MappingProxyType({}),
) -> pl.DataFrame:
    """The rows of a window with a column per ranking and the calibrated probability, county by county.

    Args:
        parts: the window's parts; each matrix is read once and let go.
        score: log-odds of the model for a matrix.
        probability: calibrated probability for log-odds made by ``score``.
        logistic: log-odds of the logistic baseline for a matrix.
        features: scores of the baselines that are one feature alone, by the baseline's name.
    """
    return pl.concat([_scored(part, score, probability, logistic, features) for part in parts])


def _scored(
    part: Part, score: Scorer, probability: Curve, logistic: Scorer, features: Mapping[str, Scorer]
) -> pl.DataFrame:
    matrix = np.ascontiguousarray(part.matrix)
    scores = score(matrix)
    return part.rows.with_columns(
        pl.Series(MODEL, scores),
        pl.Series(PROBABILITY, probability(scores)),
        pl.Series(LOGISTIC, logistic(matrix)),
        *(
            pl.Series(name, order(part.rows))
            for name, (fact, order) in ORDERS_BY_HAND.items()
            if fact in part.rows.columns
        ),
        *(pl.Series(name, order(matrix)) for name, order in features.items()),
    )


def baselines_of(rows: pl.DataFrame) -> tuple[str, ...]:
    """The baselines that scored rows hold, in the order to show; chance needs no column."""
    return tuple(name for name in BASELINES if name == RANDOM or name in rows.columns)


def rows_of(name: EstimateName, scored: pl.DataFrame, learned: pl.DataFrame) -> pl.DataFrame:
    """The rows an estimate speaks of; a child that moved into a held-out household was seen, so it is in neither."""
    if name == "known":
        return scored.filter(~pl.col(HELD_OUT))
    seen = learned[s.CHILD].unique()
    return scored.filter(pl.col(HELD_OUT) & ~pl.col(s.CHILD).is_in(seen.implode()))


def estimate(name: EstimateName, window: WindowName, rows: pl.DataFrame, plan: ScreeningPlan) -> Estimate:
    """Measure one window for one kind of household; ``rows`` as ``rows_of`` gives them."""
    labelled = rows.filter(pl.col(LABEL).is_not_null())
    line, score = _calibration(labelled)
    return Estimate(
        name=name,
        window=window,
        dates=rows[AS_OF].n_unique(),
        children=rows.height,
        labelled_share=labelled.height / max(1, rows.height),
        base_rate=_rate(labelled, LABEL),
        all_needs_rate=_rate(labelled, ALL_NEEDS),
        brier=score,
        slope=line[0] if line else None,
        intercept=line[1] if line else None,
        rankings=tuple(ranking(rows, name, plan) for name in (MODEL, *baselines_of(rows))),
    )


def ranking(rows: pl.DataFrame, name: str, plan: ScreeningPlan) -> Ranking:
    """Measure one ranking within each as-of date and bring the dates together."""
    measured = [_at_date(day_rows, name, plan) for _, day_rows in _by_date(rows)]
    drawn, worst, best = (OverDates(tuple(one[place] for _, one in measured)) for place in range(3))
    return Ranking(name, mean_of([area for area, _ in measured]), drawn, worst, best)


def _by_date(rows: pl.DataFrame) -> Iterable[tuple[object, pl.DataFrame]]:
    return ((key[0], group) for key, group in rows.sort(AS_OF, s.CHILD).group_by(AS_OF, maintain_order=True))


def _at_date(rows: pl.DataFrame, name: str, plan: ScreeningPlan) -> tuple[float | None, tuple[AtK, AtK, AtK]]:
    """AUC, and what was found at k when ties fall by lot, as unluckily and as luckily as they can."""
    known = rows[LABEL].is_not_null().to_numpy()
    labels = rows[LABEL].fill_null(value=False).to_numpy()
    k = places(plan.capacity.share, rows.height)
    lots = np.random.default_rng(plan.seed)
    if name == RANDOM:
        draws = range(plan.capacity.random_draws)
        found = sum_at_k([at_k(lots.choice(rows.height, k, replace=False), labels, known) for _ in draws])
        return None, (found, found, found)
    scores = rows[name].to_numpy()
    orders = (lots.random(rows.height), *tie_orders(labels, known))
    drawn, worst, best = (at_k(first_places(scores, k, ties), labels, known) for ties in orders)
    return auc(labels[known], scores[known]), (drawn, worst, best)


def _calibration(labelled: pl.DataFrame) -> tuple[tuple[float, float] | None, float | None]:
    if labelled.is_empty():
        return None, None
    labels, probabilities = labelled[LABEL].to_numpy(), labelled[PROBABILITY].to_numpy()
    weights = visit_weights(labelled[s.VISIT]).to_numpy()
    return calibration_line(labels, probabilities, weights), brier(labels, probabilities, weights)


def _rate(labelled: pl.DataFrame, column: str) -> float | None:
    return None if labelled.is_empty() else float(labelled[column].cast(pl.Float64).to_numpy().mean())


def precision_by_share(rows: pl.DataFrame, names: Iterable[str], shares: Iterable[float]) -> Mapping[str, list[float]]:
    """Precision among the assessed when each as-of date takes a share of its cohort; NaN where unknown."""
    return {name: [_precision(rows, name, share) for share in shares] for name in names}


def _precision(rows: pl.DataFrame, name: str, share: float) -> float:
    found = []
    for _, day in _by_date(rows):
        chosen = first_places(day[name].to_numpy(), places(share, day.height), np.arange(day.height, dtype=np.float64))
        labels = day[LABEL]
        found.append(at_k(chosen, labels.fill_null(value=False).to_numpy(), labels.is_not_null().to_numpy()))
    precision = OverDates(tuple(found)).precision
    return float("nan") if precision is None else precision
