"""Visits that a list brought about, as records here and as facts for the ledger."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.definition.structure import (
    ASSIGNMENTS,
    HOUSEHOLD,
    MET,
    PURPOSE,
    VISIT,
    VISITED_ON,
    VISITOR,
    VISITS,
)
from serving.review.access.viewer import May, Viewer, within
from serving.review.exchange.facts import Fact, Value, queue_fact, take_back_facts
from serving.review.settings import settings
from serving.review.store.lists import ListItem
from serving.review.store.visits import VisitRecord


def record_list_visit(
    session: Session, viewer: Viewer, item: ListItem, on: date, now: datetime, *, met: bool
) -> VisitRecord:
    """Record that somebody went to a household of a list, and whether anyone was met there."""
    record = VisitRecord(
        visit_id="review-" + secrets.token_hex(12),
        item_id=item.id,
        account_id=viewer.account_id,
        household_id=item.household_id,
        region_code=item.region_code,
        visited_on=on,
        purpose=settings().purposes[item.stratum],
        met=met,
        detailed=False,
        recorded_at=now,
        version=1,
    )
    session.add(record)
    session.flush()
    queue_fact(session, _visit_fact(record, viewer), now)
    queue_fact(session, _assignment_fact(item, record), now)
    return record


def take_back_list_visits(session: Session, viewer: Viewer, item: ListItem, now: datetime) -> None:
    """Take back what was recorded of a place, here and in the ledger: it was a mistake."""
    records = session.scalars(
        select(VisitRecord).where(
            VisitRecord.item_id == item.id,
            VisitRecord.taken_back_at.is_(None),
            within(viewer, May.WORK_CASES, VisitRecord.region_code),
        )
    ).all()
    for record in records:
        record.taken_back_at = now
        take_back_facts(session, VISITS, record.visit_id, now)
        take_back_facts(session, ASSIGNMENTS, f"{item.visit_list.list_id}|{item.household_id}", now)


def _visit_fact(record: VisitRecord, viewer: Viewer) -> Fact:
    columns: dict[str, Value] = {
        HOUSEHOLD: record.household_id,
        VISITED_ON: record.visited_on,
        VISITOR: f"account-{viewer.account_id}",
        PURPOSE: record.purpose,
        MET: record.met,
    }
    return Fact(VISITS, record.region_code, {VISIT: record.visit_id}, columns, record.visited_on)


def _assignment_fact(item: ListItem, record: VisitRecord) -> Fact:
    """The household's line of the list again, now with the visit it led to."""
    key = {"list_id": item.visit_list.list_id, HOUSEHOLD: item.household_id}
    columns: dict[str, Value] = {
        "as_of": item.visit_list.as_of,
        "model_id": item.visit_list.model_id,
        "stratum": item.stratum.value,
        "frame_size": item.visit_list.frame_size,
        "inclusion_probability": item.inclusion_probability,
        "drawn": True,
        VISIT: record.visit_id,
    }
    return Fact(ASSIGNMENTS, item.region_code, key, columns, record.visited_on)
