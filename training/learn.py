"""From a dataset to a risk model: search, fit, calibrate, choose cut-offs; each on the window that is its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.cli.console import Progress, silent
from features.definition import structure as s
from models.bands import Cutoffs
from models.calibration import Calibration
from models.fills import Fills
from models.risk_model import RiskModel
from training.baselines import fit_logistic
from training.dataset import HELD_OUT, Dataset, Part
from training.fit import binned, booster_parameters, grow
from training.plan import BandRule, ScreeningPlan
from training.refit import Recipe
from training.tune import Tuned, sample_of, tune
from training.visitor.adjust import adjusted_sample

FloatArray = npt.NDArray[np.float64]
Scorer = Callable[[npt.NDArray[np.float32]], FloatArray]


@dataclass(frozen=True, slots=True)
class Learned:
    """A risk model and what made it.

    ``fit``: the labelled rows the booster saw. ``seen``: child_id and household_id of every row that fit or
    calibration saw. ``logistic``: log-odds of the logistic baseline, fitted on the same rows as the booster.
    """

    model: RiskModel
    tuned: Tuned
    fit: Part
    seen: pl.DataFrame
    logistic: Scorer


def learn(dataset: Dataset, plan: ScreeningPlan, *, threads: int, progress: Progress = silent) -> Learned:
    """Search and fit on the fit window, calibrate and choose cut-offs on the calibration window.

    Args:
        dataset: the built rows.
        plan: the screening plan they were built for.
        threads: the most LightGBM may use; they change no byte of the result.
        progress: told after each trial of the search.

    Raises:
        UserError: a window holds too few labelled visits.
    """
    part = dataset.learning_part("fit", plan.learning.rows_at_most, plan.seed)
    threads = min(threads, 1 + len(part.matrix) // plan.learning.rows_per_thread)
    tuned = tune(part, plan, dataset.contract, threads=threads, progress=progress)
    parameters = booster_parameters(plan, dataset.contract, threads) | dict(tuned.parameters)
    recipe = Recipe(plan, dataset.contract, tuned.parameters, tuned.rounds)
    sample = adjusted_sample(part, recipe, threads=threads) if plan.learning.adjust_visitor else sample_of(part)
    booster = grow(binned(sample, dataset.contract, parameters), parameters, tuned.rounds)
    text = without_thread_count(booster.model_to_string())
    fills = Fills.fit(sample.matrix, dataset.contract, text)

    def score(matrix: npt.NDArray[np.float32]) -> FloatArray:
        filled = fills.applied(matrix)
        return np.asarray(booster.predict(filled, raw_score=True, num_threads=threads), dtype=np.float64)

    judged = dataset.learning_part("calibrate", plan.learning.rows_at_most, plan.seed)
    judged_sample = sample_of(judged)
    pipeline = fit_logistic(sample.matrix, sample.labels, sample.weights, plan.seed)
    return Learned(
        model=RiskModel(
            booster_text=text,
            contract=dataset.contract,
            calibration=Calibration.fit(score(judged.matrix), judged_sample.labels, judged_sample.weights),
            cutoffs=_cutoffs(dataset, plan.bands, score),
            fills=fills,
        ),
        tuned=tuned,
        fit=part,
        seen=pl.concat([part.rows, judged.rows]).select(s.CHILD, s.HOUSEHOLD).unique(),
        logistic=lambda matrix: np.asarray(pipeline.decision_function(matrix), dtype=np.float64),
    )


def _cutoffs(dataset: Dataset, bands: BandRule, score: Scorer) -> Cutoffs:
    """Scores that the bands' shares of the calibration window's cohort lie above, assessed or not."""
    scores = np.concatenate(
        [
            score(np.ascontiguousarray(part.matrix))[~part.rows[HELD_OUT].to_numpy()]
            for part in dataset.parts("calibrate")
        ]
    )
    dates = dataset.windows.calibrate
    shares = (1 - bands.go_first_share, 1 - bands.go_first_share - bands.soon_share)
    go_first, soon = (float(cut) for cut in np.quantile(scores, shares))
    return Cutoffs(go_first, soon, fitted_from=dates[0], fitted_to=dates[-1])


def without_thread_count(text: str) -> str:
    """A booster's text with the recorded thread count set to 0 (as many as there are): it says nothing of the model."""
    return re.sub(r"\[num_threads: \d+\]", "[num_threads: 0]", text)
