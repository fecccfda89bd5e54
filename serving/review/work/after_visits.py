"""What visits recorded here changed of places since their list was made, whether or not the ledger has them yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, Viewer, within
from serving.review.store.lists import ListItem
from serving.review.store.visits import ChildSeen, VisitRecord

# Households asked for at once: SQLite takes 32,766 values in one statement.
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class After:
    """What became of a place's household later than the list knew.

    ``met_on``: the last day somebody was met, None if nobody was. ``unseen``: the children whom those visits did not
    see, and none of them saw later or before.
    """

    met_on: date | None = None
    unseen: tuple[str, ...] = ()

    def last_visit(self, item: ListItem) -> date | None:
        """The last visit of the household, as the list or these visits know it."""
        return self.met_on or item.last_visit_on

    def waits_for_driver(self, item: ListItem) -> bool:
        """Whether the child that gives the place its turn was not seen yet."""
        return item.driver_child_id in self.unseen


def after_visits(session: Session, viewer: Viewer, items: Sequence[ListItem]) -> Mapping[int, After]:
    """What is to be said of each of these places. Whoever calls notes the access."""
    homes = sorted({item.household_id for item in items})
    met: dict[str, list[Row[str, date, str, bool]]] = {}
    for first in range(0, len(homes), _AT_ONCE):
        query = (
            select(VisitRecord.household_id, VisitRecord.visited_on, ChildSeen.child_id, ChildSeen.seen)
            .outerjoin(ChildSeen, ChildSeen.visit_pk == VisitRecord.id)
            .where(
                VisitRecord.household_id.in_(homes[first : first + _AT_ONCE]),
                VisitRecord.met,
                VisitRecord.taken_back_at.is_(None),
                within(viewer, May.READ_CASES, VisitRecord.region_code),
            )
        )
        for row in session.execute(query):
            met.setdefault(row.household_id, []).append(row)
    return {item.id: _after(item, met.get(item.household_id, ())) for item in items}


def _after(item: ListItem, met: Sequence[Row[str, date, str, bool]]) -> After:
    fresh = [row for row in met if item.last_visit_on is None or row.visited_on > item.last_visit_on]
    seen = {row.child_id for row in fresh if row.seen}
    missed = {row.child_id for row in fresh if row.child_id is not None and not row.seen}
    return After(max((row.visited_on for row in fresh), default=None), tuple(sorted(missed - seen)))
