"""Scores by models that learned from nobody of the fold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.training.counties.test_folds import RULE
from tests.training.made import CONTRACT, make_dataset
from tests.training.plans import small_plan
from training.counties.folds import deal
from training.counties.left_out import of_others, scores_left_out
from training.dataset import Part
from training.labels import LABEL
from training.material import Material, grown_on, material
from training.refit import Recipe
from training.tune import auc_by_date

RECIPE = Recipe(small_plan(), CONTRACT, {"num_leaves": 7, "min_data_in_leaf": 20}, 10)


@pytest.fixture
def made_of(tmp_path: Path) -> Material:
    return material(make_dataset(tmp_path), 10_000, 10_000, small_plan().seed)


def test_the_model_of_a_fold_learns_from_nobody_of_it(made_of: Material) -> None:
    folds = deal(made_of.test.rows, "county", RULE, seed=1)
    for county, fold in folds.number.items():
        others = made_of.fit.rows.filter(of_others(made_of, folds, fold))
        assert set(others["county"]) == {"520001", "520002"} - {county}


def test_what_a_fold_cannot_know_it_does_not_know(made_of: Material) -> None:
    """Need tells in one county and tells the contrary in the other: a model of the other is worse than chance."""
    flipped = pl.when(pl.col("county") == "520001").then(~pl.col(LABEL)).otherwise(pl.col(LABEL)).alias(LABEL)
    fit = Part(made_of.fit.matrix, made_of.fit.rows.with_columns(flipped))
    test = Part(made_of.test.matrix, made_of.test.rows.with_columns(flipped))
    apart = scores_left_out(Material(fit, test, thinned=False), deal(test.rows, "county", RULE, 1), RECIPE, threads=1)
    assert apart is not None
    known = test.rows[LABEL].is_not_null().to_numpy()
    assert (auc_by_date(test.rows.filter(known), apart[known]) or 1) < 0.4


def test_a_family_that_moved_into_the_county_is_not_learned_from_elsewhere(made_of: Material) -> None:
    folds = deal(made_of.test.rows, "county", RULE, seed=1)
    moved = made_of.test.rows.filter(pl.col("county") == "520001").row(0, named=True)
    place = int(np.flatnonzero((made_of.fit.rows["county"] == "520002").to_numpy())[0])
    assert of_others(made_of, folds, folds.number["520001"])[place]
    for column in ("household_id", "child_id"):
        names = made_of.fit.rows[column].to_list()
        names[place] = moved[column]
        fit = Part(made_of.fit.matrix, made_of.fit.rows.with_columns(pl.Series(column, names)))
        assert not of_others(replace(made_of, fit=fit), folds, folds.number["520001"])[place]


def test_scores_repeat_themselves_and_differ_from_those_of_all(made_of: Material) -> None:
    folds = deal(made_of.test.rows, "household", RULE, seed=1)
    apart = scores_left_out(made_of, folds, RECIPE, threads=1)
    assert apart is not None
    assert not np.isnan(apart).any()
    again = scores_left_out(made_of, folds, RECIPE, threads=1)
    assert again is not None
    assert np.array_equal(apart, again)
    assert not np.array_equal(apart, grown_on(made_of.fit, RECIPE, 1)(made_of.test.matrix))


def test_one_fold_and_one_kind_of_label_give_no_scores(made_of: Material) -> None:
    one = deal(made_of.test.rows, "prefecture", RULE, seed=1)
    assert one.count == 1
    assert scores_left_out(made_of, one, RECIPE, threads=1) is None
    never = Part(made_of.fit.matrix, made_of.fit.rows.with_columns(pl.lit(value=False).alias(LABEL)))
    two = deal(made_of.test.rows, "county", RULE, seed=1)
    assert scores_left_out(Material(never, made_of.test, thinned=False), two, RECIPE, threads=1) is None
