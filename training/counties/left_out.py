"""Scores of rows by models that learned from nobody of their fold, forward in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from training.counties.folds import Folds
from training.counties.settings import HoldOutRule
from training.dataset import HELD_OUT, Dataset, Part
from training.fit import Sample
from training.labels import LABEL
from training.refit import Recipe, refit
from training.tune import sample_of
from training.visitor.adjust import adjusted_sample
from training.windows import seeded_share

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Material:
    """What the comparison is made of: labelled rows of the fit window and the known cohort of the test window.

    ``thinned``: whole households were left out of one of them to bound the work.
    """

    fit: Part
    test: Part
    thinned: bool


def material(dataset: Dataset, rule: HoldOutRule, seed: int) -> Material:
    """The rows to learn from and those to measure on; households held out of learning are in neither."""
    fit = dataset.learning_part("fit", rule.fit_rows_at_most, seed)
    labelled = sum(part.rows.filter(~pl.col(HELD_OUT))[LABEL].count() for part in dataset.parts("fit"))
    total = sum(int((~part.rows[HELD_OUT]).sum()) for part in dataset.parts("test"))
    share = rule.test_rows_at_most / max(1, total)
    parts = []
    for part in dataset.parts("test"):
        keep = ~part.rows[HELD_OUT].to_numpy()
        if share < 1:
            keep &= seeded_share(part.rows[s.HOUSEHOLD], seed, "new places") < share
        parts.append(part.where(keep))
    test = Part(np.concatenate([part.matrix for part in parts]), pl.concat([part.rows for part in parts]))
    return Material(fit, test, fit.rows.height < labelled or share < 1)


def scores_of_all(made_of: Material, recipe: Recipe, threads: int) -> FloatArray:
    """Scores of the test rows by a model that learned from every fold, shape (n,)."""
    return refit(recipe, _sample(made_of.fit, recipe, threads), threads=threads)(made_of.test.matrix)


def scores_left_out(made_of: Material, folds: Folds, recipe: Recipe, threads: int) -> FloatArray | None:
    """Scores of the test rows, each by a model that learned from no row, household or child of the row's fold.

    Returns:
        Shape (n,); None when there is one fold only, or what a fold leaves has only one kind of label.
    """
    if folds.count < 2:
        return None
    scores = np.full(made_of.test.rows.height, np.nan)
    for fold in range(folds.count):
        here = folds.of(made_of.test.rows) == fold
        others = made_of.fit.where(of_others(made_of, folds, fold))
        if others.rows[LABEL].n_unique() < 2:
            return None
        scores[here] = refit(recipe, _sample(others, recipe, threads), threads=threads)(made_of.test.matrix[here])
    return scores


def of_others(made_of: Material, folds: Folds, fold: int) -> npt.NDArray[np.bool_]:
    """Rows to learn from for a fold, shape (fit rows,): those of other folds whose household and child are not in it.

    A family that moved in was seen where it lived before.
    """
    rows = made_of.fit.rows
    there = made_of.test.rows.filter(pl.Series(folds.of(made_of.test.rows) == fold))
    met = pl.col(s.HOUSEHOLD).is_in(there[s.HOUSEHOLD].unique().implode())
    met |= pl.col(s.CHILD).is_in(there[s.CHILD].unique().implode())
    return np.asarray((folds.of(rows) != fold) & ~rows.select(met).to_series().to_numpy(), dtype=np.bool_)


def _sample(part: Part, recipe: Recipe, threads: int) -> Sample:
    adjusts = recipe.plan.learning.adjust_visitor
    return adjusted_sample(part, recipe, threads=threads) if adjusts else sample_of(part)
