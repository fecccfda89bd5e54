"""A supervisor says who goes where. A place that somebody else changed meanwhile is left as it is, and named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import Session

from serving.review.access.viewer import RIGHTS, May, NotFoundError, Viewer
from serving.review.store.accounts import Account
from serving.review.store.lists import ListItem, Status
from serving.review.work.access_log import note
from serving.review.work.current import current_places
from serving.review.work.workload import covers


@dataclass(frozen=True, slots=True)
class Assigned:
    """What came of it: the places that changed hands, and those left because somebody changed them first."""

    changed: Sequence[int]
    meanwhile: Sequence[int]


class AssignFaultError(ValueError):
    """Nothing was assigned. ``code`` is its word in ``words/``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def assign(session: Session, viewer: Viewer, places: Mapping[int, int], account_id: int, now: datetime) -> Assigned:
    """Let an account visit places, given as number and the version that was seen; account 0 takes them from everybody.

    Raises:
        NotFoundError: a place or the account is none within the viewer's regions.
        AssignFaultError: none was chosen, or the account does not cover the village of one.
    """
    if not places:
        raise AssignFaultError("no_place_chosen")
    items = _held(session, viewer, ListItem.id.in_(places))
    if len(items) != len(places):
        raise NotFoundError
    seen = [item for item in items if item.version == places[item.id]]
    _give(session, viewer, seen, account_id, now)
    kept = {item.id for item in seen}
    return Assigned([item.id for item in seen], [item.id for item in items if item.id not in kept])


def assign_village(
    session: Session, viewer: Viewer, village: str, mark: str, account_id: int, now: datetime
) -> Assigned:
    """Let an account visit every place of a village that is still to be visited; all or none.

    ``mark`` is what ``village_mark`` gave when the page was made: if the village has changed since, nothing is done.

    Raises:
        NotFoundError: the account is none within the viewer's regions.
        AssignFaultError: the village has nothing to visit, or the account does not cover it.
    """
    items = _held(session, viewer, ListItem.region_code == village, ListItem.status == Status.OPEN)
    if not items:
        raise AssignFaultError("no_place_chosen")
    if _mark(len(items), sum(item.version for item in items)) != mark:
        return Assigned([], [item.id for item in items])
    _give(session, viewer, items, account_id, now)
    return Assigned([item.id for item in items], [])


def village_mark(session: Session, viewer: Viewer, village: str) -> str:
    """How the places to visit of a village stand, as a mark that changes whenever one of them does."""
    mine = current_places(viewer, May.SUPERVISE).where(ListItem.region_code == village, ListItem.status == Status.OPEN)
    count, versions = session.execute(
        mine.with_only_columns(func.count(), func.coalesce(func.sum(ListItem.version), 0))
    ).one()
    return _mark(count, versions)


def _mark(count: int, versions: int) -> str:
    return f"{count}.{versions}"


def _held(session: Session, viewer: Viewer, *conditions: ColumnElement[bool]) -> Sequence[ListItem]:
    """Places of now, kept from everybody else until the transaction ends, in an order that two cannot cross in."""
    mine = current_places(viewer, May.SUPERVISE).where(*conditions).order_by(ListItem.id)
    return session.scalars(mine.with_for_update(of=ListItem).execution_options(populate_existing=True)).all()


def _give(session: Session, viewer: Viewer, items: Sequence[ListItem], account_id: int, now: datetime) -> None:
    account = _account(session, account_id) if account_id else None
    for item in items:
        if account is not None and not covers(account, item.region_code):
            raise AssignFaultError("account_elsewhere")
    given = [item for item in items if item.assigned_to != (account_id or None)]
    for item in given:
        item.assigned_to, item.changed_by, item.changed_at = account_id or None, viewer.account_id, now
    session.flush()
    note(session, viewer, "assign", "write", [(item.household_id, item.region_code) for item in given], now)


def _account(session: Session, account_id: int) -> Account:
    """An account that may visit, and is not locked."""
    found = session.get(Account, account_id)
    if found is None or found.locked_at is not None or May.WORK_CASES not in RIGHTS[found.role]:
        raise NotFoundError
    return found
