"""Changes of places: what becomes of them, who may, and two people at the same place."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.access.viewer import NotFoundError, Viewer
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.lists import ListItem, Status
from serving.review.store.trail import AccessEntry, OutboxRow
from serving.review.store.visits import VisitRecord
from serving.review.work.changes import Change, ChangeFaultError, ConflictError, change_status, move, onto
from serving.review.work.my_list import Wanted, my_list
from tests.serving.review.making import FAR_VILLAGE, NEXT_VILLAGE, NOW, VILLAGE, account, item_id, loaded

TODAY = date(2018, 7, 5)


@pytest.fixture
def worker(database: Database) -> Viewer:
    """A caseworker of the village of the list of July."""
    loaded(database)
    with database.writing() as session:
        return account(session)


@pytest.fixture
def session(database: Database, worker: Viewer) -> Iterator[Session]:
    """A writing session; nothing of it is kept."""
    assert worker
    with database.writing() as opened:
        yield opened


def change(session: Session, number: int, status: Status, **other: object) -> Change:
    made = Change(item_id(session, number), 1, status, TODAY)
    return replace(made, **other)  # type: ignore[arg-type]


def facts(session: Session, table: str) -> list[OutboxRow]:
    return list(session.scalars(select(OutboxRow).where(OutboxRow.table == table).order_by(OutboxRow.id)))


def test_done_is_a_visit_at_which_somebody_was_met(session: Session, worker: Viewer) -> None:
    item = change_status(session, worker, change(session, 3, Status.DONE), NOW)
    assert (item.status, item.status_on, item.version, item.changed_by) == (Status.DONE, TODAY, 2, worker.account_id)
    visit = session.scalars(select(VisitRecord)).one()
    assert (visit.household_id, visit.met, visit.visited_on, visit.purpose) == (
        item.household_id,
        True,
        TODAY,
        "listed",
    )
    row = facts(session, "visits")[0]
    assert (row.county, row.valid_from, row.recorded_on, row.retracts) == ("520101", TODAY, TODAY, None)
    assert row.content == {
        "visit_id": visit.visit_id, "household_id": item.household_id, "visited_on": "2018-07-05",
        "visitor_id": f"account-{worker.account_id}", "purpose": "listed", "met": True,
    }  # fmt: skip
    line = facts(session, "assignments")[0].content
    assert (line["list_id"], line["stratum"], line["visit_id"]) == ("L2018-07", "score", visit.visit_id)


def test_not_met_is_an_attempt_and_wants_a_reason(session: Session, worker: Viewer) -> None:
    with pytest.raises(ChangeFaultError, match="reason_missing"):
        change_status(session, worker, change(session, 1, Status.NOT_MET), NOW)
    change_status(session, worker, change(session, 1, Status.NOT_MET, reason="nobody_home"), NOW)
    row = facts(session, "visits")[0].content
    assert (row["met"], row["purpose"]) == (False, "interval")


def test_postponed_is_no_visit(session: Session, worker: Viewer) -> None:
    change_status(session, worker, change(session, 3, Status.POSTPONED, reason="road", note="bridge"), NOW)
    assert facts(session, "visits") == []


@pytest.mark.parametrize(
    ("fault", "other"),
    [
        ("reason_missing", {"reason": "nobody_home"}),
        ("day_future", {"on": date(2018, 7, 6)}),
        ("day_before_list", {"on": date(2018, 6, 29)}),
        ("note_long", {"note": "x" * 2001}),
    ],
)
def test_what_cannot_be_is_refused(session: Session, worker: Viewer, fault: str, other: dict[str, object]) -> None:
    with pytest.raises(ChangeFaultError, match=fault):
        change_status(session, worker, change(session, 3, Status.DONE, **other), NOW)


def test_the_day_is_that_of_the_place_of_work(session: Session, worker: Viewer) -> None:
    """Half past midnight in Guizhou is still yesterday in UTC."""
    late = NOW.replace(hour=16, minute=30)
    assert change_status(session, worker, change(session, 3, Status.DONE, on=date(2018, 7, 6)), late)


def test_a_mistake_is_taken_back_in_the_ledger_too(session: Session, worker: Viewer) -> None:
    item = change_status(session, worker, change(session, 3, Status.DONE), NOW)
    change_status(session, worker, change(session, 3, Status.OPEN, version=item.version), NOW)
    assert (item.status, item.status_on) == (Status.OPEN, None)
    assert session.scalars(select(VisitRecord)).one().taken_back_at == NOW
    for table in ("visits", "assignments"):
        said, back = facts(session, table)
        assert back.retracts == said.row_id
    change_status(session, worker, change(session, 3, Status.DONE, version=item.version), NOW)
    assert [row.retracts is None for row in facts(session, "assignments")] == [True, False, True]


def test_the_second_of_two_is_shown_both_versions(database: Database, worker: Viewer) -> None:
    with database.writing() as session:
        first = change(session, 3, Status.DONE)
        change_status(session, worker, first, NOW)
    second = replace(first, status=Status.POSTPONED, reason="road")
    with pytest.raises(ConflictError) as refused, database.writing() as session:
        change_status(session, worker, second, NOW)
    with database.writing() as session:
        item = session.get_one(ListItem, first.item_id)
        assert (item.status, refused.value.change) == (Status.DONE, second)
        change_status(session, worker, onto(second, item), NOW)
        assert session.get_one(ListItem, first.item_id).status is Status.POSTPONED


def test_of_many_at_the_same_moment_one_wins_and_the_others_are_told(database: Database, worker: Viewer) -> None:
    with database.reading() as session:
        wanted = [change(session, 3, Status.DONE, note=f"by {number}") for number in range(4)]
    start, told = threading.Barrier(4), []

    def change_it(own: Change) -> None:
        start.wait()
        try:
            with database.writing() as session:
                change_status(session, worker, own, NOW)
        except ConflictError as error:
            told.append(error.change.note)

    threads = [threading.Thread(target=change_it, args=(own,)) for own in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with database.reading() as session:
        kept = session.get_one(ListItem, wanted[0].item_id)
        assert kept.version == 2
        assert sorted([*told, kept.note or ""]) == [f"by {number}" for number in range(4)]
        assert len(facts(session, "visits")) == 1


def test_places_change_within_their_kind(session: Session, worker: Viewer) -> None:
    def order() -> list[str]:
        return [item.household_id[-3:] for item in my_list(session, worker, Wanted(), "list", NOW).items]

    assert order() == ["001", "002", "003", "004", "005"]
    assert move(session, worker, item_id(session, 4), 1, -1, NOW)
    assert order() == ["001", "002", "004", "003", "005"]
    assert not move(session, worker, item_id(session, 4), 2, -1, NOW), "a duty is not displaced"
    assert not move(session, worker, item_id(session, 2), 1, 1, NOW), "nor does it sink among the others"
    assert not move(session, worker, item_id(session, 5), 1, 1, NOW), "places outside the region do not count"
    assert session.get_one(ListItem, item_id(session, 4)).moved_by_hand
    with pytest.raises(ConflictError):
        move(session, worker, item_id(session, 4), 1, 1, NOW)


def test_a_settled_place_does_not_move(session: Session, worker: Viewer) -> None:
    item = change_status(session, worker, change(session, 3, Status.DONE), NOW)
    assert not move(session, worker, item.id, item.version, 1, NOW)


@pytest.mark.parametrize("number", [6, 7])
def test_another_village_is_not_there(session: Session, worker: Viewer, number: int) -> None:
    region = NEXT_VILLAGE if number == 6 else FAR_VILLAGE
    outside = Change(item_id(session, number, region), 1, Status.DONE, TODAY)
    with pytest.raises(NotFoundError):
        change_status(session, worker, outside, NOW)
    with pytest.raises(NotFoundError):
        move(session, worker, outside.item_id, 1, 1, NOW)


@pytest.mark.parametrize("role", [Role.MODEL_OWNER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_other_roles_change_nothing(session: Session, role: Role) -> None:
    with pytest.raises(NotFoundError):
        change_status(session, account(session, role), change(session, 3, Status.DONE), NOW)


def test_every_change_is_logged_without_a_value(database: Database, worker: Viewer) -> None:
    with database.writing() as session:
        change_status(session, worker, change(session, 3, Status.DONE, note="her aunt came"), NOW)
    with database.reading() as session:
        entry = session.scalars(select(AccessEntry)).one()
        assert (entry.account_id, entry.action, entry.purpose, entry.at) == (worker.account_id, "write", "list", NOW)
        assert [(one.household_id, one.region_code) for one in entry.records] == [("H001001-003", VILLAGE)]
