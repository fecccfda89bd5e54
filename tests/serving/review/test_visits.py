"""Visits in full: what they say becomes facts of exactly what stands, whoever records, corrects and takes them back."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import func, select

from features.definition import load_definition
from features.ledger.store import LedgerStore
from features.table import build_feature_table
from serving.review.access.viewer import NotFoundError, Viewer
from serving.review.desk import Desk
from serving.review.exchange.export import export_outbox
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.lists import Status
from serving.review.store.trail import AccessEntry, OutboxRow
from serving.review.store.visits import ReportTask, VisitFinding, VisitRecord
from serving.review.work.changes import Change, ChangeFaultError, change_status
from serving.review.work.visit_entry import Look, VisitFaultError
from serving.review.work.visit_scene import scene_of
from serving.review.work.visits import VisitConflictError, mark_of, standing_visits, take_back_visit
from tests.serving.review.making import FAR_VILLAGE, NEXT_VILLAGE, NOW, account, loaded, place, sheet
from tests.serving.review.visiting import (
    COUNTY,
    DOMAINS,
    ELDER,
    HOME,
    OLD_NEED,
    TODAY,
    YOUNGER,
    answer,
    desk_of,
    entry,
    need,
    not_seen,
    place_of,
    record,
    saw,
    told,
)
from training.labels import visit_outcomes
from training.plan_loader import load_plan


@pytest.fixture
def worker(database: Database) -> Viewer:
    """A caseworker of the village, with a list of it."""
    loaded(database, sheet(place(1), place(2, duty_rule="open_finding:medical:2"), place(3)))
    with database.writing() as session:
        return account(session)


@pytest.fixture
def desk(database: Database, small_ledger: Path) -> Desk:
    """A desk that knows the families."""
    return desk_of(database, small_ledger)


def test_a_visit_says_who_was_seen_and_what_was_looked_at(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        made = record(
            session, desk, worker, looks=(saw(ELDER, "medical", "education"), not_seen()), next_on=date(2018, 8, 1)
        )
        assert [row.content for row in told(session, "assessments")] == [
            {"visit_id": made.visit_id, "child_id": ELDER, "seen": True, "domains_assessed": ";education;medical;"},
            {"visit_id": made.visit_id, "child_id": YOUNGER, "seen": False, "domains_assessed": ";"},
        ]
        assert told(session, "visits")[0].content["visitor_id"] == f"account-{worker.account_id}"
        assert told(session, "assignments")[0].content["visit_id"] == made.visit_id
        item = place_of(session)
        assert (item.status, item.status_on, made.detailed, made.next_on) == (
            Status.DONE,
            TODAY,
            True,
            date(2018, 8, 1),
        )


def test_where_something_was_found_somebody_looked(database: Database, desk: Desk, worker: Viewer) -> None:
    """Of a child who was not seen it is hearsay: recorded, but nobody looked."""
    with database.writing() as session:
        found = (need("living"), need("medical", 1, YOUNGER), need("education", 1, None))
        record(session, desk, worker, looks=(saw(ELDER, "medical"), not_seen()), found=found)
        looked = {row.content["child_id"]: row.content["domains_assessed"] for row in told(session, "assessments")}
        assert looked == {ELDER: ";living;medical;", YOUNGER: ";"}
        rows = [row.content for row in told(session, "findings")]
        assert {(row["child_id"], row["domain"], row["severity"], row["status"]) for row in rows} == {
            (ELDER, "living", 2, "open"), (YOUNGER, "medical", 1, "open"), (None, "education", 1, "open")
        }  # fmt: skip


def test_no_need_is_nothing_that_stays_open(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        record(session, desk, worker, found=(need(severity=0),))
        row = told(session, "findings")[0].content
        assert (row["severity"], row["status"], row["closes"]) == (0, "closed", "2018-07-05")
        assert set(scene_of(session, desk, worker, place_of(session), TODAY).household.open_needs) == {OLD_NEED}


def test_an_attempt_sees_no_child_and_has_its_reason(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        made = record(
            session, desk, worker, met=False, reason="nobody_home", looks=(Look(ELDER, None), Look(YOUNGER, None))
        )
        assert told(session, "assessments") == []
        item = place_of(session)
        assert (item.status, item.reason, made.reason) == (Status.NOT_MET, "nobody_home", "nobody_home")
        later = record(session, desk, worker, now=NOW + timedelta(days=2), visited_on=date(2018, 7, 7))
        assert (item.status, item.reason) == (Status.DONE, None)
        assert {row.content["met"] for row in told(session, "visits")} == {True, False}
        assert [row.content["visit_id"] for row in told(session, "assignments")] == [later.visit_id]


def test_an_open_need_is_settled_or_stays(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        made = record(session, desk, worker, answers=(answer(session, desk, worker, closed=False),))
        assert told(session, "findings") == []
        closed = (answer(session, desk, worker),)
        record(session, desk, worker, visit_pk=made.id, answers=closed)
        row = told(session, "findings")[0]
        assert (row.valid_from, row.content["status"], row.content["closes"], row.content["opens"]) == (
            TODAY, "closed", "2018-07-05", "2018-05-20"
        )  # fmt: skip
        assert (row.content["visit_id"], row.content["child_id"], row.content["severity"]) == ("V-old", YOUNGER, 2)
        scene = scene_of(session, desk, worker, place_of(session), TODAY)
        assert scene.household.open_needs == {}
        assert [one.finding_id for one in scene.needs_beside(made)] == [OLD_NEED], "its own answer can be changed"
        record(session, desk, worker, visit_pk=made.id, answers=())
        assert told(session, "findings") == []


def test_a_need_found_here_is_open_for_the_next_visit_and_closed_by_it(
    database: Database, desk: Desk, worker: Viewer
) -> None:
    with database.writing() as session:
        first = record(session, desk, worker, visited_on=date(2018, 7, 2), found=(need(),))
        number = first.findings[0].finding_id
        scene = scene_of(session, desk, worker, place_of(session), TODAY)
        assert number not in {one.finding_id for one in scene.needs_beside(first)}, "not beside itself"
        second = record(session, desk, worker, answers=(answer(session, desk, worker, number),))
        rows = told(session, "findings")
        assert [(row.valid_from.day, row.content["status"], row.content["visit_id"]) for row in rows] == [
            (2, "open", first.visit_id), (5, "closed", first.visit_id)
        ]  # fmt: skip
        again = replace(need(severity=3), finding_id=number)
        record(session, desk, worker, visit_pk=first.id, visited_on=date(2018, 7, 2), found=(again,))
        assert {row.content["severity"] for row in told(session, "findings")} == {3}, "the closing says the same"
        take_back_visit(session, worker, place_of(session).id, second.id, _mark(session, worker), NOW)
        assert [row.content["status"] for row in told(session, "findings")] == ["open"]
        take_back_visit(session, worker, place_of(session).id, first.id, _mark(session, worker), NOW)
        assert told(session, "findings") == []
        assert place_of(session).status is Status.OPEN


def _mark(session: object, worker: Viewer) -> str:
    return mark_of(standing_visits(session, worker, place_of(session)))  # type: ignore[arg-type]


def test_a_correction_takes_back_only_what_changed(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        made = record(session, desk, worker, found=(need("living"), need("medical")))
        before = {row.row_id for table in ("visits", "assessments", "findings") for row in told(session, table)}
        kept = replace(need("living"), finding_id=made.findings[0].finding_id)
        changed = replace(need("medical", 1), finding_id=made.findings[1].finding_id)
        record(session, desk, worker, visit_pk=made.id, found=(kept, changed))
        after = {row.row_id for table in ("visits", "assessments", "findings") for row in told(session, table)}
        assert len(before - after) == 1
        assert {row.content["domain"]: row.content["severity"] for row in told(session, "findings")} == {
            "living": 2, "medical": 1
        }  # fmt: skip
        record(session, desk, worker, visit_pk=made.id, visited_on=date(2018, 7, 3), found=(kept,))
        assert {row.valid_from for table in ("visits", "findings") for row in told(session, table)} == {
            date(2018, 7, 3)
        }
        assert made.findings[1].taken_back_at == NOW
        assert (made.version, made.changed_by) == (3, worker.account_id)


@pytest.mark.parametrize(
    ("field", "fault", "other"),
    [
        ("on", "day_future", {"visited_on": date(2018, 7, 6)}),
        ("on", "day_before_list", {"visited_on": date(2018, 6, 29)}),
        ("reason", "visit_reason", {"met": False, "looks": ()}),
        ("purpose", "visit_purpose", {"purpose": "tea"}),
        ("next", "visit_next_early", {"next_on": date(2018, 7, 4)}),
        ("seen:K1", "visit_seen_unsaid", {"looks": (Look(ELDER, None),)}),
        ("seen:K1", "visit_seen_not_met", {"met": False, "reason": "moved", "looks": (saw(),)}),
        ("seen:K2", "visit_looked_unseen", {"looks": (Look(YOUNGER, seen=False, domains=("living",)),)}),
        ("seen:K9", "visit_child", {"looks": (Look("K9", seen=True),)}),
        ("f0_domain", "visit_domain", {"found": (need("money"),)}),
        ("f0_severity", "visit_severity", {"found": (replace(need(), severity=None),)}),
        ("f0_severity", "visit_severity", {"found": (need(severity=4),)}),
        ("f0_who", "visit_child", {"found": (need(child_id="K9"),)}),
        ("f0_danger", "visit_danger", {"found": (need(danger="dragon"),)}),
        ("f0_action", "visit_action", {"found": (need(action="prayed"),)}),
        ("f0_due", "visit_next_early", {"found": (need(due_on=date(2018, 7, 4)),)}),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    database: Database, desk: Desk, worker: Viewer, field: str, fault: str, other: dict[str, object]
) -> None:
    with pytest.raises(VisitFaultError) as refused, database.writing() as session:
        record(session, desk, worker, **other)
    assert refused.value.faults == {field: fault}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0


def test_a_need_cannot_be_settled_before_it_was_found_nor_twice(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        old = answer(session, desk, worker)
        early = replace(old, need=replace(old.need, opened_on=date(2018, 7, 6)))
        with pytest.raises(VisitFaultError, match="visit_need_gone"):
            record(session, desk, worker, answers=(early,))
        first = record(session, desk, worker, visited_on=date(2018, 7, 4), found=(need(),))
        own = answer(session, desk, worker, first.findings[0].finding_id)
        with pytest.raises(VisitFaultError, match="visit_before_need"):
            record(session, desk, worker, visited_on=date(2018, 7, 3), answers=(own,))
        record(session, desk, worker, answers=(old,))
        with pytest.raises(VisitFaultError, match="visit_need_gone"):
            record(session, desk, worker, answers=(old,))


def test_one_tap_then_what_was_seen_is_one_visit(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        item = place_of(session)
        change_status(session, worker, Change(item.id, 1, Status.DONE, TODAY), NOW)
        tapped = session.scalars(select(VisitRecord)).one()
        assert (tapped.detailed, tapped.purpose) == (False, "listed")
        assert told(session, "assessments") == [], "nobody said what was seen: nobody has a label"
        record(session, desk, worker, visit_pk=tapped.id)
        assert session.scalars(select(VisitRecord)).one().detailed
        assert len(told(session, "visits")) == 1
        assert len(told(session, "assessments")) == 2


def test_the_list_does_not_throw_away_what_was_seen(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        record(session, desk, worker, found=(need(),))
        item = place_of(session)
        for status, reason in ((Status.OPEN, None), (Status.NOT_MET, "moved"), (Status.POSTPONED, "road")):
            with pytest.raises(ChangeFaultError, match="visit_recorded"):
                change_status(session, worker, Change(item.id, item.version, status, TODAY, reason), NOW)
        change_status(session, worker, Change(item.id, item.version, Status.DONE, date(2018, 7, 4)), NOW)
        assert [row.valid_from.day for row in told(session, "visits") + told(session, "findings")] == [4, 4]


def test_an_attempt_of_an_earlier_day_stays_an_attempt(database: Database, worker: Viewer) -> None:
    with database.writing() as session:
        item = place_of(session)
        first = Change(item.id, 1, Status.NOT_MET, date(2018, 7, 3), "nobody_home")
        change_status(session, worker, first, NOW)
        change_status(session, worker, replace(first, version=item.version, reason="moved"), NOW)
        assert session.scalars(select(VisitRecord.reason)).all() == ["moved"], "corrected, not doubled"
        change_status(session, worker, Change(item.id, item.version, Status.DONE, TODAY), NOW)
        assert [(row.content["met"], row.valid_from.day) for row in told(session, "visits")] == [(False, 3), (True, 5)]
        change_status(session, worker, Change(item.id, item.version, Status.DONE, date(2018, 7, 4)), NOW)
        assert [(row.content["met"], row.valid_from.day) for row in told(session, "visits")] == [(False, 3), (True, 4)]
        change_status(session, worker, Change(item.id, item.version, Status.OPEN, TODAY), NOW)
        assert told(session, "visits") == told(session, "assignments") == []


def test_the_duty_says_why(database: Database, worker: Viewer) -> None:
    with database.writing() as session:
        item = place_of(session, "H001001-002")
        change_status(session, worker, Change(item.id, 1, Status.DONE, TODAY), NOW)
        assert told(session, "visits")[0].content["purpose"] == "follow_up"


def test_the_second_who_records_the_same_visit_is_told(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        old = entry(session, worker)
        made_id = record(session, desk, worker).id
    with database.writing() as session:
        for mark in (old.mark, f"{made_id}.7"):
            with pytest.raises(VisitConflictError):
                record(session, desk, worker, mark=mark)
        with pytest.raises(VisitConflictError):
            take_back_visit(session, worker, old.item_id, made_id, old.mark, NOW)
        assert len(told(session, "visits")) == 1


def test_of_many_who_record_at_the_same_moment_one_does(database: Database, desk: Desk, worker: Viewer) -> None:
    start, told_so = threading.Barrier(4), []

    def go(day: int) -> None:
        start.wait()
        try:
            with database.writing() as session:
                record(session, desk, worker, mark="none", visited_on=date(2018, 7, day), found=(need(severity=3),))
        except VisitConflictError:
            told_so.append(day)

    threads = [threading.Thread(target=go, args=(day,)) for day in (2, 3, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(told_so) == 3
    with database.reading() as session:
        assert len(told(session, "visits")) == len(told(session, "findings")) == 1
        assert session.scalar(select(func.count()).select_from(ReportTask)) == 1


def test_killed_in_the_middle_nothing_is_there(database: Database, desk: Desk, worker: Viewer) -> None:
    """Visit, facts and report task are one transaction."""

    def killed() -> None:
        with database.writing() as session:
            record(session, desk, worker, found=(need(severity=3),))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    with database.reading() as session:
        for table in (VisitRecord, VisitFinding, ReportTask, OutboxRow, AccessEntry):
            assert session.scalar(select(func.count()).select_from(table)) == 0, table.__tablename__
        assert place_of(session).status is Status.OPEN


def test_outside_the_regions_and_for_other_roles_there_is_no_place(
    database: Database, desk: Desk, worker: Viewer
) -> None:
    with database.writing() as session:
        made = record(session, desk, worker)
        item, mark = place_of(session), _mark(session, worker)
        others = [account(session, Role.CASEWORKER, region) for region in (NEXT_VILLAGE, FAR_VILLAGE)]
        others += [account(session, role) for role in (Role.MODEL_OWNER, Role.AUDITOR, Role.ADMINISTRATOR)]
        household = scene_of(session, desk, worker, item, TODAY).household
        for viewer in others:
            with pytest.raises(NotFoundError):
                take_back_visit(session, viewer, item.id, made.id, mark, NOW)
            assert standing_visits(session, viewer, item) == []
            scene = scene_of(session, desk, viewer, item, TODAY)
            assert (scene.members, scene.household.open_needs) == ((), {})
        with pytest.raises(NotFoundError):
            take_back_visit(session, worker, item.id, made.id + 1, mark, NOW)
        assert household.children == {ELDER, YOUNGER}


def test_without_a_ledger_the_household_can_still_be_visited(database: Database, worker: Viewer) -> None:
    with database.writing() as session:
        desk = desk_of(database)
        scene = scene_of(session, desk, worker, place_of(session), TODAY)
        assert [member.child_id for member in scene.members] == ["C001"], "the child the list speaks of"
        made = record(session, desk, worker, looks=(saw("C001"),), found=(need(child_id=None),))
        assert set(scene_of(session, desk, worker, place_of(session), TODAY).household.open_needs) == {
            made.findings[0].finding_id
        }


def test_a_child_that_left_since_is_still_spoken_of(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        made = record(session, desk_of(database), worker, looks=(saw("C001"),))
        scene = scene_of(session, desk, worker, place_of(session), TODAY)
        assert [one.child_id for one in scene.members_beside(made)] == [ELDER, YOUNGER, "C001"]
        assert [one.child_id for one in scene.members_beside(None)] == [ELDER, YOUNGER]


def test_every_visit_is_logged_without_a_value(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        record(session, desk, worker, found=(need(severity=3),))
    with database.reading() as session:
        noted = session.scalars(select(AccessEntry)).one()
        assert (noted.purpose, noted.action, [one.household_id for one in noted.records]) == ("visit", "write", [HOME])


def test_domains_of_the_test_are_those_of_the_definition(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.reading() as session:
        scene = scene_of(session, desk, worker, place_of(session), TODAY)
        assert tuple(scene.household.definition.domains) == DOMAINS


def test_nothing_of_a_visit_is_known_before_the_day_it_was_recorded_and_a_report_gives_no_label(
    database: Database, small_ledger: Path, worker: Viewer, tmp_path: Path
) -> None:
    """Made on the second, recorded on the fifth where the work is done: on the fourth no feature or label has it."""
    ledger = Path(shutil.copytree(small_ledger, tmp_path / "ledger"))
    desk = desk_of(database, ledger)
    late = datetime(2018, 7, 4, 17, 0, tzinfo=UTC)
    made, found = date(2018, 7, 2), (need("living", 3),)
    before = LedgerStore.open(ledger).read(COUNTY).tables
    with database.writing() as session:
        listed = record(session, desk, worker, visited_on=made, found=found, looks=(saw(), saw(YOUNGER)), now=late)
        report = record(
            session, desk, worker, visited_on=made, found=found, looks=(saw(), not_seen()), purpose="report", now=late
        )
        numbers = (listed.visit_id, report.visit_id)
    assert export_outbox(database, ledger, load_definition(), late).refused == {}
    after = LedgerStore.open(ledger).read(COUNTY).tables
    definition, plan = load_definition(), load_plan("demo")
    fourth, fifth = date(2018, 7, 4), date(2018, 7, 5)
    tables = [build_feature_table(each, definition, fourth, county=COUNTY).frame for each in (before, after)]
    assert tables[0].equals(tables[1])
    later = build_feature_table(after, definition, fifth, county=COUNTY).frame
    assert not later.equals(tables[0])
    assert set(visit_outcomes(after, definition, plan, fourth).visits["visit_id"]) == {"V-old"}
    told_then = visit_outcomes(after, definition, plan, fifth).children.filter(pl.col("visit_id").is_in(numbers))
    labels = {(visit, child): label for visit, child, label in told_then.select("visit_id", "child_id", "label").rows()}
    assert labels == {(numbers[0], ELDER): True, (numbers[0], YOUNGER): False}
