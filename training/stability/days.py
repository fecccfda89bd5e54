"""The rows of each as-of date made ready to be ranked again and again with other household weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from training.dataset import AS_OF
from training.evaluation import RANDOM
from training.labels import LABEL
from training.metrics import first_places, places
from training.plan import ScreeningPlan

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Day:
    """One list of an as-of date: for each ranking the rows in its order; per row the household's number, known, found.

    ``date`` counts the as-of dates from 0.
    """

    orders: dict[str, npt.NDArray[np.intp]]
    household: npt.NDArray[np.intp]
    known: FloatArray
    found: FloatArray
    share: float
    date: int

    def taken(self, name: str, weights: FloatArray) -> FloatArray:
        """How much of each row the first k places of a ranking take, shape (n,), when households count so often.

        k is the share of the weighted cohort. A row that straddles the last place is taken in part.
        """
        order = self.orders[name]
        weight = weights[self.household]
        ordered = weight[order]
        before = np.cumsum(ordered) - ordered
        k = places(self.share, round(float(weight.sum())))
        taken = np.empty_like(weight)
        taken[order] = np.clip(k - before, 0.0, ordered)
        return taken

    def counts(self, name: str, weights: FloatArray) -> tuple[float, float]:
        """Assessed among the first k places, and with a new need among these.

        For the random ranking: among all rows, since chance finds the share of all who were assessed.
        """
        taken = weights[self.household] if name == RANDOM else self.taken(name, weights)
        return float(taken @ self.known), float(taken @ self.found)


@dataclass(frozen=True, slots=True)
class Days:
    """The lists of a window, oldest date first; ``households`` counts the households of all of them."""

    days: tuple[Day, ...]
    households: int

    def precision(self, names: Sequence[str], weights: FloatArray) -> FloatArray:
        """Precision at k by date and ranking, shape (dates, names); NaN where nobody was assessed.

        A date's lists are taken together: assessed and found are counted over them.
        """
        dates = 1 + max((day.date for day in self.days), default=-1)
        counts = np.zeros((2, dates, len(names)))
        for day in self.days:
            counts[:, day.date] += np.transpose([day.counts(name, weights) for name in names])
        assessed, found = counts
        return np.divide(found, assessed, out=np.full_like(found, np.nan), where=assessed > 0)


def days_of(rows: pl.DataFrame, names: Sequence[str], plan: ScreeningPlan, *, by: str | None = None) -> Days:
    """Rank each as-of date of the rows by each named column, ties by the plan's lot, as the estimates do.

    ``by`` names a column: then every value of it has a list of its own on each date, with k the same share of it.
    """
    keys = [AS_OF] if by is None else [AS_OF, by]
    rows = rows.sort(*keys, s.CHILD)
    numbers = (rows[s.HOUSEHOLD].rank("dense").cast(pl.Int64).to_numpy() - 1).astype(np.intp)
    dates = (rows[AS_OF].rank("dense").cast(pl.Int64).to_numpy() - 1).astype(np.intp)
    made = [
        _day(rows[start:end], numbers[start:end], names, plan, int(dates[start])) for start, end in _spans(rows, keys)
    ]
    return Days(tuple(made), int(numbers.max()) + 1 if numbers.size else 0)


def _spans(rows: pl.DataFrame, keys: Sequence[str]) -> list[tuple[int, int]]:
    ends = np.cumsum(rows.group_by(keys, maintain_order=True).len()["len"].to_numpy()).tolist()
    return list(zip([0, *ends], ends, strict=False))


def _day(
    rows: pl.DataFrame, household: npt.NDArray[np.intp], names: Sequence[str], plan: ScreeningPlan, date: int
) -> Day:
    lots = np.random.default_rng(plan.seed).random(rows.height)
    known = rows[LABEL].is_not_null()
    return Day(
        orders={name: first_places(rows[name].to_numpy(), rows.height, lots) for name in names if name != RANDOM},
        household=household,
        known=known.cast(pl.Float64).to_numpy(),
        found=rows[LABEL].fill_null(value=False).cast(pl.Float64).to_numpy(),
        share=plan.capacity.share,
        date=date,
    )
