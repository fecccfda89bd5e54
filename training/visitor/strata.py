"""How well an order does among the visits of one and the same visitor, beside the same rows across visitors.

Within one visitor's visits of one as-of date the visitor's habit is the same for all, so what an order gains there it
owes to the households. The area is that of all pairs inside the strata (Mann and Whitney 1947; van Elteren 1960 for
the pooling), intervals draw whole households.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from training.dataset import AS_OF
from training.evaluation import MODEL
from training.labels import LABEL
from training.metrics import first_places, places
from training.plan import ScreeningPlan
from training.stability.resample import NOT_ESTIMABLE, Interval, household_bootstrap
from training.visitor.pairs import Pairs, codes
from training.visitor.settings import StrataRule

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StrataFigures:
    """An order across and within visitors, on the same labelled rows.

    ``places`` are taken per as-of date: the plan's share of the labelled rows. ``chance`` is what as many places per
    stratum find by lot. ``rows`` counts rows (a child on an as-of date), ``unknown`` those whose visitor is not known;
    they are in neither. ``drop`` is what the precision loses when the places must be spread over visitors alike.
    """

    rows: int
    unknown: int
    places: int
    auc_across: Interval
    auc_within: Interval
    precision_across: Interval
    precision_within: Interval
    chance_within: Interval
    drop: Interval


def strata_figures(rows: pl.DataFrame, plan: ScreeningPlan, rule: StrataRule, *, order: str = MODEL) -> StrataFigures:
    """Measure one order of the rows across visitors and inside each visitor's rows of a date."""
    labelled = rows.filter(pl.col(LABEL).is_not_null()).sort(AS_OF, s.CHILD)
    known = labelled.filter(pl.col(s.VISITOR).is_not_null())
    unknown = labelled.height - known.height
    if known.is_empty():
        return StrataFigures(0, unknown, 0, *(NOT_ESTIMABLE,) * 6)
    scores, labels = known[order].to_numpy(), known[LABEL].cast(pl.Float64).to_numpy()
    dates = codes(known, [AS_OF])
    strata = codes(known, [AS_OF, s.VISITOR])
    areas = (Pairs.of(dates, scores, labels), Pairs.of(strata, scores, labels))
    taken = _Taken.of(known, order, plan, rule)
    households = codes(known, [s.HOUSEHOLD])

    def measure(weights: FloatArray) -> FloatArray:
        row = weights[households]
        across, within, chance = taken.precisions(row, labels)
        return np.array([*(area.value(row) for area in areas), across, within, chance, across - within])

    found = household_bootstrap(measure, int(households.max()) + 1, plan.seed)
    return StrataFigures(known.height, unknown, int(taken.within.sum()), *found)


@dataclass(frozen=True, slots=True)
class VisitorThird:
    """A third of the visitors by their shrunken effect: rows, share with a new need, mean probability, area inside."""

    rows: int
    visitors: int
    rate: float
    expected: float
    auc: float | None


def thirds(rows: pl.DataFrame, effect: FloatArray, probability: str, *, order: str = MODEL) -> tuple[VisitorThird, ...]:
    """Labelled rows of known visitors by thirds of their visitors' effect, the lowest first.

    Args:
        rows: labelled rows whose visitor is known.
        effect: the shrunken effect of each row's visitor, (n,).
        probability: the column of the calibrated probability.
        order: the column that orders.
    """
    by_visitor = (
        pl.DataFrame({s.VISITOR: rows[s.VISITOR], "effect": effect}).unique(s.VISITOR).sort("effect", s.VISITOR)
    )
    third = (np.arange(by_visitor.height) * 3 // max(1, by_visitor.height)).astype(np.int64)
    placed = rows.join(by_visitor.select(s.VISITOR, pl.Series("third", third)), on=s.VISITOR, maintain_order="left")
    return tuple(_third(placed.filter(pl.col("third") == number), probability, order) for number in range(3))


def _third(rows: pl.DataFrame, probability: str, order: str) -> VisitorThird:
    labels = rows[LABEL].cast(pl.Float64).to_numpy()
    area = Pairs.of(codes(rows, [AS_OF, s.VISITOR]), rows[order].to_numpy(), labels).value(np.ones(rows.height))
    return VisitorThird(
        rows=rows.height,
        visitors=rows[s.VISITOR].n_unique(),
        rate=float(labels.mean()),
        expected=float(rows[probability].to_numpy().mean()),
        auc=None if np.isnan(area) else area,
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """Which rows the places take within strata and across them, and what part of a stratum its places are."""

    within: FloatArray
    across: FloatArray
    share: FloatArray

    @staticmethod
    def of(rows: pl.DataFrame, order: str, plan: ScreeningPlan, rule: StrataRule) -> _Taken:
        random = np.random.default_rng(plan.seed)
        lots, scores = random.random(rows.height), rows[order].to_numpy()
        dates, strata = codes(rows, [AS_OF]), codes(rows, [AS_OF, s.VISITOR])
        within, across, share = np.zeros(rows.height), np.zeros(rows.height), np.zeros(rows.height)
        for date in np.unique(dates):
            candidates = []
            for stratum in np.unique(strata[dates == date]):
                members = np.flatnonzero(strata == stratum)
                if members.size < rule.rows_at_least:
                    continue
                k = places(plan.capacity.share, members.size)
                within[members[first_places(scores[members], k, lots[members])]] = 1.0
                share[members] = k / members.size
                candidates.append(members)
            if candidates:
                together = np.concatenate(candidates)
                k = int(within[together].sum())
                across[together[first_places(scores[together], k, lots[together])]] = 1.0
        return _Taken(within, across, share)

    def precisions(self, weights: FloatArray, labels: FloatArray) -> tuple[float, float, float]:
        """Precision across, within, and by lot within."""
        return (
            _mean(labels, weights * self.across),
            _mean(labels, weights * self.within),
            _mean(labels, weights * self.share),
        )


def _mean(labels: FloatArray, weights: FloatArray) -> float:
    total = float(weights.sum())
    return float(weights @ labels / total) if total else float("nan")
