"""Counts, shares, extremes and times in windows that are open on the left and closed on the right."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from features.definition import DefinitionError
from features.table import build_feature_table
from tests.builders import COUNTY, START, definition_with, feature_values, make_tables, retraction

AS_OF = date(2016, 7, 1)
CHILDREN = [{"child_id": "c1"}, {"child_id": "c2"}, {"child_id": "c3", "household_id": "h2"}]


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def visit(days: int, **columns: Any) -> dict[str, Any]:
    return {"visit_id": f"v{days}", "visited_on": ago(days)} | columns


def finding(days: int, **columns: Any) -> dict[str, Any]:
    return {"finding_id": f"f{days}", "opens": ago(days)} | columns


def value_of(feature: dict[str, Any], child: str = "c1", **rows: Any) -> float | None:
    tables = make_tables(children=CHILDREN, **rows)
    return feature_values(tables, definition_with({"x": feature}), AS_OF)["x"][child]


VISITS = {"operator": "count_in_window", "table": "visits", "days": 90}
FINDINGS = {"operator": "count_in_window", "table": "findings", "days": 90}


@pytest.mark.parametrize(("days", "wanted"), [(0, 1), (1, 1), (89, 1), (90, 0), (91, 0), (-1, 0)])
def test_the_window_is_open_on_the_left_and_closed_on_the_right(days: int, wanted: int) -> None:
    visits = [visit(days, valid_from=START, recorded_on=START)]
    assert value_of(VISITS, visits=visits) == wanted


def test_an_event_counts_by_its_own_date_and_only_when_it_was_known() -> None:
    assert value_of(VISITS, visits=[visit(10, recorded_on=AS_OF)]) == 1
    assert value_of(VISITS, visits=[visit(10, recorded_on=AS_OF + timedelta(days=1))]) == 0
    assert value_of(VISITS, visits=[visit(200, recorded_on=ago(10))]) == 0


def test_visits_count_for_every_child_of_the_household_and_no_other() -> None:
    visits = [visit(10), visit(20)]
    assert [value_of(VISITS, child, visits=visits) for child in ("c1", "c2", "c3")] == [2, 2, 0]


def test_a_corrected_event_counts_once_and_as_corrected() -> None:
    first = visit(10, met=False)
    second = first | {"met": True, "recorded_on": ago(5)}
    assert value_of(VISITS | {"where": {"met": True}}, visits=[first, second]) == 1
    assert value_of(VISITS | {"where": {"met": False}}, visits=[first, second]) == 0


def test_a_retracted_event_does_not_count() -> None:
    assert value_of(VISITS, visits=[visit(10), retraction("visits", "visits-0", ago(3))]) == 0
    assert value_of(VISITS, visits=[visit(10), retraction("visits", "visits-0", AS_OF + timedelta(days=1))]) == 1


def test_findings_count_for_the_child_and_those_of_the_household_for_all_its_children() -> None:
    findings = [finding(10), finding(20, child_id=None), finding(30, child_id="c2")]
    assert [value_of(FINDINGS, child, findings=findings) for child in ("c1", "c2", "c3")] == [2, 2, 0]
    own = FINDINGS | {"where": {"of_household": False}}
    assert [value_of(own, child, findings=findings) for child in ("c1", "c2", "c3")] == [1, 1, 0]


def test_findings_by_household_count_for_all_its_children() -> None:
    findings = [finding(10), finding(20, child_id=None), finding(30, child_id="c2")]
    together = FINDINGS | {"by": "household"}
    assert [value_of(together, child, findings=findings) for child in ("c1", "c2", "c3")] == [3, 3, 0]


def test_assessments_take_the_date_of_their_visit() -> None:
    seen = {"operator": "count_in_window", "table": "assessments", "days": 90, "where": {"seen": True}}
    visits = [visit(10), visit(100)]
    looks = [{"visit_id": "v10"}, {"visit_id": "v100", "valid_from": ago(10)}, {"visit_id": "v11"}]
    assert value_of(seen, visits=visits, assessments=looks) == 1, "the second is too old, the third has no visit"
    back = retraction("visits", "visits-0", ago(3))
    assert value_of(seen, visits=[*visits, back], assessments=looks) == 0, "without its visit a look has no date"


def test_assessments_may_be_chosen_by_columns_of_their_visit() -> None:
    seen = {"operator": "count_in_window", "table": "assessments", "days": 90, "where": {"purpose": "report"}}
    visits = [visit(10, purpose="report"), visit(20)]
    looks = [{"visit_id": "v10"}, {"visit_id": "v20"}]
    assert value_of(seen, visits=visits, assessments=looks) == 1


def test_trend_is_the_recent_window_less_the_one_before() -> None:
    trend = {"operator": "trend", "table": "visits", "days": 90}
    visits = [visit(days) for days in (0, 89, 90, 100, 179, 180)]
    assert value_of(trend, visits=visits) == 2 - 3
    assert value_of(trend, "c3", visits=visits) == 0


def test_time_since_last_expires() -> None:
    last = {"operator": "time_since_last", "table": "visits", "days": 90, "where": {"met": True}}
    assert value_of(last, visits=[visit(10, met=False), visit(30), visit(60)]) == 30
    assert value_of(last, visits=[visit(0)]) == 0
    assert value_of(last, visits=[visit(90)]) is None


def test_share_in_window() -> None:
    share = {"operator": "share_in_window", "table": "visits", "days": 90, "of": {"met": True}}
    assert value_of(share, visits=[visit(10), visit(20, met=False), visit(100)]) == 0.5
    assert value_of(share, visits=[visit(100)]) is None


def test_max_in_window() -> None:
    worst = {"operator": "max_in_window", "table": "findings", "days": 90, "column": "severity"}
    findings = [finding(10, severity=1), finding(20, severity=2), finding(100, severity=3)]
    assert value_of(worst, findings=findings) == 2
    assert value_of(worst, "c3", findings=findings) is None
    assert value_of(worst | {"when_none": 0}, "c3", findings=findings) == 0


OPEN = {"operator": "open_count", "table": "findings", "days": 90, "where": {"status": "open"}, "closes": "closes"}


def test_open_until_a_known_row_closes_it() -> None:
    opened = finding(50)
    closed = opened | {"status": "closed", "closes": ago(20), "valid_from": ago(20), "recorded_on": ago(5)}
    assert value_of(OPEN, findings=[opened]) == 1
    assert value_of(OPEN, findings=[opened, closed]) == 0
    assert value_of(OPEN, findings=[opened, closed | {"recorded_on": AS_OF + timedelta(days=1)}]) == 1
    assert value_of(OPEN, findings=[finding(100)]) == 0, "nothing counts for ever"


def test_a_closing_day_ahead_leaves_it_open_and_one_reached_does_not() -> None:
    assert value_of(OPEN, findings=[finding(50, closes=AS_OF + timedelta(days=1))]) == 1
    assert value_of(OPEN, findings=[finding(50, closes=AS_OF)]) == 0


@pytest.mark.parametrize(("due", "wanted"), [(AS_OF, 1), (AS_OF + timedelta(days=1), 0), (None, 0)])
def test_overdue_from_the_due_day_on(due: date | None, wanted: int) -> None:
    assert value_of(OPEN | {"overdue": "due_on"}, findings=[finding(50, due_on=due)]) == wanted


def test_found_at_last_looks_at_the_last_event_only() -> None:
    found = {"operator": "found_at_last", "table": "visits", "days": 90, "of_table": "findings", "where": {"met": True}}
    assert value_of(found, visits=[visit(10), visit(30)], findings=[finding(10)]) == 1
    assert value_of(found, visits=[visit(10), visit(30)], findings=[finding(30)]) == 0
    assert value_of(found, visits=[visit(10)]) == 0
    assert value_of(found, findings=[finding(10)]) is None, "no visit, no answer"
    severe = found | {"of": {"severity": {"at_least": 3}}}
    assert value_of(severe, visits=[visit(10)], findings=[finding(10, severity=2)]) == 0


def test_a_missing_value_meets_no_condition() -> None:
    where = {"purpose": {"not_in": ["report"]}}
    assert value_of(VISITS | {"where": where}, visits=[visit(10, purpose=None), visit(20)]) == 1


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        ({"operator": "count_in_window", "table": "children", "days": 90}, "count_in_window reads an event table"),
        ({"operator": "count_in_window", "table": "visits"}, "'days' is missing"),
        (VISITS | {"range": None}, "'range' is missing"),
        (VISITS | {"by": "child"}, "by: 'child'"),
        (VISITS | {"by": "village"}, "by: 'village'"),
        (VISITS | {"where": {"mood": "good"}}, "no column 'mood' in visits"),
        (VISITS | {"operator": "trend", "days": 366}, "two windows reach back beyond longest_days = 730"),
        ({"operator": "share_in_window", "table": "visits", "days": 90}, "'of' is missing"),
        ({"operator": "max_in_window", "table": "findings", "days": 90}, "'column' is missing"),
        (
            {"operator": "max_in_window", "table": "findings", "days": 90, "column": "domain"},
            "'domain' is not a number",
        ),
        ({"operator": "max_in_window", "table": "findings", "days": 90, "column": "valid_from"}, "is not a number"),
        (OPEN | {"closes": "domain"}, "'domain' is not a date of findings"),
        (OPEN | {"overdue": "tomorrow"}, "'tomorrow' is not a date of findings"),
        ({"operator": "found_at_last", "table": "visits", "days": 90, "of_table": "dreams"}, "no table 'dreams'"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_named(feature: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=r"\[features.x\].*" + message):
        build_feature_table(make_tables(), definition_with({"x": feature}), AS_OF, county=COUNTY)


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ({}, r"\[dates\] visits: wanted the column"),
        ({"visits": "departed_on"}, "no column 'departed_on' in visits"),
        ({"visits": {"via": "journeys", "column": "day"}}, "no column 'day' in journeys"),
        ({"visits": {"via": "visits"}}, "wanted the column of its date"),
    ],
)
def test_the_date_of_an_event_table_must_be_declared(dates: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        build_feature_table(make_tables(), definition_with({"x": VISITS}, dates=dates), AS_OF, county=COUNTY)
