"""What changed in the history of a state, and when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from features.definition import DefinitionError
from features.table import build_feature_table
from tests.builders import COUNTY, definition_with, feature_values, make_tables, retraction

AS_OF = date(2016, 7, 1)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def state(days: int, guardian: str | None = "relatives", **columns: Any) -> dict[str, Any]:
    return {"guardian_type": guardian, "valid_from": ago(days)} | columns


def values_of(*children: dict[str, Any], **options: Any) -> tuple[float | None, ...]:
    """(changed within, number of changes, days since the last change) in 90 days."""
    common = {"table": "children", "days": 90, "columns": ["guardian_type"]} | options
    features = {
        name: {"operator": name} | common for name in ("changed_within", "changes_in_window", "time_since_change")
    }
    found = feature_values(make_tables(children=list(children)), definition_with(features), AS_OF)
    return tuple(values["c1"] for values in found.values())


@pytest.mark.parametrize(("days", "wanted"), [(0, (1, 1, 0)), (89, (1, 1, 89)), (90, (0, 0, None)), (-1, (0, 0, None))])
def test_a_change_counts_from_the_day_the_new_state_is_valid(days: int, wanted: tuple[float | None, ...]) -> None:
    assert values_of(state(400), state(days, "none")) == wanted


def test_the_state_before_may_lie_outside_the_window() -> None:
    assert values_of(state(500), state(10, "none")) == (1, 1, 10)


def test_every_change_counts_and_the_last_one_dates() -> None:
    assert values_of(state(400), state(80, "none"), state(60, "none"), state(20, "friends")) == (1, 2, 20)


def test_the_first_state_is_no_change() -> None:
    assert values_of(state(10)) == (0, 0, None)


def test_learning_or_losing_a_value_is_no_change() -> None:
    assert values_of(state(400, None), state(60), state(30, None)) == (0, 0, None)


def test_a_correction_of_the_same_day_replaces_the_state_and_is_no_change() -> None:
    wrong = state(40, "none")
    right = state(40, "relatives", recorded_on=ago(5))
    assert values_of(state(400), wrong, right) == (0, 0, None)
    assert values_of(state(400), wrong) == (1, 1, 40)


def test_a_change_not_recorded_yet_or_taken_back_is_none() -> None:
    assert values_of(state(400), state(40, "none", recorded_on=AS_OF + timedelta(days=1))) == (0, 0, None)
    back = retraction("children", "children-1", ago(2))
    assert values_of(state(400), state(40, "none"), back) == (0, 0, None)


def test_late_recording_puts_a_state_where_it_belongs() -> None:
    assert values_of(state(400), state(20, "none"), state(60, "friends", recorded_on=ago(1))) == (1, 2, 20)


def test_one_change_of_several_columns_is_one() -> None:
    before = state(400, guardianship_state="good")
    after = state(30, "none", guardianship_state="none")
    later = state(10, "none", guardianship_state="fair")
    assert values_of(before, after, later, columns=["guardian_type", "guardianship_state"]) == (1, 2, 10)


def test_where_speaks_of_the_new_state() -> None:
    rows = (state(400), state(60, "none"), state(30, "relatives"))
    assert values_of(*rows, where={"guardian_type": "none"}) == (1, 1, 60)


def test_children_do_not_change_into_each_other() -> None:
    children = [state(60, "none", child_id="c0"), state(50), state(40, "friends", child_id="c2")]
    assert values_of(*children) == (0, 0, None)


def test_the_history_of_the_household_counts_for_its_children() -> None:
    feature = {"operator": "changed_within", "table": "households", "days": 90, "columns": ["income_source"]}
    households: list[dict[str, Any]] = [{"income_source": "farming"}, {"income_source": "none", "valid_from": ago(5)}]
    tables = make_tables(children=[{"child_id": "c1"}, {"child_id": "c2"}], households=households)
    assert feature_values(tables, definition_with({"x": feature}), AS_OF) == {"x": {"c1": 1, "c2": 1}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"table": "visits", "columns": ["met"]}, "changed_within reads a state table"),
        ({"table": "children"}, "'columns' is missing"),
        ({"table": "children", "columns": ["mood"]}, "columns: no column 'mood' in children"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_named(options: dict[str, Any], message: str) -> None:
    definition = definition_with({"x": {"operator": "changed_within", "days": 90} | options})
    with pytest.raises(DefinitionError, match=r"\[features.x\].*" + message):
        build_feature_table(make_tables(), definition, AS_OF, county=COUNTY)
