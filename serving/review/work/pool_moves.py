"""A supervisor puts a household on the month's list or takes it off. The draw stays as it was, and duties stay on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, NotFoundError, Viewer, within
from serving.review.exchange.carry import directors
from serving.review.exchange.facts import queue_fact
from serving.review.exchange.terms import Terms
from serving.review.settings import settings
from serving.review.store.lists import ListItem, Status, Stratum, VisitList
from serving.review.work.access_log import note
from serving.review.work.current import current_lists
from serving.review.work.move_facts import move_fact

Fault = Literal["changed_first", "duty_stays", "place_settled", "move_reason"]


@dataclass(frozen=True, slots=True)
class Moving:
    """Which place is to be put on the list or taken off, the version it was seen in, and a reason of the policy."""

    item_id: int
    version: int
    add: bool
    reason: str


class MoveFaultError(ValueError):
    """A move that is not made. ``code`` is its word in ``words/``."""

    def __init__(self, code: Fault) -> None:
        super().__init__(code)
        self.code = code


def pool_place(session: Session, viewer: Viewer, item_id: int, now: datetime) -> ListItem:
    """A place of the pools of now, listed or not; the access is noted.

    Raises:
        NotFoundError: no such place within the viewer's regions, or its list is over.
    """
    item = _place(session, viewer, item_id)
    note(session, viewer, "pool", "read", [(item.household_id, item.region_code)], now)
    return item


def move_place(session: Session, viewer: Viewer, moving: Moving, now: datetime) -> ListItem:
    """Put a place on the list, behind the others, or take it off; the ledger hears of it as of any move by hand.

    Raises:
        NotFoundError: no such place within the viewer's regions, or its list is over.
        MoveFaultError: somebody changed it first, the visit is a duty or done already, or the reason is none of the
            policy's.
    """
    item = _place(session, viewer, moving.item_id, hold=True)
    terms = Terms.read(item.visit_list.terms)
    if item.version != moving.version or item.listed == moving.add:
        raise MoveFaultError("changed_first")
    if not moving.add and item.is_duty:
        raise MoveFaultError("duty_stays")
    if item.status is not Status.OPEN:
        raise MoveFaultError("place_settled")
    if moving.reason not in (terms.add_reasons if moving.add else terms.remove_reasons):
        raise MoveFaultError("move_reason")
    if moving.add:
        item.place = 1 + _last_place(session, item)
    item.listed, item.moved_reason, item.stratum = moving.add, moving.reason, Stratum.BY_HAND
    item.assigned_to = directors(session, [item.region_code]).get(item.region_code) if moving.add else None
    item.changed_by, item.changed_at = viewer.account_id, now
    session.flush()
    queue_fact(session, move_fact(item, settings().day_of(now)), now)
    note(session, viewer, "pool", "write", [(item.household_id, item.region_code)], now)
    return item


def _place(session: Session, viewer: Viewer, item_id: int, *, hold: bool = False) -> ListItem:
    mine = within(viewer, May.SUPERVISE, ListItem.region_code)
    query = select(ListItem).where(ListItem.id == item_id, mine, ListItem.list_pk.in_(current_lists()))
    if hold:
        query = query.with_for_update(of=ListItem).execution_options(populate_existing=True)
    item = session.scalar(query)
    if item is None:
        raise NotFoundError
    return item


def _last_place(session: Session, item: ListItem) -> int:
    """The last place of a list, which is held: two who add at once do not get the same one."""
    session.execute(select(VisitList.id).where(VisitList.id == item.list_pk).with_for_update())
    last = select(func.max(ListItem.place)).where(ListItem.list_pk == item.list_pk, ListItem.listed)
    return session.scalar(last) or 0
