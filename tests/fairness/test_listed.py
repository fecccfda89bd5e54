"""The first k of each as-of date are listed, as the estimates rank them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from tests.training.made import WINDOWS, make_part
from tests.training.plans import small_plan
from training.evaluation import ranking
from training.fairness.listed import with_places
from training.labels import LABEL
from training.plan import CapacityRule


def test_each_date_lists_its_own_share_and_the_last_place_is_one() -> None:
    rows = make_part(WINDOWS.test).rows.with_columns(pl.col("days_since_visit").cast(pl.Float64).alias("model"))
    plan = replace(small_plan(), capacity=CapacityRule(share=0.1, random_draws=1))
    found = with_places(rows, plan)
    assert found.group_by("as_of").agg(pl.col("listed").sum())["listed"].to_list() == [30, 30]
    assert found.filter(pl.col("listed"))["model"].min() == found["model"].sort(descending=True)[59]
    assert found.group_by("as_of").agg(pl.col("place").min().alias("a"), pl.col("place").max())["place"].to_list() == [
        1,
        1,
    ]


def test_what_the_list_finds_is_what_the_estimates_say() -> None:
    rows = make_part(WINDOWS.test).rows.with_columns(pl.col("last_severity").cast(pl.Float64).alias("model"))
    plan = small_plan()
    listed = with_places(rows, plan).filter(pl.col("listed"))
    by_date = listed.group_by("as_of").agg(pl.col(LABEL).mean())[LABEL].to_list()
    assert ranking(rows, "model", plan).at_k.precision == pytest.approx(sum(by_date) / 2)


def test_an_empty_window_lists_nobody() -> None:
    rows = make_part(WINDOWS.test).rows.with_columns(pl.lit(0.0).alias("model")).clear()
    assert with_places(rows, small_plan()).columns[-2:] == ["listed", "place"]
