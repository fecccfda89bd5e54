"""The list of a viewer: the households to visit now, duties first, within the viewer's villages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, lazyload

from serving.review.access.viewer import May, NotFoundError, Viewer, within
from serving.review.store.decisions import OwnRating
from serving.review.store.lists import ListItem, Status, Stratum, VisitList
from serving.review.work.access_log import note
from serving.review.work.current import current_places

# Keys asked for at once: SQLite takes 32,766 values in one statement.
_AT_ONCE = 10_000
Why = Literal["", "duty", "score", "random", "carried", "by_hand"]
Order = Literal["", "village", "name"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the list, and in which order; empty is everything.

    ``why``: duties, or the others by what put them there. ``only``: these households alone. ``turns``: the turn of
    households in an order by name; those without one come last.
    """

    status: str = ""
    village: str = ""
    first: int = 0
    count: int = 40
    why: Why = ""
    order: Order = ""
    only: frozenset[str] | None = None
    turns: Mapping[str, int] = field(default_factory=dict)


class Line(NamedTuple):
    """A place as filters and orders see it. ``hidden``: the viewer's own rating comes before what put it there."""

    id: int
    household_id: str
    village: str
    place: int
    status: Status
    duty: bool
    stratum: Stratum
    list_pk: int
    asked: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class ListPart:
    """A part of a list with what its page must say of the whole.

    ``numbers``: where each place of the viewer's list stands in it, from 1, whatever is filtered or settled.
    """

    items: Sequence[ListItem]
    matching: int
    by_status: Mapping[str, int]
    villages: tuple[str, ...]
    lists: Sequence[VisitList]
    rated: frozenset[int]
    numbers: Mapping[int, int]


def my_list(session: Session, viewer: Viewer, wanted: Wanted, purpose: str, now: datetime) -> ListPart:
    """The viewer's places: duties before others, open before settled, then in their order. Notes the access."""
    return part_of(session, viewer, my_lines(session, viewer), wanted, purpose, now)


def part_of(
    session: Session, viewer: Viewer, lines: Sequence[Line], wanted: Wanted, purpose: str, now: datetime
) -> ListPart:
    """The part of the viewer's list that is wanted, of lines that were just read. Notes the access."""
    villages = _first_places(lines)
    matching = [line for line in lines if _matches(line, wanted)]
    matching.sort(key=lambda line: _turn(line, wanted, villages))
    # Read before the places, which then find them at hand instead of bringing each its own copy.
    query = select(VisitList).where(VisitList.id.in_({line.list_pk for line in lines})).order_by(VisitList.region_code)
    lists = session.scalars(query).all()
    items = _items(session, viewer, [line.id for line in matching[wanted.first : wanted.first + wanted.count]])
    note(session, viewer, purpose, "read", [(item.household_id, item.region_code) for item in items], now)
    return ListPart(
        items=items,
        matching=len(matching),
        by_status=Counter(line.status.value for line in lines),
        villages=tuple(sorted(villages)),
        lists=lists,
        rated=frozenset(line.id for line in lines if line.asked and not line.hidden),
        numbers={line.id: number for number, line in enumerate(sorted(lines, key=_standing), start=1)},
    )


def my_lines(session: Session, viewer: Viewer) -> tuple[Line, ...]:
    """All places of the viewer's list in short; a caseworker's are those given to them or to nobody yet.

    Who shows more of them than how many there are notes the access.
    """
    asked = and_(ListItem.rating_asked, ListItem.duty_rule.is_(None))
    rated = exists().where(OwnRating.item_id == ListItem.id, *_own_ratings(viewer))
    query = current_places(viewer, May.READ_CASES).with_only_columns(
        ListItem.id,
        ListItem.household_id,
        ListItem.region_code,
        ListItem.place,
        ListItem.status,
        ListItem.duty_rule.is_not(None),
        ListItem.stratum,
        ListItem.list_pk,
        asked,
        and_(asked, ~rated),
    )
    if not viewer.may(May.SUPERVISE):
        query = query.where(or_(ListItem.assigned_to.is_(None), ListItem.assigned_to == viewer.account_id))
    return tuple(map(Line._make, session.execute(query)))


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
    found: set[int] = set()
    for first in range(0, len(items), _AT_ONCE):
        some = OwnRating.item_id.in_(items[first : first + _AT_ONCE])
        found |= set(session.scalars(select(OwnRating.item_id).where(some, *_own_ratings(viewer))))
    return frozenset(found)


def hides_band(item: ListItem, rated: frozenset[int]) -> bool:
    """Whether the viewer must rate first: a discretionary place for which the policy asks for it."""
    return item.rating_asked and not item.is_duty and item.id not in rated


def _own_ratings(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a rating is one the viewer gave."""
    return OwnRating.account_id == viewer.account_id, within(viewer, May.READ_CASES, OwnRating.region_code)


def _items(session: Session, viewer: Viewer, keys: Sequence[int]) -> list[ListItem]:
    """Places by their keys, in that order."""
    found: dict[int, ListItem] = {}
    for first in range(0, len(keys), _AT_ONCE):
        mine = within(viewer, May.READ_CASES, ListItem.region_code)
        query = select(ListItem).where(ListItem.id.in_(keys[first : first + _AT_ONCE]), mine)
        found |= {item.id: item for item in session.scalars(query.options(lazyload(ListItem.visit_list)))}
    return [found[key] for key in keys]


def _matches(line: Line, wanted: Wanted) -> bool:
    return (
        wanted.status in ("", line.status)
        and wanted.village in ("", line.village)
        and _is_there_by(line, wanted.why)
        and (wanted.only is None or line.household_id in wanted.only)
    )


def _is_there_by(line: Line, why: Why) -> bool:
    """What put a place on the list; not told before the viewer's own rating where that is asked for."""
    if not why or line.duty:
        return why in ("", "duty")
    return why == line.stratum and not line.hidden


def _first_places(lines: Sequence[Line]) -> dict[str, int]:
    """The villages in the order in which they are gone to: by their first place."""
    first: dict[str, int] = {}
    for line in lines:
        first[line.village] = min(line.place, first.get(line.village, line.place))
    return first


def _standing(line: Line) -> tuple[bool, int, int]:
    return (not line.duty, line.place, line.id)


def _turn(line: Line, wanted: Wanted, villages: Mapping[str, int]) -> tuple[object, ...]:
    usual = (line.status is not Status.OPEN, *_standing(line))
    if wanted.order == "name":
        return (wanted.turns.get(line.household_id, len(wanted.turns)), *usual)
    return (villages[line.village], line.village, *usual) if wanted.order == "village" else usual
