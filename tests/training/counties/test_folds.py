"""Who is left out together."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from training.counties.folds import deal
from training.counties.settings import HoldOutRule

RULE = HoldOutRule(folds_at_most=3, fit_rows_at_most=10_000, test_rows_at_most=10_000, prefecture_digits=4)


def rows(counties: int) -> pl.DataFrame:
    codes = [f"52{place // 2:02}{place:02}" for place in range(counties)]
    return pl.DataFrame({"county": codes * 4, "household_id": [f"h{place}" for place in range(counties * 4)]})


def test_few_counties_are_left_out_one_by_one() -> None:
    folds = deal(rows(3), "county", RULE, seed=1)
    assert (folds.groups, folds.count, folds.one_by_one) == (3, 3, True)
    assert sorted(set(folds.of(rows(3)).tolist())) == [0, 1, 2]


def test_more_counties_than_folds_are_dealt_evenly_and_a_county_stays_whole() -> None:
    folds = deal(rows(10), "county", RULE, seed=1)
    assert (folds.groups, folds.count, folds.one_by_one) == (10, 3, False)
    found = rows(10).with_columns(fold=pl.Series(folds.of(rows(10))))
    assert found.group_by("county").agg(pl.col("fold").n_unique())["fold"].max() == 1
    sizes = found.group_by("fold").agg(pl.col("county").n_unique())["county"]
    assert sorted(sizes.to_list()) == [3, 3, 4]


def test_counties_of_a_prefecture_are_left_out_together() -> None:
    folds = deal(rows(6), "prefecture", RULE, seed=1)
    assert (folds.groups, folds.count) == (3, 3)
    found = rows(6).with_columns(fold=pl.Series(folds.of(rows(6))), prefecture=pl.col("county").str.slice(0, 4))
    assert found.group_by("prefecture").agg(pl.col("fold").n_unique())["fold"].max() == 1


def test_households_are_dealt_whole() -> None:
    folds = deal(rows(5), "household", RULE, seed=1)
    assert (folds.groups, folds.count) == (20, 3)


def test_the_seed_decides_and_nothing_else() -> None:
    assert deal(rows(10), "county", RULE, seed=1) == deal(rows(10).reverse(), "county", RULE, seed=1)
    assert deal(rows(10), "county", RULE, seed=1) != deal(rows(10), "county", RULE, seed=2)


def test_a_group_that_was_not_dealt_is_in_no_fold() -> None:
    folds = deal(rows(3), "county", RULE, seed=1)
    other = pl.DataFrame({"county": ["999999"], "household_id": ["h"]})
    assert folds.of(other).tolist() == [-1]


@pytest.mark.parametrize(("at_most", "count"), [(1, 1), (50, 10)])
def test_the_number_of_folds_is_data(at_most: int, count: int) -> None:
    assert deal(rows(10), "county", replace(RULE, folds_at_most=at_most), seed=1).count == count
