"""Report tasks: what waits, what to do now, and the report that ends one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import Response

from features.definition import Label
from serving.review.access.viewer import May
from serving.review.cases.members import members
from serving.review.cases.persons import called, persons_of
from serving.review.report_rules import ReportRule, report_rules
from serving.review.settings import settings
from serving.review.store.accounts import Account
from serving.review.store.lists import ListItem
from serving.review.store.visits import ReportTask, TaskEvent, VisitRecord
from serving.review.web.ask import Ask, see
from serving.review.web.render import page
from serving.review.work.access_log import note
from serving.review.work.tasks import (
    Report,
    TaskFaultError,
    ended_tasks,
    escalate_due,
    find_task,
    finding_stands,
    may_be_withdrawn,
    open_tasks,
    report,
    steps_due,
    withdraw_task,
)
from serving.review.work.visit_scene import definition_of


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in the list: the rule that opened it, the household, whether it is late, and who was told so far."""

    task: ReportTask
    rule: ReportRule | None
    called: str
    late: bool
    told: tuple[Label, ...]


def show_all(ask: Ask) -> Response:
    """The tasks of the reader's regions: open ones first, the most pressing at the top."""
    waiting = open_tasks(ask.session, ask.viewer)
    ended = ended_tasks(ask.session, ask.viewer, settings().page_items)
    both = [*waiting, *ended]
    note(ask.session, ask.viewer, "tasks", "read", [(one.household_id, one.region_code) for one in both], ask.now)
    held = persons_of(ask.session, ask.desk, ask.viewer, [one.household_id for one in both])
    names = {one: called(held.get(one), one, ask.words.language) for one in {task.household_id for task in both}}
    return page(
        ask,
        "visit/tasks.html.jinja",
        waiting=[_row(ask, task, names) for task in waiting],
        ended=[_row(ask, task, names) for task in ended],
    )


def show(ask: Ask) -> Response:
    """One task."""
    return _page(ask, find_task(ask.session, ask.viewer, _number(ask), ask.now))


def act(ask: Ask) -> Response:
    """Note a report, or withdraw the task; a fault keeps what was typed."""
    escalate_due(ask.session, ask.now)
    try:
        if ask.form.get("do") == "withdraw":
            withdraw_task(ask.session, ask.viewer, _number(ask), ask.form.get("why", "").strip(), ask.now)
        else:
            report(ask.session, ask.viewer, _number(ask), _report(ask.form), ask.now)
    except TaskFaultError as error:
        return _page(ask, find_task(ask.session, ask.viewer, _number(ask), ask.now), error.code)
    return see(f"/tasks/{_number(ask)}?saved=1")


def _report(form: Mapping[str, str]) -> Report:
    try:
        at = datetime.fromisoformat(form.get("at", ""))
    except ValueError as error:
        raise TaskFaultError("task_when") from error
    # The page asks for the time on the clock of the place of work.
    local = at.replace(tzinfo=settings().time_zone) if at.tzinfo is None else at
    return Report(local, form.get("to_whom", ""), form.get("note", "").strip())


def _number(ask: Ask) -> int:
    return int(ask.request.path_params["task"])


def _row(ask: Ask, task: ReportTask, names: Mapping[str, str]) -> TaskRow:
    told = report_rules().told
    steps = [event.to_whom or "" for event in _history(task, ask.now) if event.kind == "escalated"]
    return TaskRow(
        task,
        report_rules().rule(task.rule),
        names[task.household_id],
        not task.ended and task.due_at <= ask.now,
        tuple(told[step] for step in steps if step in told),
    )


def _history(task: ReportTask, now: datetime) -> Sequence[TaskEvent]:
    """What happened, the steps that time has brought included."""
    return sorted([*task.events, *steps_due(task, now)], key=lambda event: (event.at, event.id or 0))


def _next_step(task: ReportTask, rule: ReportRule | None, now: datetime) -> tuple[datetime, str] | None:
    """Who is told next, and when."""
    if rule is None or task.ended:
        return None
    later = rule.steps[rule.steps_by(task.opened_at, now) :]
    return (task.opened_at + timedelta(hours=later[0].after_hours), later[0].to) if later else None


def _simulated(ask: Ask, visit: VisitRecord) -> bool:
    """Whether the list that led to a visit speaks of invented families."""
    return visit.item_id is not None and ask.session.get_one(ListItem, visit.item_id).visit_list.simulated


def _page(ask: Ask, task: ReportTask, fault: str = "") -> Response:
    rules = report_rules()
    rule = rules.rule(task.rule)
    visit = ask.session.get_one(VisitRecord, task.finding.visit_pk)
    persons = persons_of(ask.session, ask.desk, ask.viewer, [task.household_id]).get(task.household_id)
    living = members(ask.session, ask.desk, ask.viewer, task.household_id, task.region_code, settings().day_of(ask.now))
    child = task.finding.child_id
    name = next((one.name for one in living if one.child_id == child and one.name), "")
    local = ask.now.astimezone(settings().time_zone)
    return page(
        ask,
        "visit/task.html.jinja",
        status=400 if fault else 200,
        task=task,
        rule=rule,
        rules=rules,
        visit=visit,
        definition=definition_of(ask.desk, task.region_code),
        called=called(persons, task.household_id, ask.words.language),
        child="" if child is None else name or ask.words("visit.child", child=child),
        late=not task.ended and task.due_at <= ask.now,
        stands=finding_stands(task),
        history=_history(task, ask.now),
        next_step=_next_step(task, rule, ask.now),
        withdrawable=may_be_withdrawn(task) and ask.viewer.may(May.SUPERVISE),
        who=lambda number: ask.session.get_one(Account, number).display_name,
        fault=fault,
        form=ask.form if fault else {"at": f"{local:%Y-%m-%dT%H:%M}", "to_whom": task.recipient},
        latest=f"{local:%Y-%m-%dT%H:%M}",
        saved=bool(ask.query("saved")) and not fault,
        opened=bool(ask.query("opened")) and not task.ended,
        simulated=_simulated(ask, visit),
        note_characters=settings().note_characters,
    )
