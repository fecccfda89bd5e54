"""Orders by one feature alone beside the model in a replay: one column per feature, chosen before the test window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from training.dataset import Dataset, Part
from training.plan import ScreeningPlan
from training.single_features import FeatureOrder, choose_orders


def one_feature_orders(dataset: Dataset, plan: ScreeningPlan, count: int) -> tuple[FeatureOrder, ...]:
    """The features that alone ranked best on the calibration window; of one feature's columns only the best."""
    sources, chosen = dataset.contract.sources, dict[str, FeatureOrder]()
    for one in choose_orders(dataset, plan).orders:
        chosen.setdefault(sources[one.column], one)
    return tuple(chosen.values())[:count]


def alone_column(order: FeatureOrder) -> str:
    """The column of scores that an order by one feature makes."""
    return f"only {order.name}"


def alone_scores(parts: Sequence[Part], orders: Sequence[FeatureOrder]) -> list[pl.Series]:
    """A column of scores per order for the rows of some parts, one after the other."""
    return [pl.Series(alone_column(one), np.concatenate([one.scores(part.matrix) for part in parts])) for one in orders]
