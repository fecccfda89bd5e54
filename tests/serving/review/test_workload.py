"""Who goes where: loads, assigning, and two supervisors at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.access.accounts import OPERATOR, NewAccount, add_account
from serving.review.access.viewer import NotAllowedError, NotFoundError, Viewer
from serving.review.exchange.terms import Terms
from serving.review.store.accounts import Account, Role
from serving.review.store.database import Database
from serving.review.store.decisions import Correction, CorrectionState, Override, Rating
from serving.review.store.lists import Status
from serving.review.store.trail import AccessEntry
from serving.review.work.assigning import Assigned, AssignFaultError, assign, assign_village, village_mark
from serving.review.work.changes import Change, change_status
from serving.review.work.today import today_of
from serving.review.work.workload import Load, PlacesAsked, people_of, places_named, places_of, workload
from tests.serving.review.making import FAR_COUNTY, NEXT_VILLAGE, NOW, TOWNSHIP, VILLAGE, account, loaded, sheet
from tests.serving.review.supervising import TERMS, item, pool

TODAY = NOW.date()


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


def person(session: Session, name: str, *regions: str, role: Role = Role.CASEWORKER) -> int:
    new = NewAccount(f"{name}-{role}", name, role, regions or (VILLAGE,))
    return add_account(session, OPERATOR, new, None, NOW).id


def seen(session: Session, *numbers: int) -> dict[int, int]:
    return {item(session, number).id: item(session, number).version for number in numbers}


def who(session: Session, *numbers: int) -> list[int | None]:
    return [item(session, number).assigned_to for number in numbers]


def test_loads_by_person_and_village_with_nobody_first(session: Session, supervisor: Viewer) -> None:
    zhu, an = person(session, "朱红"), person(session, "安宁")
    assign(session, supervisor, seen(session, 1, 3, 4), zhu, NOW)
    one = item(session, 3)
    change_status(session, supervisor, Change(one.id, one.version, Status.POSTPONED, TODAY, "road"), NOW)
    found = workload(session, supervisor, NOW)
    assert found.capacity == TERMS.per_director
    assert found.nobody == Load(places=4, to_visit=4, soon=1, overdue=0)
    loads = {one.account_id: one.load for one in found.directors}
    assert list(loads) == [an, supervisor.account_id, zhu]
    assert (loads[an], loads[zhu]) == (Load(), Load(places=3, to_visit=2, soon=0, overdue=1, postponed=1))
    assert found.directors[0].regions == (VILLAGE,)
    assert [(village.code, village.load.places, village.over) for village in found.villages] == [
        (VILLAGE, 6, True), (NEXT_VILLAGE, 1, False),
    ]  # fmt: skip
    assert (found.whole.places, found.unassigned) == (7, 4)


def test_people_are_in_the_order_of_their_names_and_may_visit(session: Session, supervisor: Viewer) -> None:
    for name, region in (("单玉芬", VILLAGE), ("曾祥云", NEXT_VILLAGE), ("王秀英", TOWNSHIP)):
        person(session, name, region)
    person(session, "安宁", FAR_COUNTY + "001001")
    person(session, "白云", "", role=Role.AUDITOR)
    locked = person(session, "丁一")
    session.get_one(Account, locked).locked_at = NOW
    names = [one.display_name for one in people_of(session, supervisor)]
    assert names == ["单玉芬", "王小明", "王秀英", "曾祥云"]
    assert locked in {one.id for one in people_of(session, supervisor, {locked})}
    with pytest.raises(NotAllowedError):
        people_of(session, account(session))


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (PlacesAsked("unassigned"), [1, 2, 4, 5, 6, 7]),
        (PlacesAsked("overdue"), [1]),
        (PlacesAsked("soon"), [2]),
        (PlacesAsked("all"), [1, 2, 3, 4, 5, 6, 7]),
        (PlacesAsked("open", village=NEXT_VILLAGE), [5]),
        (PlacesAsked("open", first=1, count=2), [2, 3]),
    ],
)
def test_places_to_share_out(session: Session, supervisor: Viewer, asked: PlacesAsked, numbers: list[int]) -> None:
    goes = person(session, "朱红")
    assign(session, supervisor, seen(session, 3), goes, NOW)
    found, matching = places_of(session, supervisor, asked, NOW)
    assert sorted(int(one.household_id[-3:]) for one in found) == numbers
    assert matching == (7 if asked.first else len(numbers))
    mine, _ = places_of(session, supervisor, PlacesAsked("open", goes), NOW)
    assert [one.assigned_to for one in mine] == [goes]
    assert places_named(session, account(session, Role.SUPERVISOR, FAR_COUNTY), [mine[0].id], NOW) == []


def test_assigning_many_and_taking_them_back(session: Session, supervisor: Viewer) -> None:
    goes = person(session, "朱红", TOWNSHIP)
    done = assign(session, supervisor, seen(session, 1, 5), goes, NOW)
    assert (len(done.changed), list(done.meanwhile), who(session, 1, 5, 3)) == (2, [], [goes, goes, None])
    assign(session, supervisor, seen(session, 1), 0, NOW)
    assert who(session, 1, 5) == [None, goes]
    same = item(session, 5).version
    assign(session, supervisor, seen(session, 5), goes, NOW)
    assert item(session, 5).version == same, "who goes there already is no change"


def test_what_cannot_be_assigned(session: Session, supervisor: Viewer) -> None:
    goes = person(session, "朱红")
    with pytest.raises(AssignFaultError, match="no_place_chosen"):
        assign(session, supervisor, {}, goes, NOW)
    with pytest.raises(AssignFaultError, match="account_elsewhere"):
        assign(session, supervisor, seen(session, 1, 5), goes, NOW)
    auditor = person(session, "白云", "", role=Role.AUDITOR)
    session.get_one(Account, goes).locked_at = NOW
    for account_id in (auditor, goes, 999):
        with pytest.raises(NotFoundError):
            assign(session, supervisor, seen(session, 1), account_id, NOW)
    for number in (8, 3):
        places = seen(session, number) if number == 8 else {item(session, 3).id: 1, 99_999: 1}
        with pytest.raises(NotFoundError):
            assign(session, supervisor, places, 0, NOW)
    assert who(session, 1, 5) == [None, None]


def test_others_assign_nothing(session: Session) -> None:
    for viewer in (account(session), account(session, Role.SUPERVISOR, FAR_COUNTY)):
        with pytest.raises(NotFoundError):
            assign(session, viewer, seen(session, 1), 0, NOW)
        with pytest.raises(AssignFaultError):
            assign_village(session, viewer, VILLAGE, "", 0, NOW)
        assert village_mark(session, viewer, VILLAGE) == "0.0"


def test_a_whole_village_if_it_is_as_it_was_seen(session: Session, supervisor: Viewer) -> None:
    goes, mark = person(session, "朱红"), village_mark(session, supervisor, VILLAGE)
    one = item(session, 3)
    change_status(session, supervisor, Change(one.id, one.version, Status.DONE, TODAY), NOW)
    left = assign_village(session, supervisor, VILLAGE, mark, goes, NOW)
    assert (list(left.changed), len(left.meanwhile)) == ([], 5)
    done = assign_village(session, supervisor, VILLAGE, village_mark(session, supervisor, VILLAGE), goes, NOW)
    assert len(done.changed) == 5
    assert who(session, 1, 2, 3, 4, 6, 7) == [goes, goes, None, goes, goes, goes]
    with pytest.raises(AssignFaultError, match="no_place_chosen"):
        assign_village(session, supervisor, "520101001009", "", goes, NOW)


def test_two_supervisors_at_the_same_moment_neither_loses(database: Database, supervisor: Viewer) -> None:
    with database.writing() as session:
        second = account(session, Role.SUPERVISOR, name="second")
        goes = [person(session, name) for name in ("朱红", "安宁")]
        wanted = [seen(session, 1, 2, 3), seen(session, 2, 3, 4)]
    start = threading.Barrier(2)
    told: dict[int, Assigned] = {}

    def run(turn: int) -> None:
        start.wait()
        with database.writing() as session:
            told[turn] = assign(session, (supervisor, second)[turn], wanted[turn], goes[turn], NOW)

    threads = [threading.Thread(target=run, args=(turn,)) for turn in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    first = 0 if len(told[0].changed) == 3 else 1
    assert len(told[first].changed) == 3
    assert (len(told[1 - first].changed), len(told[1 - first].meanwhile)) == (1, 2), "told which, and did the other"
    with database.reading() as session:
        by_id = {item(session, number).id: item(session, number) for number in (1, 2, 3, 4)}
        for turn in (0, 1):
            assert {by_id[one].assigned_to for one in told[turn].changed} == {goes[turn]}
        entries = session.scalars(select(AccessEntry).where(AccessEntry.purpose == "assign")).all()
        assert {(one.account_id, len(one.records)) for one in entries} == {
            ((supervisor, second)[first].account_id, 3), ((supervisor, second)[1 - first].account_id, 1),
        }  # fmt: skip


def test_what_waits_today(session: Session, supervisor: Viewer) -> None:
    for answered in (None, NOW):
        session.add(
            Override(
                item_id=item(session, 3).id, account_id=supervisor.account_id, household_id="H", region_code=VILLAGE,
                wanted=Rating.SOON, reason="other", place_was=1, place_is=1, made_at=NOW, answered_at=answered,
            )
        )  # fmt: skip
    for state in CorrectionState:
        session.add(
            Correction(
                account_id=supervisor.account_id, household_id="H", region_code=VILLAGE, table="children",
                column="sex", valid_from=TODAY, state=state, made_at=NOW,
            )
        )  # fmt: skip
    found = today_of(session, supervisor, NOW)
    assert (found.overrides, found.corrections, found.tasks, found.tasks_late) == (1, 1, 0, 0)
    assert (found.new, found.random_kept, found.villages_over, found.work.whole.overdue) == (1, 2, 1, 1)
    assert (list(found.overloaded), found.newest) == ([], sheet().data_newest_on)
    none = today_of(session, account(session, Role.SUPERVISOR, FAR_COUNTY), NOW)
    assert (none.overrides, none.corrections, none.newest, none.work.whole) == (0, 0, None, Load())


def test_more_duties_than_there_is_room_for_go_to_the_supervisor(database: Database) -> None:
    loaded(database, pool(list_id="full"), sheet(list_id="none", region="520101009"))
    with database.writing() as session:
        lists = today_of(session, account(session, Role.SUPERVISOR), NOW).lists
        lists[0].terms = Terms("p", visits=1, duties=2).content()
        session.flush()
        found = today_of(session, account(session, Role.SUPERVISOR, name="x"), NOW)
        assert [(one.list_id, said.duties) for one, said in found.overloaded] == [("full", 2)]


def test_due_days_are_those_of_the_place_of_work(session: Session, supervisor: Viewer) -> None:
    late = datetime(2018, 7, 9, 16, 30, tzinfo=UTC)
    assert workload(session, supervisor, late).whole.overdue == 2
