"""Who is visited, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.simulator.changes import Month
from features.simulator.lists import Book
from features.simulator.population import NEVER
from features.simulator.scene import Scene
from features.simulator.shapes import Settings, Visiting
from features.simulator.visits import Standing, Visits, plan_visits, prior_score
from features.simulator.words import FileStatus, Level, Purpose, Stratum
from tests.features.simulator.conftest import FIRST_DAY

FIRST = FIRST_DAY + 100
MONTH = Month(10, FIRST, FIRST + 30)


def _rules(settings: Settings, **changed: Any) -> Visiting:
    calm: dict[str, Any] = {
        "routine": 0.0,
        "interval_done": 0.0,
        "follow_up_done": 0.0,
        "reported": (0.0, 0.0, 0.0, 0.0),
        "not_met": 0.0,
    }
    return replace(settings.visiting, **{**calm, **changed})


def _visits(scene: Scene, rules: Visiting, listed: float = 0.0, book: Book | None = None) -> Visits:
    standing = Standing.of(scene, rules, FIRST)
    used = book or Book.empty(len(scene.people.households))
    return plan_visits(scene, standing, used, rules, listed_chance=listed, month=MONTH, first=7)


def test_nobody_goes_without_a_reason(scene: Scene, settings: Settings) -> None:
    assert len(_visits(scene, _rules(settings))) == 0


def test_overdue_households_are_visited_by_their_most_urgent_child(scene: Scene, settings: Settings) -> None:
    homes, kids = scene.people.households, scene.people.children
    homes.last_visit[:] = FIRST - 100
    kids.level[:] = Level.GREEN
    kids.level[0] = Level.YELLOW
    visits = _visits(scene, _rules(settings, interval_done=1.0))
    assert visits.household.tolist() == [kids.household[0]]
    assert visits.purpose.tolist() == [Purpose.INTERVAL]
    assert visits.number.tolist() == [7]
    assert FIRST <= visits.day[0] < FIRST + 29
    assert visits.met.all()


def test_due_findings_are_followed_up(scene: Scene, settings: Settings) -> None:
    scene.needs.open_grade[4, 1] = 2
    scene.needs.open_due[4, 1] = FIRST + 12
    scene.needs.open_grade[9, 1] = 2
    scene.needs.open_due[9, 1] = FIRST + 60
    visits = _visits(scene, _rules(settings, follow_up_done=1.0))
    assert visits.household.tolist() == [scene.people.children.household[4]]
    assert visits.purpose.tolist() == [Purpose.FOLLOW_UP]


def test_a_report_follows_a_hidden_need_and_goes_before_other_reasons(scene: Scene, settings: Settings) -> None:
    scene.needs.grade[6, 2] = 3
    scene.needs.begun[6, 2] = FIRST + 4
    visits = _visits(scene, _rules(settings, routine=1.0, routine_distance=0.0, reported=(0.0, 0.0, 0.0, 1.0)))
    mine = visits.household == scene.people.children.household[6]
    assert visits.purpose[mine].tolist() == [Purpose.REPORT]
    assert visits.day[mine][0] > FIRST + 4


def test_a_need_that_is_already_open_is_not_reported(scene: Scene, settings: Settings) -> None:
    scene.needs.grade[:] = 3
    scene.needs.open_grade[:] = 3
    scene.needs.open_due[:] = NEVER
    assert len(_visits(scene, _rules(settings, reported=(0.0, 0.0, 0.0, 1.0)))) == 0


def test_listed_households_are_visited_and_their_lots_are_told_apart(scene: Scene, settings: Settings) -> None:
    book = Book.empty(len(scene.people.households))
    book.unvisited[:2] = True
    book.stratum[:2] = Stratum.RANDOM, Stratum.SCORE
    visits = _visits(scene, _rules(settings), 1.0, book)
    assert visits.household.tolist() == [0, 1]
    assert visits.purpose.tolist() == [Purpose.RANDOM, Purpose.LISTED]


def test_an_unrecorded_factor_can_pull_routine_visits(scene: Scene, settings: Settings) -> None:
    scene.people.households.confounder[:] = np.where(np.arange(len(scene.people.households)) % 2, 9.0, -9.0)
    visits = _visits(scene, _rules(settings, routine=0.5, routine_confounder=1.0))
    assert len(visits)
    assert (visits.household % 2 == 1).all()


def test_nobody_visits_a_closed_file_or_before_the_move(scene: Scene, settings: Settings) -> None:
    homes = scene.people.households
    everywhere = _rules(settings, routine=1e9)
    assert len(_visits(scene, everywhere)) == len(homes)
    homes.move_day[:] = FIRST + 29
    assert len(_visits(scene, everywhere)) == 0
    homes.move_day[:] = NEVER
    scene.people.children.status[:] = FileStatus.CLOSED_RETURNED
    assert len(_visits(scene, everywhere)) == 0


def test_some_are_not_met_and_the_visitor_is_of_the_village(scene: Scene, settings: Settings) -> None:
    visits = _visits(scene, _rules(settings, routine=1e9, not_met=0.5, not_met_distance=0.0))
    assert visits.met.mean() == pytest.approx(0.5, abs=0.12)
    village = scene.people.households.village[visits.household]
    place = visits.visitor - scene.places.visitor_first[village]
    assert ((place >= 0) & (place < scene.places.visitor_count[village])).all()


def test_the_prior_score_is_the_highest_of_the_children_on_file(scene: Scene) -> None:
    people = scene.people
    points = np.arange(len(people.children), dtype=float)
    scores = prior_score(people, points, np.zeros(len(people.households)))
    assert scores.tolist() == (people.households.first_child + people.households.children - 1).tolist()
    people.children.status[:] = FileStatus.MOVED
    assert np.isneginf(prior_score(people, points, np.zeros(len(people.households)))).all()
