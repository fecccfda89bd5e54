"""The month's pool: who is visited, in order, the cut, who comes next, and what the capacity is expected to find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, NotFoundError, Viewer, within
from serving.review.exchange.terms import Terms
from serving.review.store.lists import ListItem, Stratum, VisitList
from serving.review.work.access_log import note
from serving.review.work.current import current_lists

Show = Literal["all", "duty", "random", "new", "by_hand", "below", "taken"]
SHOWS: tuple[Show, ...] = ("all", "duty", "random", "new", "by_hand", "below", "taken")
RANDOM, DUTY, BY_HAND = "random", "duty", "by_hand"


@dataclass(frozen=True, slots=True)
class Why:
    """Listed places for one reason of the draw (or by hand), and the new needs their visits are expected to find.

    ``expected`` counts the places with a probability alone; None where none has one.
    """

    kind: str
    places: int
    expected: float | None


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of now as far as the viewer's regions go.

    ``random_drawn`` places fell to the lot and ``random_kept`` of them are still on the list; ``below`` households are
    kept beneath the cut; ``next_expected`` is what the visits of the first ``step`` of them would be expected to find.
    """

    visit_list: VisitList
    terms: Terms
    whys: Sequence[Why]
    random_drawn: int
    random_kept: int
    below: int
    taken: int
    next_expected: float | None

    @property
    def listed(self) -> int:
        """Places to visit."""
        return sum(why.places for why in self.whys)


@dataclass(frozen=True, slots=True)
class PoolAsked:
    """Which places of which pool, from the ``first`` on."""

    list_pk: int
    show: Show = "all"
    first: int = 0
    count: int = 40


@dataclass(frozen=True, slots=True)
class PoolPart:
    """The places of a pool that are shown, and how many match."""

    items: Sequence[ListItem]
    matching: int


def pools_of(session: Session, viewer: Viewer) -> Sequence[VisitList]:
    """The newest list of each place that the viewer supervises, in part or whole, by place."""
    mine = select(ListItem.list_pk).where(within(viewer, May.SUPERVISE, ListItem.region_code)).distinct()
    found = select(VisitList).where(VisitList.id.in_(current_lists()), VisitList.id.in_(mine))
    return session.scalars(found.order_by(VisitList.region_code, VisitList.id)).all()


def pool_of(session: Session, viewer: Viewer, list_pk: int, step: int) -> Pool:
    """A pool with its counts.

    Raises:
        NotFoundError: the viewer supervises no place of it, or it is over.
    """
    visit_list = next((one for one in pools_of(session, viewer) if one.id == list_pk), None)
    if visit_list is None:
        raise NotFoundError
    mine = _mine(viewer, list_pk)
    drawn_by_lot = or_(ListItem.kind == RANDOM, ListItem.stratum == Stratum.RANDOM)
    counts = session.execute(
        select(
            _sum(and_(drawn_by_lot, or_(ListItem.listed, ListItem.kind == RANDOM))),
            _sum(and_(drawn_by_lot, ListItem.listed)),
            _sum(_below()),
            _sum(_taken()),
        ).where(mine)
    ).one()
    first = select(ListItem.probability).where(mine, _below()).order_by(ListItem.place).limit(step)
    known = [chance for chance in session.scalars(first) if chance is not None]
    drawn, kept, below, taken = (int(count or 0) for count in counts)
    return Pool(
        visit_list,
        Terms.read(visit_list.terms),
        _whys(session, mine),
        random_drawn=drawn,
        random_kept=kept,
        below=below,
        taken=taken,
        next_expected=sum(known) if known else None,
    )


def pool_part(session: Session, viewer: Viewer, asked: PoolAsked, now: datetime) -> PoolPart:
    """Places of a pool: those to visit, duties first; beneath them who comes next; last those taken off. Noted."""
    where = (_mine(viewer, asked.list_pk), _shown(asked.show))
    part = case((~ListItem.listed & ListItem.moved_reason.is_(None), 2), (~ListItem.listed, 3), (_duty(), 0), else_=1)
    order = (part, ListItem.place, ListItem.id)
    items = session.scalars(
        select(ListItem).where(*where).order_by(*order).offset(asked.first).limit(asked.count)
    ).all()
    note(session, viewer, "pool", "read", [(item.household_id, item.region_code) for item in items], now)
    return PoolPart(items, session.scalar(select(func.count()).where(*where)) or 0)


def why_of(item: ListItem) -> str:
    """Why a place is on the list: the kind of the draw, or by hand; of one below the cut, what it would be."""
    if item.stratum is Stratum.BY_HAND:
        return BY_HAND
    return item.kind or (item.stratum.value if item.listed else "next")


def by_lot(item: ListItem) -> bool:
    """Whether the lot put a place on the list."""
    return item.kind == RANDOM or (item.listed and item.stratum is Stratum.RANDOM)


def _whys(session: Session, mine: ColumnElement[bool]) -> tuple[Why, ...]:
    hand = ListItem.stratum == Stratum.BY_HAND
    kind = case((hand, BY_HAND), else_=func.coalesce(ListItem.kind, ListItem.stratum))
    rows = session.execute(
        select(kind, func.count(), func.sum(ListItem.probability)).where(mine, ListItem.listed).group_by(kind)
    )
    found: Mapping[str, Why] = {str(code): Why(str(code), count, expected) for code, count, expected in rows}
    order = (DUTY, "carried", "finding", "score", "due", RANDOM, BY_HAND)
    return tuple(found[code] for code in order if code in found)


def _mine(viewer: Viewer, list_pk: int) -> ColumnElement[bool]:
    return and_(ListItem.list_pk == list_pk, within(viewer, May.SUPERVISE, ListItem.region_code))


def _duty() -> ColumnElement[bool]:
    return ListItem.duty_rule.is_not(None)


def _below() -> ColumnElement[bool]:
    return and_(~ListItem.listed, ListItem.moved_reason.is_(None))


def _taken() -> ColumnElement[bool]:
    return and_(~ListItem.listed, ListItem.moved_reason.is_not(None))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _shown(show: Show) -> ColumnElement[bool]:
    shown: dict[Show, ColumnElement[bool]] = {
        "all": true(),
        "duty": and_(ListItem.listed, _duty()),
        "random": or_(ListItem.kind == RANDOM, and_(ListItem.listed, ListItem.stratum == Stratum.RANDOM)),
        "new": and_(ListItem.listed, ListItem.new),
        "by_hand": and_(ListItem.listed, ListItem.stratum == Stratum.BY_HAND),
        "below": _below(),
        "taken": _taken(),
    }
    return shown[show]
