"""The rankings of the evidence on the lists' own frames: first places, and what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from training.dataset import AS_OF
from training.design.assignments import LIST
from training.design.estimate import found_per_places, precision_at_k, recall_at_k
from training.design.pooling import Pooled, pooled
from training.design.rules import DesignRules
from training.design.sample import BoolArray, FloatArray, first_by_period, sample_of
from training.labels import LABEL
from training.metrics import AtK, at_k, sum_at_k
from training.plan import ScreeningPlan


@dataclass(frozen=True, slots=True)
class RankedList:
    """One ranking on the frames: design-based estimates, and the same first places by any label there is.

    ``recorded`` counts the labels of routine visits too: its precision and recall are not design-based, its bounds
    hold. None is not estimable.
    """

    name: str
    precision: Pooled | None
    recall: Pooled | None
    found: Pooled | None
    recorded: AtK


def with_rankings(rows: pl.DataFrame, scored: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The rows of lists whose as-of date was scored, with the scores; null where a child was not scored."""
    scores = scored.select(s.CHILD, AS_OF, *names).unique([s.CHILD, AS_OF], keep="first", maintain_order=True)
    dated = rows.drop(*(name for name in names if name in rows.columns)).join(scores.select(AS_OF).unique(), on=AS_OF)
    return dated.join(scores, on=[s.CHILD, AS_OF], how="left", maintain_order="left")


def ranked_list(rows: pl.DataFrame, name: str, plan: ScreeningPlan, rules: DesignRules) -> RankedList:
    """What a ranking's first places hold, per child and per household place.

    The first places are the plan's share of each as-of date's children (households, ordered by their highest child).

    Args:
        rows: at least one, as ``with_rankings`` gives them.
        name: the ranking's column.
        plan: how many places there are.
        rules: how estimates are made.
    """
    sample, as_of = sample_of(rows), rows[AS_OF].to_numpy()
    scores = rows[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    periods = rows[AS_OF].cast(pl.Int32).to_numpy().astype(np.int64)
    top = first_by_period(scores, periods, plan.capacity.share, _lots(rows.height, plan))
    homes, siblings = _first_households(rows, name, plan)
    return RankedList(
        name=name,
        precision=pooled(sample, as_of, precision_at_k(top), rules),
        recall=pooled(sample, as_of, recall_at_k(top), rules),
        found=pooled(sample, as_of, found_per_places(homes, siblings, rules), rules),
        recorded=_recorded(rows, periods, top),
    )


def _first_households(rows: pl.DataFrame, name: str, plan: ScreeningPlan) -> tuple[BoolArray, FloatArray]:
    """Whether a child's household is among the first places, and how many of its children are on the frame."""
    keys = [AS_OF, LIST, s.HOUSEHOLD]
    best = pl.col(name).cast(pl.Float64).fill_nan(None).max()
    homes = rows.group_by(keys, maintain_order=True).agg(best.fill_null(float("nan")).alias("best"), pl.len())
    first = first_by_period(
        homes["best"].to_numpy(),
        homes[AS_OF].cast(pl.Int32).to_numpy().astype(np.int64),
        plan.capacity.share,
        _lots(homes.height, plan),
    )
    placed = homes.with_columns(pl.Series("first", first))
    joined = rows.select(keys).join(placed, on=keys, how="left", maintain_order="left")
    return joined["first"].to_numpy(), joined["len"].cast(pl.Float64).to_numpy()


def _recorded(rows: pl.DataFrame, periods: npt.NDArray[np.int64], top: BoolArray) -> AtK:
    known = rows[LABEL].is_not_null().to_numpy()
    labels = rows[LABEL].fill_null(value=False).to_numpy()
    days = (np.flatnonzero(periods == day) for day in np.unique(periods))
    return sum_at_k(at_k(np.flatnonzero(top[here]), labels[here], known[here]) for here in days)


def _lots(count: int, plan: ScreeningPlan) -> FloatArray:
    return np.random.default_rng(plan.seed).random(count)
