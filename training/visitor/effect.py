"""How much visitors differ in what they record: a logistic model with a random intercept per visitor and an offset.

log-odds(label) = offset + intercept + effect of the visitor, effects normal around 0. The marginal likelihood is taken
by adaptive Gauss-Hermite quadrature (Liu and Pierce 1994; Pinheiro and Bates 1995), the interval of the variance from
its profile, the effects as posterior modes (empirical Bayes, Morris 1983): a visitor with few visits is drawn to 0.
The share of variance is that of the latent scale, var / (var + pi**2 / 3) (Goldstein, Browne and Rasbash 2002).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, pi

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit, logsumexp

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

_NODES, _NODE_WEIGHTS = np.polynomial.hermite.hermgauss(9)
# Standard deviations searched, in log-odds: below the first visitors do not differ, none differ by more than the last.
_LEAST, _MOST = 0.01, 5.0
_INTERCEPTS = (-10.0, 10.0)
_HALF_CHI_SQUARE_95 = 1.920729


@dataclass(frozen=True, slots=True)
class VisitorEffects:
    """What visitors add to the log-odds of a label, beyond the offset.

    ``variance`` with its 95 % profile interval is that between visitors, in squared log-odds. ``log_odds`` are the
    shrunken effects of ``visitors`` (sorted). ``rows`` counts the rows whose visitor is known.
    """

    intercept: float
    variance: float
    lower: float
    upper: float
    visitors: tuple[str, ...]
    log_odds: FloatArray
    rows: int

    @property
    def share(self) -> float:
        """The share of the latent variance that lies between visitors, 0 to 1."""
        return latent_share(self.variance)

    def of(self, visitors: pl.Series) -> FloatArray:
        """The shrunken effect of each row's visitor, (n,); 0 for one who is not known."""
        table = pl.DataFrame({"visitor": list(self.visitors), "effect": self.log_odds})
        found = pl.DataFrame({"visitor": visitors}).join(table, on="visitor", how="left", maintain_order="left")
        return found["effect"].cast(pl.Float64).fill_null(0.0).to_numpy()


def latent_share(variance: float) -> float:
    """A variance in squared log-odds as a share of itself and the logistic distribution's own."""
    return variance / (variance + pi**2 / 3)


def fit_effects(
    visitors: pl.Series, labels: FloatArray, offsets: FloatArray, weights: FloatArray
) -> VisitorEffects | None:
    """Fit the model by maximum likelihood; None with fewer than two visitors or only one kind of label.

    Args:
        visitors: who made the visit of each row, (n,); rows without are left out.
        labels: 0 or 1, (n,).
        offsets: log-odds of each row that others explain, such as a model's score, (n,).
        weights: of each row, (n,).
    """
    data = _grouped(visitors, labels, offsets, weights)
    if data is None:
        return None
    spread, intercept, best = _maximum(data)
    lower, upper = _profile_interval(data, spread, best)
    variance = 0.0 if spread <= _LEAST * 1.01 else spread**2
    modes, _ = data.modes(intercept, spread)
    return VisitorEffects(intercept, variance, lower, upper, data.names, modes, data.labels.size)


def row_effects(visitors: pl.Series, labels: FloatArray, offsets: FloatArray, weights: FloatArray) -> FloatArray:
    """The shrunken effect of each row's visitor, (n,); 0 where visitors cannot be compared. See :func:`fit_effects`."""
    data = _grouped(visitors, labels, offsets, weights)
    found = np.zeros(labels.size)
    if data is None:
        return found
    spread, intercept, _ = _maximum(data)
    found[visitors.is_not_null().to_numpy()] = data.modes(intercept, spread)[0][data.groups]
    return found


