"""How much of the first places stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.training.made import make_dataset
from tests.training.plans import small_plan
from tests.training.test_evaluation import scored_rows
from tests.training.test_material import RECIPE
from training.dataset import Part
from training.material import Material, material
from training.stability.overlap import overlap, top_stability
from training.stability.settings import TopRule

RULE = TopRule(seeds=2, dates_less=1, fit_rows_at_most=10_000, test_rows_at_most=10_000)


@pytest.fixture
def made_of(tmp_path: Path) -> Material:
    return material(make_dataset(tmp_path), 10_000, 10_000, small_plan().seed)


def test_an_order_has_itself_in_common_and_its_contrary_nothing() -> None:
    rows, plan = scored_rows(), small_plan()
    scores = np.random.default_rng(1).normal(size=rows.height)
    assert overlap(rows, scores, scores, plan) == 1
    assert overlap(rows, scores, -scores, plan) == 0


def test_two_orders_by_lot_have_the_share_of_k_in_common() -> None:
    rows, plan = scored_rows(1_500), small_plan()
    lots = np.random.default_rng(1)
    assert overlap(rows, lots.random(rows.height), lots.random(rows.height), plan) == pytest.approx(0.1, abs=0.03)


def test_a_quarter_of_the_places_changed_is_three_quarters_left() -> None:
    plan = replace(small_plan(), capacity=replace(small_plan().capacity, share=0.5))
    day = scored_rows(4).filter(pl.col("as_of") == pl.col("as_of").min())
    was = np.array([8.0, 7, 6, 5, 4, 3, 2, 1])
    now = np.array([8.0, 7, 6, 4, 5, 3, 2, 1])
    assert overlap(day, was, now, plan) == 0.75


def test_stability_is_measured_for_every_seed_and_for_a_month_less(made_of: Material) -> None:
    recipe = replace(RECIPE, parameters={**RECIPE.parameters, "feature_fraction": 0.5, "bagging_fraction": 0.7})
    found = top_stability(made_of, recipe, RULE, threads=1)
    assert len(found.seeds) == 2
    assert found.less_data is not None
    for share in (*found.seeds, found.less_data):
        assert found.chance < share < 1
    assert found.mean == pytest.approx((sum(found.seeds) + found.less_data) / 3)
    assert found.least == min(*found.seeds, found.less_data)
    assert found == top_stability(made_of, recipe, RULE, threads=1)


def test_a_model_without_chance_in_it_stays_whatever_the_seed(made_of: Material) -> None:
    whole = replace(RECIPE.plan, learning=replace(RECIPE.plan.learning, parameters={"bagging_freq": 0}))
    found = top_stability(made_of, replace(RECIPE, plan=whole), RULE, threads=1)
    assert found.seeds == (1, 1)


def test_one_date_alone_cannot_lose_a_month(made_of: Material) -> None:
    first = made_of.fit.rows["as_of"].min()
    short = made_of.fit.where((made_of.fit.rows["as_of"] == first).to_numpy())
    found = top_stability(replace(made_of, fit=Part(short.matrix, short.rows)), RECIPE, RULE, threads=1)
    assert found.less_data is None
    assert found.mean == pytest.approx(sum(found.seeds) / 2)
