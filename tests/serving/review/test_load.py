"""Lists into the database: once, with what the list before leaves to do and who goes where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.exchange.carry import directors
from serving.review.exchange.load import Sheet, load_sheet
from serving.review.store.accounts import Account, Role
from serving.review.store.database import Database
from serving.review.store.lists import ListItem, Status, Stratum, VisitList
from serving.review.work.changes import Change, change_status
from serving.review.work.pool_moves import Moving, move_place
from tests.serving.review.making import NEXT_VILLAGE, NOW, TOWNSHIP, VILLAGE, account, loaded
from tests.serving.review.supervising import item, pool, pool_places

TODAY = NOW.date()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as opened:
        yield opened


def august(as_of: date = date(2018, 7, 31)) -> Sheet:
    return replace(pool(), list_id="L2018-08", period_from=date(2018, 8, 1), period_to=date(2018, 8, 31), as_of=as_of)


def test_the_single_director_of_a_village_goes_there(session: Session) -> None:
    here, there = account(session, name="w"), account(session, Role.CASEWORKER, NEXT_VILLAGE, name="near")
    account(session, Role.CASEWORKER, NEXT_VILLAGE, name="near2")
    account(session, Role.CASEWORKER, TOWNSHIP, name="substitute")
    locked = account(session, Role.CASEWORKER, VILLAGE, name="gone")
    session.get_one(Account, locked.account_id).locked_at = NOW
    assert directors(session, [VILLAGE, NEXT_VILLAGE, "990101001001"]) == {VILLAGE: here.account_id}
    load_sheet(session, pool(), NOW)
    assert there
    assert (item(session, 1).assigned_to, item(session, 5).assigned_to) == (here.account_id, None)
    assert item(session, 8).assigned_to is None, "nobody goes to who is not on the list"


def test_the_same_list_again_changes_nothing_and_what_is_missing_comes_in(session: Session) -> None:
    part = replace(pool(), places=pool_places()[:3])
    assert load_sheet(session, part, NOW)
    one = item(session, 3)
    one.note = "kept"
    assert not load_sheet(session, part, NOW)
    assert load_sheet(session, pool(), NOW)
    assert not load_sheet(session, pool(), NOW)
    assert len(session.scalars(select(ListItem)).all()) == 9
    assert len(session.scalars(select(VisitList)).all()) == 1
    assert item(session, 3).note == "kept"


def test_a_move_that_was_logged_by_command_is_made_here_too_and_one_made_here_stays(session: Session) -> None:
    """The list is drawn and loaded, then changed by ``mopai list``, then loaded again."""
    supervisor = account(session, Role.SUPERVISOR)
    load_sheet(session, pool(), NOW)
    one = item(session, 4)
    move_place(session, supervisor, Moving(one.id, one.version, add=False, reason="moved"), NOW)
    done = item(session, 5)
    change_status(session, supervisor, Change(done.id, done.version, Status.DONE, TODAY), NOW)
    hand = {"stratum": Stratum.BY_HAND}
    logged = {
        3: {**hand, "listed": False, "moved_reason": "away"}, 4: {**hand, "listed": False, "moved_reason": "away"},
        5: {**hand, "listed": False, "moved_reason": "away"}, 8: {**hand, "listed": True, "moved_reason": "request"},
    }  # fmt: skip
    again = [replace(one, **logged.get(number, {})) for number, one in enumerate(pool_places(), start=1)]
    assert load_sheet(session, replace(pool(), places=again), NOW)
    found = {number: item(session, number) for number in logged}
    assert [(one.listed, one.moved_reason) for one in found.values()] == [
        (False, "away"), (False, "moved"), (True, None), (True, "request"),
    ]  # fmt: skip
    assert (found[3].stratum, found[8].stratum, found[8].place) == (Stratum.BY_HAND, Stratum.BY_HAND, 8)
    assert not load_sheet(session, replace(pool(), places=again), NOW)
    back = [replace(one, listed=True) if one.household_id == found[3].household_id else one for one in again]
    assert load_sheet(session, replace(pool(), places=back), NOW)
    assert (item(session, 3).listed, item(session, 3).place) == (True, 9)


def test_the_next_month_brings_over_what_is_left_to_do(database: Database) -> None:
    loaded(database, pool())
    with database.writing() as session:
        worker, other = account(session, name="w"), account(session, name="w2")
        for number, status, reason in (
            (3, Status.DONE, None), (4, Status.POSTPONED, "road"), (6, Status.NOT_MET, "nobody_home"),
        ):  # fmt: skip
            one = item(session, number)
            change_status(session, worker, Change(one.id, one.version, status, TODAY, reason), NOW)
        item(session, 4).assigned_to = other.account_id
        item(session, 6).assigned_to = worker.account_id
        session.get_one(Account, worker.account_id).locked_at = NOW
        load_sheet(session, august(), NOW)
        found = {number: item(session, number) for number in (3, 4, 6, 7, 8)}
        assert {one.status for one in found.values()} == {Status.OPEN}
        assert {number for number, one in found.items() if one.carried} == {4, 6, 7}
        assert found[4].shown["before"] == {"status": "postponed", "on": "2018-07-05", "reason": "road"}
        assert (found[4].assigned_to, found[6].assigned_to) == (other.account_id, other.account_id)


def test_what_was_done_after_the_day_of_the_new_list_is_done(database: Database) -> None:
    loaded(database, pool())
    with database.writing() as session:
        worker = account(session)
        one = item(session, 3)
        change_status(session, worker, Change(one.id, one.version, Status.DONE, TODAY, None, "met"), NOW)
        load_sheet(session, august(date(2018, 7, 4)), NOW)
        after = item(session, 3)
        assert after.id != one.id
        assert (after.status, after.status_on, after.note, after.changed_by) == (
            Status.DONE, TODAY, "met", worker.account_id,
        )  # fmt: skip
        assert not after.carried


def test_an_earlier_list_takes_nothing_from_a_later_one(session: Session) -> None:
    load_sheet(session, august(), NOW)
    load_sheet(session, pool(), NOW)
    assert not any(one.carried for one in session.scalars(select(ListItem)))
