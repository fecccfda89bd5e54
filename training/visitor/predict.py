"""Can the visitor be told from the features? If so, what looks like need may be the habit of whoever visits.

A few boosted trees per visitor on the visits of some households, judged on those of others: the area of each visitor
against the rest, averaged (Fawcett 2006, section 9, unweighted). Beside it the same with visitors dealt to households
by lot, which is what chance reaches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from training.dataset import Part
from training.stability.resample import NOT_ESTIMABLE, Interval, household_bootstrap
from training.visitor.pairs import Pairs, codes
from training.visitor.settings import PredictionRule
from training.windows import seeded_share

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Predictability:
    """The mean area of one visitor against the rest, and that of visitors dealt by lot; ``visits`` judged it.

    ``in_village`` compares visits of one village only: there the features tell who went, not where.
    """

    auc: Interval
    in_village: Interval
    by_lot: Interval
    visitors: int
    visits: int


UNKNOWN = Predictability(NOT_ESTIMABLE, NOT_ESTIMABLE, NOT_ESTIMABLE, 0, 0)


def predict_visitor(part: Part, rule: PredictionRule, seed: int) -> Predictability:
    """Predict the visitor of each visit from the features alone, households kept on one side.

    Args:
        part: one row per visit, with features; its rows carry the household's region_code.
        rule: bounds of the attempt.
        seed: deals households to sides and visitors to lots.
    """
    part = _bounded(part, rule, seed)
    share = seeded_share(part.rows[s.HOUSEHOLD], seed, "predict visitor")
    learn, judge = part.where(share >= rule.test_share), part.where(share < rule.test_share)
    names = sorted(set(learn.rows[s.VISITOR].to_list()) & set(judge.rows[s.VISITOR].to_list()))
    if len(names) < 2:
        return UNKNOWN
    learn, judge = (side.where(side.rows[s.VISITOR].is_in(names).to_numpy()) for side in (learn, judge))
    classes = _classes(learn.rows, names)
    chances = _chances(learn.matrix, classes, judge, rule, seed)
    by_lot = _chances(learn.matrix, _dealt(learn.rows, classes, seed), judge, rule, seed)
    true = _classes(judge.rows, names)
    everywhere, village = np.zeros(len(true), dtype=np.intp), codes(judge.rows, [s.REGION])
    return Predictability(
        auc=_mean_area(chances, true, everywhere, judge.rows, seed),
        in_village=_mean_area(chances, true, village, judge.rows, seed),
        by_lot=_mean_area(by_lot, true, everywhere, judge.rows, seed),
        visitors=len(names),
        visits=judge.rows.height,
    )


def _bounded(part: Part, rule: PredictionRule, seed: int) -> Part:
    """Visits of the most frequent visitors, thinned by whole households to the rows allowed."""
    counts = (
        part.rows.filter(pl.col(s.VISITOR).is_not_null())
        .group_by(s.VISITOR)
        .len()
        .filter(pl.col("len") >= rule.visits_per_visitor_at_least)
        .sort(["len", s.VISITOR], descending=[True, False])
    )
    kept = counts[s.VISITOR].head(rule.visitors_at_most)
    chosen = part.where(part.rows[s.VISITOR].is_in(kept.implode()).fill_null(value=False).to_numpy())
    share = rule.rows_at_most / max(1, chosen.rows.height)
    return chosen.where(seeded_share(chosen.rows[s.HOUSEHOLD], seed, "bound visitors") < share)


def _classes(rows: pl.DataFrame, names: list[str]) -> IntArray:
    place = {name: number for number, name in enumerate(names)}
    return rows[s.VISITOR].replace_strict(place, return_dtype=pl.Int64).to_numpy().astype(np.intp)


def _dealt(rows: pl.DataFrame, classes: IntArray, seed: int) -> IntArray:
    """Each household takes the visitor of another household's first visit."""
    households = codes(rows, [s.HOUSEHOLD])
    first = classes[np.unique(households, return_index=True)[1]]
    return np.random.default_rng(seed).permutation(first)[households]


def _chances(matrix: Matrix, classes: IntArray, judge: Part, rule: PredictionRule, seed: int) -> FloatArray:
    """The chance of each visitor for each judged visit, (n, visitors)."""
    import lightgbm

    parameters = {
        "objective": "multiclass", "num_class": int(classes.max()) + 1, "verbosity": -1, "seed": seed, "num_threads": 1,
        "deterministic": True, "force_row_wise": True, "max_depth": rule.depth, "num_leaves": 2**rule.depth,
        "learning_rate": rule.learning_rate, "min_data_in_leaf": rule.rows_in_leaf_at_least, "max_bin": 63,
    }  # fmt: skip
    rows = lightgbm.Dataset(matrix, classes, params=parameters)
    booster = lightgbm.train(parameters, rows, num_boost_round=rule.rounds)
    return np.asarray(booster.predict(judge.matrix), dtype=np.float64)


def _mean_area(chances: FloatArray, classes: IntArray, strata: IntArray, rows: pl.DataFrame, seed: int) -> Interval:
    """The area of each visitor against the rest among pairs of one stratum, averaged over visitors with such pairs."""
    areas = [
        Pairs.of(strata, chances[:, number], (classes == number).astype(np.float64))
        for number in range(chances.shape[1])
    ]
    households = codes(rows, [s.HOUSEHOLD])

    def measure(weights: FloatArray) -> FloatArray:
        row = weights[households]
        values = np.array([area.value(row) for area in areas])
        known = values[~np.isnan(values)]
        return np.array([known.mean() if known.size else np.nan])

    return household_bootstrap(measure, int(households.max()) + 1, seed)[0]
