"""Rankings on the lists' frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.training.design.made import DAYS, Shape, make_rows
from training.design.listed import RankedList, ranked_list, with_rankings
from training.design.rules import load_rules
from training.plan_loader import load_plan

PLAN, RULES = load_plan(), load_rules()


def ranked(name: str = "last_finding", **shape: float) -> RankedList:
    return ranked_list(make_rows(replace(Shape(households=2_000), **shape)), name, PLAN, RULES)


def test_an_order_that_knows_of_need_finds_more_than_one_that_does_not() -> None:
    knowing, blind = ranked(), ranked("overdue_first")
    assert knowing.precision is not None
    assert blind.precision is not None
    assert (knowing.precision.estimate.at_random or 0) > 2 * (blind.precision.estimate.at_random or 1)
    assert (knowing.recall.estimate.at_random or 0) > 0.3 if knowing.recall else False
    assert (
        (knowing.found.estimate.at_random or 0)
        == pytest.approx(200 * (knowing.precision.estimate.at_random or 0), rel=0.05)
        if knowing.found
        else False
    )


def test_recorded_labels_carry_their_null_share_and_bounds() -> None:
    found = ranked().recorded
    assert found.places == 4 * 400
    assert 0.2 < found.null_share < 0.8
    assert found.lower < (found.precision or 0) < found.upper


def test_only_lists_of_scored_dates_are_ranked_and_a_child_without_a_score_stays() -> None:
    rows = make_rows(Shape())
    scored = rows.filter(pl.col("as_of") == DAYS[1]).select("child_id", "as_of", model=pl.lit(1.0)).head(100)
    found = with_rankings(rows, scored, ["model"])
    assert found.height == rows.filter(pl.col("as_of") == DAYS[1]).height
    assert found["model"].null_count() == found.height - 100


def test_a_score_of_the_evidence_replaces_the_row_s_own_column() -> None:
    rows = make_rows(Shape(lists=1))
    scored = rows.select("child_id", "as_of", last_finding=pl.lit(7.0))
    assert with_rankings(rows, scored, ["last_finding"])["last_finding"].unique().to_list() == [7.0]


def test_a_household_takes_the_place_of_its_highest_child() -> None:
    """Siblings who differ: the first places go to the households of the highest children."""
    rows = make_rows(Shape(lists=1, certain=1.0, answers=1.0, households=100, need=0.5))
    high = np.arange(rows.height) % 2 == 0
    scores = np.where(high, rows["label"].cast(pl.Float64).to_numpy() + 1, -5.0)
    found = ranked_list(rows.with_columns(pl.Series("model", scores)), "model", PLAN, RULES).found
    assert found is not None
    assert found.estimate.at_random == pytest.approx(200.0)


def test_children_nobody_scored_come_last() -> None:
    rows = make_rows(Shape(households=1_000)).with_columns(
        pl.when(pl.int_range(pl.len()) % 50 == 0).then(1.0).alias("model")
    )
    found = ranked_list(rows, "model", PLAN, RULES)
    assert found.recorded.places == 4 * 200
