"""Report tasks: opened by red findings, escalated by time, ended by a report. None is ever deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, NotAllowedError, NotFoundError, Viewer, within
from serving.review.report_rules import report_rules
from serving.review.settings import settings
from serving.review.store.visits import EventKind, ReportTask, TaskEvent, TaskState, VisitFinding, VisitRecord
from serving.review.work.access_log import note

_FINDING = (EventKind.OPENED, EventKind.FINDING_STANDS, EventKind.FINDING_TAKEN_BACK)


@dataclass(frozen=True, slots=True)
class Report:
    """What a person says of a report: when it was made, to whom, and who took it or under which number."""

    at: datetime
    to_whom: str
    note: str


class TaskFaultError(ValueError):
    """A report that cannot be as entered. ``code`` is its word in ``words/``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def follow_finding(
    session: Session, viewer: Viewer, record: VisitRecord, finding: VisitFinding, now: datetime
) -> ReportTask | None:
    """Open the task of a finding that must be reported; note in an existing one whether the finding still stands."""
    rules = report_rules()
    stands = record.taken_back_at is None and finding.taken_back_at is None
    rule = rules.rule_for(finding.danger, finding.domain, finding.severity) if stands else None
    task = session.scalar(select(ReportTask).where(ReportTask.finding_pk == finding.id))
    if task is not None:
        _note_finding(task, viewer, now, stands=rule is not None)
        return task
    if rule is None:
        return None
    task = ReportTask(
        finding_pk=finding.id,
        household_id=record.household_id,
        region_code=record.region_code,
        rule=rule.code,
        legal_basis=rule.basis[0],
        recipient=rule.recipients[0],
        due_at=rule.due_at(now),
        state=TaskState.OPEN,
        step=0,
        opened_by=viewer.account_id,
        opened_at=now,
        events=[TaskEvent(at=now, kind=EventKind.OPENED, account_id=viewer.account_id)],
    )
    session.add(task)
    session.flush()
    return task


def waiting_for_report() -> ColumnElement[bool]:
    """The condition that a task has not ended."""
    return ReportTask.reported_at.is_(None) & ReportTask.withdrawn_at.is_(None)


def open_tasks(session: Session, viewer: Viewer) -> Sequence[ReportTask]:
    """The tasks of the viewer's regions that wait for a report, the most pressing first; who shows them notes it."""
    query = (
        select(ReportTask)
        .where(within(viewer, May.READ_CASES, ReportTask.region_code))
        .where(waiting_for_report())
        .order_by(ReportTask.due_at, ReportTask.id)
    )
    return session.scalars(query).all()


def ended_tasks(session: Session, viewer: Viewer, count: int) -> Sequence[ReportTask]:
    """The tasks of the viewer's regions that were reported or withdrawn, the newest first."""
    query = (
        select(ReportTask)
        .where(within(viewer, May.READ_CASES, ReportTask.region_code))
        .where(~waiting_for_report())
        .order_by(ReportTask.id.desc())
        .limit(count)
    )
    return session.scalars(query).all()


def find_task(session: Session, viewer: Viewer, task_id: int, now: datetime, *, hold: bool = False) -> ReportTask:
    """A task by its number, and the access noted; with ``hold`` it is kept until the transaction ends.

    Raises:
        NotFoundError: there is none within the viewer's regions.
    """
    query = select(ReportTask).where(ReportTask.id == task_id, within(viewer, May.READ_CASES, ReportTask.region_code))
    if hold:
        query = query.with_for_update(of=ReportTask).execution_options(populate_existing=True)
    task = session.scalar(query)
    if task is None:
        raise NotFoundError
    note(session, viewer, "task", "write" if hold else "read", [(task.household_id, task.region_code)], now)
    return task


