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
    """One as-of date: for each ranking the rows in its order; per row the household's number, known, found."""

    orders: dict[str, npt.NDArray[np.intp]]
    household: npt.NDArray[np.intp]
    known: FloatArray
    found: FloatArray
    share: float

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

    def precision(self, name: str, weights: FloatArray) -> float:
        """The share of the assessed among the first k places with a new need; NaN where nobody was assessed.

        For the random ranking: what chance finds, the share among all who were assessed.
        """
        taken = weights[self.household] if name == RANDOM else self.taken(name, weights)
        assessed = float(taken @ self.known)
        return float(taken @ self.found) / assessed if assessed else float("nan")


@dataclass(frozen=True, slots=True)
class Days:
    """The as-of dates of a window, oldest first; ``households`` counts the households of all of them."""

    days: tuple[Day, ...]
    households: int

    def precision(self, names: Sequence[str], weights: FloatArray) -> FloatArray:
        """Precision at k by date and ranking, shape (dates, names); NaN where unknown."""
        return np.array([[day.precision(name, weights) for name in names] for day in self.days])


def days_of(rows: pl.DataFrame, names: Sequence[str], plan: ScreeningPlan) -> Days:
    """Rank each as-of date of the rows by each named column, ties by the plan's lot, as the estimates do."""
    rows = rows.sort(AS_OF, s.CHILD)
    numbers = rows[s.HOUSEHOLD].rank("dense").cast(pl.Int64).to_numpy() - 1
    made = [
        _day(rows[start : start + count], numbers[start : start + count].astype(np.intp), names, plan)
        for start, count in _spans(rows)
    ]
    return Days(tuple(made), int(numbers.max()) + 1 if numbers.size else 0)


def _spans(rows: pl.DataFrame) -> list[tuple[int, int]]:
    counts = rows.group_by(AS_OF, maintain_order=True).len()["len"].to_list()
    starts = [0, *np.cumsum(counts).tolist()]
    return list(zip(starts, counts, strict=False))


def _day(rows: pl.DataFrame, household: npt.NDArray[np.intp], names: Sequence[str], plan: ScreeningPlan) -> Day:
    lots = np.random.default_rng(plan.seed).random(rows.height)
    known = rows[LABEL].is_not_null()
    return Day(
        orders={name: first_places(rows[name].to_numpy(), rows.height, lots) for name in names if name != RANDOM},
        household=household,
        known=known.cast(pl.Float64).to_numpy(),
        found=rows[LABEL].fill_null(value=False).cast(pl.Float64).to_numpy(),
        share=plan.capacity.share,
    )
