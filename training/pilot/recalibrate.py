"""Recalibration on a pilot: the least change of the curve that its outcomes carry.

The intercept is moved first; the slope only where its interval excludes 1 (updating by steps: Steyerberg et al. 2004,
Vergouwe et al. 2017). Children count by the inverse of their chance, whole households are redrawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit

from models.calibration import Calibration
from training.pilot.rules import EstimateRule
from training.windows import seeded_share

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# How far, in log-odds, a county may lie from the release: 10 turns a chance of 1 in 2 into 1 in 22,000.
_FARTHEST = 10.0
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Children of a pilot with a score and a label, shape (n,) each.

    ``log_odds``: by the release's calibration; ``label``: 0 or 1; ``weight``: children of the frame one stands for;
    ``household``: numbers from 0.
    """

    log_odds: FloatArray
    label: FloatArray
    weight: FloatArray
    household: IntArray

    def where(self, keep: npt.NDArray[np.bool_] | IntArray) -> Outcomes:
        """The children chosen by a mask or by places."""
        return Outcomes(self.log_odds[keep], self.label[keep], self.weight[keep], self.household[keep])

    @property
    def rarer(self) -> int:
        """Children of the rarer kind: with a new need, or without."""
        return int(min(self.label.sum(), len(self.label) - self.label.sum()))


@dataclass(frozen=True, slots=True)
class Shift:
    """How log-odds change: ``slope`` x log-odds + ``intercept``."""

    slope: float
    intercept: float

    def probability(self, log_odds: FloatArray) -> FloatArray:
        """The chance after the change."""
        return np.asarray(expit(self.slope * log_odds + self.intercept), dtype=np.float64)

    def after(self, release: Calibration) -> Calibration:
        """The release's curve with this change on top."""
        return Calibration(self.slope * release.slope, self.slope * release.intercept + self.intercept)


NO_SHIFT = Shift(1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What a pilot says of the curve. None: not estimable, too few of the rarer kind.

    ``intercept_ends``: interval of the intercept alone (slope 1); ``slope`` and its interval are None where the data
    cannot carry one. Log loss ``after`` is that of children left out of the fit.
    """

    shift: Shift
    intercept_ends: tuple[float, float]
    slope: float | None
    slope_ends: tuple[float, float] | None
    loss_before: float
    loss_after: float

    @property
    def moved(self) -> bool:
        """Whether the interval of the intercept excludes no change, or the slope is changed."""
        return self.shift.slope != 1 or not self.intercept_ends[0] <= 0 <= self.intercept_ends[1]


def recalibrate(outcomes: Outcomes, rule: EstimateRule) -> Recalibration | None:
    """The least change that the outcomes carry, with intervals by household; None where they are too few."""
    if outcomes.rarer < rule.least_each:
        return None
    sloped = outcomes.rarer >= rule.least_each_for_slope
    draws = _bootstrap(outcomes, rule, sloped=sloped)
    ends = _ends(draws[:, 0], rule)
    slope = fit_both(outcomes).slope if sloped else None
    slope_ends = _ends(draws[:, 1], rule) if sloped else None
    changed = slope_ends is not None and not slope_ends[0] <= 1 <= slope_ends[1] and slope_ends[0] > 0
    fit = fit_both if changed else fit_intercept
    return Recalibration(
        shift=fit(outcomes),
        intercept_ends=ends,
        slope=slope,
        slope_ends=slope_ends,
        loss_before=log_loss(outcomes, NO_SHIFT.probability(outcomes.log_odds)),
        loss_after=log_loss(outcomes, _left_out(outcomes, rule, sloped=changed)),
    )


def fit_intercept(outcomes: Outcomes) -> Shift:
    """The intercept at which as many children are expected as were found, weighted; the slope stays 1."""
    found = float(outcomes.weight @ outcomes.label)

    def excess(intercept: float) -> float:
        return float(outcomes.weight @ expit(outcomes.log_odds + intercept)) - found

    if excess(-_FARTHEST) >= 0:
        return Shift(1.0, -_FARTHEST)
    if excess(_FARTHEST) <= 0:
        return Shift(1.0, _FARTHEST)
    return Shift(1.0, float(brentq(excess, -_FARTHEST, _FARTHEST)))


def fit_both(outcomes: Outcomes) -> Shift:
    """Slope and intercept by weighted maximum likelihood (Newton); the slope is none where the labels part by score."""
    values = np.array([1.0, 0.0])
    design = np.column_stack([outcomes.log_odds, np.ones_like(outcomes.log_odds)])
    for _ in range(_STEPS):
        chance = expit(design @ values)
        gradient = design.T @ (outcomes.weight * (outcomes.label - chance))
        spread = outcomes.weight * chance * (1 - chance)
        hessian = design.T @ (design * spread[:, None]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        values = np.clip(values + step, -_FARTHEST, _FARTHEST)
        if np.abs(step).max() < 1e-10:
            break
    return Shift(float(values[0]), float(values[1]))


def log_loss(outcomes: Outcomes, chance: FloatArray) -> float:
    """The weighted mean log loss."""
    kept = np.clip(chance, 1e-12, 1 - 1e-12)
    loss = -(outcomes.label * np.log(kept) + (1 - outcomes.label) * np.log1p(-kept))
    return float(np.average(loss, weights=outcomes.weight))


def _bootstrap(outcomes: Outcomes, rule: EstimateRule, *, sloped: bool) -> FloatArray:
    """Intercept (alone) and slope of each resample of whole households, shape (draws, 2)."""
    random = np.random.default_rng(rule.seed)
    places = [np.flatnonzero(outcomes.household == number) for number in np.unique(outcomes.household)]
    found = np.ones((rule.draws, 2))
    for draw in range(rule.draws):
        chosen = random.integers(0, len(places), len(places))
        again = outcomes.where(np.concatenate([places[place] for place in chosen.tolist()]))
        found[draw, 0] = fit_intercept(again).intercept
        if sloped:
            found[draw, 1] = fit_both(again).slope
    return found


def _ends(draws: FloatArray, rule: EstimateRule) -> tuple[float, float]:
    tail = (1 - rule.confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)


def _left_out(outcomes: Outcomes, rule: EstimateRule, *, sloped: bool) -> FloatArray:
    """The chance of each child by a curve fitted on the households of the other folds."""
    shares = seeded_share(map(str, outcomes.household.tolist()), rule.seed, "pilot folds")
    fold = np.minimum((shares * rule.folds).astype(np.int64), rule.folds - 1)
    chance = np.empty_like(outcomes.log_odds)
    for number in range(rule.folds):
        here = fold == number
        if here.any():
            others = outcomes.where(~here)
            chance[here] = (fit_both if sloped else fit_intercept)(others).probability(outcomes.log_odds[here])
    return chance
