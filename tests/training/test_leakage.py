"""Landmines: each is shown to go off on what it is for, and to stay quiet on honest rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from features.cli.console import UserError
from features.contract import feature_contract
from features.table import FeatureTable, build_feature_table
from tests.builders import COUNTY, default_definition, make_tables
from tests.training.made import CONTRACT, WINDOWS, make_part
from tests.training.plans import small_plan
from training.dataset import Part
from training.labels import LABEL
from training.leakage import (
    dealt_labels,
    features_that_move,
    refuse_moved_features,
    refuse_predictable_lots,
    refuse_shared_households,
    too_good_features,
    too_good_model,
)
from training.tune import sample_of


def labelled(part: Part) -> Part:
    return part.where(part.rows[LABEL].is_not_null().to_numpy())


def people(*pairs: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema=["household_id", "child_id"], orient="row")


def test_apart_is_quiet() -> None:
    refuse_shared_households(people(("h1", "c1"), ("h2", "c2")), people(("h3", "c3")))


def test_a_sibling_on_the_other_side_is_caught() -> None:
    with pytest.raises(UserError, match="1 households and 0 children are both learned from and held out"):
        refuse_shared_households(people(("h1", "c1"), ("h2", "c2")), people(("h1", "c9"), ("h3", "c3")))


def test_a_child_that_moved_to_the_other_side_is_caught() -> None:
    with pytest.raises(UserError, match="0 households and 1 children"):
        refuse_shared_households(people(("h1", "c1")), people(("h3", "c1")))


def test_an_honest_feature_is_not_too_good() -> None:
    assert too_good_features(sample_of(labelled(make_part(WINDOWS.fit))), CONTRACT.names, small_plan()) == ()


@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_a_planted_future_column_is_caught_in_either_direction(direction: float) -> None:
    part = labelled(make_part(WINDOWS.fit))
    planted = part.matrix.copy()
    planted[:, 2] = direction * part.rows[LABEL].cast(pl.Float32).to_numpy() + 0.3 * planted[:, 2]
    (found,) = too_good_features(sample_of(Part(planted, part.rows)), CONTRACT.names, small_plan())
    assert str(found).startswith("AUC of feature 'noise' alone: 0.9")
    assert found.limit == small_plan().checks.feature_auc_at_most


def test_a_column_that_is_missing_only_where_there_was_no_need_is_caught() -> None:
    part = labelled(make_part(WINDOWS.fit))
    planted = part.matrix.copy()
    planted[:, 3] = np.where(part.rows[LABEL].to_numpy(), 1.0, np.nan)
    (found,) = too_good_features(sample_of(Part(planted, part.rows)), CONTRACT.names, small_plan())
    assert found.value == 1.0


def test_checks_look_at_rows_spread_over_the_whole_sample() -> None:
    plan = small_plan()
    few = replace(plan, checks=replace(plan.checks, rows_at_most=400))
    part = labelled(make_part(WINDOWS.fit))
    planted = part.matrix.copy()
    planted[:, 2] = part.rows[LABEL].cast(pl.Float32).to_numpy()
    assert len(too_good_features(sample_of(Part(planted, part.rows)), CONTRACT.names, few)) == 1


def test_a_model_too_good_to_be_true_is_named_with_its_limit() -> None:
    plan = small_plan()
    assert too_good_model("known, test", 0.80, plan) == ()
    assert too_good_model("known, test", None, plan) == ()
    (found,) = too_good_model("known, test", 0.95, plan)
    assert str(found) == "AUC of the model (known, test): 0.950, limit 0.9"


def test_lots_of_other_households_cannot_be_predicted() -> None:
    plan, part = small_plan(), labelled(make_part(WINDOWS.fit, 400))
    held_out = part.rows["held_out"].to_numpy()
    learn, judge = part.where(~held_out), part.where(held_out)
    errors = dealt_labels(
        (learn.matrix, learn.rows["household_id"]), (judge.matrix, judge.rows["household_id"]), plan, CONTRACT
    )
    assert abs(errors) < plan.checks.dealt_errors_at_most
    refuse_predictable_lots(errors, plan)


def test_households_on_both_sides_make_lots_predictable_and_are_caught() -> None:
    plan, part = small_plan(), labelled(make_part(WINDOWS.fit, 400))
    marked = part.matrix.copy()
    marked[:, 2] = part.rows["household_id"].rank("dense").cast(pl.Float32).to_numpy()  # tells households apart
    side = (marked, part.rows["household_id"])
    finely = replace(plan, learning=replace(plan.learning, parameters={"max_bin": 500, "min_data_in_leaf": 3}))
    errors = dealt_labels(side, side, finely, CONTRACT)
    with pytest.raises(UserError, match="labels dealt by lot are predicted"):
        refuse_predictable_lots(errors, finely)


def test_one_held_out_household_says_nothing_about_lots() -> None:
    part = labelled(make_part(WINDOWS.fit, 20))
    one = part.where((part.rows["household_id"] == "h0000").to_numpy())
    side = (part.matrix, part.rows["household_id"])
    assert dealt_labels(side, (one.matrix, one.rows["household_id"]), small_plan(), CONTRACT) == 0.0


AS_OF = date(2016, 7, 1)


def honest(tables: Mapping[str, pl.DataFrame]) -> FeatureTable:
    return build_feature_table(tables, default_definition(), AS_OF, county=COUNTY)


def careless(tables: Mapping[str, pl.DataFrame]) -> FeatureTable:
    """A table built as if every row had always been known: what a forgotten filter does."""
    return honest({name: frame.with_columns(pl.lit(AS_OF).alias("recorded_on")) for name, frame in tables.items()})


def test_features_do_not_move_when_later_rows_are_taken_away() -> None:
    visits = [{}, {"visit_id": "v2", "visited_on": date(2016, 8, 1)}]
    late = {"finding_id": "f2", "recorded_on": date(2016, 7, 2)}
    tables = make_tables(children=[{}], visits=visits, findings=[{}, late])
    assert features_that_move(tables, AS_OF, honest) == ()
    refuse_moved_features(())


def test_a_feature_that_reads_later_rows_is_named() -> None:
    visits = [{"visited_on": date(2016, 6, 1), "recorded_on": date(2016, 8, 1)}]
    moved = features_that_move(make_tables(children=[{}], visits=visits), AS_OF, careless)
    assert moved
    assert set(moved) < set(feature_contract(default_definition()).names)
    with pytest.raises(UserError, match="features change when the rows recorded after the as-of date are taken away"):
        refuse_moved_features(moved)


def test_a_cohort_that_knows_later_children_moves_everything() -> None:
    children = [{}, {"child_id": "c2", "recorded_on": date(2016, 8, 1)}]
    moved = features_that_move(make_tables(children=children), AS_OF, careless)
    assert moved == feature_contract(default_definition()).names
