"""Changes of a place on a list. Whoever changed it first is not overwritten: the second is shown both versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from serving.review.access.viewer import May, NotFoundError, Viewer, within
from serving.review.settings import settings
from serving.review.store.hold import hold_order
from serving.review.store.lists import ListItem, Status
from serving.review.store.visits import VisitRecord
from serving.review.work.access_log import note
from serving.review.work.visit_facts import tell_assignment
from serving.review.work.visits import hold_place, let_go, mark_visited, standing_visits


@dataclass(frozen=True, slots=True)
class Change:
    """What a person wants a place to say, and the version it was made from."""

    item_id: int
    version: int
    status: Status
    on: date
    reason: str | None = None
    note: str | None = None


class ChangeFaultError(ValueError):
    """A change that cannot be made as it stands. ``code`` is its word in ``words/``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ConflictError(Exception):
    """Somebody else changed the place first, and nothing was changed.

    ``change`` is what was asked for, to be shown beside what is saved; None where only the order was to change.
    """

    def __init__(self, change: Change | None) -> None:
        super().__init__()
        self.change = change


def change_status(session: Session, viewer: Viewer, change: Change, now: datetime) -> ListItem:
    """Say what became of a place; done and not met become visits of the ledger.

    Raises:
        NotFoundError: no such place within the viewer's regions.
        ChangeFaultError: a reason is missing or unknown, or the day lies outside the list's time.
        ConflictError: the place is not the version the change was made from.
    """
    item = hold_place(session, viewer, change.item_id)
    _require_sound(item, change, now)
    if item.version != change.version:
        raise ConflictError(change)
    records = standing_visits(session, viewer, item)
    _require_no_visit(change, records)
    item.status, item.status_on = change.status, None if change.status is Status.OPEN else change.on
    item.reason, item.note = change.reason, change.note
    _changed(item, viewer, now)
    _flush(session, change)
    if change.status in (Status.DONE, Status.NOT_MET):
        mark_visited(session, viewer, item, change.on, now, met=change.status is Status.DONE, reason=change.reason)
        tell_assignment(session, item, standing_visits(session, viewer, item), now)
    else:
        for record in records:
            let_go(session, viewer, item, record, now)
        tell_assignment(session, item, (), now)
    note(session, viewer, "list", "write", [(item.household_id, item.region_code)], now)
    return item


def move(session: Session, viewer: Viewer, item_id: int, version: int, step: int, now: datetime) -> bool:
    """Move an open place one up (``step`` -1) or down (1). Duties and the rest keep apart. False at an end.

    Raises:
        NotFoundError: no such place within the viewer's regions.
        ConflictError: the place is not the version that was seen.
    """
    item = _item(session, viewer, item_id)
    hold_order(session, item)
    if item.version != version:
        raise ConflictError(None)
    beyond = ListItem.place < item.place if step < 0 else ListItem.place > item.place
    order = ListItem.place.desc() if step < 0 else ListItem.place.asc()
    duty = ListItem.duty_rule.is_not(None) if item.is_duty else ListItem.duty_rule.is_(None)
    other = session.scalar(
        select(ListItem)
        .where(
            within(viewer, May.WORK_CASES, ListItem.region_code),
            ListItem.list_pk == item.list_pk,
            ListItem.status == Status.OPEN,
            ListItem.listed,
            duty,
            beyond,
        )
        .order_by(order)
        .limit(1)
    )
    if other is None or item.status is not Status.OPEN:
        return False
    item.place, other.place = other.place, item.place
    item.moved_by_hand = True
    _changed(item, viewer, now)
    _flush(session, None)
    moved = [(one.household_id, one.region_code) for one in (item, other)]
    note(session, viewer, "order", "write", moved, now)
    return True


def require_possible(session: Session, viewer: Viewer, item: ListItem, change: Change, now: datetime) -> None:
    """Look whether ``change_status`` could make a change, whatever the version; changes nothing.

    Raises:
        ChangeFaultError: as ``change_status``.
    """
    _require_sound(item, change, now)
    _require_no_visit(change, standing_visits(session, viewer, item))


def onto(change: Change, item: ListItem) -> Change:
    """The same change made from the version a place has now."""
    return replace(change, version=item.version)


def _item(session: Session, viewer: Viewer, item_id: int) -> ListItem:
    mine = within(viewer, May.WORK_CASES, ListItem.region_code)
    item = session.scalar(select(ListItem).where(ListItem.id == item_id, mine))
    if item is None:
        raise NotFoundError
    return item


def _require_sound(item: ListItem, change: Change, now: datetime) -> None:
    reasons = settings().reasons.get(change.status, ())
    if (change.reason not in reasons) if reasons else change.reason is not None:
        raise ChangeFaultError("reason_missing")
    if change.note is not None and len(change.note) > settings().note_characters:
        raise ChangeFaultError("note_long")
    if change.on > settings().day_of(now):
        raise ChangeFaultError("day_future")
    if change.on < item.visit_list.as_of:
        raise ChangeFaultError("day_before_list")


def _require_no_visit(change: Change, records: Sequence[VisitRecord]) -> None:
    if change.status is not Status.DONE and any(record.detailed for record in records):
        raise ChangeFaultError("visit_recorded")


def _changed(item: ListItem, viewer: Viewer, now: datetime) -> None:
    item.changed_by, item.changed_at = viewer.account_id, now


def _flush(session: Session, change: Change | None) -> None:
    try:
        session.flush()
    except StaleDataError as error:
        # Two at the same moment: the database let the other one through first.
        raise ConflictError(change) from error
