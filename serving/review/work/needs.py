"""Needs of a household that were found before and are still open: as recorded here, and as the ledger knows others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.definition.structure import CHILD, DOMAIN, DUE_ON, FINDING, FINDINGS, OPENS, SEVERITY, STATUS, VISIT
from features.record.rows import Row
from serving.review.access.viewer import May, Viewer, within
from serving.review.cases.records import Records, records
from serving.review.desk import Desk
from serving.review.store.lists import ListItem
from serving.review.store.visits import FollowUp, VisitFinding, VisitRecord
from serving.review.work.visit_entry import OpenNeed


def open_needs(session: Session, desk: Desk, viewer: Viewer, item: ListItem, today: date) -> Mapping[str, OpenNeed]:
    """The open needs of a place's household by number. Whoever calls notes the access.

    Of findings recorded here the database knows best; the ledger tells of the others, save those closed here since.
    """
    mine = within(viewer, May.READ_CASES, VisitRecord.region_code)
    here = session.execute(
        select(VisitFinding, VisitRecord)
        .join(VisitRecord, VisitRecord.id == VisitFinding.visit_pk)
        .where(VisitRecord.household_id == item.household_id, mine)
    ).all()
    closed = select(FollowUp.finding_id).join(VisitRecord, VisitRecord.id == FollowUp.visit_pk)
    closed = closed.where(
        VisitRecord.household_id == item.household_id, FollowUp.closed, VisitRecord.taken_back_at.is_(None), mine
    )
    known = records(session, desk, viewer, item.household_id, item.region_code, today)
    told = {} if known is None else _told(known)
    for finding, record in here:
        if known is not None and finding.child_id is not None and finding.child_id not in known.children:
            continue  # a child that moved took its needs along
        told.pop(finding.finding_id, None)
        # "No need" is nothing that stays open.
        if finding.severity and finding.taken_back_at is None and record.taken_back_at is None:
            told[finding.finding_id] = _found(finding, record)
    settled = set(session.scalars(closed))
    return {number: need for number, need in told.items() if number not in settled}


def answered(follow_up: FollowUp) -> OpenNeed:
    """The need that a visit spoke of."""
    return OpenNeed(
        follow_up.finding_id,
        follow_up.found_by,
        follow_up.child_id,
        follow_up.domain,
        follow_up.severity,
        follow_up.opened_on,
        follow_up.due_on,
        follow_up.action,
    )


def _told(known: Records) -> dict[str, OpenNeed]:
    is_open = known.definition.roles.get("open_status", ())
    return {row[FINDING]: _need(row) for row in known.events.get(FINDINGS, ()) if row[STATUS] in is_open}


def _need(row: Row) -> OpenNeed:
    return OpenNeed(
        row[FINDING],
        row[VISIT],
        row.get(CHILD),
        row[DOMAIN],
        row[SEVERITY],
        row[OPENS],
        row.get(DUE_ON),
        row.get("action"),
    )


def _found(finding: VisitFinding, record: VisitRecord) -> OpenNeed:
    return OpenNeed(
        finding.finding_id,
        record.visit_id,
        finding.child_id,
        finding.domain,
        finding.severity,
        record.visited_on,
        finding.due_on,
        finding.action,
    )
