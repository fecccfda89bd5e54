"""The training mode: invented families of one's own, and nothing of it reaches anybody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from features.definition import load_definition
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, REGION
from features.identity.keys import load_key
from serving.review.access.accounts import OPERATOR, AccountFaultError, NewAccount, add_account
from serving.review.access.sessions import find_session, open_session
from serving.review.access.viewer import May, NotAllowedError, NotFoundError, Viewer, within
from serving.review.cases.about import About
from serving.review.cases.persons import persons_of
from serving.review.cases.practice import practice_source
from serving.review.cases.records import records
from serving.review.desk import Desk, Folders
from serving.review.exchange.load import load_sheet
from serving.review.practice.families import practice_families
from serving.review.practice.region import is_practice, practice_region
from serving.review.settings import settings
from serving.review.store.accounts import Account, Role, SignedIn
from serving.review.store.database import Database
from serving.review.store.decisions import (
    Correction,
    CorrectionState,
    Override,
    OwnRating,
    Rating,
    Refusal,
    Reply,
)
from serving.review.store.lists import ListItem, Status
from serving.review.store.tables import METADATA
from serving.review.store.trail import AccessEntry, OutboxRow
from serving.review.store.visits import ReportTask, TaskState, VisitFinding, VisitRecord
from serving.review.work.access_log import accesses
from serving.review.work.changes import Change, change_status
from serving.review.work.corrections import Asked, correct
from serving.review.work.my_list import Wanted, find_item, my_list
from serving.review.work.overruling import Overruling, overrule
from serving.review.work.practice import end_practice, exercises, start_practice
from serving.review.work.ratings import rate
from serving.review.work.refusals import refuse
from serving.review.work.tasks import escalate_due, open_tasks
from serving.review.work.visit_entry import Found, Look, VisitEntry
from serving.review.work.visit_scene import scene_of
from serving.review.work.visits import mark_of, record_visit
from tests.serving.review.making import NOW, VILLAGE, account, july

TODAY = date(2018, 7, 5)


def practising(session: Session, desk: Desk, viewer: Viewer, now: datetime = NOW) -> tuple[Viewer, SignedIn]:
    """Start to practise; returns the viewer of the session meanwhile, and the session."""
    token = open_session(session, session.get_one(Account, viewer.account_id), "a phone", now)
    session.flush()
    signed_in = find_session(session, token, now)
    assert signed_in is not None
    start_practice(session, desk, viewer, signed_in, now)
    return Viewer.signed_in(signed_in), signed_in


def counts(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in METADATA.sorted_tables
    }


def use_everything(session: Session, viewer: Viewer) -> None:
    """A row in every table that work on a list fills, all of it in the practice village."""
    items = my_list(session, viewer, Wanted(), "list", NOW).items
    for item in items[:2]:
        change_status(session, viewer, Change(item.id, item.version, Status.DONE, TODAY), NOW)
    must_rate = next(item for item in items if item.rating_asked)
    rate(session, viewer, must_rate.id, Rating.SOON, NOW)
    record = session.scalars(select(VisitRecord)).first()
    assert record is not None
    home = {"household_id": must_rate.household_id, "region_code": must_rate.region_code}
    mine = {"account_id": viewer.account_id, **home}
    finding = VisitFinding(finding_id="f", visit_pk=record.id, domain="guardianship", severity=3)
    session.add(finding)
    session.flush()
    session.add_all(
        [
            ReportTask(
                finding_pk=finding.id, rule="x", step=0, legal_basis="x", recipient="x", due_at=NOW,
                state=TaskState.OPEN,
                opened_by=viewer.account_id, opened_at=NOW, **home,
            ),
            Refusal(child_id="c", refused_on=TODAY, made_at=NOW, **mine),
            Correction(
                table="children", column="schooling", value_is="junior", valid_from=TODAY, made_at=NOW,
                state=CorrectionState.WAITING, **mine,
            ),
        ]
    )  # fmt: skip
    override = Override(
        item_id=must_rate.id, wanted=Rating.IN_TURN, reason="seen_lately", place_was=4, place_is=6, made_at=NOW, **mine
    )
    override.replies = [Reply(account_id=viewer.account_id, text="seen", made_at=NOW)]
    session.add(override)
    session.flush()


def test_one_works_with_ones_own_families_and_no_others(database: Database) -> None:
    desk = Desk(database)
    with database.writing() as session:
        me, other = account(session, name="wang"), account(session, name="li")
        load_sheet(session, july(), NOW)
        before = [item.id for item in my_list(session, me, Wanted(), "list", NOW).items]
        viewer, signed_in = practising(session, desk, me)
        practising(session, desk, other)
        items = my_list(session, viewer, Wanted(), "list", NOW).items
        assert len(items) == len(practice_families()) == 6
        assert {item.region_code for item in items} == {practice_region(me.account_id)}
        assert not set(before) & {item.id for item in items}
        with pytest.raises(NotFoundError):
            find_item(session, viewer, before[0], "household", NOW)
        assert [item.id for item in my_list(session, me, Wanted(), "list", NOW).items] == before
        end_practice(session, me, signed_in)
        assert Viewer.signed_in(signed_in) == me


def test_all_that_was_practised_is_taken_away_and_nothing_of_others(database: Database) -> None:
    desk = Desk(database, folders=Folders())
    with database.writing() as session:
        me, other = account(session, name="wang"), account(session, name="li")
        load_sheet(session, july(), NOW)
        practising(session, desk, other)
        token = open_session(session, session.get_one(Account, me.account_id), "a phone", NOW)
        session.flush()
        before = counts(session)
        signed_in = find_session(session, token, NOW)
        assert signed_in is not None
        start_practice(session, desk, me, signed_in, NOW)
        use_everything(session, Viewer.signed_in(signed_in))
        meanwhile = counts(session)
        assert meanwhile["replies"] == meanwhile["report_tasks"] == meanwhile["own_ratings"] == 1
        end_practice(session, me, signed_in)
        assert counts(session) == before


def test_nothing_of_it_reaches_outbox_log_or_anybody_else(database: Database) -> None:
    desk = Desk(database)
    with database.writing() as session:
        viewer, _ = practising(session, desk, account(session, name="wang"))
        use_everything(session, viewer)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0
        assert session.scalar(select(func.count()).select_from(AccessEntry)) == 0
        everywhere = [Viewer(99, str(role), role, ("",)) for role in Role]
        for seer in everywhere:
            for right in May:
                for table in (ListItem, OwnRating, Override, Correction, Refusal, VisitRecord, ReportTask):
                    seen = session.scalars(select(table.id).where(within(seer, right, table.region_code))).all()
                    assert seen == [], (seer.role, right, table)
            assert accesses(session, seer) == []
        assert viewer.role is Role.CASEWORKER
        assert not any(seer.covers(viewer.regions[0]) for seer in everywhere)


def test_practising_needs_the_right_to_work_on_lists(database: Database) -> None:
    with database.writing() as session:
        for role in (Role.MODEL_OWNER, Role.AUDITOR, Role.ADMINISTRATOR):
            with pytest.raises(NotAllowedError):
                practising(session, Desk(database), account(session, role, name=role.value))


def test_exercises_are_ticked_off_one_by_one(database: Database) -> None:
    desk = Desk(database)
    with database.writing() as session:
        viewer, signed_in = practising(session, desk, account(session))
        assert [one.done for one in exercises(session, viewer)] == [False] * 6
        item = next(one for one in my_list(session, viewer, Wanted(), "list", NOW).items if one.rating_asked)
        rate(session, viewer, item.id, Rating.SOON, NOW)
        assert [one.name for one in exercises(session, viewer) if one.done] == ["rate"]
        use_everything(session, replace(viewer))
        assert all(one.done for one in exercises(session, viewer))
        start_practice(session, desk, viewer, signed_in, NOW)
        assert not any(one.done for one in exercises(session, viewer))
        end_practice(session, viewer, signed_in)
        assert exercises(session, viewer) == []


def test_the_families_have_names_and_facts_that_the_definition_knows(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    load_key(home)
    desk = Desk(database, folders=Folders(home=home))
    definition = load_definition("left_behind")
    with database.writing() as session:
        viewer, _ = practising(session, desk, account(session))
        village = viewer.regions[0]
        households = [family.household_id(village) for family in practice_families()]
        named = persons_of(session, desk, viewer, households)
        assert sorted(named) == sorted(households)
        assert all(
            len(one.children) == len(family.names)
            for one, family in zip((named[name] for name in households), practice_families(), strict=True)
        )
        source = practice_source(desk, village)
        assert source is not None
        assert practice_source(desk, VILLAGE) is None
        for household, family in zip(households, practice_families(), strict=True):
            known = records(session, desk, viewer, household, village, source.newest)
            assert known is not None
            assert known.home[REGION] == village
            assert sorted(known.children) == sorted(named[household].children)
            for table, rows in family.rows(village, source.newest).items():
                columns = definition.tables[table].columns
                for row in rows:
                    unknown = set(row) - set(columns) - {HOUSEHOLD, REGION, CHILD, "valid_from"}
                    assert not unknown, (household, table, unknown)
                    for name, value in row.items():
                        codes = columns[name].codes if name in columns else None
                        if codes and isinstance(value, str) and not value.startswith(";"):
                            assert value in definition.codes[codes], (household, name, value)
        assert source.rows(About("H1"), (HOUSEHOLDS, CHILDREN)) == {HOUSEHOLDS: (), CHILDREN: ()}


def test_every_exercise_can_be_done_with_what_the_pages_use(database: Database) -> None:
    desk, now = Desk(database), datetime.now(UTC)
    today = settings().day_of(now)
    with database.writing() as session:
        viewer, _ = practising(session, desk, account(session), now)
        places = {item.household_id: item for item in my_list(session, viewer, Wanted(), "list", now).items}
        family = {one.name: places[one.household_id] for one in exercises(session, viewer)}
        visit(session, desk, viewer, family["visit"], now)
        assert [one.name for one in exercises(session, viewer) if one.done] == ["visit"]
        visit(session, desk, viewer, family["red"], now, severity=3)
        overrule(session, viewer, Overruling(family["overrule"].id, Rating.IN_TURN, "knows_family"), now)
        rate(session, viewer, family["rate"].id, Rating.SOON, now)
        child = family["correct"].driver_child_id or ""
        asked = Asked(family["correct"].id, child, "schooling", "dropped_out", "junior", str(today))
        correct(session, desk, viewer, asked, now)
        refuse(session, desk, viewer, family["refuse"].id, [family["refuse"].driver_child_id or ""], now)
        assert all(one.done for one in exercises(session, viewer))
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0
        escalate_due(session, now + timedelta(days=30))
        assert open_tasks(session, Viewer(99, "zhang", Role.SUPERVISOR, (VILLAGE[:6],))) == []
        assert len(open_tasks(session, viewer)) == 1


def visit(session: Session, desk: Desk, viewer: Viewer, item: ListItem, now: datetime, severity: int = 0) -> None:
    """Record a visit on which everybody was seen; with a severity, one finding on guardianship."""
    today = settings().day_of(now)
    scene = scene_of(session, desk, viewer, item, today)
    children = sorted(scene.household.children)
    entry = VisitEntry(
        item.id, mark_of(scene.visits), today, met=True, purpose="listed",
        looks=tuple(Look(child, seen=True, domains=("guardianship",)) for child in children),
        found=(Found("guardianship", severity, children[0]),) if severity else (),
    )  # fmt: skip
    record_visit(session, viewer, entry, scene.household, now)


def test_no_account_gets_a_practice_village(database: Database) -> None:
    new = NewAccount("wang", "王小明", Role.CASEWORKER, (practice_region(1),))
    with database.writing() as session, pytest.raises(AccountFaultError):
        add_account(session, OPERATOR, new, None, NOW)


def test_a_practice_village_is_no_village() -> None:
    assert is_practice(practice_region(12))
    assert practice_region(12) == "000000000012"
    assert not is_practice(VILLAGE)
    assert practice_region(10**6 + 12) == practice_region(12)


def test_what_names_a_household_names_its_region() -> None:
    """What ends practice finds everything by its region; a table that names a household alone would keep it."""
    for table in METADATA.sorted_tables:
        assert "household_id" not in table.columns or "region_code" in table.columns, table.name
