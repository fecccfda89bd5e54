"""Visits by level: counted from completed visits, and for a child never visited from the day it became known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.policy.due_dates import last_met
from models.policy.policy import POLICIES, load_policy
from tests.builders import Row, make_tables, retraction
from tests.policy.cases import AS_OF, rules_of

CHILD: Row = {"official_level": "yellow", "official_level_on": date(2018, 1, 1)}


def _visit(day: date, *, met: bool = True, **more: object) -> Row:
    return {"visit_id": f"v{day}", "visited_on": day, "met": met, **more}


@pytest.mark.parametrize(("level", "days"), [("red", 30), ("yellow", 90), ("blue", 180), ("green", 365), (None, 365)])
def test_the_interval_of_each_level_counts_from_the_last_visit(level: str | None, days: int) -> None:
    rules = rules_of(children=[{"official_level": level}], visits=[_visit(date(2018, 5, 1)), _visit(date(2018, 3, 1))])
    assert rules == {f"interval:{level or 'not_assessed'}": date(2018, 5, 1) + timedelta(days=days)}


@pytest.mark.parametrize(("level", "days"), [("red", 7), ("yellow", 30), ("blue", 60), ("green", 90), (None, 90)])
def test_a_child_never_visited_is_due_from_the_day_it_became_known(level: str | None, days: int) -> None:
    known = [
        {"official_level": level, "valid_from": date(2017, 1, 1), "recorded_on": date(2018, 4, 1)},
        {"official_level": level, "valid_from": date(2018, 5, 1), "recorded_on": date(2018, 5, 2)},
    ]
    assert list(rules_of(children=known).values()) == [date(2018, 4, 1) + timedelta(days=days)]


@pytest.mark.parametrize(
    ("visited", "level", "due"),
    [
        (date(2018, 3, 31), "green", date(2018, 6, 30)),
        (date(2018, 4, 1), "green", date(2019, 4, 1)),
        (date(2018, 3, 31), "red", date(2018, 4, 8)),
        (date(2018, 2, 1), "red", date(2018, 3, 3)),
    ],
)
def test_a_visit_before_the_child_became_known_is_not_its_first(visited: date, level: str, due: date) -> None:
    child = {"official_level": level, "recorded_on": date(2018, 4, 1)}
    assert rules_of(children=[child], visits=[_visit(visited)]) == {f"interval:{level}": due}


def test_correcting_a_row_of_the_child_does_not_move_the_duty() -> None:
    first = {"official_level": "red", "recorded_on": date(2018, 4, 1), "row_id": "wrong"}
    back = retraction("children", "wrong", date(2018, 6, 20), child_id="c1")
    again = {"official_level": "red", "recorded_on": date(2018, 6, 20)}
    later = {"official_level": "red", "recorded_on": date(2018, 7, 20)}
    assert rules_of(children=[first, back, again, later]) == {"interval:red": date(2018, 4, 8)}


def test_an_attempt_where_nobody_was_met_is_no_visit() -> None:
    visits = [_visit(date(2018, 1, 1)), _visit(date(2018, 6, 1), met=False)]
    assert rules_of(children=[CHILD], visits=visits) == {"interval:yellow": date(2018, 4, 1)}


def test_visits_not_known_by_the_day_do_not_count() -> None:
    late = _visit(date(2018, 6, 1), recorded_on=date(2018, 7, 15))
    taken_back = _visit(date(2018, 5, 1), row_id="wrong")
    visits = [_visit(date(2018, 1, 1)), late, taken_back, retraction("visits", "wrong", date(2018, 5, 9))]
    assert last_met(make_tables(visits=visits), AS_OF)["last_met_on"].to_list() == [date(2018, 1, 1)]


def test_a_corrected_visit_counts_as_corrected() -> None:
    wrong = _visit(date(2018, 6, 1), valid_from=date(2018, 6, 1))
    right = {**wrong, "met": False, "recorded_on": date(2018, 6, 9), "row_id": "correction"}
    visits = [_visit(date(2018, 1, 1)), wrong, right]
    assert rules_of(children=[CHILD], visits=visits) == {"interval:yellow": date(2018, 4, 1)}


def test_a_region_has_its_own_intervals() -> None:
    jinan = load_policy(POLICIES / "jinan.toml")
    rules = rules_of(jinan, children=[{"official_level": "green"}], visits=[_visit(date(2018, 5, 1))])
    assert rules == {"interval:green": date(2018, 5, 31)}


def test_a_level_nobody_declared_counts_as_not_assessed() -> None:
    rules = rules_of(children=[{"official_level": "violet"}], visits=[_visit(date(2018, 5, 1))])
    assert rules == {"interval:violet": date(2019, 5, 1)}
