"""Measures of a ranking and of a probability, each on plain arrays and each by its definition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from functools import reduce
from operator import add

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import rankdata

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_NEVER_CERTAIN = 1e-12


@dataclass(frozen=True, slots=True)
class AtK:
    """What the first places of a ranking found, as counts; counts of several rankings add up.

    ``places`` were chosen, ``assessed`` of them have a label and ``found`` a new need. ``all_found`` new needs are
    known in the whole cohort. ``expected`` new needs would be found if the assessed places were any assessed child.
    """

    places: float
    assessed: float
    found: float
    all_found: float
    expected: float

    def __add__(self, other: AtK) -> AtK:
        return AtK(*(ours + theirs for ours, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def precision(self) -> float | None:
        """The share of the assessed places with a new need; None where nobody was assessed."""
        return self.found / self.assessed if self.assessed else None

    @property
    def lower(self) -> float:
        """The least the precision over all places can be: every child nobody assessed counts as without a need."""
        return self.found / self.places

    @property
    def upper(self) -> float:
        """The most it can be: every child nobody assessed counts as with a need."""
        return (self.found + self.places - self.assessed) / self.places

    @property
    def recall(self) -> float | None:
        """The share of the known new needs that stand in the first places; None where there is none."""
        return self.found / self.all_found if self.all_found else None

    @property
    def lift(self) -> float | None:
        """How many times as often as by chance a new need was found; None where chance finds none."""
        return self.found / self.expected if self.expected else None

    @property
    def null_share(self) -> float:
        """The share of the places without a label."""
        return 1 - self.assessed / self.places


@dataclass(frozen=True, slots=True)
class OverDates:
    """What the first places found on each as-of date; every figure is made within a date and then averaged.

    Dates that cannot give a figure are left out of its mean; None when none can. Without any date nobody looked.
    """

    by_date: tuple[AtK, ...]

    @property
    def places(self) -> float:
        """The places of all dates together."""
        return sum(one.places for one in self.by_date)

    @property
    def assessed(self) -> float:
        """The assessed places of all dates together."""
        return sum(one.assessed for one in self.by_date)

    @property
    def precision(self) -> float | None:
        """See ``AtK.precision``."""
        return mean_of([one.precision for one in self.by_date])

    @property
    def lower(self) -> float:
        """See ``AtK.lower``."""
        return float(np.mean([one.lower for one in self.by_date])) if self.by_date else 0.0

    @property
    def upper(self) -> float:
        """See ``AtK.upper``."""
        return float(np.mean([one.upper for one in self.by_date])) if self.by_date else 1.0

    @property
    def recall(self) -> float | None:
        """See ``AtK.recall``."""
        return mean_of([one.recall for one in self.by_date])

    @property
    def lift(self) -> float | None:
        """See ``AtK.lift``."""
        return mean_of([one.lift for one in self.by_date])

    @property
    def null_share(self) -> float:
        """See ``AtK.null_share``."""
        return float(np.mean([one.null_share for one in self.by_date])) if self.by_date else 1.0


def auc(labels: BoolArray, scores: FloatArray) -> float | None:
    """The chance that a row with a new need scores above one without, ties half (Mann and Whitney 1947).

    None when one of the two kinds is missing.
    """
    positive = int(labels.sum())
    negative = labels.size - positive
    if positive == 0 or negative == 0:
        return None
    ranks = rankdata(scores)
    return float((ranks[labels].sum() - positive * (positive + 1) / 2) / (positive * negative))


def brier(labels: BoolArray, probabilities: FloatArray, weights: FloatArray) -> float:
    """The weighted mean squared difference between probability and outcome (Brier 1950)."""
    return float(np.average((probabilities - labels) ** 2, weights=weights))


def calibration_line(labels: BoolArray, probabilities: FloatArray, weights: FloatArray) -> tuple[float, float] | None:
    """Slope and intercept of the logistic regression of the outcome on the log-odds of the probability (Cox 1958).

    1 and 0 are right: a slope below 1 says the probabilities are too extreme, an intercept below 0 too high.
    None when only one outcome or one probability occurs.
    """
    if labels.all() or not labels.any() or np.ptp(probabilities) == 0:
        return None
    odds = logit(np.clip(probabilities, _NEVER_CERTAIN, 1 - _NEVER_CERTAIN))
    design = np.column_stack([odds, np.ones_like(odds)])
    return _newton(design, labels.astype(np.float64), weights)


def _newton(design: FloatArray, outcome: FloatArray, weights: FloatArray) -> tuple[float, float] | None:
    """Maximum likelihood by Newton's method with step halving; None where the outcomes are separable."""
    beta = np.array([1.0, 0.0])
    for _ in range(100):
        fitted = expit(design @ beta)
        gradient = design.T @ (weights * (outcome - fitted))
        curvature = (design * (weights * fitted * (1 - fitted))[:, None]).T @ design
        if np.linalg.cond(curvature) > 1e12:
            return None
        step = np.linalg.solve(curvature, gradient)
        while _loss(design, outcome, weights, beta + step) > _loss(design, outcome, weights, beta) + 1e-12:
            step /= 2
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    return float(beta[0]), float(beta[1])


def _loss(design: FloatArray, outcome: FloatArray, weights: FloatArray, beta: FloatArray) -> float:
    odds = design @ beta
    return float(weights @ (np.logaddexp(0.0, odds) - outcome * odds) / weights.sum())


def places(share: float, cohort: int) -> int:
    """k: the share of a cohort as whole places, at least one."""
    return max(1, round(share * cohort))


def first_places(scores: FloatArray, k: int, ties: FloatArray) -> npt.NDArray[np.intp]:
    """Rows of the k highest scores; equal scores in the order of ``ties``, numbers drawn once per row."""
    return np.lexsort((ties, -scores))[:k]


def tie_orders(labels: BoolArray, known: BoolArray) -> tuple[FloatArray, FloatArray]:
    """The unluckiest and the luckiest order of equal scores, as numbers for ``first_places``, each float64 (n,).

    Unluckiest: assessed children without a need go first, those with one last, the others between.
    """
    worst = np.where(known, np.where(labels, 2.0, 0.0), 1.0)
    return worst, 2.0 - worst


def at_k(chosen: npt.NDArray[np.intp], labels: BoolArray, known: BoolArray) -> AtK:
    """Measure the chosen rows of a cohort.

    Args:
        chosen: row numbers of the first k places.
        labels: new need found, shape (n,); read only where ``known``.
        known: the label is not null, shape (n,).
    """
    assessed, all_assessed = int(known[chosen].sum()), int(known.sum())
    all_found = int((labels & known).sum())
    return AtK(
        places=chosen.size,
        assessed=assessed,
        found=int((labels & known)[chosen].sum()),
        all_found=all_found,
        expected=assessed * all_found / all_assessed if all_assessed else 0.0,
    )


def sum_at_k(measured: Iterable[AtK]) -> AtK:
    """The counts of several rankings of one cohort (random draws, say) together."""
    return reduce(add, measured)


def mean_of(values: list[float | None]) -> float | None:
    """The mean of the values that are known; None when none is."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
