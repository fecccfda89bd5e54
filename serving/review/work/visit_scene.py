"""Whom a visit may speak of: the children of a household, and the needs found there before and still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy.orm import Session

from features.definition import DEFAULT_DEFINITION, Definition, load_definition
from serving.review.access.viewer import Viewer
from serving.review.cases.members import Member, members
from serving.review.cases.records import source_of
from serving.review.desk import Desk
from serving.review.store.lists import ListItem
from serving.review.store.visits import VisitRecord
from serving.review.visit_settings import visit_settings
from serving.review.work.needs import answered, open_needs
from serving.review.work.same_visit import visits_elsewhere, with_visit
from serving.review.work.visit_entry import Household, OpenNeed
from serving.review.work.visits import mark_of, standing_visits


@dataclass(frozen=True, slots=True)
class Scene:
    """A household as the page of a visit needs it. ``visits``: those that stand of this place, the earliest first.

    ``elsewhere``: those that other lists have.
    """

    members: tuple[Member, ...]
    household: Household
    visits: Sequence[VisitRecord]
    elsewhere: Sequence[VisitRecord] = ()

    def mark_with(self, record: VisitRecord | None) -> str:
        """What stands of the place's visits, and of another list's one if that is the one spoken of."""
        return mark_of(with_visit(self.visits, record if record in self.elsewhere else None))

    def needs_beside(self, record: VisitRecord | None) -> list[OpenNeed]:
        """The open needs that a visit may answer: its own findings are not among them, those it settled are."""
        own = {finding.finding_id for finding in record.findings} if record is not None else set()
        said = {} if record is None else {one.finding_id: answered(one) for one in record.follow_ups}
        needs = {**self.household.open_needs, **said}
        return sorted(
            (need for need in needs.values() if need.finding_id not in own),
            key=lambda need: (-need.severity, need.opened_on, need.finding_id),
        )

    def members_beside(self, record: VisitRecord | None) -> tuple[Member, ...]:
        """The children that a visit speaks of: those who live there now, and those it spoke of when they did."""
        living = {member.child_id for member in self.members}
        said = [] if record is None else [child.child_id for child in record.seen if child.child_id not in living]
        return (*self.members, *(Member(child, "", None) for child in said))

    def household_beside(self, record: VisitRecord | None) -> Household:
        """What the visit may speak of, its own answers included."""
        needs = {need.finding_id: need for need in self.needs_beside(record)}
        children = frozenset(member.child_id for member in self.members_beside(record))
        return Household(children, self.household.definition, needs)


def scene_of(session: Session, desk: Desk, viewer: Viewer, item: ListItem, today: date) -> Scene:
    """Put together who lives in the household of a place and what is open there. Whoever calls notes the access."""
    living = members(session, desk, viewer, item.household_id, item.region_code, today)
    living = living[: visit_settings().children_at_most]
    definition = definition_of(desk, item.region_code)
    needs = open_needs(session, desk, viewer, item, today)
    household = Household(frozenset(one.child_id for one in living), definition, needs)
    elsewhere = visits_elsewhere(session, viewer, item)
    return Scene(living, household, standing_visits(session, viewer, item), elsewhere)


def definition_of(desk: Desk, region_code: str) -> Definition:
    """What the codes of a region's records mean; without a ledger, the definition that ships with the product."""
    source = source_of(desk, region_code)
    return _without_ledger(desk.folders.definition) if source is None else source.definition


@lru_cache(maxsize=2)
def _without_ledger(named: str | None) -> Definition:
    return load_definition(named or DEFAULT_DEFINITION)
