"""The price of being new: the same rows ordered by a model that has learned from their place or household, and not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from training.baselines import overdue_first
from training.counties.folds import Folds, HoldOut, deal
from training.counties.left_out import scores_left_out
from training.counties.settings import HoldOutRule
from training.dataset import COUNTY
from training.evaluation import OVERDUE, RANDOM
from training.material import Material, grown_on
from training.refit import Recipe
from training.stability.days import days_of
from training.stability.resample import NOT_ESTIMABLE, Interval, household_bootstrap, mean_over_dates

FloatArray = npt.NDArray[np.float64]

_KNOWN = "learned_from"
_NEW = "without_"
_PRICE = "price_of_"


@dataclass(frozen=True, slots=True)
class Price:
    """Precision at k of one hold-out: ``known`` minus ``new`` is the ``price``, all on the same rows at the same k.

    k is the same share of each county's own cohort: a new county makes its own list. Made within each as-of date and
    averaged; intervals draw whole households. Without an estimate every interval is empty.
    """

    folds: Folds
    known: Interval
    new: Interval
    price: Interval

    @property
    def estimable(self) -> bool:
        """There is a price."""
        return self.price.value is not None


@dataclass(frozen=True, slots=True)
class Prices:
    """The price of each hold-out, and beside them what chance and the longest unvisited first find on those rows."""

    prices: tuple[Price, ...]
    random: Interval
    overdue: Interval
    thinned: bool

    def of(self, hold_out: HoldOut) -> Price:
        """The price of one hold-out."""
        return next(one for one in self.prices if one.folds.hold_out == hold_out)


def price_of(
    made_of: Material, hold_outs: tuple[HoldOut, ...], recipe: Recipe, rule: HoldOutRule, threads: int
) -> Prices:
    """Grow the recipe again without each fold and measure what its rows then find at k.

    Args:
        made_of: rows to learn from and to measure on.
        hold_outs: what is left out: households, counties, prefectures.
        recipe: how the audited model was grown; plan, parameters and rounds are kept.
        rule: the most folds.
        threads: for LightGBM; they do not change the result.
    """
    seed = recipe.plan.seed
    folds = [deal(made_of.test.rows, hold_out, rule, seed) for hold_out in hold_outs]
    of_all = grown_on(made_of.fit, recipe, threads)(made_of.test.matrix)
    columns = {_KNOWN: of_all, OVERDUE: overdue_first(made_of.test.rows)}
    for one in folds:
        scores = scores_left_out(made_of, one, recipe, threads)
        if scores is not None:
            columns[_NEW + one.hold_out] = scores
    rows = made_of.test.rows.with_columns(pl.Series(name, scores) for name, scores in columns.items())
    found = _measured(rows, tuple(columns), recipe)
    return Prices(tuple(_price(one, found) for one in folds), found[RANDOM], found[OVERDUE], thinned=made_of.thinned)


def _measured(rows: pl.DataFrame, names: tuple[str, ...], recipe: Recipe) -> dict[str, Interval]:
    """Precision of each order and of chance, and the price of each order that was left out, by its name."""
    lists = days_of(rows, names, recipe.plan, by=COUNTY)
    ranked = (*names, RANDOM)
    new = [name for name in names if name.startswith(_NEW)]

    def measure(weights: FloatArray) -> FloatArray:
        by_date = lists.precision(ranked, weights)
        known = by_date[:, ranked.index(_KNOWN)]
        prices = [known - by_date[:, ranked.index(name)] for name in new]
        return mean_over_dates(np.column_stack([by_date, *prices]))

    intervals = household_bootstrap(measure, lists.households, recipe.plan.seed)
    return dict(zip((*ranked, *(_PRICE + name for name in new)), intervals, strict=True))


def _price(folds: Folds, found: dict[str, Interval]) -> Price:
    name = _NEW + folds.hold_out
    return Price(folds, found[_KNOWN], found.get(name, NOT_ESTIMABLE), found.get(_PRICE + name, NOT_ESTIMABLE))
