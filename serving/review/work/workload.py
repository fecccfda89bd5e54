"""Who goes where: what each director has to do, against what one director can do, and the places behind it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import RIGHTS, May, Viewer
from serving.review.cases.pinyin import pinyin_key
from serving.review.exchange.terms import Terms
from serving.review.settings import settings
from serving.review.store.accounts import Account, Role
from serving.review.store.lists import ListItem, Status
from serving.review.work.access_log import note
from serving.review.work.current import current_places
from serving.review.work.pool import pools_of

Which = Literal["unassigned", "overdue", "soon", "open", "all"]
WHICH: tuple[Which, ...] = ("unassigned", "overdue", "soon", "open", "all")


@dataclass(frozen=True, slots=True)
class Load:
    """Places of one director or village: all on the list, still to visit, due soon, overdue, and done."""

    places: int = 0
    to_visit: int = 0
    soon: int = 0
    overdue: int = 0
    done: int = 0
    not_met: int = 0
    postponed: int = 0


@dataclass(frozen=True, slots=True)
class Director:
    """A person who visits: the account, its villages, and its load; ``over`` when that is more than one can do."""

    account_id: int
    name: str
    role: Role
    regions: tuple[str, ...]
    load: Load
    over: bool


@dataclass(frozen=True, slots=True)
class Village:
    """A village with its load; ``over`` when it is more than one director can do."""

    code: str
    load: Load
    over: bool


@dataclass(frozen=True, slots=True)
class Workload:
    """The work of the viewer's regions: without anybody yet, by director, by village, and in all.

    ``capacity``: visits of one director by the policy of the lists; 0 where they do not say.
    """

    capacity: int
    nobody: Load
    directors: Sequence[Director]
    villages: Sequence[Village]
    whole: Load

    @property
    def unassigned(self) -> int:
        """Places still to visit that are nobody's."""
        return self.nobody.to_visit


@dataclass(frozen=True, slots=True)
class PlacesAsked:
    """Which places are to be shared out: of one account (0: any), of one village or township ("": any)."""

    which: Which
    account_id: int = 0
    village: str = ""
    first: int = 0
    count: int = 40


def workload(session: Session, viewer: Viewer, now: datetime) -> Workload:
    """How the places of now are shared out. Directors stand in the order of their names, not of their figures."""
    rows = _loads(session, viewer, now)
    by_account: dict[int | None, Load] = {}
    by_village: dict[str, Load] = {}
    for account_id, village, load in rows:
        by_account[account_id] = _sum((by_account.get(account_id, Load()), load))
        by_village[village] = _sum((by_village.get(village, Load()), load))
    room = max((Terms.read(one.terms).per_director for one in pools_of(session, viewer)), default=0)
    people = people_of(session, viewer, by_account)
    return Workload(
        capacity=room,
        nobody=by_account.get(None, Load()),
        directors=[
            Director(one.id, one.display_name, one.role, _regions(one), by_account.get(one.id, Load()),
                     over=_over(by_account.get(one.id, Load()), room))
            for one in people
        ],
        villages=[Village(code, load, _over(load, room)) for code, load in sorted(by_village.items())],
        whole=_sum(by_account.values()),
    )  # fmt: skip


def people_of(session: Session, viewer: Viewer, working: Container[int | None] = ()) -> list[Account]:
    """The accounts that may visit in the viewer's regions, by the sound of their names; those with work at least."""
    viewer.require(May.SUPERVISE)
    roles = [role for role, rights in RIGHTS.items() if May.WORK_CASES in rights]
    found = session.scalars(select(Account).where(Account.role.in_(roles))).all()
    kept = [one for one in found if (one.locked_at is None and _meets(viewer, one)) or one.id in working]
    return sorted(kept, key=lambda one: (pinyin_key(one.display_name), one.id))


def places_of(session: Session, viewer: Viewer, asked: PlacesAsked, now: datetime) -> tuple[Sequence[ListItem], int]:
    """Places to share out, duties by their day first, and how many match. Notes the access."""
    where = _conditions(asked.which, settings().day_of(now))
    if asked.account_id:
        where.append(ListItem.assigned_to == asked.account_id)
    if asked.village:
        where.append(ListItem.region_code.startswith(asked.village, autoescape=True))
    query = current_places(viewer, May.SUPERVISE).where(*where)
    late = case((ListItem.duty_due_on.is_(None), 1), else_=0)
    order = (late, ListItem.duty_due_on, ListItem.region_code, ListItem.place, ListItem.id)
    items = session.scalars(query.order_by(*order).offset(asked.first).limit(asked.count)).all()
    note(session, viewer, "workload", "read", [(item.household_id, item.region_code) for item in items], now)
    return items, session.scalar(select(func.count()).select_from(query.subquery())) or 0


def places_named(session: Session, viewer: Viewer, numbers: Sequence[int], now: datetime) -> Sequence[ListItem]:
    """Places by their numbers; those outside the viewer's regions are left out. Notes the access."""
    items = session.scalars(current_places(viewer, May.SUPERVISE).where(ListItem.id.in_(numbers))).all()
    note(session, viewer, "workload", "read", [(item.household_id, item.region_code) for item in items], now)
    return items


def covers(account: Account, region: str) -> bool:
    """Whether a village is one of an account's."""
    return any(region.startswith(own) for own in _regions(account))


def _loads(session: Session, viewer: Viewer, now: datetime) -> list[tuple[int | None, str, Load]]:
    today = settings().day_of(now)
    open_place = ListItem.status == Status.OPEN
    counted = (
        func.count(), _sum_of(open_place), _sum_of(_soon(today)), _sum_of(_overdue(today)),
        *(_sum_of(ListItem.status == status) for status in (Status.DONE, Status.NOT_MET, Status.POSTPONED)),
    )  # fmt: skip
    places = current_places(viewer, May.SUPERVISE).with_only_columns(
        ListItem.assigned_to, ListItem.region_code, *counted
    )
    rows = session.execute(places.group_by(ListItem.assigned_to, ListItem.region_code))
    return [(account_id, village, Load(*(int(one or 0) for one in counts))) for account_id, village, *counts in rows]


def _conditions(which: Which, today: date) -> list[ColumnElement[bool]]:
    open_place = ListItem.status == Status.OPEN
    chosen: dict[Which, list[ColumnElement[bool]]] = {
        "unassigned": [ListItem.assigned_to.is_(None), open_place],
        "overdue": [_overdue(today)],
        "soon": [_soon(today)],
        "open": [open_place],
        "all": [],
    }
    return chosen[which]


def _overdue(today: date) -> ColumnElement[bool]:
    return and_(ListItem.status == Status.OPEN, ListItem.duty_due_on < today)


def _soon(today: date) -> ColumnElement[bool]:
    until = today + timedelta(days=settings().near_days)
    return and_(ListItem.status == Status.OPEN, ListItem.duty_due_on.between(today, until))


def _sum_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _sum(loads: Iterable[Load]) -> Load:
    """Several loads together."""
    counts = zip(*(astuple(load) for load in loads), strict=True)
    return Load(*(sum(count) for count in counts))


def _over(load: Load, room: int) -> bool:
    return 0 < room < load.places


def _regions(account: Account) -> tuple[str, ...]:
    return tuple(region.region_code for region in account.regions)


def _meets(viewer: Viewer, account: Account) -> bool:
    """Whether the regions of an account and of the viewer overlap."""
    return any(
        own.startswith(region) or region.startswith(own) for own in _regions(account) for region in viewer.regions
    )
