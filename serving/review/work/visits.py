"""Visits as people record, complete, correct and take them back; facts and report tasks in the same transaction.

Whoever changes the visits of a place holds the place until the transaction ends. A form carries the mark of what stood
when it was made, so that two who record the same visit make one, and the second is shown what the first said. So it is
where a household stands on two lists: a visit of one day is recorded on one of them and counts for both, unless
somebody says that there were two.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, NotFoundError, Viewer, within
from serving.review.store.lists import ListItem, Status
from serving.review.store.visits import ChildSeen, FollowUp, VisitFinding, VisitRecord
from serving.review.visit_settings import visit_settings
from serving.review.work.access_log import note
from serving.review.work.same_visit import (
    count_for,
    count_no_more,
    counts_for,
    require_one,
    same_day,
    visits_elsewhere,
    with_visit,
)
from serving.review.work.tasks import follow_finding
from serving.review.work.visit_entry import (
    UNMARKED,
    Found,
    Household,
    Look,
    VisitEntry,
    VisitFaultError,
    faults_of,
)
from serving.review.work.visit_facts import tell_assignment, tell_findings, tell_visit


class VisitConflictError(Exception):
    """Somebody recorded or changed a visit of the place first, and nothing was changed."""


def standing_visits(session: Session, viewer: Viewer, item: ListItem) -> Sequence[VisitRecord]:
    """The visits of a place that were not taken back, the earliest first."""
    mine = within(viewer, May.READ_CASES, VisitRecord.region_code)
    query = select(VisitRecord).where(counts_for(item), VisitRecord.taken_back_at.is_(None), mine)
    return session.scalars(query.order_by(VisitRecord.visited_on, VisitRecord.id)).all()


def mark_of(records: Sequence[VisitRecord]) -> str:
    """What stands of a place's visits, as a mark that changes whenever one of them does."""
    return "-".join(f"{record.id}.{record.version}" for record in records) or UNMARKED


def hold_place(session: Session, viewer: Viewer, item_id: int) -> ListItem:
    """A place, kept from everybody else until the transaction ends, as it is now.

    Raises:
        NotFoundError: no such place within the viewer's regions.
    """
    mine = within(viewer, May.WORK_CASES, ListItem.region_code)
    household = select(ListItem.household_id).where(ListItem.id == item_id).scalar_subquery()
    # All places of the household: whoever records on another list waits.
    query = select(ListItem).where(ListItem.household_id == household, mine).order_by(ListItem.id)
    held = session.scalars(query.with_for_update(of=ListItem).execution_options(populate_existing=True)).all()
    item = next((one for one in held if one.id == item_id), None)
    if item is None:
        raise NotFoundError
    return item


def record_visit(
    session: Session, viewer: Viewer, entry: VisitEntry, household: Household, now: datetime
) -> VisitRecord:
    """Record a visit, or complete or correct the one that ``entry`` names.

    Raises:
        NotFoundError: no such place or visit within the viewer's regions.
        VisitFaultError: the entry cannot be as it stands.
        VisitConflictError: the visits of the place are not those the form was made from.
        VisitElsewhereError: another list has a visit of that day, and the entry does not say that this is a second one.
    """
    item = hold_place(session, viewer, entry.item_id)
    if faults := faults_of(entry, item, household, now):
        raise VisitFaultError(faults)
    elsewhere = visits_elsewhere(session, viewer, item)
    records = with_visit(
        standing_visits(session, viewer, item), next((one for one in elsewhere if one.id == entry.visit_pk), None)
    )
    if mark_of(records) != entry.mark:
        raise VisitConflictError
    record = _of(records, entry.visit_pk) if entry.visit_pk is not None else _new(viewer, item, now)
    require_one(record, entry, elsewhere)
    if entry.visit_pk is None:
        session.add(record)
    else:
        count_for(record, item)
        _changed(record, viewer, now)
    before = {follow_up.finding_id for follow_up in record.follow_ups}
    _say(record, entry, now)
    session.flush()
    _tell(session, record, before, now)
    for finding in record.findings:
        follow_finding(session, viewer, record, finding, now)
    settle_all(session, viewer, record, now)
    note(session, viewer, "visit", "write", [(item.household_id, item.region_code)], now)
    return record


def take_back_visit(session: Session, viewer: Viewer, item_id: int, visit_pk: int, mark: str, now: datetime) -> None:
    """Take back a visit that was recorded by mistake, with its facts. Its report tasks stay and say so.

    Raises:
        NotFoundError: no such place or visit within the viewer's regions.
        VisitConflictError: the visits of the place are not those the form was made from.
    """
    item = hold_place(session, viewer, item_id)
    records = standing_visits(session, viewer, item)
    if mark_of(records) != mark:
        raise VisitConflictError
    record = _of(records, visit_pk)
    withdraw(session, viewer, record, now)
    settle_all(session, viewer, record, now)
    note(session, viewer, "visit", "write", [(item.household_id, item.region_code)], now)


def mark_visited(
    session: Session, viewer: Viewer, item: ListItem, on: date, now: datetime, *, met: bool, reason: str | None
) -> VisitRecord:
    """Record with one tap that somebody went there; what was seen is said later, and completes this visit.

    A visit that is there already is corrected, not doubled; an attempt of an earlier day stays an attempt. One that
    another list has of that day counts for this place too.
    """
    same = same_day(visits_elsewhere(session, viewer, item), on) if met else None
    if same is not None:
        count_for(same, item)
        session.flush()
        return same
    records = standing_visits(session, viewer, item)
    last = records[-1] if records else None
    if last is not None and last.item_id != item.id:
        if (last.met, last.visited_on) == (met, on):
            return last
        count_no_more(session, last, item)
        own = [record for record in records if record.item_id == item.id]
        last = own[-1] if own else None
    if last is None or (not last.met and last.visited_on < on):
        record = _new(viewer, item, now)
        session.add(record)
    else:
        record = last
        _changed(record, viewer, now)
    record.visited_on, record.met, record.reason = on, met, reason
    session.flush()
    _tell(session, record, {follow_up.finding_id for follow_up in record.follow_ups}, now)
    settle_all(session, viewer, record, now, but=item.id)
    return record


