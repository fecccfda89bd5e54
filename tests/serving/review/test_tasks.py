"""Report tasks: opened with the finding, escalated by time, ended by a report, never deleted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import NotAllowedError, NotFoundError, Viewer
from serving.review.desk import Desk
from serving.review.report_rules import report_rules
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.trail import AccessEntry
from serving.review.store.visits import ReportTask, TaskState
from serving.review.work.tasks import (
    Report,
    TaskFaultError,
    ended_tasks,
    escalate_due,
    find_task,
    may_be_withdrawn,
    open_tasks,
    report,
    steps_due,
    withdraw_task,
)
from serving.review.work.visits import mark_of, standing_visits, take_back_visit
from tests.serving.review.making import FAR_VILLAGE, NOW, TOWNSHIP, account, loaded, place, sheet
from tests.serving.review.visiting import desk_of, need, place_of, record, saw

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(database: Database) -> Desk:
    """A desk without a ledger: the list names one child."""
    return desk_of(database)


@pytest.fixture
def worker(database: Database) -> Viewer:
    """A caseworker with a list."""
    loaded(database, sheet(place(1)))
    with database.writing() as session:
        return account(session)


@pytest.fixture
def session(database: Database, worker: Viewer) -> Iterator[Session]:
    """A writing session; nothing of it is kept."""
    assert worker
    with database.writing() as opened:
        yield opened


@pytest.fixture
def supervisor(session: Session) -> Viewer:
    """The supervisor of the township."""
    return account(session, Role.SUPERVISOR, TOWNSHIP)


def red(session: Session, desk: Desk, worker: Viewer, **other: object) -> ReportTask:
    """A visit with one finding that must be reported."""
    found = replace(need(severity=1, child_id="C001", danger="violence"), **other)  # type: ignore[arg-type]
    record(session, desk, worker, looks=(saw("C001"),), found=(found,))
    return session.scalars(select(ReportTask)).one()


def kinds(task: ReportTask) -> list[str]:
    return [event.kind.value for event in task.events]


def test_a_red_finding_opens_its_task(session: Session, desk: Desk, worker: Viewer) -> None:
    task = red(session, desk, worker)
    assert (task.rule, task.legal_basis, task.recipient, task.state) == (
        "police_violence", "violence_14", "police", TaskState.OPEN
    )  # fmt: skip
    assert (task.due_at, task.opened_at, task.opened_by) == (NOW + 2 * HOUR, NOW, worker.account_id)
    assert kinds(task) == ["opened"]
    assert open_tasks(session, worker) == [task]


def test_other_findings_open_none(session: Session, desk: Desk, worker: Viewer) -> None:
    record(session, desk, worker, looks=(saw("C001"),), found=(need(severity=2, child_id="C001"),))
    assert open_tasks(session, worker) == []


@pytest.mark.parametrize(
    ("domain", "rule"),
    [
        ("guardianship", "severe_guardianship"), ("medical", "severe_medical"), ("education", "severe_education"),
        ("living", "severe_other"), ("rehabilitation", "severe_other"),
    ],
)  # fmt: skip
def test_a_severe_need_is_reported_by_its_domain(
    session: Session, desk: Desk, worker: Viewer, domain: str, rule: str
) -> None:
    assert red(session, desk, worker, danger=None, severity=3, domain=domain).rule == rule


def test_time_escalates_once_each_step(session: Session, desk: Desk, worker: Viewer) -> None:
    task = red(session, desk, worker)
    steps = next(rule.steps for rule in report_rules().rules if rule.code == task.rule)
    assert escalate_due(session, NOW + HOUR / 2) == 0
    late = NOW + timedelta(hours=steps[1].after_hours)
    assert [event.to_whom for event in steps_due(task, late)] == [steps[0].to, steps[1].to]
    assert escalate_due(session, late) == 2
    assert escalate_due(session, late) == 0, "idempotent"
    assert steps_due(task, late) == ()
    assert (task.state, task.step, task.escalated_at) == (TaskState.ESCALATED, 2, late)
    assert kinds(task) == ["opened", "escalated", "escalated"]
    assert escalate_due(session, late + timedelta(days=9)) == len(steps) - 2
    assert escalate_due(session, late + timedelta(days=99)) == 0


def test_a_report_ends_it_and_a_second_is_kept_beside(
    session: Session, desk: Desk, worker: Viewer, supervisor: Viewer
) -> None:
    task = red(session, desk, worker)
    made = Report(NOW + HOUR / 2, "police", "receipt 12")
    report(session, worker, task.id, made, NOW + HOUR)
    assert (task.state, task.reported_at, task.reported_by) == (TaskState.REPORTED, made.at, worker.account_id)
    assert kinds(task) == ["opened", "escalated", "reported"], "it was escalated before it was noted"
    report(session, supervisor, task.id, Report(NOW + HOUR, "township", "by phone"), NOW + 2 * HOUR)
    assert task.reported_by == worker.account_id
    assert [(event.to_whom, event.note) for event in task.events[2:]] == [
        ("police", "receipt 12"),
        ("township", "by phone"),
    ]
    assert open_tasks(session, worker) == []
    assert ended_tasks(session, supervisor, 5) == [task]
    assert escalate_due(session, NOW + timedelta(days=9)) == 0
    assert steps_due(task, NOW + timedelta(days=9)) == ()


@pytest.mark.parametrize(
    ("fault", "made"),
    [
        ("task_recipient", Report(NOW, "the neighbour", "12")),
        ("task_future", Report(NOW + HOUR, "police", "12")),
        ("task_early", Report(NOW - timedelta(days=1), "police", "12")),
        ("task_taken_by", Report(NOW, "police", "")),
        ("note_long", Report(NOW, "police", "x" * 2001)),
    ],
)
def test_a_report_that_cannot_be(session: Session, desk: Desk, worker: Viewer, fault: str, made: Report) -> None:
    task = red(session, desk, worker)
    with pytest.raises(TaskFaultError, match=fault):
        report(session, worker, task.id, made, NOW)
    assert not task.ended


def test_taking_back_the_visit_does_not_take_away_the_task(
    session: Session, desk: Desk, worker: Viewer, supervisor: Viewer
) -> None:
    task = red(session, desk, worker)
    item = place_of(session)
    with pytest.raises(TaskFaultError, match="task_stands"):
        withdraw_task(session, supervisor, task.id, "a mistake", NOW)
    visits = standing_visits(session, worker, item)
    take_back_visit(session, worker, item.id, visits[0].id, mark_of(visits), NOW + HOUR)
    assert kinds(task) == ["opened", "finding_taken_back"]
    assert open_tasks(session, worker) == [task], "it still waits, for a person to decide"
    assert escalate_due(session, NOW + 3 * HOUR) == 2
    assert may_be_withdrawn(task)
    with pytest.raises(NotAllowedError):
        withdraw_task(session, worker, task.id, "a mistake", NOW)
    for why, fault in (("", "task_why"), ("x" * 2001, "note_long")):
        with pytest.raises(TaskFaultError, match=fault):
            withdraw_task(session, supervisor, task.id, why, NOW)
    withdraw_task(session, supervisor, task.id, "wrong household", NOW + 4 * HOUR)
    assert (task.withdrawn_by, task.ended, task.events[-1].note) == (supervisor.account_id, True, "wrong household")
    assert ended_tasks(session, worker, 5) == [task]
    assert not may_be_withdrawn(task)


def test_a_finding_that_is_corrected_keeps_its_one_task(session: Session, desk: Desk, worker: Viewer) -> None:
    task = red(session, desk, worker)
    visit = standing_visits(session, worker, place_of(session))[0]
    mild = replace(need(severity=1, child_id="C001"), finding_id=visit.findings[0].finding_id)
    looks = (saw("C001"),)
    record(session, desk, worker, visit_pk=visit.id, looks=looks, found=(mild,))
    record(session, desk, worker, visit_pk=visit.id, looks=looks, found=(replace(mild, action="talked"),))
    record(session, desk, worker, visit_pk=visit.id, looks=looks, found=(replace(mild, severity=3),))
    record(session, desk, worker, visit_pk=visit.id, looks=looks, found=())
    assert kinds(task) == ["opened", "finding_taken_back", "finding_stands", "finding_taken_back"]
    assert session.scalar(select(func.count()).select_from(ReportTask)) == 1


def test_a_rule_that_is_no_longer_in_force_escalates_nothing(session: Session, desk: Desk, worker: Viewer) -> None:
    task = red(session, desk, worker)
    task.rule = "of last year"
    session.flush()
    assert escalate_due(session, NOW + timedelta(days=9)) == 0


def test_tasks_are_those_of_the_regions(session: Session, desk: Desk, worker: Viewer, supervisor: Viewer) -> None:
    task = red(session, desk, worker)
    assert find_task(session, supervisor, task.id, NOW) is task
    others = [account(session, Role.CASEWORKER, FAR_VILLAGE)]
    others += [account(session, role) for role in (Role.MODEL_OWNER, Role.AUDITOR, Role.ADMINISTRATOR)]
    for viewer in others:
        assert open_tasks(session, viewer) == ended_tasks(session, viewer, 9) == []
        with pytest.raises(NotFoundError):
            find_task(session, viewer, task.id, NOW)
        with pytest.raises(NotFoundError):
            report(session, viewer, task.id, Report(NOW, "police", "12"), NOW)


def test_reading_and_reporting_are_logged(database: Database, desk: Desk, worker: Viewer) -> None:
    with database.writing() as session:
        number = red(session, desk, worker).id
        find_task(session, worker, number, NOW)
        report(session, worker, number, Report(NOW, "police", "12"), NOW)
    with database.reading() as session:
        noted = {(entry.purpose, entry.action) for entry in session.scalars(select(AccessEntry))}
    assert noted == {("visit", "write"), ("task", "read"), ("task", "write")}
