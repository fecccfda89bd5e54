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
    """The mean area of one visitor against the rest, and that of visitors dealt by lot; ``visits`` judged it."""

    auc: Interval
    by_lot: Interval
    visitors: int
    visits: int


UNKNOWN = Predictability(NOT_ESTIMABLE, NOT_ESTIMABLE, 0, 0)


def predict_visitor(part: Part, rule: PredictionRule, seed: int) -> Predictability:
    """Predict the visitor of each visit from the features alone, households kept on one side.

    Args:
        part: one row per visit, with features.
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
    dealt = _dealt(learn.rows, classes, seed)
    return Predictability(
        auc=_judged(learn.matrix, classes, judge, names, rule, seed),
        by_lot=_judged(learn.matrix, dealt, judge, names, rule, seed),
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


def _judged(
    matrix: Matrix, classes: IntArray, judge: Part, names: list[str], rule: PredictionRule, seed: int
) -> Interval:
    import lightgbm

    parameters = {
        "objective": "multiclass", "num_class": len(names), "verbosity": -1, "seed": seed, "num_threads": 1,
        "deterministic": True, "force_row_wise": True, "max_depth": rule.depth, "num_leaves": 2**rule.depth,
        "learning_rate": rule.learning_rate, "min_data_in_leaf": rule.rows_in_leaf_at_least,
        "max_bin": 63,
    }  # fmt: skip
    rows = lightgbm.Dataset(matrix, classes, params=parameters)
    booster = lightgbm.train(parameters, rows, num_boost_round=rule.rounds)
    chances = np.asarray(booster.predict(judge.matrix), dtype=np.float64)
    return _mean_area(chances, _classes(judge.rows, names), judge.rows, seed)


def _mean_area(chances: FloatArray, classes: IntArray, rows: pl.DataFrame, seed: int) -> Interval:
    together = np.zeros(len(classes), dtype=np.intp)
    areas = [
        Pairs.of(together, chances[:, number], (classes == number).astype(np.float64))
        for number in range(chances.shape[1])
    ]
    households = codes(rows, [s.HOUSEHOLD])

    def measure(weights: FloatArray) -> FloatArray:
        row = weights[households]
        return np.array([np.mean([area.value(row) for area in areas])])

    return household_bootstrap(measure, int(households.max()) + 1, seed)[0]
