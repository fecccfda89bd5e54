"""Scores of rows by models that learned from nobody of their fold, forward in time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from training.counties.folds import Folds
from training.labels import LABEL
from training.material import Material, grown_on
from training.refit import Recipe

FloatArray = npt.NDArray[np.float64]


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
        scores[here] = grown_on(others, recipe, threads)(made_of.test.matrix[here])
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
