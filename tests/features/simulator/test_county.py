"""A county: its residents, and those who move."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from features.definition.structure import ASSIGNMENTS, CHILDREN, HOUSEHOLDS
from features.simulator.county import FIRST_MOVER, Province, movers, whole_county
from features.simulator.recording import HOME
from features.simulator.truth import TRUTH


@pytest.fixture(scope="module")
def busy(province_of_three: Province) -> Province:
    """Twenty children of the first county move; its others stay."""
    first, second, third = province_of_three.counties
    counties = (replace(first, movers=20), replace(second, movers=0), replace(third, movers=third.children))
    return replace(province_of_three, counties=counties)


def test_movers_are_in_both_counties_and_told_apart_by_their_numbers(busy: Province) -> None:
    parts = movers(busy, busy.counties[0])
    assert set(parts) == {0, 1, 2}
    names = parts[0][CHILDREN]["child_id"].unique().sort()
    assert names[0] == f"C0000{FIRST_MOVER}"
    assert len(names) == 20
    there = pl.concat([parts[1][CHILDREN], parts[2][CHILDREN]])["child_id"].unique().sort()
    assert there.to_list() == names.to_list()


def test_nobody_moves_where_there_are_no_movers(busy: Province) -> None:
    assert movers(busy, busy.counties[1]) == {}


def test_a_county_is_its_residents_and_the_rows_of_movers(busy: Province) -> None:
    first = busy.counties[0]
    arrivals = [movers(busy, first)[0]]
    tables = whole_county(busy, first, arrivals)
    assert tables[CHILDREN]["child_id"].n_unique() == first.children
    assert set(tables) == {*busy.definition.tables, TRUTH}
    assert all(HOME not in frame.columns for frame in tables.values())
    assert all(frame["row_id"].n_unique() == frame.height for name, frame in tables.items() if name != TRUTH)
    last = (
        tables[HOUSEHOLDS]
        .filter(pl.col("retracts").is_null())
        .sort("valid_from", "row_id")
        .group_by("household_id")
        .last()
    )
    gone = last.filter(~pl.col("region_code").str.starts_with(first.code))
    assert 0 < gone.height <= 20


def test_frames_count_every_household_once(busy: Province) -> None:
    tables = whole_county(busy, busy.counties[1], [movers(busy, busy.counties[0])[1]])
    sizes = (
        tables[ASSIGNMENTS].group_by("list_id").agg(pl.col("frame_size").unique(), pl.col("household_id").n_unique())
    )
    assert all(row["frame_size"] == [row["household_id"]] for row in sizes.iter_rows(named=True))
    assert tables[ASSIGNMENTS].schema["frame_size"] == pl.Int64


def test_a_county_whose_children_all_move_has_no_residents(busy: Province) -> None:
    third = busy.counties[2]
    tables = whole_county(busy, third, [movers(busy, third)[2]])
    assert tables[CHILDREN]["child_id"].n_unique() == third.children
    assert tables[CHILDREN]["child_id"].str.slice(5).cast(pl.Int64).min() == FIRST_MOVER
