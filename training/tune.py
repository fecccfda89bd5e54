"""Search the learning parameters inside the fit window: later dates and other households judge each trial.

Settings are chosen by their regret over the validation dates, beside the orders an office could make by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from features.cli.console import Progress, UserError, silent
from features.contract import FeatureContract
from features.definition import structure as s
from training.dataset import AS_OF, Part
from training.evaluation import ORDERS_BY_HAND
from training.fit import Sample, binned, booster_parameters, grow_until_no_gain
from training.labels import LABEL, visit_weights
from training.metrics import auc, mean_of
from training.plan import ScreeningPlan, SearchRange
from training.regret import NO_REGRET, Candidate, RegretTable
from training.windows import seeded_share

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.trial import FrozenTrial

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tuned:
    """The parameters the search chose, the rounds that served them, and every trial's AUC in order.

    ``regret``: every trial and the orders by hand over the validation dates; what the choice was made by.
    """

    parameters: Mapping[str, float]
    rounds: int
    auc: float
    trials: tuple[float, ...]
    regret: RegretTable = NO_REGRET


def sample_of(part: Part) -> Sample:
    """A labelled part as a sample in which each visit has a total weight of 1."""
    return Sample(
        part.matrix,
        part.rows[LABEL].cast(pl.Float64).to_numpy(),
        visit_weights(part.rows[s.VISIT]).to_numpy(),
    )


def tune(
    part: Part, plan: ScreeningPlan, contract: FeatureContract, *, threads: int, progress: Progress = silent
) -> Tuned:
    """Search ``plan.tuning.trials`` settings and return the one with the least mean regret over the validation dates.

    Tree-structured Parzen estimator (Bergstra et al. 2011) with the plan's seed, led by the AUC averaged over dates,
    one trial after the other: the same rows give the same choice. Settings that tie yield to the smaller model.

    Args:
        part: labelled rows of the fit window alone.
        plan: budget, search space and the shares held back.
        contract: names and directions of the columns.
        threads: for LightGBM; they do not change the result.
        progress: told after each trial.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    learn, judge = inner_split(part.rows, plan)
    base = booster_parameters(plan, contract, threads)
    training = binned(sample_of(part.where(learn)), contract, base).construct()
    judged = part.where(judge)
    judged_sample = sample_of(judged)
    validation = training.create_valid(judged_sample.matrix, judged_sample.labels, weight=judged_sample.weights)

    def objective(trial: Trial) -> float:
        chosen = {name: _suggest(trial, name, limits) for name, limits in plan.tuning.space.items()}
        booster = grow_until_no_gain(
            training, validation, base | chosen, plan.learning.rounds, plan.tuning.patience_rounds
        )
        trial.set_user_attr("rounds", booster.best_iteration)
        scores = np.asarray(booster.predict(judged.matrix, raw_score=True, num_iteration=booster.best_iteration))
        areas = aucs_by_date(judged.rows, scores)
        trial.set_user_attr("areas", areas)
        return mean_of(areas) or 0.5

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=plan.seed))
    total = plan.tuning.trials
    study.optimize(
        objective,
        n_trials=total,
        callbacks=[lambda _, trial: progress(trial.number + 1, total, f"AUC {trial.value:.3f}")],
    )
    table = _regret(study.trials, judged.rows)
    best = study.trials[table.chosen()]
    return Tuned(
        parameters=dict(best.params),
        rounds=int(best.user_attrs["rounds"]),
        auc=float(best.value or 0.5),
        trials=tuple(float(trial.value or 0.5) for trial in study.trials),
        regret=table,
    )


def _regret(trials: Sequence[FrozenTrial], rows: pl.DataFrame) -> RegretTable:
    """Trials first, in order; then the orders by hand whose facts the rows hold."""
    settings = [
        Candidate(
            name=f"trial {trial.number}",
            measured=tuple(trial.user_attrs["areas"]),
            size=int(trial.user_attrs["rounds"] * trial.params.get("num_leaves", 1)),
            eligible=True,
        )
        for trial in trials
    ]
    by_hand = [
        Candidate(name, tuple(aucs_by_date(rows, order(rows))))
        for name, (fact, order) in ORDERS_BY_HAND.items()
        if fact in rows.columns
    ]
    return RegretTable(tuple(sorted(rows[AS_OF].unique().to_list())), (*settings, *by_hand))


def inner_split(rows: pl.DataFrame, plan: ScreeningPlan) -> tuple[BoolArray, BoolArray]:
    """Which rows a trial learns from and which judge it: earlier dates and some households, later dates and others.

    The plan's gap lies between them when the fit window is long enough to hold it; otherwise the dates are
    cut without a gap, and the households alone keep the two sides apart.

    Raises:
        UserError: one side has no row with, or none without, a new need.
    """
    dates = sorted(rows[AS_OF].unique().to_list())
    first_judge = dates[-max(1, round(plan.tuning.validation_share * len(dates)))]
    last_learn = _last_before_gap(dates, first_judge, plan.windows.gap_days)
    share = seeded_share(rows[s.HOUSEHOLD], plan.seed, "tuning")
    day = rows[AS_OF]
    learn = (day <= last_learn).to_numpy() & (share >= plan.tuning.household_share)
    judge = (day >= first_judge).to_numpy() & (share < plan.tuning.household_share)
    thin = seeded_share(rows[s.HOUSEHOLD], plan.seed, "tuning rows")
    learn &= thin < plan.tuning.rows_at_most / max(1, int(learn.sum()))
    for side in (learn, judge):
        if rows.filter(pl.Series(side))[LABEL].n_unique() < 2:
            raise UserError(
                f"the fit window holds too few labelled visits to search in: {int(learn.sum())} rows to learn from, "
                f"{int(judge.sum())} to judge by, and both need rows with and without a new need",
                "widen the fit window or raise [tuning] validation_share",
            )
    return learn, judge


def _last_before_gap(dates: list[date], first_judge: date, gap_days: int) -> date:
    apart = [day for day in dates if day <= first_judge - timedelta(days=gap_days)]
    earlier = [day for day in dates if day < first_judge]
    return (apart or earlier or dates)[-1]


def auc_by_date(rows: pl.DataFrame, scores: npt.NDArray[np.float64]) -> float | None:
    """The AUC of each as-of date, averaged over dates: rows of different dates are never ranked together."""
    return mean_of(aucs_by_date(rows, scores))


def aucs_by_date(rows: pl.DataFrame, scores: npt.NDArray[np.float64]) -> list[float | None]:
    """The AUC of each as-of date, oldest first; None where only one kind of label occurs."""
    labels, days = rows[LABEL].to_numpy(), rows[AS_OF].to_numpy()
    return [auc(labels[days == day], scores[days == day]) for day in np.unique(days)]


def _suggest(trial: Trial, name: str, limits: SearchRange) -> float:
    if limits.whole:
        return trial.suggest_int(name, int(limits.low), int(limits.high), log=limits.log)
    return trial.suggest_float(name, limits.low, limits.high, log=limits.log)
