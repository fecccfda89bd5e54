"""From one list to the next: what is still to do, what was done meanwhile, and who goes to each village."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.store.accounts import Account, Role
from serving.review.store.lists import ListItem, Status, VisitList
from serving.review.visit_settings import visit_settings


@dataclass(frozen=True, slots=True)
class Carried:
    """What a household of the list before brings to the next one.

    ``waits``: it was to be visited, nobody was met, and it is still to be met. What was done after the day the new
    list speaks for is done for that list too. ``shown`` tells how it ended on the list before.
    """

    status: Status = Status.OPEN
    status_on: dt.date | None = None
    reason: str | None = None
    note: str | None = None
    changed_by: int | None = None
    changed_at: dt.datetime | None = None
    assigned_to: int | None = None
    waits: bool = False
    shown: Mapping[str, Any] = field(default_factory=dict)


def left_over(session: Session, kept: VisitList) -> Mapping[str, Carried]:
    """What the households of the list before bring to a list, by household."""
    before = session.scalar(
        select(VisitList)
        .where(
            VisitList.region_code == kept.region_code, VisitList.id != kept.id,
            VisitList.period_from <= kept.period_from,
        )
        .order_by(VisitList.period_from.desc(), VisitList.id.desc())
        .limit(1)
    )  # fmt: skip
    if before is None:
        return {}
    regions = _working(session)
    items = session.scalars(select(ListItem).where(ListItem.list_pk == before.id, ListItem.listed))
    return {item.household_id: _carried(item, kept.as_of, regions) for item in items}


def directors(session: Session, villages: Iterable[str]) -> Mapping[str, int]:
    """The caseworker of each village that has exactly one; who has the village goes before who has its township."""
    found = {}
    regions = _working(session, Role.CASEWORKER)
    for village in villages:
        near = {
            account: max(len(own) for own in owns if village.startswith(own))
            for account, owns in regions.items()
            if any(village.startswith(own) for own in owns)
        }
        nearest = [account for account, digits in near.items() if digits == max(near.values())]
        if len(nearest) == 1:
            found[village] = nearest[0]
    return found


def _carried(item: ListItem, as_of: dt.date, regions: Mapping[int, tuple[str, ...]]) -> Carried:
    own = regions.get(item.assigned_to or 0, ())
    goes = item.assigned_to if any(item.region_code.startswith(region) for region in own) else None
    settled = item.status is not Status.OPEN
    if settled and item.status_on is not None and item.status_on > as_of:
        return Carried(
            item.status, item.status_on, item.reason, item.note, item.changed_by, item.changed_at, goes,
            waits=item.carried,
        )  # fmt: skip
    if item.status is Status.DONE:
        return Carried(assigned_to=goes)
    before = {"status": item.status.value, "on": str(item.status_on or ""), "reason": item.reason or ""}
    over = item.status is Status.NOT_MET and item.reason in visit_settings().ends
    return Carried(assigned_to=goes, waits=not over, shown={"before": before})


def _working(session: Session, *roles: Role) -> Mapping[int, tuple[str, ...]]:
    """The accounts that are not locked, with their regions."""
    open_accounts = select(Account).where(Account.locked_at.is_(None))
    if roles:
        open_accounts = open_accounts.where(Account.role.in_(roles))
    return {one.id: tuple(region.region_code for region in one.regions) for one in session.scalars(open_accounts)}
