"""Who stands on the list: the first k places of each as-of date, and every child's place."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.definition import structure as s
from training.dataset import AS_OF
from training.evaluation import MODEL
from training.metrics import first_places, places
from training.plan import ScreeningPlan

LISTED = "listed"
PLACE = "place"


def with_places(rows: pl.DataFrame, plan: ScreeningPlan, ranking: str = MODEL) -> pl.DataFrame:
    """Add ``listed`` (among the first k of its as-of date) and ``place`` (0 the first, 1 the last of the cohort).

    Ranked as the estimates rank: within each as-of date, k the plan's share of it, ties by the plan's lot. Sorted by
    as-of date and child.
    """
    parts = [_day(day, plan, ranking) for _, day in rows.sort(AS_OF, s.CHILD).group_by(AS_OF, maintain_order=True)]
    empty = rows.with_columns(pl.lit(value=False).alias(LISTED), pl.lit(0.0).alias(PLACE))
    return pl.concat(parts) if parts else empty


def _day(day: pl.DataFrame, plan: ScreeningPlan, ranking: str) -> pl.DataFrame:
    order = first_places(day[ranking].to_numpy(), day.height, np.random.default_rng(plan.seed).random(day.height))
    place = np.empty(day.height)
    place[order] = np.arange(day.height)
    listed = place < places(plan.capacity.share, day.height)
    return day.with_columns(pl.Series(LISTED, listed), pl.Series(PLACE, place / max(1, day.height - 1)))
