"""The page on which a visit is recorded, completed, corrected or taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from starlette.responses import Response

from features.definition.structure import PURPOSE, VISITS
from serving.review.cases.persons import called, persons_of
from serving.review.report_rules import report_rules
from serving.review.settings import settings
from serving.review.store.accounts import Account
from serving.review.store.lists import ListItem, Status
from serving.review.store.visits import ReportTask, VisitRecord
from serving.review.visit_settings import visit_settings
from serving.review.web.ask import Ask, see, whole
from serving.review.web.pages.visit.typed import Typed, entry_of, typed_from, typed_of
from serving.review.web.render import page
from serving.review.work.my_list import find_item
from serving.review.work.same_visit import VisitElsewhereError
from serving.review.work.tasks import open_tasks
from serving.review.work.visit_entry import VisitFaultError, faults_of, purposes
from serving.review.work.visit_scene import Scene, scene_of
from serving.review.work.visits import VisitConflictError, mark_of, record_visit, take_back_visit


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of a visit shows: the place, whom it may speak of, the visit that is corrected if there is one."""

    item: ListItem
    scene: Scene
    record: VisitRecord | None

    @property
    def domains(self) -> Sequence[str]:
        """The support domains, in their order."""
        return tuple(self.scene.household.definition.domains)

    @property
    def children(self) -> list[str]:
        """The children the visit may speak of."""
        return [member.child_id for member in self.scene.members_beside(self.record)]

    def of(self, record: VisitRecord | None) -> Shown:
        """The same for another visit of the place."""
        return replace(self, record=record)


def show(ask: Ask) -> Response:
    """The form: of the visit that is asked for, of the one that waits to be completed, or blank."""
    shown = _shown(ask)
    today = settings().day_of(ask.now)
    fresh = {"on": str(today), "purpose": visit_settings().purpose_of(shown.item)}
    typed = typed_from(shown.record, shown.scene.mark_with(shown.record), shown.children, shown.domains, fresh)
    return _page(ask, shown, typed)


def again(ask: Ask) -> Response:
    """The form as it was typed; nothing is saved."""
    shown = _shown(ask)
    needs = shown.scene.needs_beside(shown.record)
    return _page(ask, shown, typed_of(ask.form, shown.children, needs, shown.domains))


def save(ask: Ask) -> Response:
    """Save, give another row, or say what is missing and keep what was typed."""
    shown = _shown(ask)
    needs, today = shown.scene.needs_beside(shown.record), settings().day_of(ask.now)
    typed = typed_of(ask.form, shown.children, needs, shown.domains)
    if ask.form.get("more"):
        return _page(ask, shown, typed.one_more())
    entry, faults = entry_of(typed, shown.item.id, needs, shown.domains, today)
    household = shown.scene.household_beside(shown.record)
    if faults:
        return _page(ask, shown, typed, {**faults_of(entry, shown.item, household, ask.now), **faults})
    try:
        entry = replace(entry, second=bool(ask.form.get("second")))
        kept = record_visit(ask.session, ask.viewer, entry, household, ask.now)
    except (VisitFaultError, VisitConflictError, VisitElsewhereError) as error:
        return _not_saved(ask, shown, typed, error)
    opened = [task for task in open_tasks(ask.session, ask.viewer) if _is_new(ask, task, kept)]
    if len(opened) == 1:
        return see(f"/tasks/{opened[0].id}?opened=1")
    return see("/tasks" if opened else f"/list?saved={shown.item.id}")


def take_back(ask: Ask) -> Response:
    """Take the visit back that the form names."""
    number, visit = _number(ask), ask.form.get("visit", "")
    try:
        take_back_visit(
            ask.session,
            ask.viewer,
            number,
            whole(visit) or 0,
            ask.form.get("mark", ""),
            ask.now,
        )
    except VisitConflictError:
        shown = _shown(ask)
        fresh = {"on": str(settings().day_of(ask.now)), "purpose": visit_settings().purpose_of(shown.item)}
        typed = typed_from(shown.record, mark_of(shown.scene.visits), shown.children, shown.domains, fresh)
        return _page(ask, shown, typed, status=409)
    return see(f"/list/{number}/visit?back=1")


def _not_saved(
    ask: Ask, shown: Shown, typed: Typed, error: VisitFaultError | VisitConflictError | VisitElsewhereError
) -> Response:
    """Say why nothing was saved, and keep what was typed."""
    if isinstance(error, VisitFaultError):
        return _page(ask, shown, typed, error.faults)
    return _elsewhere(ask, typed, error.record) if isinstance(error, VisitElsewhereError) else _conflict(ask, typed)