def let_go(session: Session, viewer: Viewer, item: ListItem, record: VisitRecord, now: datetime) -> None:
    """Take back a visit of a place that was not visited; one that another list has only counts for this no more."""
    if record.item_id != item.id:
        count_no_more(session, record, item)
        return
    withdraw(session, viewer, record, now)
    settle_all(session, viewer, record, now, but=item.id)


def withdraw(session: Session, viewer: Viewer, record: VisitRecord, now: datetime) -> None:
    """Take back one visit, here and in the ledger; the place is settled by whoever calls."""
    record.taken_back_at = now
    _changed(record, viewer, now)
    session.flush()
    _tell(session, record, {follow_up.finding_id for follow_up in record.follow_ups}, now)
    for finding in record.findings:
        follow_finding(session, viewer, record, finding, now)


def settle_all(session: Session, viewer: Viewer, record: VisitRecord, now: datetime, *, but: int | None = None) -> None:
    """Settle every place that a visit counts for, ``but`` one if given."""
    mine = within(viewer, May.WORK_CASES, ListItem.region_code)
    places = select(ListItem).where(ListItem.id.in_(record.places), ListItem.id != (but or 0), mine)
    for place in session.scalars(places.order_by(ListItem.id)).all():
        settle(session, viewer, place, now)


def settle(session: Session, viewer: Viewer, item: ListItem, now: datetime) -> None:
    """Let a place say what its visits say: done, not met, or to be visited when none is left."""
    records = standing_visits(session, viewer, item)
    best = max(records, key=lambda one: (one.met, one.visited_on, one.id), default=None)
    item.status = Status.OPEN if best is None else Status.DONE if best.met else Status.NOT_MET
    item.status_on = None if best is None else best.visited_on
    item.reason = None if best is None or best.met else best.reason
    item.changed_by, item.changed_at = viewer.account_id, now
    session.flush()
    tell_assignment(session, item, records, now)


def _of(records: Sequence[VisitRecord], visit_pk: int | None) -> VisitRecord:
    record = next((one for one in records if one.id == visit_pk), None)
    if record is None:
        raise NotFoundError
    return record


def _new(viewer: Viewer, item: ListItem, now: datetime) -> VisitRecord:
    return VisitRecord(
        visit_id="review-" + secrets.token_hex(12),
        item_id=item.id,
        account_id=viewer.account_id,
        household_id=item.household_id,
        region_code=item.region_code,
        purpose=visit_settings().purpose_of(item),
        detailed=False,
        recorded_at=now,
        version=1,
    )


def _changed(record: VisitRecord, viewer: Viewer, now: datetime) -> None:
    record.version += 1
    record.changed_by, record.changed_at = viewer.account_id, now


def _say(record: VisitRecord, entry: VisitEntry, now: datetime) -> None:
    """Let a visit say what was entered."""
    record.detailed = True
    record.visited_on, record.met, record.purpose = entry.visited_on, entry.met, entry.purpose
    record.reason = None if entry.met else entry.reason
    record.next_on = entry.next_on
    record.seen = [_seen(look, entry.found) for look in entry.looks if look.seen is not None]
    held = {finding.finding_id: finding for finding in record.standing_findings}
    kept = {found.finding_id for found in entry.found}
    for finding in held.values():
        if finding.finding_id not in kept:
            finding.taken_back_at = now
    for found in entry.found:
        _find(record, held.get(found.finding_id), found)
    record.follow_ups = [
        FollowUp(
            finding_id=answer.need.finding_id,
            found_by=answer.need.found_by,
            child_id=answer.need.child_id,
            domain=answer.need.domain,
            severity=answer.need.severity,
            opened_on=answer.need.opened_on,
            due_on=answer.need.due_on,
            action=answer.need.action,
            closed=answer.closed,
        )
        for answer in entry.answers
    ]


def _seen(look: Look, found: Sequence[Found]) -> ChildSeen:
    """A child; where something was found of a child who was seen, somebody looked."""
    looked = {*look.domains, *(one.domain for one in found if one.child_id == look.child_id)}
    return ChildSeen(child_id=look.child_id, seen=bool(look.seen), domains=sorted(looked) if look.seen else [])


def _find(record: VisitRecord, finding: VisitFinding | None, found: Found) -> None:
    if finding is None:
        finding = VisitFinding(finding_id="review-" + secrets.token_hex(12))
        record.findings.append(finding)
    finding.child_id, finding.domain, finding.severity = found.child_id, found.domain, found.severity or 0
    finding.danger, finding.action, finding.due_on = found.danger, found.action, found.due_on


def _tell(session: Session, record: VisitRecord, before: set[str], now: datetime) -> None:
    """Bring the ledger's rows of a visit into line, and of every finding it opens or answers, now or before."""
    own = {finding.finding_id for finding in record.findings}
    answered = {follow_up.finding_id for follow_up in record.follow_ups}
    tell_visit(session, record, now)
    tell_findings(session, own | answered | before, now)
