"""One duty per child: the most urgent rule, with its day; all rules due are listed; nothing else is a duty."""

from __future__ import annotations

from datetime import date, timedelta

from features.state import child_state
from models.policy.duties import duties
from tests.builders import Row, default_definition, make_tables
from tests.policy.cases import AS_OF, duties_of, national

MET: Row = {"visited_on": date(2018, 6, 1)}


def test_the_most_urgent_rule_gives_the_duty_and_all_due_rules_are_listed() -> None:
    found = duties_of(
        children=[{"official_level": "yellow", "guardian_type": "none"}],
        visits=[{"visited_on": date(2018, 3, 1)}],
        findings=[{"severity": 3, "domain": "living", "opens": date(2018, 3, 1), "due_on": date(2018, 3, 20)}],
    )["c1"]
    assert (found["duty"], found["duty_rule"], found["duty_due_on"]) == (
        True,
        "open_finding:living:3",
        date(2018, 3, 20),
    )
    assert found["duty_overdue_days"] == (AS_OF - date(2018, 3, 20)).days
    assert found["duty_rules"] == [
        {"rule": "open_finding:living:3", "due_on": date(2018, 3, 20)},
        {"rule": "red_item:no_guardian", "due_on": date(2018, 3, 31)},
        {"rule": "interval:yellow", "due_on": date(2018, 5, 30)},
    ]


def test_of_rules_due_on_one_day_the_more_severe_goes_first() -> None:
    found = duties_of(children=[{"official_level": "red", "guardian_type": "none"}], visits=[MET])["c1"]
    assert [rule["rule"] for rule in found["duty_rules"]] == ["red_item:no_guardian", "interval:red"]
    assert found["duty_severity"] == 0


def test_a_hard_item_sets_the_interval_whatever_level_was_assessed() -> None:
    found = duties_of(children=[{"official_level": "green", "hukou_registered": False}], visits=[MET])["c1"]
    assert (found["duty_rule"], found["duty_due_on"]) == ("red_item:no_hukou", date(2018, 7, 1))
    assert found["duty_overdue_days"] == 0


def test_a_visit_due_after_the_period_is_no_duty_yet() -> None:
    last_day = AS_OF + timedelta(days=national().period_days)
    inside = {"visited_on": last_day - timedelta(days=90)}
    outside = {"visited_on": last_day - timedelta(days=89)}
    assert duties_of(children=[{"official_level": "yellow"}], visits=[inside])["c1"]["duty"] is True
    found = duties_of(children=[{"official_level": "yellow"}], visits=[outside])["c1"]
    assert found["duty"] is False
    assert [
        found[name] for name in ("duty_rule", "duty_due_on", "duty_overdue_days", "duty_severity", "duty_rules")
    ] == [None] * 5


def test_every_child_has_a_row_in_the_order_of_the_state_and_siblings_have_their_own_duty() -> None:
    children = [
        {"child_id": "c2", "official_level": "red"},
        {"child_id": "c1", "official_level": "green"},
        {"child_id": "c3", "official_level": "green", "household_id": "h2"},
    ]
    tables = make_tables(children=children, visits=[MET])
    state = child_state(tables, default_definition(), AS_OF).sort("child_id", descending=True)
    found = duties(tables, state, national(), ("open",), AS_OF)
    assert found["child_id"].to_list() == ["c3", "c2", "c1"]
    assert found["duty"].to_list() == [True, True, False]
    assert found["duty_rule"].to_list() == ["interval:green", "interval:red", None]


def test_a_ledger_without_children_has_no_duties() -> None:
    tables = make_tables()
    state = child_state(tables, default_definition(), AS_OF)
    assert duties(tables, state, national(), ("open",), AS_OF).height == 0
