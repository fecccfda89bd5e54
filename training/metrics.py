"""Measures of a ranking and of a probability, each on plain arrays and each by its definition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import rankdata

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_NEVER_CERTAIN = 1e-12


@dataclass(frozen=True, slots=True)
class AtK:
    """What the k first places of one ranking found; None where nobody was assessed.

    ``precision`` and ``lift`` count assessed children only. ``lower`` and ``upper`` bound the precision over all k
    places, every child nobody assessed counted as without, then as with, a new need. ``recall`` is the share of the
    new needs found anywhere that stand in the first k places. ``null_share`` is the share of the k without a label.
    """

    k: int
    precision: float | None
    lower: float
    upper: float
    recall: float | None
    lift: float | None
    null_share: float


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
            return float(beta[0]), float(beta[1])
    return None


def _loss(design: FloatArray, outcome: FloatArray, weights: FloatArray, beta: FloatArray) -> float:
    odds = design @ beta
    return float(weights @ (np.logaddexp(0.0, odds) - outcome * odds) / weights.sum())


def places(share: float, cohort: int) -> int:
    """k: the share of a cohort as whole places, at least one."""
    return max(1, round(share * cohort))


def first_places(scores: FloatArray, k: int, ties: FloatArray) -> npt.NDArray[np.intp]:
    """Rows of the k highest scores; equal scores in the order of ``ties``, numbers drawn once per row."""
    return np.lexsort((ties, -scores))[:k]


def at_k(chosen: npt.NDArray[np.intp], labels: BoolArray, known: BoolArray) -> AtK:
    """Measure the chosen rows of a cohort.

    Args:
        chosen: row numbers of the first k places.
        labels: new need found, shape (n,); read only where ``known``.
        known: the label is not null, shape (n,).
    """
    k = chosen.size
    seen = int(known[chosen].sum())
    found = int((labels & known)[chosen].sum())
    all_found, all_seen = int((labels & known).sum()), int(known.sum())
    precision = found / seen if seen else None
    base = all_found / all_seen if all_seen else None
    return AtK(
        k=k,
        precision=precision,
        lower=found / k,
        upper=(found + k - seen) / k,
        recall=found / all_found if all_found else None,
        lift=precision / base if precision is not None and base else None,
        null_share=(k - seen) / k,
    )


def mean_at_k(measured: list[AtK]) -> AtK:
    """The mean of each measure over rankings (as-of dates or random draws); a measure is left out where it is None."""
    return AtK(
        k=round(float(np.mean([one.k for one in measured]))),
        precision=mean_of([one.precision for one in measured]),
        lower=float(np.mean([one.lower for one in measured])),
        upper=float(np.mean([one.upper for one in measured])),
        recall=mean_of([one.recall for one in measured]),
        lift=mean_of([one.lift for one in measured]),
        null_share=float(np.mean([one.null_share for one in measured])),
    )


def mean_of(values: list[float | None]) -> float | None:
    """The mean of the values that are known; None when none is."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
