"""What visits say, as rows of the ledger: worked out from what stands in the database, and brought into line with it.

Whatever was recorded, corrected and taken back before, the rows that stand afterwards are exactly those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.definition.structure import (
    ASSESSMENTS,
    ASSIGNMENTS,
    CHILD,
    CLOSES,
    DOMAIN,
    DOMAINS_ASSESSED,
    DUE_ON,
    FINDING,
    FINDINGS,
    HOUSEHOLD,
    MET,
    OPENS,
    PURPOSE,
    SEEN,
    SEVERITY,
    STATUS,
    VISIT,
    VISITED_ON,
    VISITOR,
    VISITS,
)
from serving.review.exchange.facts import Fact, Value, queue_fact, same, standing, take_back
from serving.review.settings import settings
from serving.review.store.lists import ListItem
from serving.review.store.trail import OutboxRow
from serving.review.store.visits import ChildSeen, FollowUp, VisitFinding, VisitRecord
from serving.review.visit_settings import visit_settings
from serving.review.work.move_facts import after_draw, line_of, move_fact


def tell_visit(session: Session, record: VisitRecord, now: datetime) -> None:
    """Bring the ledger's rows of a visit and its children into line with what stands here."""
    stands = record.taken_back_at is None
    _restate(session, VISITS, record.visit_id, [_visit(record)] if stands else [], now)
    seen = record.seen if stands and record.met else []
    _restate(session, ASSESSMENTS, record.visit_id, [_assessment(record, child) for child in seen], now)


def tell_findings(session: Session, findings: Iterable[str], now: datetime) -> None:
    """Bring the ledger's rows of findings into line: opened by the visit that found them, closed by a later one.

    Of a finding that only the ledger knows, the row that closes it is all that is told.
    """
    for finding_id in sorted(set(findings)):
        _restate(session, FINDINGS, finding_id, _states(session, finding_id), now)


def tell_assignment(session: Session, item: ListItem, records: Iterable[VisitRecord], now: datetime) -> None:
    """Say in the household's line of the list which visit it led to: the one at which somebody was met, the latest."""
    best = max(records, key=lambda one: (one.met, one.visited_on, one.id), default=None)
    wanted = [] if best is None else [_assignment(item, best)]
    first = f"{item.visit_list.list_id}|{item.household_id}"
    # Other rows of the line say that it was drawn, or moved by hand: they are not the visits' to take back.
    _restate(session, ASSIGNMENTS, first, wanted, now, lambda row: row.content.get(VISIT) is not None)
    if best is None and item.moved_reason is not None and not standing(session, ASSIGNMENTS, first):
        # A visit of the day of the move had taken the place of its row.
        queue_fact(session, move_fact(item, settings().day_of(now)), now)


def _restate(
    session: Session, table: str, first: str, wanted: Iterable[Fact], now: datetime,
    ours: Callable[[OutboxRow], bool] = lambda _: True,
) -> None:  # fmt: skip
    """Let exactly the wanted rows stand under a key: what says the same stays, what differs is taken back."""
    # Of one key and day the ledger takes one row: the later in order.
    missing = {(*fact.key.values(), fact.valid_from): fact for fact in wanted}
    for row in filter(ours, standing(session, table, first)):
        kept = next((place for place, fact in missing.items() if same(row, fact)), None)
        if kept is None:
            take_back(session, row, now)
        else:
            del missing[kept]
    for fact in missing.values():
        queue_fact(session, fact, now)


def _visit(record: VisitRecord) -> Fact:
    columns: dict[str, Value] = {
        HOUSEHOLD: record.household_id,
        VISITED_ON: record.visited_on,
        VISITOR: f"account-{record.account_id}",
        PURPOSE: record.purpose,
        MET: record.met,
    }
    return Fact(VISITS, record.region_code, {VISIT: record.visit_id}, columns, record.visited_on)


def _assessment(record: VisitRecord, child: ChildSeen) -> Fact:
    """A child who was not seen was not looked at in any domain."""
    domains = sorted(child.domains) if child.seen else []
    columns: dict[str, Value] = {SEEN: child.seen, DOMAINS_ASSESSED: ";" + "".join(f"{code};" for code in domains)}
    key = {VISIT: record.visit_id, CHILD: child.child_id}
    return Fact(ASSESSMENTS, record.region_code, key, columns, record.visited_on)


def _states(session: Session, finding_id: str) -> list[Fact]:
    """The states a finding went through: opened, then closed."""
    found = session.execute(
        select(VisitFinding, VisitRecord)
        .join(VisitRecord, VisitRecord.id == VisitFinding.visit_pk)
        .where(VisitFinding.finding_id == finding_id)
    ).one_or_none()
    closing = session.execute(
        select(FollowUp, VisitRecord)
        .join(VisitRecord, VisitRecord.id == FollowUp.visit_pk)
        .where(FollowUp.finding_id == finding_id, FollowUp.closed, VisitRecord.taken_back_at.is_(None))
        .order_by(VisitRecord.visited_on, VisitRecord.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        return [] if closing is None else [_closed_before(*closing)]
    finding, record = found
    if finding.taken_back_at is not None or record.taken_back_at is not None:
        return []
    return _opened_and_closed(finding, record, closing[1] if closing is not None else None)


def _opened_and_closed(finding: VisitFinding, record: VisitRecord, closed_by: VisitRecord | None) -> list[Fact]:
    words = visit_settings()
    columns: dict[str, Value] = {
        VISIT: record.visit_id,
        HOUSEHOLD: record.household_id,
        CHILD: finding.child_id,
        DOMAIN: finding.domain,
        SEVERITY: finding.severity,
        STATUS: words.open_status,
        OPENS: record.visited_on,
        CLOSES: None,
        DUE_ON: finding.due_on,
        "action": finding.action,
    }
    key = {FINDING: finding.finding_id}
    opened = Fact(FINDINGS, record.region_code, key, columns, record.visited_on)
    # "No need" is nothing that stays open; a need that is settled closes on the day somebody saw that.
    day = record.visited_on if not finding.severity else closed_by.visited_on if closed_by is not None else None
    if day is None:
        return [opened]
    day = max(day, record.visited_on)
    closed = columns | {STATUS: words.closed_status, CLOSES: day}
    return [opened, Fact(FINDINGS, record.region_code, key, closed, day)]


def _closed_before(follow_up: FollowUp, record: VisitRecord) -> Fact:
    """The closing of a finding that the ledger knows: its own columns again, with the day somebody saw it settled."""
    columns: dict[str, Value] = {
        VISIT: follow_up.found_by,
        HOUSEHOLD: record.household_id,
        CHILD: follow_up.child_id,
        DOMAIN: follow_up.domain,
        SEVERITY: follow_up.severity,
        STATUS: visit_settings().closed_status,
        OPENS: follow_up.opened_on,
        CLOSES: record.visited_on,
        DUE_ON: follow_up.due_on,
        "action": follow_up.action,
    }
    return Fact(FINDINGS, record.region_code, {FINDING: follow_up.finding_id}, columns, record.visited_on)


def _assignment(item: ListItem, record: VisitRecord) -> Fact:
    """The household's line of the list again, now with the visit it led to, or why an attempt was the last one."""
    key = {"list_id": item.visit_list.list_id, HOUSEHOLD: item.household_id}
    columns: dict[str, Value] = {**line_of(item), VISIT: record.visit_id}
    if item.listed and not record.met:
        columns["removed_reason"] = visit_settings().ends.get(record.reason or "")
    return Fact(ASSIGNMENTS, item.region_code, key, columns, after_draw(item, record.visited_on))
