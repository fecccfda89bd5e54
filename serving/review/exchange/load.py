"""Lists into the review database: once each, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from serving.review.store.lists import ListItem, Status, Stratum, VisitList


@dataclass(frozen=True, slots=True)
class Place:
    """A household as a list names it; see ``ListItem``."""

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


def load_sheet(session: Session, sheet: Sheet, now: datetime) -> bool:
    """Put a list in; False when it is there already, with whatever people did to it since."""
    if session.scalar(select(VisitList.id).where(VisitList.list_id == sheet.list_id)) is not None:
        return False
    kept = VisitList(
        list_id=sheet.list_id,
        region_code=sheet.region_code,
        period_from=sheet.period_from,
        period_to=sheet.period_to,
        as_of=sheet.as_of,
        model_id=sheet.model_id,
        data_newest_on=sheet.data_newest_on,
        simulated=sheet.simulated,
        frame_size=sheet.frame_size,
        loaded_at=now,
    )
    session.add(kept)
    session.flush()
    if sheet.places:
        session.execute(insert(ListItem), [_row(place, kept.id) for place in sheet.places])
    return True


def _row(place: Place, list_pk: int) -> dict[str, Any]:
    return {
        "list_pk": list_pk,
        "household_id": place.household_id,
        "region_code": place.region_code,
        "driver_child_id": place.driver_child_id,
        "place": place.place,
        "stratum": place.stratum,
        "inclusion_probability": place.inclusion_probability,
        "band": place.band,
        "rank": place.rank,
        "duty_rule": place.duty_rule,
        "duty_due_on": place.duty_due_on,
        "last_visit_on": place.last_visit_on,
        "new": place.new,
        "carried": place.carried,
        "rating_asked": place.rating_asked,
        "shown": dict(place.shown),
        "status": Status.OPEN,
        "moved_by_hand": False,
        "version": 1,
    }
