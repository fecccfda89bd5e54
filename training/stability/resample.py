"""Intervals by drawing whole households again: siblings and a household's months stay together."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.stability.settings import stability_rule

FloatArray = npt.NDArray[np.float64]
Measure = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the ends of its interval; None where it is not estimable."""

    value: float | None
    lower: float | None
    upper: float | None


NOT_ESTIMABLE = Interval(None, None, None)


def household_bootstrap(measure: Measure, households: int, seed: int) -> tuple[Interval, ...]:
    """Percentile intervals of several figures from whole households drawn with replacement.

    Efron and Tibshirani 1993 (percentile interval); Field and Welsh 2007 (clusters drawn whole).

    Args:
        measure: the figures, shape (m,), when household i counts ``weights[i]`` times; NaN where not estimable.
        households: how many there are.
        seed: the same seed draws the same households.

    Returns:
        An interval per figure. A figure that most draws cannot give has no ends.
    """
    values = measure(np.ones(households))
    rule = stability_rule().bootstrap
    lots = np.random.default_rng(seed)
    drawn = np.stack([measure(_counts(lots, households)) for _ in range(rule.draws)])
    tail = (1 - rule.confidence) / 2
    return tuple(_interval(float(value), drawn[:, place], tail) for place, value in enumerate(values))


def _counts(lots: np.random.Generator, households: int) -> FloatArray:
    return np.bincount(lots.integers(0, households, households), minlength=households).astype(np.float64)


def _interval(value: float, drawn: FloatArray, tail: float) -> Interval:
    if np.isnan(value):
        return NOT_ESTIMABLE
    known = drawn[~np.isnan(drawn)]
    if 2 * known.size < drawn.size:
        return Interval(value, None, None)
    lower, upper = np.quantile(known, (tail, 1 - tail))
    return Interval(value, float(lower), float(upper))


def mean_over_dates(values: FloatArray) -> FloatArray:
    """The mean over the first axis (as-of dates) of what is known; NaN where no date knows."""
    with warnings.catch_warnings():
        # A figure that no date can give stays NaN: that is the answer, not a fault.
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmean(values, axis=0), dtype=np.float64)