def _grouped(visitors: pl.Series, labels: FloatArray, offsets: FloatArray, weights: FloatArray) -> _Grouped | None:
    known = visitors.is_not_null().to_numpy()
    names = tuple(sorted(visitors.drop_nulls().unique().to_list()))
    if len(names) < 2 or len(np.unique(labels[known])) < 2:
        return None
    groups = (visitors.drop_nulls().rank("dense") - 1).to_numpy().astype(np.intp)
    return _Grouped(groups, names, labels[known], offsets[known], weights[known])


@dataclass(frozen=True, slots=True)
class _Grouped:
    """Rows with the place of their visitor."""

    groups: IntArray
    names: tuple[str, ...]
    labels: FloatArray
    offsets: FloatArray
    weights: FloatArray

    @property
    def count(self) -> int:
        return len(self.names)

    def modes(self, intercept: float, spread: float) -> tuple[FloatArray, FloatArray]:
        """Mode and curvature of each visitor's posterior, (visitors,) each: Newton's method with bounded steps."""
        base = self.offsets + intercept
        modes, curvature = np.zeros(self.count), np.ones(self.count)
        for _ in range(50):
            fitted = expit(base + modes[self.groups])
            slope = self._sum(self.weights * (self.labels - fitted)) - modes / spread**2
            curvature = self._sum(self.weights * fitted * (1 - fitted)) + 1 / spread**2
            step = np.clip(slope / curvature, -1.0, 1.0)
            modes = modes + step
            if np.abs(step).max() < 1e-8:
                break
        return modes, curvature

    def log_likelihood(self, intercept: float, spread: float) -> float:
        """The log of the marginal likelihood, the effects integrated out."""
        modes, curvature = self.modes(intercept, spread)
        width = np.sqrt(2.0 / curvature)
        base = self.offsets + intercept
        terms = np.empty((len(_NODES), self.count))
        for place, (node, weight) in enumerate(zip(_NODES, _NODE_WEIGHTS, strict=True)):
            effect = modes + width * node
            odds = base + effect[self.groups]
            rows = self._sum(self.weights * (self.labels * odds - np.logaddexp(0.0, odds)))
            terms[place] = rows - effect**2 / (2 * spread**2) + node**2 + log(weight)
        each = logsumexp(terms, axis=0) + np.log(width) - log(spread) - 0.5 * log(2 * pi)
        return float(each.sum())

    def _sum(self, values: FloatArray) -> FloatArray:
        return np.bincount(self.groups, values, self.count).astype(np.float64)


def _profile(data: _Grouped, log_spread: float) -> tuple[float, float]:
    """The best intercept for a spread and the log-likelihood there."""
    spread = exp(log_spread)
    found = minimize_scalar(
        lambda intercept: -data.log_likelihood(float(intercept), spread),
        bounds=_INTERCEPTS,
        method="bounded",
        options={"xatol": 1e-3},
    )
    return float(found.x), -float(found.fun)


def _maximum(data: _Grouped) -> tuple[float, float, float]:
    """Spread, intercept and log-likelihood at the maximum."""
    found = minimize_scalar(
        lambda log_spread: -_profile(data, float(log_spread))[1],
        bounds=(log(_LEAST), log(_MOST)),
        method="bounded",
        options={"xatol": 1e-2},
    )
    at_none = _profile(data, log(_LEAST))
    intercept, best = _profile(data, float(found.x))
    if at_none[1] >= best:
        return _LEAST, *at_none
    return exp(float(found.x)), intercept, best


def _profile_interval(data: _Grouped, spread: float, best: float) -> tuple[float, float]:
    """The variances whose profile likelihood lies within half the chi-square quantile of the best."""

    def below(log_spread: float) -> float:
        return _profile(data, log_spread)[1] - best + _HALF_CHI_SQUARE_95

    centre = log(spread)
    return _crossing(below, log(_LEAST), centre, 0.0), _crossing(below, log(_MOST), centre, _MOST**2)


def _crossing(below: Callable[[float], float], end: float, centre: float, otherwise: float) -> float:
    if end == centre or below(end) >= 0:
        return otherwise
    return exp(float(brentq(below, end, centre, xtol=1e-2))) ** 2
