"""The order of a list by hand: a place goes to another turn among those of its kind, and the others make way."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, Viewer, within
from serving.review.store.lists import ListItem, Status


@dataclass(frozen=True, slots=True)
class Turn:
    """An open place of a list as its order sees it."""

    item_id: int
    place: int


def others_in_order(session: Session, viewer: Viewer, item: ListItem) -> list[Turn]:
    """The open places of the same list and kind (duty or not) within the viewer's regions, without ``item``."""
    duty = ListItem.duty_rule.is_not(None) if item.is_duty else ListItem.duty_rule.is_(None)
    rows = session.execute(
        select(ListItem.id, ListItem.place)
        .where(
            within(viewer, May.WORK_CASES, ListItem.region_code),
            ListItem.list_pk == item.list_pk,
            ListItem.status == Status.OPEN,
            ListItem.listed,
            ListItem.id != item.id,
            duty,
        )
        .order_by(ListItem.place, ListItem.id)
    )
    return [Turn(number, place) for number, place in rows]


def put(session: Session, viewer: Viewer, item: ListItem, turn: int) -> None:
    """Put an open place at a turn (0 is the first) of its kind; whoever calls holds the order of the list.

    Places outside the viewer's regions stay.
    Those who make way keep their version: nobody who has one of them open loses what was typed.
    """
    others = others_in_order(session, viewer, item)
    places = sorted([item.place, *(one.place for one in others)])
    order = [one.item_id for one in others]
    order.insert(turn, item.id)
    now = dict(zip(order, places, strict=True))
    moved = [{"key": one.item_id, "to": now[one.item_id]} for one in others if now[one.item_id] != one.place]
    if moved:
        table = ListItem.metadata.tables[ListItem.__tablename__]
        session.execute(table.update().where(table.c.id == bindparam("key")).values(place=bindparam("to")), moved)
    if now[item.id] != item.place:
        item.place, item.moved_by_hand = now[item.id], True