def report(session: Session, viewer: Viewer, task_id: int, made: Report, now: datetime) -> ReportTask:
    """Note a report. The first ends the task; a later one, by anybody, is kept beside it.

    Raises:
        NotFoundError: no such task within the viewer's regions.
        TaskFaultError: the recipient is none, the time cannot be, or nobody is named who took it.
    """
    task = find_task(session, viewer, task_id, now, hold=True)
    if made.to_whom not in report_rules().recipients:
        raise TaskFaultError("task_recipient")
    if made.at > now:
        raise TaskFaultError("task_future")
    # A report may have been made during the visit, long before the visit was written down.
    if settings().day_of(made.at) < visited_on(session, task):
        raise TaskFaultError("task_early")
    # A tap alone must not end what the law demands: who has reported can say who took it.
    if not made.note:
        raise TaskFaultError("task_taken_by")
    _require_short(made.note)
    _escalate(task, now)
    if task.reported_at is None:
        task.state, task.reported_at, task.reported_by = TaskState.REPORTED, made.at, viewer.account_id
    _add(task, made.at, EventKind.REPORTED, viewer.account_id, made.to_whom, made.note)
    session.flush()
    return task


def withdraw_task(session: Session, viewer: Viewer, task_id: int, why: str, now: datetime) -> ReportTask:
    """End a task whose finding was a mistake: a supervisor's word, with the reason.

    Raises:
        NotFoundError: no such task within the viewer's regions.
        NotAllowedError: the viewer is no supervisor.
        TaskFaultError: no reason was given, or the finding still stands.
    """
    if not viewer.may(May.SUPERVISE):
        raise NotAllowedError(May.SUPERVISE)
    task = find_task(session, viewer, task_id, now, hold=True)
    if not why:
        raise TaskFaultError("task_why")
    _require_short(why)
    if not may_be_withdrawn(task):
        raise TaskFaultError("task_stands")
    task.withdrawn_at, task.withdrawn_by = now, viewer.account_id
    _add(task, now, EventKind.WITHDRAWN, viewer.account_id, None, why)
    session.flush()
    return task


def visited_on(session: Session, task: ReportTask) -> date:
    """The day of the visit whose finding opened a task."""
    return session.get_one(VisitRecord, task.finding.visit_pk).visited_on


def may_be_withdrawn(task: ReportTask) -> bool:
    """Whether a task is open and its finding was taken back."""
    return not task.ended and not finding_stands(task)


def finding_stands(task: ReportTask) -> bool:
    """Whether the finding still says what opened the task."""
    return [event.kind for event in task.events if event.kind in _FINDING][-1] is not EventKind.FINDING_TAKEN_BACK


def escalate_due(session: Session, now: datetime) -> int:
    """Write down every step of escalation that time has brought; returns how many. Running it again adds none."""
    query = select(ReportTask).where(waiting_for_report()).order_by(ReportTask.id).with_for_update(of=ReportTask)
    taken = sum(_escalate(task, now) for task in session.scalars(query.execution_options(populate_existing=True)))
    session.flush()
    return taken


def steps_due(task: ReportTask, now: datetime) -> Sequence[TaskEvent]:
    """The steps that time has brought and nobody has written down yet, as they will be written."""
    rule = report_rules().rule(task.rule)
    if rule is None or task.ended:
        return ()
    return tuple(
        TaskEvent(at=task.opened_at + timedelta(hours=step.after_hours), kind=EventKind.ESCALATED, to_whom=step.to)
        for step in rule.steps[task.step : rule.steps_by(task.opened_at, now)]
    )


def _escalate(task: ReportTask, now: datetime) -> int:
    due = steps_due(task, now)
    for event in due:
        task.events.append(event)
        task.state, task.escalated_at = TaskState.ESCALATED, event.at
    task.step += len(due)
    return len(due)


def _note_finding(task: ReportTask, viewer: Viewer, now: datetime, *, stands: bool) -> None:
    if stands != finding_stands(task):
        kind = EventKind.FINDING_STANDS if stands else EventKind.FINDING_TAKEN_BACK
        _add(task, now, kind, viewer.account_id, None, None)


def _add(
    task: ReportTask, at: datetime, kind: EventKind, account_id: int, to_whom: str | None, remark: str | None
) -> None:
    task.events.append(TaskEvent(at=at, kind=kind, account_id=account_id, to_whom=to_whom, note=remark))


def _require_short(remark: str | None) -> None:
    if remark is not None and len(remark) > settings().note_characters:
        raise TaskFaultError("note_long")
