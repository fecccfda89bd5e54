"""Holding the order of a list, so that two who change it do so one after the other."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.store.lists import ListItem, VisitList


def hold_order(session: Session, item: ListItem) -> None:
    """Let nobody else change the order of an item's list until the transaction ends, and read the item anew."""
    session.execute(select(VisitList.id).where(VisitList.id == item.list_pk).with_for_update())
    session.refresh(item)
