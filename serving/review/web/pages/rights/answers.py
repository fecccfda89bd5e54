"""Corrections that wait for a supervisor, and what became of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from starlette.responses import Response

from features.definition import Label
from serving.review.access.viewer import May, NotFoundError, within
from serving.review.cases.persons import Persons, called, persons_of
from serving.review.cases.records import Records, records
from serving.review.settings import settings
from serving.review.store.accounts import Account
from serving.review.store.decisions import Correction, CorrectionState
from serving.review.store.lists import ListItem
from serving.review.web.ask import Ask, see
from serving.review.web.pages.rights.said import stored_said, value_said
from serving.review.web.pages.rights.whose import whose
from serving.review.web.render import page
from serving.review.work.correction_answers import answer, corrections_of, decline
from serving.review.work.corrections import CorrectionFaultError, as_text, subject_of
from serving.review.work.rights_settings import rights_settings


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A correction in words. ``now`` (coded: ``seen``) is the value that stands, None where it is not at hand."""

    id: int
    family: str
    item_id: int | None
    who: str
    label: str
    was: str
    wanted: str
    now: str | None
    seen: str
    since: date
    by: str
    made_at: datetime
    state: CorrectionState
    answered_by: str
    answered_at: datetime | None
    answer: str | None
    answer_note: str | None


def show(ask: Ask) -> Response:
    """Those that wait and those answered."""
    return _page(ask, {}, None)


def save(ask: Ask) -> Response:
    """Take one, or decline it with a reason."""
    number = ask.form.get("correction", "")
    if not number.isdecimal() or len(number) > 9:
        raise NotFoundError
    try:
        if ask.form.get("do") == "take":
            answer(ask.session, ask.desk, ask.viewer, int(number), ask.form.get("seen", ""), ask.now)
        else:
            reason, remark = ask.form.get("reason", ""), ask.form.get("remark", "").strip()
            decline(ask.session, ask.viewer, int(number), reason, remark, ask.now)
    except CorrectionFaultError as error:
        return _page(ask, error.faults, int(number))
    return see(f"/corrections?saved={'taken' if ask.form.get('do') == 'take' else 'declined'}")


def _page(ask: Ask, faults: Mapping[str, Label], faulty: int | None) -> Response:
    waiting, answered = corrections_of(ask.session, ask.viewer, ask.now)
    rows = _rows(ask, [*waiting, *answered])
    fault = next((label.text(ask.words.language) for label in faults.values()), "")
    return page(
        ask,
        "corrections.html.jinja",
        status=400 if fault else 200,
        waiting=rows[: len(waiting)],
        answered=rows[len(waiting) :],
        fault=fault,
        faulty=faulty,
        form=ask.form if fault else {},
        supervises=ask.viewer.may(May.SUPERVISE),
        reasons=rights_settings().corrections.decline_reasons,
        saved={"taken": "corrections.taken", "declined": "corrections.declined"}.get(ask.query("saved"), ""),
        note_characters=settings().note_characters,
    )


def _rows(ask: Ask, kept: Sequence[Correction]) -> list[CorrectionRow]:
    homes = list({one.household_id for one in kept})
    persons = persons_of(ask.session, ask.desk, ask.viewer, homes)
    items = _items(ask, homes)
    accounts = {
        number: ask.session.get_one(Account, number).display_name
        for number in {one.account_id for one in kept} | {one.answered_by for one in kept if one.answered_by}
    }
    return [_row(ask, one, persons.get(one.household_id, Persons()), items, accounts) for one in kept]


def _items(ask: Ask, homes: Sequence[str]) -> dict[str, int]:
    """The newest place of each household on a list of the viewer's."""
    mine = within(ask.viewer, May.WORK_CASES, ListItem.region_code)
    found = select(ListItem.household_id, ListItem.id).where(ListItem.household_id.in_(homes), mine)
    return {row.household_id: row.id for row in ask.session.execute(found.order_by(ListItem.id))}


def _row(ask: Ask, one: Correction, persons: Persons, items: dict[str, int], accounts: dict[int, str]) -> CorrectionRow:
    today = settings().day_of(ask.now)
    found = records(ask.session, ask.desk, ask.viewer, one.household_id, one.region_code, today)
    label, was, wanted, now, seen = _values(ask, one, found)
    at_once = one.answered_by == one.account_id
    return CorrectionRow(
        one.id, called(persons, one.household_id, ask.words.language), items.get(one.household_id),
        whose(one.child_id or "", persons, ask.words), label, was, wanted, now, seen, one.valid_from,
        accounts[one.account_id], one.made_at, one.state, "" if at_once else accounts.get(one.answered_by or 0, ""),
        one.answered_at, one.answer, one.answer_note,
    )  # fmt: skip


def _values(ask: Ask, one: Correction, found: Records | None) -> tuple[str, str, str, str | None, str]:
    """Column, value it was, value wanted, value at present: in words where the definition is at hand."""
    if found is None:
        return one.column, one.value_was or "-", one.value_is or "-", None, ""
    subject, column = subject_of(one, found)
    states = subject.states(found)
    present = states[-1].get(column.name) if states else None
    return (
        column.label.text(ask.words.language),
        stored_said(column, one.value_was, found.definition, ask.words),
        stored_said(column, one.value_is, found.definition, ask.words),
        value_said(column, present, found.definition, ask.words),
        as_text(present) or "",
    )
