"""The area table."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl

from features.area import area_table
from features.table import build_feature_table
from tests.builders import COUNTY, VILLAGE, default_definition, definition_with, feature_values, make_tables

AS_OF = date(2016, 7, 1)
ELSEWHERE = "520002001001"
COUNT = {"n": {"operator": "area", "table": "children"}}


def test_sorted_by_area_and_only_of_the_county() -> None:
    households = [
        {"household_id": "h1", "region_code": "520001009001"},
        {"household_id": "h2"},
        {"household_id": "h3", "region_code": ELSEWHERE},
    ]
    children = [{"child_id": f"c{place}", "household_id": f"h{place}"} for place in (1, 2, 3)]
    found = area_table(
        make_tables(households=households, children=children), definition_with(COUNT), AS_OF, county=COUNTY
    )
    assert found["region_code"].to_list() == [VILLAGE, "520001009001"]
    assert found["area__n_part"].to_list() == [1, 1]


def test_the_stored_table_stands_for_the_county() -> None:
    children = [{"child_id": f"c{place}", "household_id": f"h{place}"} for place in range(7)]
    households = [{"household_id": f"h{place}", "registered_poor": place % 2 == 0} for place in range(7)]
    tables = make_tables(households=households, children=children)
    stored = area_table(tables, default_definition(), AS_OF, county=COUNTY)
    made = build_feature_table(tables, default_definition(), AS_OF, county=COUNTY)
    read = build_feature_table(tables, default_definition(), AS_OF, county=COUNTY, area=stored)
    np.testing.assert_array_equal(made.matrix(), read.matrix())
    assert made.frame["village_poor"].to_list() == [0.5 if place % 2 == 0 else np.float32(4 / 6) for place in range(7)]


def test_what_is_known_later_is_not_in_it() -> None:
    children: list[dict[str, Any]] = [{"child_id": "c1"}, {"child_id": "c2", "recorded_on": date(2016, 7, 2)}]
    found = area_table(make_tables(children=children), definition_with(COUNT), AS_OF, county=COUNTY)
    assert found["area__n_part"].to_list() == [1]


def test_sums_are_whole_thousandths_whatever_the_order() -> None:
    far = {"far": {"operator": "area", "table": "households", "column": "distance_school_km", "minimum": 1}}
    households = [{"household_id": f"h{place}", "distance_school_km": 0.1 * place} for place in range(50)]
    children = [{"child_id": f"c{place}", "household_id": f"h{place}"} for place in range(50)]
    tables = make_tables(households=households, children=children)
    found = area_table(tables, definition_with(far), AS_OF)["area__far_part"].item()
    assert found == sum(range(50)) * 100
    turned = {**tables, "households": tables["households"].sort("household_id", descending=True)}
    assert area_table(turned, definition_with(far), AS_OF)["area__far_part"].item() == found
    assert isinstance(area_table(tables, definition_with(far), AS_OF), pl.DataFrame)


def test_a_child_whose_household_is_not_known_yet_is_in_no_area() -> None:
    households: list[dict[str, Any]] = [{"household_id": "h1"}, {"household_id": "h2", "recorded_on": date(2016, 8, 1)}]
    children = [{"child_id": f"c{place}", "household_id": f"h{place}"} for place in (1, 2)]
    tables = make_tables(households=households, children=children)
    assert area_table(tables, definition_with(COUNT), AS_OF, county=COUNTY).rows() == [(VILLAGE, 1.0, 1.0)]
    assert feature_values(tables, definition_with(COUNT), AS_OF) == {"n": {"c1": 0.0, "c2": None}}
