"""One feature alone as a ranking of the cohort: every one of them, its direction chosen before the test window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.contract import FeatureContract
from features.definition import structure as s
from training.dataset import AS_OF, HELD_OUT, Dataset, Part
from training.labels import LABEL
from training.metrics import mean_of, places
from training.plan import ScreeningPlan
from training.windows import seeded_share

FloatArray = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FeatureOrder:
    """A feature's column, 1 for high values first or -1 for low ones, and its precision at k where it was chosen."""

    name: str
    column: int
    direction: int
    precision: float

    def scores(self, matrix: Matrix) -> FloatArray:
        """The order as scores, float64 (n,): higher goes first, a value that is not known last."""
        values = self.direction * matrix[:, self.column].astype(np.float64)
        return np.where(np.isnan(values), -np.inf, values)


@dataclass(frozen=True, slots=True)
class FeatureOrders:
    """The order of every feature that tells rows apart, the best first."""

    orders: tuple[FeatureOrder, ...]

    @property
    def best(self) -> FeatureOrder | None:
        """The feature that ranked best where it was chosen; None when none could be measured."""
        return self.orders[0] if self.orders else None

    @property
    def median(self) -> FeatureOrder | None:
        """The feature in the middle: what one feature taken at hazard would do."""
        return self.orders[len(self.orders) // 2] if self.orders else None


def choose_orders(dataset: Dataset, plan: ScreeningPlan) -> FeatureOrders:
    """Order every feature by its precision at k on the calibration window, averaged over its as-of dates.

    A feature with an allowed direction goes by it; one that is free goes the way that found more. Households held out
    of learning are left out, and above the plan's rows of a check whole households are thinned away.
    """
    part = _calibration_part(dataset, plan)
    days = list(_days(part, plan))
    found = [
        order
        for column, direction in enumerate(dataset.contract.directions)
        if (order := _best_way(days, dataset.contract, column, direction)) is not None
    ]
    return FeatureOrders(tuple(sorted(found, key=lambda order: (-order.precision, order.column))))


@dataclass(frozen=True, slots=True)
class _Day:
    """One as-of date, its rows in the order of a lot so that a stable sort breaks ties by it."""

    matrix: Matrix
    known: npt.NDArray[np.bool_]
    found: npt.NDArray[np.bool_]
    k: int


def _calibration_part(dataset: Dataset, plan: ScreeningPlan) -> Part:
    total = sum(part.rows.height for part in dataset.parts("calibrate"))
    share = plan.checks.rows_at_most / max(1, total)
    parts = []
    for part in dataset.parts("calibrate"):
        keep = ~part.rows[HELD_OUT].to_numpy()
        if share < 1:
            keep &= seeded_share(part.rows[s.HOUSEHOLD], plan.seed, "single features") < share
        parts.append(part.where(keep))
    return Part(np.concatenate([part.matrix for part in parts]), pl.concat([part.rows for part in parts]))


def _days(part: Part, plan: ScreeningPlan) -> Iterator[_Day]:
    order = part.rows.with_row_index("row").sort(AS_OF, s.CHILD)
    for _, rows in order.group_by(AS_OF, maintain_order=True):
        lots = np.argsort(np.random.default_rng(plan.seed).random(rows.height), kind="stable")
        labels = rows[LABEL]
        yield _Day(
            matrix=part.matrix[rows["row"].to_numpy()[lots]],
            known=labels.is_not_null().to_numpy()[lots],
            found=labels.fill_null(value=False).to_numpy()[lots],
            k=places(plan.capacity.share, rows.height),
        )


def _best_way(days: list[_Day], contract: FeatureContract, column: int, allowed: int) -> FeatureOrder | None:
    values = [day.matrix[:, column] for day in days]
    if not any(np.nanmin(v) < np.nanmax(v) for v in values if not np.isnan(v).all()):
        return None
    ways = []
    for direction in (allowed,) if allowed else (1, -1):
        precision = mean_of([_precision(day, column, direction) for day in days])
        if precision is not None:
            ways.append(FeatureOrder(contract.names[column], column, direction, precision))
    return max(ways, key=lambda order: order.precision, default=None)


def _precision(day: _Day, column: int, direction: int) -> float | None:
    """Lowest of the turned values first: NaN sorts last."""
    chosen = np.argsort(-direction * day.matrix[:, column], kind="stable")[: day.k]
    assessed = int(day.known[chosen].sum())
    return int(day.found[chosen].sum()) / assessed if assessed else None
