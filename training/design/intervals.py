"""Intervals for shares and rates known from few, unequally weighted children.

All take the estimate's design variance as an effective sample size, the size of a simple random sample that would
know as much (Kish 1965).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy.stats import beta, chi2, norm, t

from training.design.rules import IntervalRule

Interval = tuple[float, float]


def share_interval(share: float, variance: float, count: float, freedom: float, rule: IntervalRule) -> Interval:
    """An interval for a share.

    Args:
        share: the estimate, 0 to 1.
        variance: its design variance; 0 when everybody was assessed, or when nobody (everybody) had a need.
        count: Kish's effective number of children, used where a share of 0 or 1 has no variance of its own.
        freedom: degrees of freedom of the variance, at least 1.
        rule: "wald" is symmetric; "wilson" is Wilson's score interval (1927); "korn_graubard" is Clopper and
            Pearson's exact interval on the effective size, lessened by the degrees of freedom (Korn and Graubard 1998).
    """
    if count <= 0:
        return 0.0, 1.0
    if variance <= 0 and 0 < share < 1:
        return share, share
    size = share * (1 - share) / variance if variance > 0 else count
    tail = (1 + rule.confidence) / 2
    if rule.method == "korn_graubard":
        size *= float((norm.ppf(tail) / t.ppf(tail, max(freedom, 1))) ** 2)
        return _exact(share * size, size, 1 - tail)
    width = float(t.ppf(tail, max(freedom, 1)))
    return _wald(share, size, width) if rule.method == "wald" else _wilson(share, size, width)


def rate_interval(rate: float, variance: float, count: float, freedom: float, rule: IntervalRule) -> Interval:
    """An interval for a rate, which may be above 1: Garwood's exact one (1936) on the effective number of events.

    The effective number is rate² / variance, as for a weighted sum of Poisson counts (after Fay and Feuer 1997).
    ``count`` is the effective number of places, used where nothing was found.
    """
    tail = (1 + rule.confidence) / 2
    if rate <= 0:
        return 0.0, float(chi2.ppf(tail, 2) / 2 / count) if count > 0 else float("inf")
    if variance <= 0:
        return rate, rate
    events = rate**2 / variance * float((norm.ppf(tail) / t.ppf(tail, max(freedom, 1))) ** 2)
    low, high = chi2.ppf(1 - tail, 2 * events) / 2, chi2.ppf(tail, 2 * events + 2) / 2
    return float(low * rate / events), float(high * rate / events)


def _exact(found: float, size: float, tail: float) -> Interval:
    low = float(beta.ppf(tail, found, size - found + 1)) if found > 0 else 0.0
    high = float(beta.ppf(1 - tail, found + 1, size - found)) if found < size else 1.0
    return low, high


def _wald(share: float, size: float, width: float) -> Interval:
    half = width * sqrt(share * (1 - share) / size)
    return max(0.0, share - half), min(1.0, share + half)


def _wilson(share: float, size: float, width: float) -> Interval:
    scale = 1 + width**2 / size
    middle = (share + width**2 / (2 * size)) / scale
    half = width / scale * sqrt(share * (1 - share) / size + width**2 / (4 * size**2))
    return tuple(float(end) for end in np.clip((middle - half, middle + half), 0.0, 1.0))  # type: ignore[return-value]
