"""The log of accesses, as an auditor reads it: all use, nothing personal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, Viewer, within
from serving.review.store.accesses import Action, Noted, note_access
from serving.review.store.accounts import Account
from serving.review.store.lists import ListItem
from serving.review.store.trail import AccessEntry, AccessRecord
from serving.review.store.visits import ChildSeen, VisitRecord


@dataclass(frozen=True, slots=True)
class LoggedAccess:
    """One access as the auditor sees it: how many records, and the pseudonym when it was one."""

    at: datetime
    account: str
    purpose: str
    action: str
    records: int
    household_id: str


def note(
    session: Session, viewer: Viewer, purpose: str, action: Action, households: Sequence[tuple[str, str]], now: datetime
) -> None:
    """Note that a viewer read or changed data of households, given as (household, village)."""
    note_access(session, Noted(viewer.account_id, now, purpose, action, tuple(households)))


def accesses(
    session: Session, viewer: Viewer, *, household: str = "", account: str = "", first: int = 0, count: int = 100
) -> Sequence[LoggedAccess]:
    """Accesses to records in the viewer's regions, the newest first, of one household or by one account if given.

    A child's code given as ``household`` stands for each household where a list or a visit named the child.
    """
    query = (
        select(
            AccessEntry.at,
            Account.name,
            AccessEntry.purpose,
            AccessEntry.action,
            func.count(),
            func.min(AccessRecord.household_id),
        )
        .join(AccessRecord, AccessRecord.entry_id == AccessEntry.id)
        .join(Account, Account.id == AccessEntry.account_id)
        .where(within(viewer, May.READ_LOG, AccessRecord.region_code))
        .group_by(AccessEntry.id, AccessEntry.at, Account.name, AccessEntry.purpose, AccessEntry.action)
        .order_by(AccessEntry.id.desc())
        .offset(first)
        .limit(count)
    )
    if household:
        query = query.where(AccessRecord.household_id.in_([household, *_homes_of(session, household)]))
    if account:
        query = query.where(Account.name == account)
    return [
        LoggedAccess(at, who, purpose, action, records, one if records == 1 else "")
        for at, who, purpose, action, records, one in session.execute(query)
    ]


def _homes_of(session: Session, child: str) -> Sequence[str]:
    listed = select(ListItem.household_id).where(ListItem.driver_child_id == child)
    visited = (select(VisitRecord.household_id).join(ChildSeen, ChildSeen.visit_pk == VisitRecord.id)).where(
        ChildSeen.child_id == child
    )
    return session.scalars(listed.union(visited)).all()
