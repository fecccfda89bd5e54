"""A household on two lists: a visit of one day is one, counts for both, and is doubled only where there were two."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.access.viewer import Viewer
from serving.review.desk import Desk
from serving.review.store.database import Database
from serving.review.store.lists import ListItem, Status
from serving.review.store.visits import VisitRecord
from serving.review.work.changes import Change, change_status
from serving.review.work.same_visit import VisitElsewhereError, visits_elsewhere
from serving.review.work.visit_entry import VisitEntry
from serving.review.work.visit_scene import scene_of
from serving.review.work.visits import (
    VisitConflictError,
    mark_of,
    record_visit,
    standing_visits,
    take_back_visit,
)
from tests.serving.review.making import NOW, account, loaded, place, sheet
from tests.serving.review.visiting import HOME, TODAY, desk_of, need, not_seen, saw, told

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def worker(database: Database) -> Viewer:
    """A caseworker whose households stand on the director's list and in the township's pool."""
    loaded(database, sheet(place(1)), sheet(place(1), list_id="pool"))
    with database.writing() as session:
        return account(session)


@pytest.fixture
def desk(database: Database, small_ledger: Path) -> Desk:
    return desk_of(database, small_ledger)


def places(session: Session) -> list[ListItem]:
    return list(session.scalars(select(ListItem).where(ListItem.household_id == HOME).order_by(ListItem.id)))


def enter(session: Session, desk: Desk, viewer: Viewer, item: ListItem, **other: object) -> VisitRecord:
    """Record a visit of today on one of the lists, as its form would."""
    scene = scene_of(session, desk, viewer, item, TODAY)
    of = next((one for one in (*scene.visits, *scene.elsewhere) if one.id == other.get("visit_pk")), None)
    usual = VisitEntry(item.id, scene.mark_with(of), TODAY, True, "listed", looks=(saw(), not_seen()))
    return record_visit(session, viewer, replace(usual, **other), scene.household_beside(of), NOW)


def one_tap(session: Session, viewer: Viewer, item: ListItem, status: Status, on: date = TODAY) -> None:
    reason = "nobody_home" if status is Status.NOT_MET else None
    change_status(session, viewer, Change(item.id, item.version, status, on, reason, None), NOW)


def states(session: Session) -> list[Status]:
    session.expire_all()
    return [item.status for item in places(session)]


def visit_of_lines(session: Session) -> dict[str, object]:
    """Which visit each list says that it led to."""
    return {row.content["list_id"]: row.content["visit_id"] for row in told(session, "assignments")}


def test_the_second_recorder_is_shown_the_visit_of_that_day(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        first, second = places(session)
        made = enter(session, desk, worker, first)
        with pytest.raises(VisitElsewhereError) as found:
            enter(session, desk, worker, second)
        assert found.value.record is made
        assert list(visits_elsewhere(session, worker, second)) == [made]
        assert len(told(session, "visits")) == 1
        assert states(session) == [Status.DONE, Status.OPEN]


def test_added_to_it_stays_one_visit_and_counts_for_both(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        first, second = places(session)
        made = enter(session, desk, worker, first)
        again = enter(session, desk, worker, second, visit_pk=made.id, found=(need(),))
        assert again is made
        assert made.places == [first.id, second.id]
        assert len(told(session, "visits")) == len(told(session, "findings")) == 1
        assert states(session) == [Status.DONE, Status.DONE]
        assert visit_of_lines(session) == {"L2018-07": made.visit_id, "pool": made.visit_id}
        assert list(visits_elsewhere(session, worker, second)) == []
        enter(session, desk, worker, second, visit_pk=made.id)
        assert len(told(session, "visits")) == 1


def test_taken_back_on_either_list_it_stands_on_none(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        first, second = places(session)
        made = enter(session, desk, worker, first)
        enter(session, desk, worker, second, visit_pk=made.id)
        take_back_visit(session, worker, second.id, made.id, mark_of([made]), NOW)
        assert states(session) == [Status.OPEN, Status.OPEN]
        assert told(session, "visits") == told(session, "assignments") == []


def test_a_second_visit_of_the_day_is_recorded_where_somebody_says_so(
    database: Database, desk: Desk, worker: Viewer
) -> None:
    with database.writing() as session:
        first, second = places(session)
        enter(session, desk, worker, first)
        made = enter(session, desk, worker, second, second=True)
        assert made.places == [second.id]
        enter(session, desk, worker, second, visit_pk=made.id)
        assert len(told(session, "visits")) == 2


@pytest.mark.parametrize(
    "other",
    [{"visited_on": YESTERDAY}, {"met": False, "reason": "nobody_home", "looks": ()}],
    ids=["another day", "nobody met"],
)
def test_another_day_or_an_attempt_is_no_double(
    database: Database, desk: Desk, worker: Viewer, other: dict[str, object]
) -> None:
    with database.writing() as session:
        first, second = places(session)
        enter(session, desk, worker, first)
        made = enter(session, desk, worker, second, **other)
        assert made.places == [second.id]
        if "visited_on" in other:
            with pytest.raises(VisitElsewhereError):
                enter(session, desk, worker, second, visit_pk=made.id)


def test_a_visit_that_changed_meanwhile_is_not_added_to(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        first, second = places(session)
        made = enter(session, desk, worker, first)
        mark = mark_of([made])
        enter(session, desk, worker, first, visit_pk=made.id, next_on=date(2018, 8, 1))
        with pytest.raises(VisitConflictError):
            enter(session, desk, worker, second, visit_pk=made.id, mark=mark)


def test_one_tap_on_the_other_list_doubles_nothing(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        first, second = places(session)
        made = enter(session, desk, worker, first)
        one_tap(session, worker, second, Status.DONE)
        assert list(standing_visits(session, worker, second)) == [made]
        assert visit_of_lines(session) == {"L2018-07": made.visit_id, "pool": made.visit_id}
        assert len(told(session, "visits")) == 1
        assert len(told(session, "assessments")) == 2, "what the first said stays"
        assert states(session) == [Status.DONE, Status.DONE]


def test_one_tap_taken_back_leaves_the_other_list_its_visit(database: Database, worker: Viewer) -> None:
    with database.writing() as session:
        first, second = places(session)
        one_tap(session, worker, first, Status.DONE)
        one_tap(session, worker, second, Status.DONE)
        assert len(told(session, "visits")) == 1
        one_tap(session, worker, second, Status.DONE)
        one_tap(session, worker, second, Status.NOT_MET)
        assert [row.content["met"] for row in told(session, "visits")] == [True, False]
        one_tap(session, worker, second, Status.OPEN)
        one_tap(session, worker, second, Status.DONE)
        one_tap(session, worker, second, Status.OPEN)
        assert states(session) == [Status.DONE, Status.OPEN]
        one_tap(session, worker, second, Status.DONE)
        one_tap(session, worker, places(session)[0], Status.OPEN)
        assert states(session) == [Status.OPEN, Status.OPEN]
        assert told(session, "visits") == []


def test_a_tap_on_its_own_list_is_followed_by_the_other(database: Database, worker: Viewer) -> None:
    with database.writing() as session:
        first, second = places(session)
        one_tap(session, worker, first, Status.DONE)
        one_tap(session, worker, second, Status.DONE)
        one_tap(session, worker, first, Status.NOT_MET)
        assert states(session) == [Status.NOT_MET, Status.NOT_MET]


def test_of_two_who_record_on_two_lists_at_the_same_moment_one_is_asked(
    database: Database, desk: Desk, worker: Viewer
) -> None:
    start, asked = threading.Barrier(2), []
    with database.reading() as session:
        numbers = [item.id for item in places(session)]

    def go(number: int) -> None:
        start.wait()
        try:
            with database.writing() as session:
                item = session.get_one(ListItem, number)
                usual = VisitEntry(number, "none", TODAY, True, "listed", looks=(saw(), not_seen()))
                household = scene_of(session, desk, worker, item, TODAY).household
                record_visit(session, worker, usual, household, NOW)
        except VisitElsewhereError:
            asked.append(number)

    threads = [threading.Thread(target=go, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(asked) == 1
    with database.reading() as session:
        assert len(told(session, "visits")) == 1
