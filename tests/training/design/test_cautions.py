"""Warnings are found in the data: each made to appear, and absent where there is no reason."""

from __future__ import annotations

import polars as pl
import pytest

from features.definition import Label
from tests.training.design.made import Shape, make_rows
from training.design.cautions import Caution, cautions
from training.design.rules import load_rules

RULES = load_rules()
BY_RANK = {"last_finding": Label("最近发现", "last finding")}
BY_OVERDUE = {"overdue_first": Label("最久未访", "overdue")}


def given(rows: pl.DataFrame, rankings: dict[str, Label] = BY_OVERDUE) -> dict[str, Caution]:
    return {one.code: one for one in cautions(rows, rankings, RULES)}


def test_sound_lists_give_no_warning() -> None:
    assert given(make_rows(Shape(households=1_000))) == {}
    assert cautions(make_rows(Shape()).clear(), BY_OVERDUE, RULES) == ()


def test_lists_without_random_places() -> None:
    found = given(make_rows(Shape(lot=0.0)))["no_random_arm"]
    assert dict(found.figures)["never"] == pytest.approx(0.75)
    assert "75%" in found.text.en
    assert "75%" in found.text.zh


def test_routine_visits_that_go_where_need_is() -> None:
    found = given(make_rows(Shape(households=2_000, routine_odds=2.0)))["routine_disagrees"]
    assert dict(found.figures)["odds_ratio"] > 1.5


def test_routine_visits_say_nothing_when_nobody_was_drawn_or_visited() -> None:
    assert "routine_disagrees" not in given(make_rows(Shape(routine=0.0)))


def test_a_ranking_that_explains_where_routine_visits_go_takes_the_warning_away() -> None:
    """Routine visits that follow what is recorded are no sign of something unrecorded."""
    rows = make_rows(Shape(households=3_000, routine=0.9))
    visited = pl.col("drawn") | (pl.col("last_finding") > 0.9)
    chosen = rows.with_columns(pl.when(visited).then(pl.col("label")).alias("label"))
    assert "routine_disagrees" in given(chosen)
    assert "routine_disagrees" not in given(chosen, BY_RANK)


def test_answers_that_follow_a_ranking() -> None:
    found = given(make_rows(Shape(households=1_500, answers=0.6, upper_answers=0.3)), BY_RANK)["answers_follow_rank"]
    assert dict(found.figures)["difference"] > 0.2
    assert "last finding" in found.text.en


def test_a_ranking_without_values_says_nothing_of_answers() -> None:
    rows = make_rows(Shape()).with_columns(pl.lit(None, pl.Float64).alias("last_finding"))
    assert "answers_follow_rank" not in given(rows, BY_RANK)


def test_one_visitor_per_village() -> None:
    found = given(make_rows(Shape(visitors=1)))["nested_visitors"]
    assert dict(found.figures)["villages"] == 1.0


def test_villages_with_few_visits_say_nothing_of_visitors() -> None:
    assert "nested_visitors" not in given(make_rows(Shape(households=8, lists=1, visitors=1)))


def test_a_frame_whose_rules_changed() -> None:
    before, after = make_rows(Shape(lists=2)), make_rows(Shape(certain=0.6))
    found = given(pl.concat([before, after.filter(pl.col("as_of") > before["as_of"].max())]))["frame_changed"]
    assert dict(found.figures)["step"] == pytest.approx(0.35)
    assert "2025-07-01" in found.text.en
    assert "frame_changed" not in given(make_rows(Shape(lists=1)))


def test_a_frame_that_is_not_whole() -> None:
    rows = make_rows(Shape()).filter(pl.col("household_id") > "H0040")
    assert dict(given(rows)["frame_incomplete"].figures)["missing"] == pytest.approx(41 / 400)
