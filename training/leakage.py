"""Landmines: checks that a run must pass before anyone reads its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

import numpy as np
import numpy.typing as npt
import polars as pl

from features.cli.console import UserError
from features.contract import FeatureContract
from features.definition import structure as s
from features.table import FeatureTable
from training.fit import Sample, binned, booster_parameters, grow
from training.metrics import auc
from training.plan import ScreeningPlan
from training.windows import seeded_share

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A figure that is too good to be true: what was measured, its value and the plan's limit."""

    what: str
    value: float
    limit: float

    def __str__(self) -> str:
        return f"{self.what}: {self.value:.3f}, limit {self.limit:g}"


def refuse_shared_households(learned: pl.DataFrame, held_out: pl.DataFrame) -> None:
    """Refuse estimates in which a household or a child stands on both sides.

    Args:
        learned: rows of fit and calibration, with child_id and household_id.
        held_out: rows an estimate for new households is made from.

    Raises:
        UserError: says how many households and children are on both sides.
    """
    both = {
        column: held_out[column].unique().is_in(learned[column].unique().implode()).sum()
        for column in (s.HOUSEHOLD, s.CHILD)
    }
    if any(both.values()):
        raise UserError(
            f"{both[s.HOUSEHOLD]} households and {both[s.CHILD]} children are both learned from and held out",
            "split by household: siblings, and a child that moves, must stay on one side",
        )


def refuse_moved_features(moved: Sequence[str]) -> None:
    """Refuse features that read rows recorded after the as-of date.

    Raises:
        UserError: names the features.
    """
    if moved:
        raise UserError(
            f"features change when the rows recorded after the as-of date are taken away: {', '.join(moved)}",
            "make their operators read known rows only",
        )


def features_that_move(
    tables: Mapping[str, pl.DataFrame], as_of: date, build: Callable[[Mapping[str, pl.DataFrame]], FeatureTable]
) -> tuple[str, ...]:
    """Names of features whose values change when every row recorded after the as-of date is taken away.

    ``build`` makes the feature table of ``as_of`` from ledger tables.
    """
    now_table = build(tables)
    then_table = build({name: frame.filter(pl.col(s.RECORDED_ON) <= as_of) for name, frame in tables.items()})
    now, then = now_table.matrix(), then_table.matrix()
    if now.shape != then.shape:
        return now_table.contract.names
    same = ((now == then) | (np.isnan(now) & np.isnan(then))).all(axis=0)
    return tuple(name for name, kept in zip(now_table.contract.names, same, strict=True) if not kept)


def too_good_features(sample: Sample, names: Sequence[str], plan: ScreeningPlan) -> tuple[Suspicion, ...]:
    """Features that alone, in either direction, order the labels better than the plan thinks possible."""
    rows = _spread(len(sample.labels), plan)
    labels = sample.labels[rows] > 0
    limit = plan.checks.feature_auc_at_most
    found = []
    for column, name in enumerate(names):
        values = sample.matrix[rows, column].astype(np.float64)
        area = auc(labels, np.where(np.isnan(values), -np.inf, values))
        if area is not None and max(area, 1 - area) > limit:
            found.append(Suspicion(f"AUC of feature '{name}' alone", max(area, 1 - area), limit))
    return tuple(found)


def too_good_model(name: str, area: float | None, plan: ScreeningPlan) -> tuple[Suspicion, ...]:
    """A model AUC above what honest systems of this kind reach is leakage until shown otherwise."""
    limit = plan.checks.model_auc_at_most
    return (Suspicion(f"AUC of the model ({name})", area, limit),) if area is not None and area > limit else ()


def dealt_labels(
    learn: tuple[Matrix, pl.Series], judge: tuple[Matrix, pl.Series], plan: ScreeningPlan, contract: FeatureContract
) -> float:
    """How far from chance, in standard errors, labels dealt by lot can be predicted for other households.

    Each household draws one label. Nothing but a household on both sides can predict it, so the figure is a few
    errors at most; a few trees are enough to memorise.

    Args:
        learn: feature values and household of each row to learn from.
        judge: the same for rows of held-out households.
        plan: seed, rounds and the rows to use.
        contract: names and directions of the columns.
    """
    chosen = _spread(len(learn[1]), plan)
    matrix, households = learn[0][chosen], learn[1].gather(chosen)
    labels = _lots(households, plan.seed)
    free = booster_parameters(plan, contract, threads=1) | {"monotone_constraints": [0] * matrix.shape[1]}
    sample = Sample(matrix, labels, np.ones_like(labels))
    booster = grow(binned(sample, contract, free), free, plan.checks.dealt_rounds)
    firsts = judge[1].is_first_distinct().to_numpy()
    drawn = _lots(judge[1].filter(pl.Series(firsts)), plan.seed) > 0
    area = auc(drawn, np.asarray(booster.predict(judge[0][firsts], raw_score=True)))
    if area is None:
        return 0.0
    positive, negative = int(drawn.sum()), int((~drawn).sum())
    return (area - 0.5) / sqrt((positive + negative + 1) / (12 * positive * negative))


def refuse_predictable_lots(errors: float, plan: ScreeningPlan) -> None:
    """Refuse a run in which labels dealt by lot could be predicted.

    Raises:
        UserError: the prediction beats chance by more standard errors than the plan allows.
    """
    if errors > plan.checks.dealt_errors_at_most:
        raise UserError(
            f"labels dealt by lot are predicted {errors:.1f} standard errors above chance, "
            f"at most {plan.checks.dealt_errors_at_most:g} allowed",
            "rows of one household stand on both sides of the split; check household numbers and the features",
        )


def _lots(households: pl.Series, seed: int) -> npt.NDArray[np.float64]:
    return (seeded_share(households, seed, "dealt") < 0.5).astype(np.float64)


def _spread(count: int, plan: ScreeningPlan) -> npt.NDArray[np.intp]:
    """Rows spread evenly over the sample, no more than the plan's checks look at."""
    wanted = min(count, plan.checks.rows_at_most)
    return np.linspace(0, count - 1, wanted).astype(np.intp)
