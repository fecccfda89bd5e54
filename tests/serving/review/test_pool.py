"""The month's pool: what is told of it, moves by hand, and what no move can do."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.access.viewer import NotFoundError, Viewer
from serving.review.exchange.load import Sheet, load_sheet
from serving.review.exchange.terms import Terms
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.lists import ListItem, Status, Stratum, VisitList
from serving.review.store.trail import AccessEntry
from serving.review.work.assigning import AssignFaultError, assign
from serving.review.work.changes import Change, change_status
from serving.review.work.my_list import Wanted, my_list
from serving.review.work.pool import SHOWS, PoolAsked, Show, by_lot, pool_of, pool_part, pools_of, why_of
from serving.review.work.pool_moves import MoveFaultError, Moving, move_place, pool_place
from tests.serving.review.making import FAR_COUNTY, NEXT_VILLAGE, NOW, VILLAGE, account, loaded
from tests.serving.review.supervising import AWAY, NEED, item, pool, rows


@pytest.fixture
def supervisor(database: Database) -> Viewer:
    """Who supervises the township of the pool."""
    loaded(database, pool())
    with database.writing() as session:
        return account(session, Role.SUPERVISOR)


@pytest.fixture
def session(database: Database, supervisor: Viewer) -> Iterator[Session]:
    """A writing session; nothing of it is kept."""
    assert supervisor
    with database.writing() as opened:
        yield opened


def moving(session: Session, number: int, *, add: bool = False, reason: str = "") -> Moving:
    one = item(session, number)
    return Moving(one.id, one.version, add, reason or (NEED if add else AWAY))


def numbers(session: Session, viewer: Viewer, show: Show = "all") -> list[int]:
    key = pools_of(session, viewer)[0].id
    part = pool_part(session, viewer, PoolAsked(key, show), NOW)
    assert part.matching == len(part.items)
    return [int(one.household_id[-3:]) for one in part.items]


def test_a_pool_is_told_with_its_cut_and_what_to_expect(session: Session, supervisor: Viewer) -> None:
    found = pool_of(session, supervisor, pools_of(session, supervisor)[0].id, 5)
    assert [(why.kind, why.places) for why in found.whys] == [("duty", 2), ("score", 3), ("random", 2)]
    assert [why.expected for why in found.whys] == pytest.approx([0.5, 1.3, 0.2])
    assert (found.listed, found.below, found.taken, found.random_drawn, found.random_kept) == (7, 2, 0, 2, 2)
    assert found.next_expected == pytest.approx(0.2)
    assert found.terms.known
    assert not found.terms.overloaded


def test_what_is_shown_of_a_pool(session: Session, supervisor: Viewer) -> None:
    shown = {show: numbers(session, supervisor, show) for show in SHOWS}
    assert shown == {
        "all": [1, 2, 3, 4, 5, 6, 7, 8, 9], "duty": [1, 2], "random": [6, 7], "new": [3], "by_hand": [],
        "below": [8, 9], "taken": [],
    }  # fmt: skip
    one, other = item(session, 6), item(session, 8)
    assert (why_of(one), by_lot(one), why_of(other), by_lot(other)) == ("random", True, "next", False)


def test_taking_off_is_logged_and_the_draw_stays(session: Session, supervisor: Viewer) -> None:
    moved = move_place(session, supervisor, moving(session, 6), NOW)
    assert (moved.listed, moved.stratum, moved.moved_reason, moved.version) == (False, Stratum.BY_HAND, AWAY, 2)
    row = rows(session)[-1]
    assert row.content == {
        "list_id": "L2018-07", "household_id": moved.household_id, "as_of": "2018-06-30", "model_id": "m1",
        "stratum": "by_hand", "frame_size": 120, "inclusion_probability": 0.5, "drawn": True, "removed_reason": AWAY,
        "source": "by_hand:away",
    }  # fmt: skip
    found = pool_of(session, supervisor, moved.list_pk, 5)
    assert (found.random_drawn, found.random_kept, found.taken, found.listed) == (2, 1, 1, 6)
    assert numbers(session, supervisor) == [1, 2, 3, 4, 5, 7, 8, 9, 6]
    assert numbers(session, supervisor, "taken") == [6]
    assert 6 not in [int(one.household_id[-3:]) for one in my_list(session, supervisor, Wanted(), "list", NOW).items]


def test_putting_on_goes_behind_the_others_and_back_again(session: Session, supervisor: Viewer) -> None:
    worker = account(session, Role.CASEWORKER, NEXT_VILLAGE)
    added = move_place(session, supervisor, moving(session, 9, add=True), NOW)
    assert (added.place, added.assigned_to, why_of(added)) == (8, worker.account_id, "by_hand")
    assert numbers(session, supervisor) == [1, 2, 3, 4, 5, 6, 7, 9, 8]
    assert (rows(session)[-1].content["drawn"], rows(session)[-1].content["removed_reason"]) == (True, None)
    back = move_place(session, supervisor, moving(session, 9), NOW)
    assert (back.listed, back.assigned_to) == (False, None)
    assert [row.retracts is None for row in rows(session)] == [True, False, True]


@pytest.mark.parametrize(
    ("number", "add", "reason", "fault"),
    [
        (1, "remove", AWAY, "duty_stays"),
        (3, "remove", "because", "move_reason"),
        (3, "remove", NEED, "move_reason"),
        (8, "add", AWAY, "move_reason"),
        (3, "add", NEED, "changed_first"),
        (8, "remove", AWAY, "changed_first"),
    ],
)
def test_what_is_not_moved(
    session: Session, supervisor: Viewer, number: int, add: str, reason: str, fault: str
) -> None:
    with pytest.raises(MoveFaultError, match=fault):
        move_place(session, supervisor, moving(session, number, add=add == "add", reason=reason), NOW)
    assert rows(session) == []


def test_a_place_with_its_result_is_not_moved(session: Session, supervisor: Viewer) -> None:
    one = item(session, 3)
    change_status(session, supervisor, Change(one.id, one.version, Status.DONE, NOW.date()), NOW)
    with pytest.raises(MoveFaultError, match="place_settled"):
        move_place(session, supervisor, moving(session, 3), NOW)


def test_an_old_version_moves_nothing(session: Session, supervisor: Viewer) -> None:
    stale = moving(session, 3)
    move_place(session, supervisor, stale, NOW)
    with pytest.raises(MoveFaultError, match="changed_first"):
        move_place(session, supervisor, replace(stale, add=True, reason=NEED), NOW)


def test_a_visit_of_the_day_of_the_move_taken_back_leaves_the_move(session: Session, supervisor: Viewer) -> None:
    added = move_place(session, supervisor, moving(session, 8, add=True), NOW)
    change_status(session, supervisor, Change(added.id, added.version, Status.DONE, NOW.date()), NOW)
    standing = [row for row in rows(session) if row.retracts is None][-1]
    assert (standing.content["source"], standing.content["visit_id"] is not None) == (f"by_hand:{NEED}", True)
    change_status(session, supervisor, Change(added.id, added.version, Status.OPEN, NOW.date()), NOW)
    taken = {row.retracts for row in rows(session)}
    left = [row.content for row in rows(session) if row.retracts is None and row.row_id not in taken]
    assert [(one["drawn"], one["source"], one.get("visit_id")) for one in left] == [(True, f"by_hand:{NEED}", None)]


def test_the_day_a_list_speaks_for_is_that_of_the_draw(session: Session, supervisor: Viewer) -> None:
    """The ledger has the draw's line of that day already, and takes one line of a household and day."""
    now = datetime(2018, 6, 30, 3, tzinfo=UTC)
    move_place(session, supervisor, moving(session, 6), now)
    one = item(session, 3)
    change_status(session, supervisor, Change(one.id, one.version, Status.DONE, now.date()), now)
    lines = [row for row in rows(session) if row.table == "assignments"]
    assert [(row.valid_from, row.recorded_on) for row in lines] == [(date(2018, 7, 1), date(2018, 7, 1))] * 2


