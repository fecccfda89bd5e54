"""Intervals of a domain's figures: whole households are drawn again, so that siblings and months stay together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from training.dataset import AS_OF
from training.domains.estimate import CHANCE_OF, LIKELY_OF
from training.labels import LABEL_OF
from training.stability.resample import Interval, household_bootstrap, mean_over_dates

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class DomainIntervals:
    """AUC of a domain's model, and the share with a new need among the children the domain is called likely for."""

    auc: Interval
    likely_rate: Interval


@dataclass(frozen=True, slots=True, eq=False)
class _Day:
    """The rows of one as-of date from the lowest chance to the highest.

    ``starts``: where each run of equal chances begins; ``households`` are numbered over all dates.
    """

    households: IndexArray
    labels: FloatArray
    likely: FloatArray
    starts: IndexArray

    def figures(self, weights: FloatArray) -> FloatArray:
        """AUC and likely rate when household i counts ``weights[i]`` times, shape (2,); NaN where not estimable."""
        each = weights[self.households]
        return np.array([self._auc(each), _share(each * self.likely * self.labels, each * self.likely)])

    def _auc(self, each: FloatArray) -> float:
        """Mann and Whitney 1947 with weights: the chance to stand above a child without a need, ties half."""
        found = np.add.reduceat(each * self.labels, self.starts)
        none = np.add.reduceat(each * (1 - self.labels), self.starts)
        below = np.cumsum(none) - none
        pairs = found.sum() * none.sum()
        return float(found @ (below + none / 2) / pairs) if pairs else np.nan


def domain_intervals(rows: pl.DataFrame, domain: str, seed: int) -> DomainIntervals:
    """The intervals of a domain's figures on the rows of ``training.domains.estimate.domain_rows``."""
    known = rows.filter(pl.col(LABEL_OF + domain).is_not_null())
    numbered = known.with_columns(pl.col(s.HOUSEHOLD).rank("dense").cast(pl.Int64).alias(_NUMBER) - 1)
    days = [_day(day, domain) for _, day in numbered.sort(AS_OF, s.CHILD).group_by(AS_OF, maintain_order=True)]

    def measure(weights: FloatArray) -> FloatArray:
        return mean_over_dates(np.stack([day.figures(weights) for day in days]))

    return DomainIntervals(*household_bootstrap(measure, numbered[_NUMBER].n_unique(), seed))


_NUMBER = "number"


def _day(rows: pl.DataFrame, domain: str) -> _Day:
    ordered = rows.sort(CHANCE_OF + domain, maintain_order=True)
    chances = ordered[CHANCE_OF + domain].to_numpy()
    return _Day(
        households=ordered[_NUMBER].to_numpy().astype(np.intp),
        labels=ordered[LABEL_OF + domain].to_numpy().astype(np.float64),
        likely=ordered[LIKELY_OF + domain].to_numpy().astype(np.float64),
        starts=np.flatnonzero(np.concatenate([[True], chances[1:] != chances[:-1]])),
    )


def _share(part: FloatArray, whole: FloatArray) -> float:
    total = whole.sum()
    return float(part.sum() / total) if total else np.nan
