"""Lists into the review database: once each, with what the list before leaves to do, and who goes where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from serving.review.exchange.carry import Carried, directors, left_over
from serving.review.exchange.forgetting import forget_model
from serving.review.exchange.terms import Terms
from serving.review.store.lists import ListItem, Status, Stratum, VisitList


@dataclass(frozen=True, slots=True)
class Place:
    """A household as a list names it, or below its cut (not ``listed``); see ``ListItem``."""

    household_id: str
    region_code: str
    place: int
    stratum: Stratum
    inclusion_probability: float
    driver_child_id: str | None = None
    band: str | None = None
    rank: int | None = None
    duty_rule: str | None = None
    duty_due_on: date | None = None
    last_visit_on: date | None = None
    new: bool = False
    carried: bool = False
    rating_asked: bool = False
    shown: Mapping[str, Any] = field(default_factory=dict)
    listed: bool = True
    kind: str | None = None
    probability: float | None = None
    moved_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list as it was made, before people work with it; see ``VisitList``."""

    list_id: str
    region_code: str
    period_from: date
    period_to: date
    as_of: date
    frame_size: int
    places: Sequence[Place]
    model_id: str | None = None
    data_newest_on: date | None = None
    simulated: bool = False
    terms: Terms = field(default_factory=Terms)


def load_sheet(session: Session, sheet: Sheet, now: datetime) -> bool:
    """Put a list in, or the households of it that are not there yet; False when nothing was new.

    What people did to a household since it was loaded stays; a move by hand that the ledger alone knew is made here
    too. What the list before it leaves to do is carried over; else the director of the village goes, where the village
    has exactly one.
    """
    kept = session.scalar(select(VisitList).where(VisitList.list_id == sheet.list_id))
    there: set[str] = set()
    moved = False
    if kept is None:
        kept = _list(sheet, now)
        session.add(kept)
        session.flush()
    else:
        items = session.scalars(select(ListItem).where(ListItem.list_pk == kept.id)).all()
        there = {item.household_id for item in items}
        moved = _moved_elsewhere(session, items, sheet)
    new = [place for place in sheet.places if place.household_id not in there]
    if new:
        before = left_over(session, kept)
        alone = directors(session, {place.region_code for place in new})
        rows = [_row(place, kept.id, before.get(place.household_id), alone.get(place.region_code)) for place in new]
        session.execute(insert(ListItem), rows)
        # A guardian may have refused the model after the scores were made.
        forget_model(session)
    return bool(new) or moved or not there


def _moved_elsewhere(session: Session, items: Sequence[ListItem], sheet: Sheet) -> bool:
    """Make moves that were logged in the ledger by command; a place somebody moved or settled here stays as it is."""
    places = {place.household_id: place for place in sheet.places if place.moved_reason is not None}
    told = [
        (item, place)
        for item in items
        if (place := places.get(item.household_id)) is not None
        and (item.listed, item.moved_reason) != (place.listed, place.moved_reason)
        and item.status is Status.OPEN
        and (item.moved_reason is None or item.changed_by is None)
    ]
    alone = directors(session, {item.region_code for item, place in told if place.listed})
    last = max((item.place for item in items if item.listed), default=0)
    for item, place in told:
        item.listed, item.stratum, item.moved_reason = place.listed, place.stratum, place.moved_reason
        item.assigned_to = alone.get(item.region_code) if place.listed else None
        if place.listed:
            item.place = last = last + 1
    session.flush()
    return bool(told)


def _list(sheet: Sheet, now: datetime) -> VisitList:
    return VisitList(
        list_id=sheet.list_id,
        region_code=sheet.region_code,
        period_from=sheet.period_from,
        period_to=sheet.period_to,
        as_of=sheet.as_of,
        model_id=sheet.model_id,
        data_newest_on=sheet.data_newest_on,
        simulated=sheet.simulated,
        frame_size=sheet.frame_size,
        terms=sheet.terms.content(),
        loaded_at=now,
    )


def _row(place: Place, list_pk: int, before: Carried | None, director: int | None) -> dict[str, Any]:
    held = before if before is not None and place.listed else Carried()
    goes = held.assigned_to if held.assigned_to is not None else director
    return {
        "list_pk": list_pk,
        "household_id": place.household_id,
        "region_code": place.region_code,
        "driver_child_id": place.driver_child_id,
        "place": place.place,
        "listed": place.listed,
        "kind": place.kind,
        "probability": place.probability,
        "moved_reason": place.moved_reason,
        "stratum": place.stratum,
        "inclusion_probability": place.inclusion_probability,
        "band": place.band,
        "rank": place.rank,
        "duty_rule": place.duty_rule,
        "duty_due_on": place.duty_due_on,
        "last_visit_on": place.last_visit_on,
        "new": place.new,
        "carried": place.carried or held.waits,
        "rating_asked": place.rating_asked,
        "shown": {**place.shown, **held.shown},
        "status": held.status,
        "status_on": held.status_on,
        "reason": held.reason,
        "note": held.note,
        "changed_by": held.changed_by,
        "changed_at": held.changed_at,
        "moved_by_hand": False,
        "assigned_to": goes if place.listed else None,
        "version": 1,
    }
