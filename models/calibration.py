"""Calibration: from the score to the chance that a visit now records a new need."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from features.cli.console import UserError

FloatArray = npt.NDArray[np.float64]

# The order of scores must survive calibration, so the slope stays above zero even where labels contradict the score.
_LEAST_SLOPE = 1e-6


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising logistic curve in the log-odds: ``probability = 1 / (1 + exp(-(slope * score + intercept)))``.

    Method: Platt (1999), "Probabilistic outputs for support vector machines", with his smoothed targets.
    """

    slope: float
    intercept: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.slope) and math.isfinite(self.intercept) and self.slope > 0):
            raise ValueError(
                f"calibration must rise with the score, got slope={self.slope}, intercept={self.intercept}"
            )

    @classmethod
    def fit(cls, scores: FloatArray, labels: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Calibration:
        """Fit on visits that the model has not seen.

        Args:
            scores: log-odds, shape (n,).
            labels: 0 or 1, shape (n,); rows nobody assessed are left out by the caller.
            weights: what each row counts, shape (n,); one each when left out.

        Raises:
            UserError: there is no row with, or none without, a new need.
        """
        scores = np.asarray(scores, dtype=np.float64)
        found = np.asarray(labels, dtype=np.float64)
        counts = np.ones_like(scores) if weights is None else np.asarray(weights, dtype=np.float64)
        positive, negative = float(counts @ found), float(counts @ (1.0 - found))
        if positive <= 0 or negative <= 0:
            raise UserError(
                f"the calibration window holds visits with a new need of weight {positive:g} and without of weight "
                f"{negative:g}; both are needed",
                "widen the calibration window of the plan",
            )
        targets = np.where(found > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))
        return _minimise(scores, targets, counts)

    def probability(self, scores: FloatArray) -> FloatArray:
        """The calibrated chance of a new need for each score, shape (n,)."""
        return np.asarray(expit(self.slope * np.asarray(scores, dtype=np.float64) + self.intercept), dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """The curve as plain JSON values."""
        return {"slope": self.slope, "intercept": self.intercept}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Calibration:
        """Read what ``to_json`` made."""
        return cls(slope=float(raw["slope"]), intercept=float(raw["intercept"]))


def _minimise(scores: FloatArray, targets: FloatArray, counts: FloatArray) -> Calibration:
    from scipy.optimize import minimize

    # Centred and scaled scores keep the two parameters apart, so the solver needs a handful of steps.
    centre = float(np.average(scores, weights=counts))
    spread = float(np.sqrt(np.average((scores - centre) ** 2, weights=counts))) or 1.0
    scaled = (scores - centre) / spread
    total = float(counts.sum())

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        log_odds = parameters[0] * scaled + parameters[1]
        error = counts * (expit(log_odds) - targets) / total
        value = float(counts @ (np.logaddexp(0.0, log_odds) - targets * log_odds)) / total
        return value, np.array([error @ scaled, error.sum()])

    start = np.array([1.0, math.log(float(counts @ targets) / float(counts @ (1 - targets)))])
    best = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(_LEAST_SLOPE, None), (None, None)],
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 500},
    )  # fmt: skip
    slope = max(float(best.x[0]) / spread, _LEAST_SLOPE)
    return Calibration(slope=slope, intercept=float(best.x[1]) - slope * centre)