def _conflict(ask: Ask, typed: Typed) -> Response:
    """Somebody was first: what is saved is shown, and saving again corrects it by what was typed, losing neither."""
    shown = _shown(ask)
    saved = shown.scene.visits[-1] if shown.scene.visits else None
    mark, shown = mark_of(shown.scene.visits), shown.of(saved)
    if saved is None:
        return _page(ask, shown, replace(typed, visit="", mark=mark), status=409)
    theirs = typed_from(saved, mark, shown.children, shown.domains, {})
    return _page(ask, shown, typed.onto(theirs), status=409)


def _elsewhere(ask: Ask, typed: Typed, record: VisitRecord) -> Response:
    """Another list has a visit of that day: it is shown, and the form adds to it unless there were two."""
    shown = _shown(ask).of(record)
    theirs = typed_from(record, shown.scene.mark_with(record), shown.children, shown.domains, {})
    both = replace(typed.onto(theirs), purpose=theirs.purpose)
    mine = {name: value for name, value in ask.form.items() if name != "token"}
    return _page(ask, shown, both, status=409, second=mine)


def _shown(ask: Ask) -> Shown:
    item = find_item(ask.session, ask.viewer, _number(ask), "visit", ask.now)
    scene = scene_of(ask.session, ask.desk, ask.viewer, item, settings().day_of(ask.now))
    return Shown(item, scene, _asked(ask, scene))


def _asked(ask: Ask, scene: Scene) -> VisitRecord | None:
    """The visit that is asked for; else the last at which somebody was met, while it waits or is of today.

    One of an earlier day that says what was seen is corrected only where somebody asks for it: who goes there again
    records another visit.
    """
    if ask.form:
        wanted = ask.form.get("visit", "")
        return next((one for one in (*scene.visits, *scene.elsewhere) if str(one.id) == wanted), None)
    if ask.query("another"):
        return None
    wanted = ask.query("visit")
    if wanted:
        return next((one for one in (*scene.visits, *scene.elsewhere) if str(one.id) == wanted), None)
    last = next((one for one in reversed(scene.visits) if one.met), None)
    if last is not None and last.detailed and last.visited_on < settings().day_of(ask.now):
        return None
    return last


def _is_new(ask: Ask, task: ReportTask, record: VisitRecord) -> bool:
    return task.opened_at == ask.now and task.finding.visit_pk == record.id


def _number(ask: Ask) -> int:
    return int(ask.request.path_params["item"])


def _page(
    ask: Ask,
    shown: Shown,
    typed: Typed,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
    second: Mapping[str, str] | None = None,
) -> Response:
    """The page. ``second``: what the form said that met another list's visit of that day."""
    item, definition = shown.item, shown.scene.household.definition
    persons = persons_of(ask.session, ask.desk, ask.viewer, [item.household_id]).get(item.household_id)
    members = shown.scene.members_beside(shown.record)
    purpose = definition.tables[VISITS].columns[PURPOSE]
    return page(
        ask,
        "visit/record.html.jinja",
        status=400 if faults else status,
        item=item,
        called=called(persons, item.household_id, ask.words.language),
        record=shown.record,
        visits=shown.scene.visits,
        typed=typed,
        faults=faults or {},
        conflict=status == 409 and second is None,
        second=second or {},
        elsewhere=shown.scene.elsewhere,
        own=shown.record in shown.scene.visits,
        members={member.child_id: _named(ask, member.name, member.child_id) for member in members},
        ages={member.child_id: _age(member.birth_date, settings().day_of(ask.now)) for member in members},
        needs=shown.scene.needs_beside(shown.record),
        definition=definition,
        purposes={code: definition.codes[purpose.codes or ""][code] for code in purposes(definition)},
        reasons=settings().reasons[Status.NOT_MET],
        dangers=report_rules().dangers,
        actions=visit_settings().actions,
        rows_at_most=visit_settings().rows_at_most,
        today=settings().day_of(ask.now),
        who=lambda number: ask.session.get_one(Account, number).display_name,
        back=bool(ask.query("back")),
        simulated=item.visit_list.simulated,
    )


def _named(ask: Ask, name: str, child_id: str) -> str:
    return name or ask.words("visit.child", child=child_id)


def _age(born: date | None, today: date) -> int | None:
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
