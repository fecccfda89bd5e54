"""Tests of ``training.visitor.adjust``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.training.made import CONTRACT
from tests.training.plans import small_plan
from tests.training.visitor.worlds import World, world
from training.dataset import Part
from training.metrics import auc
from training.refit import Recipe, refit
from training.tune import sample_of
from training.visitor.adjust import adjusted_sample, connected_sets

RECIPE = Recipe(small_plan(), CONTRACT, {"learning_rate": 0.2, "num_leaves": 7, "min_data_in_leaf": 30}, 30)


def truth_auc(made: World, *, adjusted: bool) -> float:
    sample = adjusted_sample(made.part, RECIPE, threads=1) if adjusted else sample_of(made.part)
    scores = refit(RECIPE, sample, threads=1)(made.other.matrix)
    area = auc(made.truth > np.median(made.truth), scores)
    assert area is not None
    return area


@pytest.fixture(scope="module")
def made() -> World:
    return world()


@pytest.fixture(scope="module")
def areas(made: World) -> Mapping[bool, float]:
    return {adjusted: truth_auc(made, adjusted=adjusted) for adjusted in (False, True)}


def test_where_visitors_differ_and_cross_households_the_adjusted_trees_know_need_better(
    areas: Mapping[bool, float],
) -> None:
    assert areas[True] > areas[False] + 0.15


def test_where_visitors_do_not_differ_adjusting_costs_next_to_nothing() -> None:
    alike = world(spread=0.0)
    assert truth_auc(alike, adjusted=True) > truth_auc(alike, adjusted=False) - 0.01


def test_caseloads_sorted_by_need_are_not_taken_for_habit() -> None:
    alike = world(spread=0.0, sorted_by="need")
    assert truth_auc(alike, adjusted=True) > truth_auc(alike, adjusted=False) - 0.01


def test_offsets_are_the_base_rate_and_the_visitors_own_effect(made: World) -> None:
    offsets = adjusted_sample(made.part, RECIPE, threads=1).offsets
    assert offsets is not None
    number = made.part.rows["visitor_id"].str.tail(3).cast(pl.Int64).to_numpy()
    assert np.corrcoef(offsets, made.effects[number])[0, 1] > 0.95
    assert len(np.unique(offsets)) == len(made.effects)


def test_rows_without_a_known_visitor_start_from_the_base_rate(made: World) -> None:
    rows = made.part.rows.with_columns(pl.lit(None, pl.String).alias("visitor_id"))
    sample = adjusted_sample(Part(made.part.matrix, rows), RECIPE, threads=1)
    rate = sample.labels.mean()
    assert sample.offsets is not None
    assert np.allclose(sample.offsets, np.log(rate / (1 - rate)))


def test_visitors_whom_no_household_connects_are_not_compared() -> None:
    apart = world(spread=2.0, crossing=False)
    offsets = adjusted_sample(apart.part, replace(RECIPE, rounds=5), threads=1).offsets
    assert len(np.unique(connected_sets(apart.part.rows))) == 12
    assert offsets is not None
    assert np.ptp(offsets) < 1e-9


def test_sets_are_connected_by_households_visited_in_turn() -> None:
    rows = pl.DataFrame(
        {"visitor_id": ["a", "b", "b", "c", None, "d"], "household_id": ["h1", "h1", "h2", "h3", "h3", "h4"]}
    )
    sets = connected_sets(rows)
    assert sets[0] == sets[1] == sets[2]
    assert len({sets[0], sets[3], sets[4], sets[5]}) == 4


def test_the_same_rows_give_the_same_offsets(made: World) -> None:
    first, second = (adjusted_sample(made.part, replace(RECIPE, rounds=5), threads=1).offsets for _ in range(2))
    assert first is not None
    assert np.array_equal(first, np.asarray(second))
