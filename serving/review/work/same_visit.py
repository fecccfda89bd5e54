"""One visit of a household that stands on two lists: recorded on one of them, it counts for both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, not_, or_, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, Viewer, within
from serving.review.store.lists import ListItem
from serving.review.store.visits import VisitPlace, VisitRecord
from serving.review.work.visit_entry import VisitEntry


class VisitElsewhereError(Exception):
    """The household was visited that day as another list has it, and nothing was changed. ``record``: that visit."""

    def __init__(self, record: VisitRecord) -> None:
        super().__init__()
        self.record = record


def counts_for(item: ListItem) -> ColumnElement[bool]:
    """Whether a visit counts for a place: recorded there, or said there to be the same."""
    shared = select(VisitPlace.visit_pk).where(VisitPlace.item_id == item.id)
    return or_(VisitRecord.item_id == item.id, VisitRecord.id.in_(shared))


def visits_elsewhere(session: Session, viewer: Viewer, item: ListItem) -> Sequence[VisitRecord]:
    """The visits that other lists have of a place's household since the place's own list, the earliest first."""
    query = select(VisitRecord).where(
        VisitRecord.household_id == item.household_id,
        VisitRecord.met,
        VisitRecord.taken_back_at.is_(None),
        VisitRecord.visited_on >= item.visit_list.as_of,
        or_(VisitRecord.item_id.is_(None), not_(counts_for(item))),
        within(viewer, May.READ_CASES, VisitRecord.region_code),
    )
    return session.scalars(query.order_by(VisitRecord.visited_on, VisitRecord.id)).all()


def with_visit(records: Sequence[VisitRecord], other: VisitRecord | None) -> Sequence[VisitRecord]:
    """The visits of a place with one of another list among them, the earliest first."""
    return sorted([*records, *([other] if other else [])], key=lambda one: (one.visited_on, one.id))


def same_day(records: Sequence[VisitRecord], on: date) -> VisitRecord | None:
    """The last of these visits that was on a day."""
    return next((one for one in reversed(records) if one.visited_on == on), None)


def require_one(record: VisitRecord, entry: VisitEntry, elsewhere: Sequence[VisitRecord]) -> None:
    """Refuse a visit of a day for which another list has one, unless it is that one or said to be a second.

    Raises:
        VisitElsewhereError: another list has one.
    """
    stood = entry.visit_pk is not None and record.met and record.visited_on == entry.visited_on
    same = same_day([one for one in elsewhere if one is not record], entry.visited_on)
    if same is not None and entry.met and not stood and not entry.second:
        raise VisitElsewhereError(same)


def count_for(record: VisitRecord, item: ListItem) -> None:
    """Let a visit count for a place too."""
    if item.id not in record.places:
        record.also.append(VisitPlace(item_id=item.id))


def count_no_more(session: Session, record: VisitRecord, item: ListItem) -> None:
    """Let a visit that another list has no longer count for a place."""
    record.also = [one for one in record.also if one.item_id != item.id]
    session.flush()