@pytest.mark.parametrize(
    ("role", "region"),
    [(Role.CASEWORKER, VILLAGE), (Role.SUPERVISOR, FAR_COUNTY), (Role.AUDITOR, ""), (Role.MODEL_OWNER, "")],
)
def test_nobody_else_sees_or_moves_anything(session: Session, role: Role, region: str) -> None:
    other = account(session, role, region, name="other")
    key = session.scalars(select(VisitList.id)).one()
    assert pools_of(session, other) == []
    assert pool_part(session, other, PoolAsked(key), NOW).items == []
    for act in (
        lambda: pool_of(session, other, key, 5),
        lambda: pool_place(session, other, item(session, 3).id, NOW),
        lambda: move_place(session, other, moving(session, 3), NOW),
    ):
        with pytest.raises(NotFoundError):
            act()


def test_the_list_of_last_month_is_over(session: Session, supervisor: Viewer) -> None:
    old = item(session, 4)
    following = replace(pool(), list_id="L2018-08", period_from=NOW.date(), period_to=NOW.date())
    load_sheet(session, following, NOW)
    with pytest.raises(NotFoundError):
        move_place(session, supervisor, Moving(old.id, old.version, add=False, reason=AWAY), NOW)


def test_accesses_to_a_pool_are_noted(database: Database, supervisor: Viewer) -> None:
    with database.reading() as session:
        pool_place(session, supervisor, item(session, 3).id, NOW)
    with database.writing() as session:
        move_place(session, supervisor, moving(session, 3), NOW)
    with database.reading() as session:
        noted = session.scalars(select(AccessEntry).order_by(AccessEntry.id)).all()
        assert [(one.purpose, one.action) for one in noted] == [("pool", "read"), ("pool", "write")]


