"""The latest value, codes and ages of a child's state."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from features.definition import DefinitionError
from features.table import build_feature_table
from tests.builders import COUNTY, definition_with, feature_values, make_tables

AS_OF = date(2016, 7, 1)


def value_of(feature: dict[str, Any], *children: dict[str, Any], household: dict[str, Any] | None = None) -> Any:
    tables = make_tables(children=list(children), households=[household or {}])
    found = feature_values(tables, definition_with({"x": feature}), AS_OF)
    return (
        {name.removeprefix("x__"): values["c1"] for name, values in found.items()}
        if len(found) > 1
        else found["x"]["c1"]
    )


@pytest.mark.parametrize(("value", "wanted"), [(True, 1.0), (False, 0.0), (None, None)])
def test_latest_of_a_yes_or_no(value: object, wanted: float | None) -> None:
    assert value_of({"operator": "latest", "table": "children", "column": "boarding"}, {"boarding": value}) == wanted


def test_latest_takes_the_state_last_valid_and_known() -> None:
    feature = {"operator": "latest", "table": "children", "column": "guardian_birth_year"}
    older = {"guardian_birth_year": 1950, "valid_from": date(2016, 1, 1)}
    newer = {"guardian_birth_year": 1960, "valid_from": date(2016, 5, 1), "recorded_on": date(2016, 5, 9)}
    unknown_yet = {"guardian_birth_year": 1970, "valid_from": date(2016, 6, 1), "recorded_on": date(2016, 7, 2)}
    not_yet = {"guardian_birth_year": 1980, "valid_from": date(2016, 7, 2), "recorded_on": date(2016, 6, 1)}
    assert value_of(feature, newer, older, unknown_yet, not_yet) == 1960


def test_latest_of_the_household() -> None:
    feature = {"operator": "latest", "table": "households", "column": "distance_school_km"}
    assert value_of(feature, {}, household={"distance_school_km": 2.5}) == 2.5


def test_a_level_is_the_number_of_its_code() -> None:
    feature = {"operator": "level", "table": "households", "column": "dwelling", "levels": {"sound": 0, "poor": 1}}
    assert value_of(feature, {}, household={"dwelling": "poor"}) == 1
    assert value_of(feature, {}, household={"dwelling": "dangerous"}) is None, "declared, but without a number"
    assert value_of(feature, {}, household={"dwelling": "castle"}) is None, "not declared"
    assert value_of(feature, {}, household={"dwelling": None}) is None


def test_one_hot_has_a_column_for_every_code() -> None:
    feature = {"operator": "one_hot", "table": "children", "column": "guardian_type"}
    codes = ("grandparents", "relatives", "friends", "one_parent", "none")
    assert value_of(feature, {"guardian_type": "friends"}) == {code: float(code == "friends") for code in codes}


def test_one_hot_of_an_unseen_category_is_no_part_and_of_a_missing_one_not_known() -> None:
    feature = {"operator": "one_hot", "table": "children", "column": "guardian_type", "codes": ["none", "friends"]}
    assert value_of(feature, {"guardian_type": "dragon"}) == {"none": 0.0, "friends": 0.0}
    assert value_of(feature, {"guardian_type": None}) == {"none": None, "friends": None}


def test_one_hot_of_a_list_of_categories() -> None:
    feature = {"operator": "one_hot", "table": "households", "column": "aid_received", "codes": ["dibao", "medical"]}
    assert value_of(feature, {}, household={"aid_received": ";medical;other;"}) == {"dibao": 0.0, "medical": 1.0}
    assert value_of(feature, {}, household={"aid_received": ";"}) == {"dibao": 0.0, "medical": 0.0}
    assert value_of(feature, {}, household={"aid_received": None}) == {"dibao": None, "medical": None}


@pytest.mark.parametrize(
    ("since", "wanted"),
    [
        (date(2016, 6, 21), 10.0),
        (AS_OF, 0.0),
        (date(2016, 7, 2), None),
        (date(2000, 1, 1), 100.0),
        (None, None),
    ],
)
def test_days_since_a_date(since: date | None, wanted: float | None) -> None:
    feature = {"operator": "days_since", "table": "children", "column": "parents_away_since", "at_most": 100}
    assert value_of(feature, {"parents_away_since": since}) == wanted


def test_days_since_a_state_began() -> None:
    began = date(2016, 6, 1)
    child = {"operator": "days_since", "table": "children", "column": "valid_from", "at_most": 100}
    household = {"operator": "days_since", "table": "households", "column": "valid_from", "at_most": 100}
    tables = make_tables(children=[{"valid_from": began}], households=[{"valid_from": date(2016, 6, 11)}])
    found = feature_values(tables, definition_with({"child": child, "household": household}), AS_OF)
    assert found == {"child": {"c1": 30.0}, "household": {"c1": 20.0}}


@pytest.mark.parametrize(
    ("born", "wanted"),
    [(date(2006, 7, 1), 10.0), (date(2006, 7, 3), 9.9), (date(2016, 7, 1), 0.0), (date(2016, 7, 2), None)],
)
def test_age_from_a_date_of_birth(born: date, wanted: float | None) -> None:
    found = value_of({"operator": "age", "table": "children", "column": "birth_date"}, {"birth_date": born})
    assert found == (None if wanted is None else pytest.approx(wanted))


@pytest.mark.parametrize(("year", "wanted"), [(1950, 66.0), (2016, 0.0), (2017, None), (None, None)])
def test_age_from_a_year_of_birth(year: int | None, wanted: float | None) -> None:
    feature = {"operator": "age", "table": "children", "column": "guardian_birth_year"}
    assert value_of(feature, {"guardian_birth_year": year}) == wanted


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        ({"operator": "latest", "table": "children", "column": "guardian_type"}, "is a category; latest reads"),
        ({"operator": "latest", "table": "visits", "column": "met"}, "latest reads children or households"),
        ({"operator": "latest", "table": "children", "column": "boarding", "days": 3}, "unknown key days"),
        ({"operator": "latest", "table": "children"}, "'column' is missing"),
        ({"operator": "level", "table": "households", "column": "dwelling"}, "'levels' is missing"),
        (
            {"operator": "level", "table": "households", "column": "dwelling", "levels": {"hut": 1}},
            "'hut' is not a code",
        ),
        ({"operator": "days_since", "table": "children", "column": "parents_away_since"}, "'at_most' is missing"),
        ({"operator": "age", "table": "children", "column": "boarding"}, "is a boolean; age reads date or integer"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_named(feature: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=r"\[features.x\].*" + message):
        build_feature_table(make_tables(), definition_with({"x": feature}), AS_OF, county=COUNTY)


def test_the_usual_range_comes_from_the_column_when_it_is_not_declared() -> None:
    features: dict[str, dict[str, Any]] = {
        "declared": {"operator": "latest", "table": "households", "column": "distance_school_km", "range": [1, 2]},
        "column": {"operator": "latest", "table": "households", "column": "distance_school_km", "range": None},
        "yes_no": {"operator": "latest", "table": "children", "column": "boarding", "range": None},
    }
    ranges = build_feature_table(make_tables(), definition_with(features), AS_OF, county=COUNTY).contract.ranges
    assert ranges == ((1.0, 2.0), (0.0, 200.0), (0.0, 1.0))
