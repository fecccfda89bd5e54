"""The visits really made, put in another order over the same days: how many days sooner are the needs found?

As in the City of Chicago's evaluation of its food inspections (food-inspections-evaluation, 2015, which found critical
violations 7 days sooner over two months): the slots of a window, as many on each day as there were, are given to the
same households by a ranking made before the window, and the new day of each visit that found a need is compared with
the real one. Each as-of date is replayed by itself; equal scores are in the order of seeded lots.

Its limits: a need that a visit found may not have existed earlier, so "sooner" is at most how much sooner somebody
would have looked; who was visited in the window does not change; and whoever was visited by the list of an earlier
model was not visited by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from training.dataset import AS_OF
from training.evaluation import RANDOM
from training.replay.visits import FOUND
from training.stability.resample import NOT_ESTIMABLE, Interval, household_bootstrap
from training.windows import seeded_share

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

BEST = "needs_first"
"""The order that knows the answer: what no ranking can exceed."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """How one order would have found the needs of a window; positive days are sooner.

    ``days``: the mean over visits that found a new need, with the interval of households drawn whole. ``later`` and
    ``sooner``: the shares found later and sooner than they were. ``beyond_chance``: the mean minus that of all random
    orders.
    """

    name: str
    days: Interval
    later: float | None
    sooner: float | None
    beyond_chance: Interval


@dataclass(frozen=True, slots=True)
class Replay:
    """All orders of a window. ``needs`` counts the visits that found a new need, ``dates`` the as-of dates."""

    visits: int
    needs: int
    dates: int
    orders: tuple[Replayed, ...]

    def order(self, name: str) -> Replayed:
        """The order of that name."""
        return next(one for one in self.orders if one.name == name)


def replay(visits: pl.DataFrame, orders: Sequence[str], within: Sequence[str], seed: int) -> Replay:
    """Replay a window by each of the named columns, at random and by the answer.

    Args:
        visits: see :func:`training.replay.visits.replay_visits`.
        orders: columns that order, higher first.
        within: columns whose values a visit keeps; an as-of date is always kept.
        seed: of the lots and of the intervals.
    """
    slots = _Slots.of(visits, within, seed)
    chance = slots.by_chance()
    scored = {name: visits[name].cast(pl.Float64).to_numpy() for name in orders}
    moved = {name: slots.days_sooner(scores) for name, scores in scored.items()}
    moved[RANDOM] = slots.days_sooner(np.zeros(visits.height))
    moved[BEST] = slots.days_sooner(slots.found.astype(np.float64))
    return Replay(
        visits=visits.height,
        needs=int(slots.found.sum()),
        dates=visits[AS_OF].n_unique(),
        orders=tuple(_measured(name, days, chance, slots, seed) for name, days in moved.items()),
    )


def _measured(name: str, days: FloatArray, chance: FloatArray, slots: _Slots, seed: int) -> Replayed:
    found = slots.found
    if not found.any():
        return Replayed(name, NOT_ESTIMABLE, None, None, NOT_ESTIMABLE)
    lots = np.random.default_rng([seed, 1])
    first = True

    def measure(weights: FloatArray) -> FloatArray:
        nonlocal first
        # An interval of the random order must hold the luck of the order too, so every draw deals anew.
        dealt = name == RANDOM and not first
        first = False
        moved = slots.days_sooner(np.zeros(len(days)), lots.random(len(days))) if dealt else days
        weight = weights[slots.household] * found
        total = float(weight.sum())
        if total == 0:
            return np.array([np.nan, np.nan])
        mean = float(weight @ moved / total)
        return np.array([mean, mean - float(weight @ chance / total)])

    mean, beyond = household_bootstrap(measure, int(slots.household.max()) + 1, seed)
    return Replayed(name, mean, float((days[found] < 0).mean()), float((days[found] > 0).mean()), beyond)


@dataclass(frozen=True, slots=True)
class _Slots:
    """The days of the visits, in units inside which they may be exchanged.

    ``unit``, ``day`` (since 1970), ``lots``, ``found`` and ``household`` are per visit; ``sorted_days`` are the days of
    each unit in order, unit after unit.
    """

    unit: IntArray
    day: FloatArray
    lots: FloatArray
    found: npt.NDArray[np.bool_]
    household: IntArray
    sorted_days: FloatArray

    @staticmethod
    def of(visits: pl.DataFrame, within: Sequence[str], seed: int) -> _Slots:
        key = pl.struct(AS_OF, *within) if within else pl.col(AS_OF)
        unit = visits.select(key.rank("dense").cast(pl.Int64) - 1).to_series().to_numpy().astype(np.intp)
        day = visits[s.VISITED_ON].cast(pl.Int32).cast(pl.Float64).to_numpy()
        named = visits.select(pl.format("{} {}", pl.col(AS_OF), pl.col(s.HOUSEHOLD))).to_series()
        return _Slots(
            unit=unit,
            day=day,
            lots=seeded_share(named, seed, "replay"),
            found=visits[FOUND].to_numpy(),
            household=(visits[s.HOUSEHOLD].rank("dense").cast(pl.Int64).to_numpy() - 1).astype(np.intp),
            sorted_days=day[np.lexsort((day, unit))],
        )

    def days_sooner(self, scores: FloatArray, lots: FloatArray | None = None) -> FloatArray:
        """How many days sooner each visit is when its unit is ordered by falling score, (n,)."""
        order = np.lexsort((self.lots if lots is None else lots, -scores, self.unit))
        replayed = np.empty(len(order))
        replayed[order] = self.sorted_days
        return self.day - replayed

    def by_chance(self) -> FloatArray:
        """The mean of :meth:`days_sooner` over all orders of each unit, (n,)."""
        counts = np.maximum(np.bincount(self.unit), 1)
        return np.asarray(self.day - (np.bincount(self.unit, self.day) / counts)[self.unit])