def test_a_list_that_said_nothing_of_its_terms(session: Session) -> None:
    load_sheet(session, Sheet("bare", "520101002", NOW.date(), NOW.date(), NOW.date(), 0, []), NOW)
    assert Terms.read(session.scalars(select(VisitList).where(VisitList.list_id == "bare")).one().terms) == Terms()


def test_two_supervisors_at_the_same_moment_move_a_place_once(database: Database, supervisor: Viewer) -> None:
    with database.writing() as session:
        viewers = [supervisor, account(session, Role.SUPERVISOR, name="second")]
        wanted = moving(session, 8, add=True)
    told = _at_once(database, [lambda session, one=one: move_place(session, one, wanted, NOW) for one in viewers])
    assert sorted(told) == ["", "changed_first"]
    with database.reading() as session:
        assert item(session, 8).listed
        assert len(rows(session)) == 1


def test_two_who_put_on_different_households_give_them_different_places(database: Database, supervisor: Viewer) -> None:
    with database.reading() as session:
        wanted = [moving(session, number, add=True) for number in (8, 9)]
    acts = [lambda session, one=one: move_place(session, supervisor, one, NOW) for one in wanted]
    assert _at_once(database, acts) == ["", ""]
    with database.reading() as session:
        assert {item(session, number).place for number in (8, 9)} == {8, 9}


def _at_once(database: Database, acts: Sequence[object]) -> list[str]:
    """Run acts in threads that begin together; the word of each fault, empty for none."""
    start, told = threading.Barrier(len(acts)), []

    def run(act: object) -> None:
        start.wait()
        try:
            with database.writing() as session:
                act(session)  # type: ignore[operator]
            told.append("")
        except MoveFaultError as error:
            told.append(error.code)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return told


acts = st.lists(
    st.tuples(st.sampled_from(["add", "remove", "assign", "done", "open"]), st.integers(1, 9), st.integers(0, 2)),
    max_size=14,
)


@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=acts)
def test_nothing_that_is_done_displaces_a_duty_or_loses_a_place(
    database: Database, supervisor: Viewer, steps: list[tuple[str, int, int]]
) -> None:
    with database.writing() as session, session.begin_nested() as undo:
        people = [account(session, Role.CASEWORKER, VILLAGE, name=f"w{number}").account_id for number in (1, 2)]
        for moment, (what, number, who) in enumerate(steps):
            _act(session, supervisor, what, item(session, number), [0, *people][who], NOW + timedelta(minutes=moment))
        found = session.scalars(select(ListItem).order_by(ListItem.id)).all()
        assert [int(one.household_id[-3:]) for one in found] == list(range(1, 10))
        duties = [one for one in found if one.is_duty]
        assert all(one.listed and one.stratum is Stratum.DUTY for one in duties)
        others = [one.place for one in found if one.listed and not one.is_duty]
        assert all(duty.place < other for duty in duties for other in others)
        assert [one.inclusion_probability for one in found] == [1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5]
        assert [one.kind for one in found][5:7] == ["random", "random"]
        _assert_the_ledger_hears_the_same(session, found)
        undo.rollback()


def _act(session: Session, viewer: Viewer, what: str, one: ListItem, who: int, now: datetime) -> None:
    try:
        if what in ("add", "remove"):
            reason = NEED if what == "add" else AWAY
            move_place(session, viewer, Moving(one.id, one.version, what == "add", reason), now)
        elif what == "assign":
            assign(session, viewer, {one.id: one.version}, who, now)
        elif one.listed:
            status = Status.DONE if what == "done" else Status.OPEN
            change_status(session, viewer, Change(one.id, one.version, status, NOW.date()), now)
    except (MoveFaultError, AssignFaultError, NotFoundError):
        return


def _assert_the_ledger_hears_the_same(session: Session, found: Sequence[ListItem]) -> None:
    queued = rows(session)
    taken = {row.retracts for row in queued}
    for one in found:
        mine = [row for row in queued if row.content["household_id"] == one.household_id and row.retracts is None]
        left = [row for row in mine if row.row_id not in taken]
        if one.moved_reason is None:
            assert all(row.content["drawn"] and row.content["removed_reason"] is None for row in left)
            continue
        assert len(left) == 1
        assert (left[0].content["drawn"] and left[0].content["removed_reason"] is None) == one.listed
