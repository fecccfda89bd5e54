"""The others of the household, and the area without the household."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from features.area import area_table
from features.definition import DefinitionError
from features.table import build_feature_table
from tests.builders import COUNTY, VILLAGE, as_pandas, definition_with, feature_values, make_tables

AS_OF = date(2016, 7, 1)
OTHER_VILLAGE = "520001001002"

HOUSEHOLDS: list[dict[str, Any]] = [
    {"household_id": "h1", "distance_school_km": 1.0, "registered_poor": True},
    {"household_id": "h2", "distance_school_km": 2.0, "registered_poor": False},
    {"household_id": "h3", "distance_school_km": 4.5, "registered_poor": True},
    {"household_id": "h4", "distance_school_km": None, "registered_poor": None},
    {"household_id": "h5", "region_code": OTHER_VILLAGE, "distance_school_km": 9.0, "registered_poor": False},
]
CHILDREN: list[dict[str, Any]] = [
    {"child_id": "c1", "household_id": "h1", "guardian_type": "grandparents", "birth_date": date(2006, 7, 1)},
    {"child_id": "c2", "household_id": "h1", "guardian_type": "none", "birth_date": date(2010, 7, 1)},
    {"child_id": "c3", "household_id": "h1", "guardian_type": None, "birth_date": date(2014, 7, 1)},
    {"child_id": "c4", "household_id": "h2", "guardian_type": "grandparents"},
    {"child_id": "c5", "household_id": "h3", "guardian_type": "none"},
    {"child_id": "c6", "household_id": "h4", "guardian_type": "grandparents"},
    {"child_id": "c7", "household_id": "h5", "guardian_type": "grandparents"},
    {"child_id": "c8", "household_id": "h2", "guardian_type": "none", "file_status": "moved"},
]
TABLES = make_tables(households=HOUSEHOLDS, children=CHILDREN)


def values_of(**features: dict[str, Any]) -> dict[str, dict[str, float | None]]:
    return feature_values(TABLES, definition_with(features), AS_OF)


def area(**options: Any) -> dict[str, Any]:
    return {"operator": "area", "table": "households", "minimum": 1} | options


AGE = {"operator": "age", "table": "children", "column": "birth_date"}


def members(what: str, of: str | None = None) -> dict[str, Any]:
    return {"operator": "members", "table": "children", "what": what} | ({} if of is None else {"of": of})


def test_members_are_counted_without_the_child() -> None:
    found = values_of(others=members("count"))["others"]
    assert found == {"c1": 2, "c2": 2, "c3": 2, "c4": 0, "c5": 0, "c6": 0, "c7": 0}, "a closed file is nobody's sibling"


def test_members_add_up_without_the_child_and_compare_with_it() -> None:
    found = values_of(
        age=AGE, total=members("sum", "age"), oldest=members("max", "age"), youngest=members("min", "age")
    )
    assert {name: [found[name][child] for child in ("c1", "c2", "c3")] for name in ("total", "oldest", "youngest")} == {
        "total": [pytest.approx(8.0), pytest.approx(12.0), pytest.approx(16.0)],
        "oldest": [pytest.approx(10.0)] * 3,
        "youngest": [pytest.approx(2.0)] * 3,
    }


def test_members_whose_value_is_not_known_add_nothing() -> None:
    born = {"operator": "age", "table": "children", "column": "guardian_birth_year"}
    found = values_of(born=born, total=members("sum", "born"), oldest=members("max", "born"))
    assert (found["total"]["c1"], found["oldest"]["c1"]) == (0, None)


def test_an_area_average_leaves_the_household_out() -> None:
    found = values_of(far=area(column="distance_school_km"))["far"]
    assert found["c1"] == found["c2"] == pytest.approx((2.0 + 4.5) / 2)
    assert found["c4"] == pytest.approx((1.0 + 4.5) / 2)
    assert found["c6"] == pytest.approx((1.0 + 2.0 + 4.5) / 3), "its own distance is not known: nothing to leave out"
    assert found["c7"] is None, "nobody else in its village"


def test_an_area_share_counts_a_household_once_and_only_known_ones() -> None:
    found = values_of(poor=area(where={"registered_poor": True}))["poor"]
    assert [found[child] for child in ("c1", "c4", "c6")] == [0.5, 1.0, pytest.approx(2 / 3)]


def test_an_area_share_of_children_counts_each_child() -> None:
    feature = area(table="children", where={"guardian_type": "grandparents"})
    found = values_of(old=feature)["old"]
    assert found["c1"] == found["c3"] == pytest.approx(2 / 3), "of c4, c5 and c6"
    assert found["c4"] == pytest.approx(2 / 4), "of c1, c2, c5 and c6; nobody knows about c3"


def test_an_area_count_has_no_minimum() -> None:
    found = values_of(
        children=area(table="children", minimum=None), households=area(minimum=None), closed=members("count")
    )
    assert [found["children"][child] for child in ("c1", "c4", "c7")] == [3, 5, 0]
    assert [found["households"][child] for child in ("c1", "c4", "c7")] == [3, 3, 0]


def test_too_few_others_are_not_known() -> None:
    assert values_of(far=area(column="distance_school_km", minimum=3))["far"]["c1"] is None
    assert values_of(far=area(column="distance_school_km", minimum=2))["far"]["c1"] is not None


def test_an_average_over_children_weighs_households_by_their_children() -> None:
    found = values_of(far=area(table="children", column="guardian_birth_year"))["far"]
    assert found["c1"] is None
    rows = [child | {"guardian_birth_year": 1950 + place} for place, child in enumerate(CHILDREN)]
    tables = make_tables(households=HOUSEHOLDS, children=rows)
    definition = definition_with({"far": area(table="children", column="guardian_birth_year")})
    found = feature_values(tables, definition, AS_OF)["far"]
    assert found["c4"] == pytest.approx((1950 + 1951 + 1952 + 1954 + 1955) / 5)


def test_the_stored_area_table_holds_sums_and_counts_by_area() -> None:
    definition = definition_with(
        {"far": area(column="distance_school_km"), "poor": area(where={"registered_poor": True})}
    )
    stored = area_table(TABLES, definition, AS_OF, county=COUNTY)
    assert stored.to_dicts() == [
        {
            "region_code": VILLAGE,
            "area__far_part": 7500.0, "area__far_whole": 3.0, "area__poor_part": 2.0, "area__poor_whole": 3.0,
        },
        {
            "region_code": OTHER_VILLAGE,
            "area__far_part": 9000.0, "area__far_whole": 1.0, "area__poor_part": 0.0, "area__poor_whole": 1.0,
        },
    ]  # fmt: skip
    pandas = area_table(as_pandas(TABLES), definition, AS_OF, county=COUNTY)
    assert pandas.to_dict("records") == stored.to_dicts()


def test_a_village_that_is_not_in_the_stored_table_is_not_known() -> None:
    definition = definition_with({"n": area(table="children", minimum=None)})
    stored = area_table(TABLES, definition, AS_OF, county=COUNTY).filter(False)
    found = build_feature_table(TABLES, definition, AS_OF, county=COUNTY, area=stored)
    assert found.frame["n"].is_nan().all()


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        (members("median"), "what: 'median'"),
        (members("sum"), "'of' is missing"),
        (members("sum", "nothing"), "of: no feature 'nothing'"),
        (members("count") | {"range": None}, "'range' is missing"),
        (area(table="visits"), "area counts children or households"),
        (area(column="distance_school_km", where={"registered_poor": True}), "wanted one of them"),
        (area(column="distance_school_km", minimum=None), "'minimum' is missing"),
        (area(where={"guardian_type": "none"}), "no column 'guardian_type' in households"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_named(feature: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=r"\[features.x\].*" + message):
        build_feature_table(TABLES, definition_with({"x": feature}), AS_OF, county=COUNTY)


def test_members_of_members_are_refused() -> None:
    features = {"age": AGE, "young": members("min", "age"), "again": members("sum", "young")}
    with pytest.raises(DefinitionError, match="itself reads no other feature"):
        build_feature_table(TABLES, definition_with(features), AS_OF, county=COUNTY)
