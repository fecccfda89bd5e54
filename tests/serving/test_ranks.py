"""Places in village, county and region agree with one another and with one order of everything."""

from __future__ import annotations

import polars as pl
import pytest

from models.policy.ordering import in_order, lots
from models.policy.policy import POLICIES, load_policy
from serving.batch.folder import ScoreFolder
from serving.batch.ranks import in_region, listed_twice
from tests.serving.conftest import AS_OF

SCHEMA = {"household_id": pl.String}


@pytest.fixture(scope="module")
def rows(scored: ScoreFolder) -> pl.DataFrame:
    return pl.concat([scored.read(county).with_columns(county=pl.lit(county)) for county in scored.counties()])


@pytest.mark.parametrize(
    ("rank", "within"),
    [("rank_region", []), ("rank_county", ["county"]), ("rank_village", ["county", "region_code"])],
)
def test_places_count_households_without_holes(rows: pl.DataFrame, rank: str, within: list[str]) -> None:
    groups = rows.partition_by(within) if within else [rows]
    for group in groups:
        places = group.group_by("household_id").agg(pl.col(rank).unique().alias("places"))
        assert places["places"].list.len().max() == 1
        assert sorted(places["places"].list.first()) == list(range(1, places.height + 1))


def test_the_order_of_a_county_and_of_a_village_is_that_of_the_region(rows: pl.DataFrame) -> None:
    drivers = rows.filter("household_driver").sort("rank_region")
    for (_,), county in drivers.group_by("county", maintain_order=True):
        assert county["rank_county"].is_sorted()
        for (_,), village in county.group_by("region_code", maintain_order=True):
            assert village["rank_village"].is_sorted()


def test_every_household_has_one_driver_and_duties_stand_before_all_others(rows: pl.DataFrame) -> None:
    drivers = rows.filter("household_driver").sort("rank_region")
    assert drivers.height == rows["household_id"].n_unique()
    assert drivers["duty"].to_list() == sorted(drivers["duty"], reverse=True)
    assert drivers.filter(pl.col("duty"))["duty_due_on"].is_sorted()
    free = drivers.filter(~pl.col("duty") & pl.col("score").is_not_null())
    assert free["score"].is_sorted(descending=True)
    assert drivers.filter("duty").height == rows.filter("duty")["household_id"].n_unique()


def test_the_driver_is_the_first_child_of_its_household(rows: pl.DataFrame) -> None:
    lot = lots(rows["child_id"], load_policy(POLICIES / "national.toml").tie_seed, AS_OF)
    free = pl.len().over("household_id") > 1, ~pl.col("duty").any().over("household_id")
    families = rows.with_columns(lot, duty_severity=pl.lit(None, dtype=pl.Int32)).filter(*free)
    assert families.height > 20
    first = in_order(families).unique("household_id", keep="first", maintain_order=True)
    assert set(first["child_id"]) == set(families.filter("household_driver")["child_id"])


def test_households_in_two_counties_are_found() -> None:
    def homes(*names: str) -> pl.DataFrame:
        return pl.DataFrame({"household_id": names, "rank_region": range(len(names))}, schema_overrides=SCHEMA)

    assert listed_twice({"1": homes("a", "b"), "2": homes("c"), "3": homes()}) == ()
    assert listed_twice({"1": homes("a", "b"), "2": homes("c"), "3": homes("d", "b")}) == ("1", "3")


def test_a_region_within_a_county_keeps_its_own_children() -> None:
    rows = pl.DataFrame({"region_code": ["520001001001", "520001002001", None]})
    assert in_region(rows, "520001").height == 3
    assert in_region(rows, "520001002").height == 1
