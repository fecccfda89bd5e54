"""Judge a learned model on the windows it did not learn from, and check the run for leakage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from features.cli.console import UserError
from features.definition import structure as s
from training.dataset import HELD_OUT, Dataset
from training.evaluation import (
    BEST_FEATURE,
    MEDIAN_FEATURE,
    MODEL,
    Estimate,
    EstimateName,
    Scorer,
    estimate,
    rows_of,
    score_rows,
)
from training.leakage import (
    Suspicion,
    dealt_labels,
    refuse_predictable_lots,
    refuse_shared_households,
    too_good_features,
    too_good_model,
)
from training.learn import Learned
from training.plan import ScreeningPlan
from training.single_features import FeatureOrder, choose_orders
from training.tune import sample_of
from training.windows import WindowName

_ESTIMATES: tuple[tuple[EstimateName, WindowName], ...] = (
    ("known", "test"),
    ("new_household", "test"),
    ("known", "calibrate"),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """The estimates in the order to show, what was too good to be true, and the scored rows.

    ``scored``: every row of each judged window; ``known``: those of the estimate known in the test window.
    ``features``: the features that stand as baselines, by the baseline's name, chosen on the calibration window.
    """

    estimates: tuple[Estimate, ...]
    suspicions: tuple[Suspicion, ...]
    scored: Mapping[WindowName, pl.DataFrame]
    known: pl.DataFrame
    features: Mapping[str, FeatureOrder]


def judge(dataset: Dataset, learned: Learned, plan: ScreeningPlan, *, threads: int) -> Judged:
    """Measure every estimate and check the run for leakage.

    Raises:
        UserError: a household stands on both sides of an estimate, or labels dealt by lot can be predicted.
    """
    model = learned.model
    features = single_features(dataset, plan)
    one_feature: Mapping[str, Scorer] = {name: order.scores for name, order in features.items()}
    scored = {
        window: score_rows(
            dataset.parts(window),
            lambda matrix: model.score(matrix, threads),
            model.probability,
            learned.logistic,
            one_feature,
        )
        for window in sorted({window for _, window in _ESTIMATES})
    }
    rows = {(name, window): rows_of(name, scored[window], learned.seen) for name, window in _ESTIMATES}
    refuse_shared_households(learned.seen, rows["new_household", "test"])
    refuse_predictable_lots(_dealt(dataset, learned, plan), plan)
    estimates = tuple(estimate(name, window, rows[name, window], plan) for name, window in _ESTIMATES)
    return Judged(estimates, _suspicions(learned, estimates, plan), scored, rows["known", "test"], features)


def single_features(dataset: Dataset, plan: ScreeningPlan) -> Mapping[str, FeatureOrder]:
    """The best and the middle feature of the calibration window, by the baseline's name; none without labels."""
    orders = choose_orders(dataset, plan)
    chosen = {BEST_FEATURE: orders.best, MEDIAN_FEATURE: orders.median}
    return {name: order for name, order in chosen.items() if order is not None}


def refuse_suspicious(suspicions: tuple[Suspicion, ...], accepted_because: str) -> None:
    """Refuse a run whose figures are too good to be true, unless a reason says why they may stand.

    Raises:
        UserError: lists the figures.
    """
    if suspicions and not accepted_because:
        raise UserError(
            "too good to be true: " + "; ".join(map(str, suspicions)),
            "look for facts written after the visit among the features; if the figures are honest, "
            "say why with --accept-suspicious REASON",
        )


def _suspicions(learned: Learned, estimates: tuple[Estimate, ...], plan: ScreeningPlan) -> tuple[Suspicion, ...]:
    found = too_good_features(sample_of(learned.fit), learned.model.contract.names, plan)
    for one in estimates:
        found += too_good_model(f"{one.name}, {one.window}", one.ranking(MODEL).auc, plan)
    return found


def _dealt(dataset: Dataset, learned: Learned, plan: ScreeningPlan) -> float:
    matrices, households = [], []
    for part in dataset.parts("test"):
        held_out = part.where(part.rows[HELD_OUT].to_numpy())
        matrices.append(held_out.matrix)
        households.append(held_out.rows[s.HOUSEHOLD])
    return dealt_labels(
        (learned.fit.matrix, learned.fit.rows[s.HOUSEHOLD]),
        (np.concatenate(matrices), pl.concat(households)),
        plan,
        learned.model.contract,
    )
