"""Corrections of wrong facts: a new row of the ledger, never an edit; some wait until a supervisor takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.definition import Column, Definition, Label
from features.definition.structure import CHILDREN
from serving.review.access.viewer import May, NotFoundError, Viewer, within
from serving.review.cases.records import Records, records
from serving.review.desk import Desk
from serving.review.exchange.facts import Value
from serving.review.settings import settings
from serving.review.store.decisions import Correction, CorrectionState
from serving.review.store.lists import ListItem
from serving.review.words import catalogue
from serving.review.work.access_log import note
from serving.review.work.correctable import (
    SINCE,
    VALUE,
    HeldFact,
    HeldFacts,
    correctable,
    faults_of,
    held_facts,
    read_value,
)
from serving.review.work.rights_settings import rights_settings
from serving.review.work.states import NewState, Subject, changed_states, queue_states


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks for: which fact of whom (empty ``child_id``: the household), its right value, since when.

    ``seen`` is the value that stood on the form; if another stands now, somebody was faster. ``sent`` is empty for "not
    known", None where the form did not say.
    """

    item_id: int
    child_id: str
    column: str
    seen: str
    sent: str | None
    since: str


class CorrectionFaultError(ValueError):
    """A correction that cannot be kept. ``faults`` says why, by field of the form ("" for the form as a whole)."""

    def __init__(self, faults: Mapping[str, Label]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


def correct(session: Session, desk: Desk, viewer: Viewer, asked: Asked, now: datetime) -> Correction:
    """Keep a correction; unless its column waits for a supervisor, queue it for the ledger at once.

    Raises:
        NotFoundError: no such place within the viewer's regions, or no such fact that a person may correct.
        CorrectionFaultError: a value or day that cannot be, or nothing that would change.
    """
    item = _item(session, viewer, asked.item_id)
    today = settings().day_of(now)
    found = records_at_hand(session, desk, viewer, item.household_id, item.region_code, today)
    held, fact = find_fact(found, item, asked.child_id, asked.column)
    value, since = _read(found.definition, fact, asked)
    states = changed_states(held.subject.states(found), held.subject.table, asked.column, value, since)
    if faults := faults_of(found.definition, held.subject.table, asked.column, states, today):
        raise CorrectionFaultError(faults)
    kept = Correction(
        account_id=viewer.account_id, household_id=item.household_id, child_id=asked.child_id or None,
        region_code=item.region_code, table=held.subject.table.name, column=asked.column,
        value_was=as_text(fact.value), value_is=as_text(value), valid_from=since,
        state=CorrectionState.WAITING, made_at=now,
    )  # fmt: skip
    session.add(kept)
    if viewer.may(May.SUPERVISE) or not rights_settings().corrections.must_wait(kept.table, kept.column):
        take(kept, viewer, now)
        queue_states(session, held.subject, found, states, now)
    session.flush()
    note(session, viewer, "correction", "write", [(item.household_id, item.region_code)], now)
    return kept


def find_correction(session: Session, viewer: Viewer, item: ListItem, correction_id: int) -> Correction | None:
    """A correction of a household on a list, by its number; None when there is none within the viewer's regions."""
    return session.scalar(
        select(Correction).where(
            Correction.id == correction_id,
            Correction.household_id == item.household_id,
            within(viewer, May.READ_CASES, Correction.region_code),
        )
    )


def waiting_facts(session: Session, viewer: Viewer, household_id: str) -> frozenset[tuple[str, str]]:
    """The facts of a household whose correction waits: (child, or "" for the household; column)."""
    rows = select(Correction.child_id, Correction.column).where(
        Correction.household_id == household_id,
        Correction.state == CorrectionState.WAITING,
        within(viewer, May.READ_CASES, Correction.region_code),
    )
    return frozenset((child or "", column) for child, column in session.execute(rows))


def find_fact(found: Records, item: ListItem, child_id: str, column: str) -> tuple[HeldFacts, HeldFact]:
    """A fact that a person may correct. NotFoundError when there is none."""
    for held in map(correctable, held_facts(found, item.household_id, item.region_code)):
        own = child_id if held.subject.table.name == CHILDREN else ""
        if own == child_id and (not own or held.subject.number == own) and (fact := held.fact(column)) is not None:
            return held, fact
    raise NotFoundError


def subject_of(kept: Correction, found: Records) -> tuple[Subject, Column]:
    """Whose fact a correction is of, and its column. NotFoundError where the definition has it no longer."""
    table = found.definition.tables.get(kept.table)
    if table is None or kept.column not in table.columns:
        raise NotFoundError
    return Subject(table, kept.child_id or kept.household_id, kept.region_code), table.columns[kept.column]


def hypothetical(kept: Correction, found: Records) -> tuple[Subject, list[NewState]]:
    """The states as a correction wants them, whether it was taken or still waits."""
    subject, column = subject_of(kept, found)
    value, _ = read_value(found.definition, column, kept.value_is or "")
    return subject, changed_states(subject.states(found), subject.table, column.name, value, kept.valid_from)


def as_text(value: Value) -> str | None:
    """A value as a form and the record of a correction hold it; None where it is not known."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    return None if value is None else str(value)


def _read(definition: Definition, fact: HeldFact, asked: Asked) -> tuple[Value, date]:
    """The value and the day a form gives."""
    faults: dict[str, Label] = {}
    value, wrong = read_value(definition, fact.column, asked.sent or "")
    if asked.sent is None:
        faults[VALUE] = said_fault("value_choose")
    elif wrong is not None:
        faults[VALUE] = wrong
    elif value is None and fact.column.required:
        faults[VALUE] = said_fault("value_needed")
    elif value == fact.value:
        faults[VALUE] = said_fault("value_same")
    try:
        since = date.fromisoformat(asked.since)
    except ValueError:
        since = date.min
        faults[SINCE] = said_fault("day_unknown")
    if (as_text(fact.value) or "") != asked.seen:
        faults = {"": said_fault("changed_meanwhile")}
    if faults:
        raise CorrectionFaultError(faults)
    return value, since


def records_at_hand(
    session: Session, desk: Desk, viewer: Viewer, household_id: str, region_code: str, today: date
) -> Records:
    """What is known of a household; CorrectionFaultError when that is not at hand."""
    found = records(session, desk, viewer, household_id, region_code, today)
    if found is None:
        raise CorrectionFaultError({"": said_fault("facts_missing")})
    return found


def _item(session: Session, viewer: Viewer, item_id: int) -> ListItem:
    mine = within(viewer, May.WORK_CASES, ListItem.region_code)
    item = session.scalar(select(ListItem).where(ListItem.id == item_id, mine))
    if item is None:
        raise NotFoundError
    return item


def take(kept: Correction, viewer: Viewer, now: datetime) -> None:
    """Taken by the supervisor; or at once, where nobody need be asked."""
    kept.state, kept.answered_by, kept.answered_at = CorrectionState.TAKEN, viewer.account_id, now


def said_fault(code: str) -> Label:
    """The words of a fault."""
    return catalogue()[f"fault.{code}"]
