"""The state of a child with that of its household."""

from __future__ import annotations

from datetime import date
from typing import Any

from features.state import child_state
from tests.builders import COUNTY, VILLAGE, as_pandas, default_definition, make_tables, retraction

AS_OF = date(2016, 7, 1)
ELSEWHERE = "520002001001"


def state(county: str = COUNTY, **rows: Any) -> list[dict[str, Any]]:
    tables = make_tables(**rows)
    found = child_state(tables, default_definition(), AS_OF, county=county).sort("child_id")
    pandas = child_state(as_pandas(tables), default_definition(), AS_OF, county=county)
    assert found["child_id"].to_list() == sorted(pandas["child_id"])
    rows_found: list[dict[str, Any]] = found.to_dicts()
    return rows_found


def test_every_column_of_child_and_household() -> None:
    (found,) = state(children=[{"boarding": True}], households=[{"dwelling": "poor"}])
    definition = default_definition()
    wanted = set(definition.tables["children"].columns) | set(definition.tables["households"].columns)
    assert set(found) == wanted | {"valid_from", "recorded_on", "household_valid_from"}
    assert (found["boarding"], found["dwelling"], found["region_code"]) == (True, "poor", VILLAGE)


def test_the_latest_rows_known_on_the_day() -> None:
    children = [
        {"guardian_type": "none", "valid_from": date(2016, 5, 1)},
        {"guardian_type": "friends", "valid_from": date(2016, 5, 1), "recorded_on": date(2016, 8, 1)},
    ]
    households = [{"dwelling": "poor"}, {"dwelling": "sound", "valid_from": date(2016, 6, 1)}]
    (found,) = state(children=children, households=households)
    assert (found["guardian_type"], found["valid_from"]) == ("none", date(2016, 5, 1))
    assert (found["dwelling"], found["household_valid_from"]) == ("sound", date(2016, 6, 1))


def test_a_child_takes_the_household_it_belongs_to_now() -> None:
    children = [{"household_id": "h1"}, {"household_id": "h2", "valid_from": date(2016, 5, 1)}]
    households = [{"household_id": "h1", "dwelling": "poor"}, {"household_id": "h2", "dwelling": "sound"}]
    (found,) = state(children=children, households=households)
    assert (found["household_id"], found["dwelling"]) == ("h2", "sound")


def test_a_household_that_moved_away_is_not_in_the_county_any_more() -> None:
    moved = {"household_id": "h2", "region_code": ELSEWHERE, "valid_from": date(2016, 6, 1)}
    households: list[dict[str, Any]] = [{"household_id": "h1"}, {"household_id": "h2"}, moved]
    children = [{"child_id": "c1", "household_id": "h1"}, {"child_id": "c2", "household_id": "h2"}]
    rows: dict[str, Any] = {"households": households, "children": children}
    assert [found["child_id"] for found in state(**rows)] == ["c1"]
    assert [found["child_id"] for found in state(county="", **rows)] == ["c1", "c2"]
    assert [found["child_id"] for found in state(county=ELSEWHERE[:6], **rows)] == ["c2"]


def test_a_child_whose_household_is_not_known_yet_stays() -> None:
    households = [{"household_id": "h1", "recorded_on": date(2016, 8, 1)}]
    (found,) = state(children=[{}], households=households)
    assert (found["child_id"], found["region_code"], found["household_valid_from"]) == ("c1", None, None)


def test_a_refusal_stands_until_its_row_is_taken_back() -> None:
    refusal = {"row_id": "r1", "model_refused_on": date(2016, 2, 1), "valid_from": date(2016, 2, 1)}
    later = {"row_id": "r2", "schooling": "primary", "valid_from": date(2016, 4, 1)}
    (row,) = state(children=[refusal, later])
    assert row["model_refused_on"] == date(2016, 2, 1)
    assert row["schooling"] == "primary"
    (row,) = state(children=[refusal, later, retraction("children", "r1", date(2016, 5, 1))])
    assert row["model_refused_on"] is None
