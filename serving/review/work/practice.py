"""Practising: a list of invented families is made when it starts and taken away when it ends."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from serving.review.access.viewer import May, Viewer
from serving.review.cases.persons import keep_persons, persons_key
from serving.review.cases.practice import practice_persons
from serving.review.desk import Desk
from serving.review.exchange.load import Sheet, load_sheet
from serving.review.practice.families import practice_families
from serving.review.practice.region import practice_region
from serving.review.settings import settings
from serving.review.store.accounts import SignedIn
from serving.review.store.decisions import Correction, Override, OwnRating, Refusal
from serving.review.store.lists import ListItem
from serving.review.store.tables import METADATA
from serving.review.store.visits import ReportTask, VisitRecord

_REGION = "region_code"
# What somebody leaves behind who did an exercise: a row in the practice village.
_DONE: Mapping[str, InstrumentedAttribute[str]] = {
    "visit": VisitRecord.region_code,
    "red": ReportTask.region_code,
    "overrule": Override.region_code,
    "rate": OwnRating.region_code,
    "correct": Correction.region_code,
    "refuse": Refusal.region_code,
}


@dataclass(frozen=True, slots=True)
class Exercise:
    """Something to practise, the family on which it can be, and whether it was done."""

    name: str
    household_id: str
    item_id: int
    done: bool


def start_practice(session: Session, desk: Desk, viewer: Viewer, signed_in: SignedIn, now: datetime) -> None:
    """Let a session work with invented families from now on; what was practised before is gone.

    Raises:
        NotAllowedError: the viewer's work is not with lists.
    """
    viewer.require(May.WORK_CASES)
    _clear(session, viewer)
    village = practice_region(viewer.account_id)
    sheet = _sheet(village, settings().day_of(now))
    load_sheet(session, sheet, now)
    if (key := persons_key(desk.folders)) is not None:
        keep_persons(session, key, sheet.places, practice_persons(village), now)
    signed_in.practising = True


def end_practice(session: Session, viewer: Viewer, signed_in: SignedIn) -> None:
    """Go back to real families; what was practised is taken away."""
    _clear(session, viewer)
    signed_in.practising = False


def exercises(session: Session, viewer: Viewer) -> Sequence[Exercise]:
    """What the viewer can practise, in the order of the list; empty when its list is gone."""
    region = practice_region(viewer.account_id)
    listed = session.execute(select(ListItem.household_id, ListItem.id).where(ListItem.region_code == region))
    places = {place.household_id: place.id for place in listed}
    found = []
    for family in practice_families():
        household = family.household_id(region)
        if household in places:
            left = _DONE[family.exercise]
            done = session.scalar(select(left).where(left == region).limit(1)) is not None
            found.append(Exercise(family.exercise, household, places[household], done))
    return found


def _sheet(village: str, today: date) -> Sheet:
    last = calendar.monthrange(today.year, today.month)[1]
    places = [family.listed(village, today) for family in practice_families()]
    return Sheet(
        list_id=f"practice-{village}",
        region_code=village,
        period_from=today.replace(day=1),
        period_to=today.replace(day=last),
        # Visits of the last weeks can be practised too.
        as_of=today - timedelta(days=31),
        frame_size=len(places),
        places=places,
        data_newest_on=today,
        simulated=True,
    )


def _clear(session: Session, viewer: Viewer) -> None:
    """Take everything away that lies in the viewer's practice village, whatever table it is in."""
    region = practice_region(viewer.account_id)
    session.flush()
    for table in reversed(METADATA.sorted_tables):
        if _REGION in table.columns:
            session.execute(delete(table).where(table.c[_REGION] == region))
    session.expire_all()
