"""Open findings are followed up on their day, else by severity, until they are closed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.policy.policy import POLICIES, load_policy
from tests.builders import Row, retraction
from tests.policy.cases import rules_of

GREEN: Row = {"official_level": "green"}
OPENED = date(2018, 5, 1)


def _finding(**facts: object) -> Row:
    return {"opens": OPENED, "severity": 2, "domain": "medical", **facts}


def _due(*findings: Row, visits: list[Row] | None = None, children: list[Row] | None = None) -> dict[str, date]:
    visits = visits or [{"visited_on": OPENED}]
    rules = rules_of(children=children or [GREEN], findings=list(findings), visits=visits)
    return {rule: day for rule, day in rules.items() if rule.startswith("open_finding:")}


def test_the_stated_day_goes_before_the_default() -> None:
    assert _due(_finding(due_on=date(2018, 9, 9))) == {"open_finding:medical:2": date(2018, 9, 9)}


@pytest.mark.parametrize(("severity", "days"), [(1, 180), (2, 60), (3, 14)])
def test_without_a_stated_day_the_severity_decides(severity: int, days: int) -> None:
    assert _due(_finding(severity=severity)) == {f"open_finding:medical:{severity}": OPENED + timedelta(days=days)}


def test_a_severity_without_days_and_without_a_stated_day_asks_for_nothing() -> None:
    assert _due(_finding(severity=0)) == {}
    assert _due(_finding(severity=0, due_on=date(2018, 6, 6))) == {"open_finding:medical:0": date(2018, 6, 6)}


@pytest.mark.parametrize(
    "later",
    [
        {
            "status": "closed",
            "valid_from": date(2018, 6, 1),
            "recorded_on": date(2018, 6, 2),
            "closes": date(2018, 6, 1),
        },
        {"closes": date(2018, 6, 30), "valid_from": date(2018, 6, 1)},
        retraction("findings", "findings-0", date(2018, 6, 1), severity=2, domain="medical"),
    ],
)
def test_a_closed_or_retracted_finding_is_no_duty(later: Row) -> None:
    assert _due(_finding(), _finding() | later) == {}


@pytest.mark.parametrize("later", [{"closes": date(2018, 7, 1)}, {"status": "closed", "recorded_on": date(2018, 7, 2)}])
def test_a_closing_after_the_day_or_known_later_does_not_count_yet(later: Row) -> None:
    assert _due(_finding(), _finding(valid_from=date(2018, 6, 1)) | later) == {
        "open_finding:medical:2": date(2018, 6, 30)
    }


def test_a_visit_on_or_after_the_due_day_starts_the_days_again() -> None:
    due = date(2018, 5, 20)
    early, late = ({"visited_on": OPENED}, {"visit_id": "v2", "visited_on": due})
    assert _due(_finding(due_on=due), visits=[early, {**late, "visited_on": date(2018, 5, 19)}]) == {
        "open_finding:medical:2": due
    }
    assert _due(_finding(due_on=due), visits=[early, {**late, "met": False}]) == {"open_finding:medical:2": due}
    assert _due(_finding(due_on=due), visits=[early, late]) == {"open_finding:medical:2": due + timedelta(days=60)}


def test_a_finding_of_the_household_counts_for_each_of_its_children() -> None:
    children = [
        GREEN | {"child_id": "c1"},
        GREEN | {"child_id": "c2"},
        GREEN | {"child_id": "c3", "household_id": "h2"},
    ]
    plain = load_policy(POLICIES / "plain.toml")
    rules = rules_of(plain, children=children, findings=[_finding(child_id=None, due_on=date(2018, 6, 6))])
    assert rules == {"open_finding:medical:2": date(2018, 6, 6)}


def test_only_a_visit_where_the_child_lives_now_follows_a_finding_up() -> None:
    moved = [GREEN, GREEN | {"household_id": "h2", "valid_from": date(2018, 5, 10)}]
    finding, due = _finding(severity=3), OPENED + timedelta(days=14)
    old_home = {"visited_on": date(2018, 6, 1)}
    new_home = {"visit_id": "v2", "household_id": "h2", "visited_on": date(2018, 6, 10)}
    rule = "open_finding:medical:3"
    assert _due(finding, children=moved, visits=[old_home]) == {rule: due}
    assert _due(finding, children=moved, visits=[old_home, new_home]) == {rule: date(2018, 6, 24)}
    assert _due(finding, visits=[old_home]) == {rule: date(2018, 6, 15)}


def test_of_two_findings_of_a_kind_the_earlier_day_counts() -> None:
    first, second = _finding(due_on=date(2018, 8, 1)), _finding(finding_id="f2", due_on=date(2018, 7, 1))
    other = _finding(finding_id="f3", domain="living", due_on=date(2018, 9, 1))
    assert _due(first, second, other) == {
        "open_finding:medical:2": date(2018, 7, 1),
        "open_finding:living:2": date(2018, 9, 1),
    }
