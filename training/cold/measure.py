"""The same children ranked without any event, and what that finds, beside the full inputs and the simple orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import Definition
from features.definition import structure as s
from features.ledger.store import LedgerStore
from features.table import build_feature_table
from models.release.bundle import Bundle
from models.support import Support
from training.cold.history import without_events
from training.dataset import AS_OF, COUNTY
from training.evaluation import BASELINES, MODEL, ORDERS_BY_HAND, RANDOM
from training.evidence import Evidence
from training.labels import LABEL
from training.plan import ScreeningPlan
from training.simple_orders import SimpleOrders
from training.stability.days import days_of
from training.stability.gain import best_baseline
from training.stability.resample import NOT_ESTIMABLE, Interval, household_bootstrap, mean_over_dates
from training.visitor.pairs import Pairs

COLD = "cold_start"
OUTSIDE = "outside"

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order of the children: its AUC (chance has none), precision at k, and what ``COLD`` adds to that."""

    name: str
    auc: Interval
    precision: Interval
    gain: Interval


@dataclass(frozen=True, slots=True)
class Simple:
    """The best simple order, and the best of those that need no event; both chosen before the test window."""

    best: str
    without_events: str


def cold_rows(evidence: Evidence, store: LedgerStore, bundle: Bundle, definition: Definition) -> pl.DataFrame:
    """The known test rows with the model's score as if no event had been recorded.

    The features are built as everywhere, from tables of events without a row, so that nothing is put in by hand.
    ``COLD`` holds the score, ``OUTSIDE`` whether the child then lies outside the model's support.
    """
    rows = evidence.estimate_rows("known")
    support = Support.of(bundle.reference, bundle.model.contract.sources)
    made = []
    for county, of_county in sorted(rows.partition_by(COUNTY, as_dict=True).items()):
        tables = without_events(store.read(str(county[0])).tables, definition)
        for day in of_county[AS_OF].unique().sort():
            table = build_feature_table(tables, definition, day, county=str(county[0]))
            matrix = table.matrix()
            score = pl.Series(COLD, bundle.model.score(matrix))
            outside = pl.Series(OUTSIDE, support.test(matrix).rows)
            child = pl.DataFrame(table.frame)[s.CHILD]
            told = of_county.filter(pl.col(AS_OF) == day)
            made.append(told.join(pl.DataFrame([child, score, outside]), on=s.CHILD, how="inner"))
    return pl.concat(made) if made else rows.with_columns(pl.lit(0.0).alias(COLD), pl.lit(value=False).alias(OUTSIDE))


def simple_orders(evidence: Evidence, definition: Definition) -> Simple:
    """The simple orders that were best on the calibration window ("": none could be chosen)."""
    rows, plan = evidence.estimate_rows("known", "calibrate"), evidence.plan
    recorded = SimpleOrders.of(definition).columns
    kept = {name for name, (fact, _) in ORDERS_BY_HAND.items() if fact in recorded}
    without = rows.drop([name for name in BASELINES if name not in kept], strict=False)
    return Simple(best_baseline(rows, plan), best_baseline(without, plan))


def see_orders(rows: pl.DataFrame, simple: Simple, plan: ScreeningPlan) -> tuple[OrderSeen, ...]:
    """Every order with 95 % intervals from whole households drawn again, the same for all; COLD first."""
    names = tuple(dict.fromkeys(name for name in (COLD, MODEL, simple.best, simple.without_events, RANDOM) if name))
    if rows.is_empty():
        return tuple(OrderSeen(name, NOT_ESTIMABLE, NOT_ESTIMABLE, NOT_ESTIMABLE) for name in names)
    days, areas = days_of(rows, names, plan), _areas(rows, names)

    def measure(weights: FloatArray) -> FloatArray:
        precision = days.precision(names, weights)
        area = np.array([[_area(one, weights[homes]) for one in of_day] for homes, of_day in areas])
        return mean_over_dates(np.column_stack([area, precision, precision[:, :1] - precision]))

    found = household_bootstrap(measure, days.households, plan.seed)
    return tuple(OrderSeen(name, *found[place :: len(names)]) for place, name in enumerate(names))


def _areas(rows: pl.DataFrame, names: Sequence[str]) -> list[tuple[npt.NDArray[np.intp], list[Pairs | None]]]:
    """Per as-of date the household of each labelled row, numbered as in ``days_of``, and its pairs by order."""
    number = "number"
    numbered = rows.with_columns(pl.col(s.HOUSEHOLD).rank("dense").cast(pl.Int64).alias(number) - 1)
    made = []
    for day in numbered.sort(AS_OF, s.CHILD).partition_by(AS_OF, maintain_order=True):
        known = day.filter(pl.col(LABEL).is_not_null())
        labels, one = known[LABEL].cast(pl.Float64).to_numpy(), np.zeros(known.height, dtype=np.intp)
        # Chance has no area of its own.
        pairs = [None if name == RANDOM else Pairs.of(one, known[name].to_numpy(), labels) for name in names]
        made.append((known[number].to_numpy().astype(np.intp), pairs))
    return made


def _area(pairs: Pairs | None, weights: FloatArray) -> float:
    return float("nan") if pairs is None else pairs.value(weights)
