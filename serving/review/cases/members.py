"""The children of a household, for pages that ask about each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, Viewer, within
from serving.review.cases.files import eldest_first, in_use
from serving.review.cases.persons import Persons, persons_of
from serving.review.cases.records import Records, records
from serving.review.desk import Desk
from serving.review.store.lists import ListItem


@dataclass(frozen=True, slots=True)
class Member:
    """A child of a household. ``name`` is empty where none is held, ``birth_date`` None where it is not known."""

    child_id: str
    name: str
    birth_date: date | None


def members(
    session: Session, desk: Desk, viewer: Viewer, household_id: str, region_code: str, today: date
) -> tuple[Member, ...]:
    """The children of a household now, the eldest first; without a ledger those that its lists and names tell of.

    Whoever calls notes the access.
    """
    persons = persons_of(session, desk, viewer, [household_id]).get(household_id, Persons())
    known = records(session, desk, viewer, household_id, region_code, today)
    if known is None:
        named = [*persons.children, *_named(session, viewer, household_id)]
        return tuple(Member(child, persons.children.get(child, ""), None) for child in dict.fromkeys(named))
    born = known.definition.cohort.get("birth_column", "")
    return tuple(
        Member(child, persons.children.get(child, ""), known.children[child].get(born)) for child in on_file(known)
    )


def on_file(known: Records) -> list[str]:
    """The children whose files are in use, the eldest first."""
    return eldest_first(in_use(known.children.values(), known.definition), known.definition)


def _named(session: Session, viewer: Viewer, household_id: str) -> list[str]:
    """The children that gave a household its place on lists."""
    rows = select(ListItem.driver_child_id).where(
        ListItem.household_id == household_id,
        ListItem.driver_child_id.is_not(None),
        within(viewer, May.READ_CASES, ListItem.region_code),
    )
    return [child for child in session.scalars(rows.order_by(ListItem.id)) if child is not None]
