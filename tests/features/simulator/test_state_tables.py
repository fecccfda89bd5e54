"""Households and children as they are written."""

from __future__ import annotations

import polars as pl

from features.simulator.ink import Ink
from features.simulator.state_tables import children_table, households_table


def _dtypes(ink: Ink, table: str, frame: pl.DataFrame) -> list[str]:
    return [name for name in ink.definition.tables[table].columns if name not in frame.columns]


def test_households_have_every_column_and_a_first_row(ink: Ink) -> None:
    frame = households_table(ink)
    assert _dtypes(ink, "households", frame) == []
    assert frame["household_id"].n_unique() == len(ink.story.scene.people.households)
    assert frame.schema["distance_school_km"] == pl.Float64
    assert frame.schema["grandparents_at_home"] == pl.Int64
    assert frame["region_code"].drop_nulls().str.contains("^[0-9]{12}$").all()


def test_children_have_every_column_and_values_go_missing(ink: Ink) -> None:
    frame = children_table(ink)
    assert _dtypes(ink, "children", frame) == []
    assert frame["child_id"].n_unique() == len(ink.story.scene.people.children)
    told = frame.filter(pl.col("retracts").is_null())
    assert told["birth_date"].null_count() == 0
    assert 0.01 < told["parents_away_since"].null_count() / told.height < 0.5
    assert told["guardian_type"].null_count() < told["guardian_birth_year"].null_count()


def test_health_is_put_together_from_its_parts(ink: Ink) -> None:
    told = children_table(ink).filter(pl.col("health").is_not_null())
    disabled = told["health"].str.contains("disabled")
    assert (told["disability_kind"].is_not_null() == disabled).all()
    assert (told["illness"].is_not_null() == told["health"].str.contains("ill$")).all()


def test_some_rows_are_late_and_none_is_early(ink: Ink) -> None:
    frame = children_table(ink)
    late = (frame["recorded_on"] - frame["valid_from"]).dt.total_days()
    assert late.min() == 0
    assert late.mean() > late.median()


def test_who_refused_the_model_has_a_date(ink: Ink) -> None:
    frame = children_table(ink).filter(pl.col("retracts").is_null())
    assert frame["model_refused_on"].null_count() < frame.height
