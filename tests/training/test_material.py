"""The bounded rows that comparisons of refitted models are made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.training.made import CONTRACT, make_dataset
from tests.training.plans import small_plan
from training.dataset import Dataset, Part
from training.labels import LABEL
from training.material import Material, grown_on, material
from training.refit import Recipe

RECIPE = Recipe(small_plan(), CONTRACT, {"num_leaves": 7, "min_data_in_leaf": 20}, 10)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return make_dataset(tmp_path)


@pytest.fixture
def made_of(dataset: Dataset) -> Material:
    return material(dataset, 10_000, 10_000, small_plan().seed)


def test_the_rows_are_those_of_known_households_only(made_of: Material) -> None:
    assert not made_of.fit.rows["held_out"].any()
    assert not made_of.test.rows["held_out"].any()
    assert made_of.fit.rows[LABEL].null_count() == 0
    assert made_of.test.rows[LABEL].null_count() > 0
    assert made_of.test.rows["county"].n_unique() == 2
    assert not made_of.thinned
    assert len(made_of.test.matrix) == made_of.test.rows.height


@pytest.mark.parametrize(("fit", "test"), [(500, 10_000), (10_000, 300)])
def test_above_the_limit_whole_households_are_thinned_and_it_is_said(dataset: Dataset, fit: int, test: int) -> None:
    whole = material(dataset, 10_000, 10_000, 1)
    thin = material(dataset, fit, test, 1)
    assert thin.thinned
    assert thin.fit.rows.height + thin.test.rows.height < whole.fit.rows.height + whole.test.rows.height
    kept = set(thin.test.rows["household_id"])
    assert whole.test.rows["household_id"].is_in(kept).sum() == thin.test.rows.height


def test_a_plan_that_takes_visitors_out_does_so_here_too(made_of: Material) -> None:
    plan = replace(small_plan(), learning=replace(small_plan().learning, adjust_visitor=True))
    recipe = replace(RECIPE, plan=plan)
    visitors = pl.Series("visitor_id", [f"v{place % 3}" for place in range(made_of.fit.rows.height)])
    fit = Part(made_of.fit.matrix, made_of.fit.rows.with_columns(visitors))
    matrix = made_of.test.matrix
    assert not np.array_equal(grown_on(fit, recipe, 1)(matrix), grown_on(fit, RECIPE, 1)(matrix))


def test_dates_of_learning_lie_before_those_of_the_test(made_of: Material) -> None:
    last, first = made_of.fit.rows["as_of"].max(), made_of.test.rows["as_of"].min()
    assert isinstance(last, date)
    assert isinstance(first, date)
    assert last < first
