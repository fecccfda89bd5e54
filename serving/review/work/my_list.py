"""The list of a viewer: the households to visit now, duties first, within the viewer's villages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, NotFoundError, Viewer, within
from serving.review.store.decisions import OwnRating
from serving.review.store.lists import ListItem, Status, VisitList
from serving.review.work.access_log import note
from serving.review.work.current import current_places


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the list: one status, one village, and the places from ``first`` on; empty is everything."""

    status: str = ""
    village: str = ""
    first: int = 0
    count: int = 40


@dataclass(frozen=True, slots=True)
class ListPart:
    """A part of a list with what its page must say of the whole."""

    items: Sequence[ListItem]
    matching: int
    by_status: Mapping[str, int]
    villages: tuple[str, ...]
    lists: Sequence[VisitList]
    rated: frozenset[int]


def my_list(session: Session, viewer: Viewer, wanted: Wanted, purpose: str, now: datetime) -> ListPart:
    """The viewer's places: duties before others, open before settled, then in their order. Notes the access."""
    mine = current_places(viewer, May.READ_CASES)
    order = (case((ListItem.status == Status.OPEN, 0), else_=1), _duty_last(), ListItem.place, ListItem.id)
    matching = mine.where(*_conditions(wanted))
    items = session.scalars(matching.order_by(*order).offset(wanted.first).limit(wanted.count)).all()
    note(session, viewer, purpose, "read", [(item.household_id, item.region_code) for item in items], now)
    places = mine.subquery()
    counts = session.execute(select(places.c.status, func.count()).group_by(places.c.status)).all()
    villages = session.scalars(select(places.c.region_code).distinct().order_by(places.c.region_code)).all()
    list_keys = select(places.c.list_pk).distinct()
    return ListPart(
        items=items,
        matching=session.scalar(select(func.count()).select_from(matching.subquery())) or 0,
        by_status={status.value: count for status, count in counts},
        villages=tuple(villages),
        lists=session.scalars(
            select(VisitList).where(VisitList.id.in_(list_keys)).order_by(VisitList.region_code)
        ).all(),
        rated=rated_by(session, viewer, [item.id for item in items]),
    )


def find_item(session: Session, viewer: Viewer, item_id: int, purpose: str, now: datetime) -> ListItem:
    """One place by its number, and the access noted.

    Raises:
        NotFoundError: there is none within the viewer's regions.
    """
    item = session.scalar(
        select(ListItem).where(ListItem.id == item_id, within(viewer, May.READ_CASES, ListItem.region_code))
    )
    if item is None:
        raise NotFoundError
    note(session, viewer, purpose, "read", [(item.household_id, item.region_code)], now)
    return item


def rated_by(session: Session, viewer: Viewer, items: Sequence[int]) -> frozenset[int]:
    """Which of these places the viewer has rated."""
    rated = select(OwnRating.item_id).where(
        OwnRating.account_id == viewer.account_id,
        OwnRating.item_id.in_(items),
        within(viewer, May.READ_CASES, OwnRating.region_code),
    )
    return frozenset(session.scalars(rated))


def hides_band(item: ListItem, rated: frozenset[int]) -> bool:
    """Whether the viewer must rate first: a discretionary place for which the policy asks for it."""
    return item.rating_asked and not item.is_duty and item.id not in rated


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.status:
        conditions.append(ListItem.status == Status(wanted.status))
    if wanted.village:
        conditions.append(ListItem.region_code == wanted.village)
    return conditions


def _duty_last() -> ColumnElement[int]:
    return case((ListItem.duty_rule.is_not(None), 0), else_=1)
