"""What a comparison of refitted models is made of: rows to learn from and the known cohort to order, both bounded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.definition import structure as s
from training.dataset import HELD_OUT, Dataset, Part
from training.labels import LABEL
from training.refit import Recipe, Scorer, refit
from training.tune import sample_of
from training.visitor.adjust import adjusted_sample
from training.windows import seeded_share


@dataclass(frozen=True, slots=True)
class Material:
    """Labelled rows of the fit window and the known cohort of the test window.

    ``thinned``: whole households were left out of one of them to bound the work.
    """

    fit: Part
    test: Part
    thinned: bool


def material(dataset: Dataset, fit_rows_at_most: int, test_rows_at_most: int, seed: int) -> Material:
    """The rows to learn from and those to order; households held out of learning are in neither."""
    fit = dataset.learning_part("fit", fit_rows_at_most, seed)
    labelled = sum(part.rows.filter(~pl.col(HELD_OUT))[LABEL].count() for part in dataset.parts("fit"))
    total = sum(int((~part.rows[HELD_OUT]).sum()) for part in dataset.parts("test"))
    share = test_rows_at_most / max(1, total)
    parts = []
    for part in dataset.parts("test"):
        keep = ~part.rows[HELD_OUT].to_numpy()
        if share < 1:
            keep &= seeded_share(part.rows[s.HOUSEHOLD], seed, "material") < share
        parts.append(part.where(keep))
    test = Part(np.concatenate([part.matrix for part in parts]), pl.concat([part.rows for part in parts]))
    return Material(fit, test, fit.rows.height < labelled or share < 1)


def grown_on(part: Part, recipe: Recipe, threads: int) -> Scorer:
    """Grow the recipe's trees on labelled rows, visitors taken out where its plan does so."""
    adjusts = recipe.plan.learning.adjust_visitor
    sample = adjusted_sample(part, recipe, threads=threads) if adjusts else sample_of(part)
    return refit(recipe, sample, threads=threads)
