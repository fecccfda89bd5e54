"""Tables of visits as people record them, and of the report tasks that red findings open."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from serving.review.store.base import CODE_LENGTH, NOTE_LENGTH, NUMBER_LENGTH, REGION_LENGTH, Base, code_type


class TaskState(StrEnum):
    """How far a report task has come."""

    OPEN = "open"
    ESCALATED = "escalated"
    REPORTED = "reported"


class EventKind(StrEnum):
    """What may happen to a report task."""

    OPENED = "opened"
    ESCALATED = "escalated"
    REPORTED = "reported"
    WITHDRAWN = "withdrawn"
    FINDING_TAKEN_BACK = "finding_taken_back"
    FINDING_STANDS = "finding_stands"


class VisitRecord(Base):
    """A visit or an attempt. ``taken_back_at`` is set when it was recorded by mistake.

    ``detailed``: it was said what was seen; a visit marked with one tap waits for that. ``reason``: why nobody was met.
    ``version`` counts its changes, so that a form made from an older one is noticed.
    """

    __tablename__ = "visit_records"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), unique=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("list_items.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    household_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), index=True)
    region_code: Mapped[str] = mapped_column(String(REGION_LENGTH))
    visited_on: Mapped[dt.date]
    purpose: Mapped[str] = mapped_column(String(CODE_LENGTH))
    met: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    detailed: Mapped[bool]
    next_on: Mapped[dt.date | None]
    recorded_at: Mapped[dt.datetime]
    taken_back_at: Mapped[dt.datetime | None]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    changed_at: Mapped[dt.datetime | None]
    version: Mapped[int]
    seen: Mapped[list[ChildSeen]] = relationship(order_by="ChildSeen.child_id", cascade="all, delete-orphan")
    findings: Mapped[list[VisitFinding]] = relationship(order_by="VisitFinding.id", cascade="all, delete-orphan")
    follow_ups: Mapped[list[FollowUp]] = relationship(order_by="FollowUp.finding_id", cascade="all, delete-orphan")
    also: Mapped[list[VisitPlace]] = relationship(order_by="VisitPlace.item_id", cascade="all, delete-orphan")

    @property
    def places(self) -> list[int]:
        """The places of lists that it counts for: the one it was recorded on, and others of the household."""
        own = [] if self.item_id is None else [self.item_id]
        return own + [one.item_id for one in self.also]

    @property
    def standing_findings(self) -> list[VisitFinding]:
        """The findings that were not taken back."""
        return [finding for finding in self.findings if finding.taken_back_at is None]


class VisitPlace(Base):
    """A place of another list that a visit counts for too: somebody said there that it was the same visit."""

    __tablename__ = "visit_places"

    visit_pk: Mapped[int] = mapped_column(ForeignKey("visit_records.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("list_items.id"), primary_key=True, index=True)


class ChildSeen(Base):
    """A child on a visit: seen or not, and the domains that were looked at."""

    __tablename__ = "children_seen"

    visit_pk: Mapped[int] = mapped_column(ForeignKey("visit_records.id", ondelete="CASCADE"), primary_key=True)
    child_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), primary_key=True)
    seen: Mapped[bool]
    domains: Mapped[list[str]] = mapped_column(JSON)


class VisitFinding(Base):
    """A need that a visit found; without a child it is the household's.

    ``danger`` is the code of a case that must be reported, if it is one. ``taken_back_at``: it was a mistake; a report
    task that it opened stays.
    """

    __tablename__ = "visit_findings"
    __table_args__ = (CheckConstraint("severity BETWEEN 0 AND 3", name="severity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), unique=True)
    visit_pk: Mapped[int] = mapped_column(ForeignKey("visit_records.id", ondelete="CASCADE"), index=True)
    child_id: Mapped[str | None] = mapped_column(String(NUMBER_LENGTH))
    domain: Mapped[str] = mapped_column(String(CODE_LENGTH))
    severity: Mapped[int]
    danger: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    action: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    due_on: Mapped[dt.date | None]
    taken_back_at: Mapped[dt.datetime | None]


class FollowUp(Base):
    """What a visit says of a need found before it: settled, or still open. It repeats the finding's own columns.

    ``found_by`` is the visit that found it; the finding may be known to the ledger alone.
    """

    __tablename__ = "follow_ups"

    visit_pk: Mapped[int] = mapped_column(ForeignKey("visit_records.id", ondelete="CASCADE"), primary_key=True)
    finding_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), primary_key=True, index=True)
    found_by: Mapped[str] = mapped_column(String(NUMBER_LENGTH))
    child_id: Mapped[str | None] = mapped_column(String(NUMBER_LENGTH))
    domain: Mapped[str] = mapped_column(String(CODE_LENGTH))
    severity: Mapped[int]
    opened_on: Mapped[dt.date]
    due_on: Mapped[dt.date | None]
    action: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    closed: Mapped[bool]


class ReportTask(Base):
    """A report that the law demands after a red finding: to whom, by when, and who hears of it if it is late.

    ``step``: how many steps of escalation its rule has taken. A task ends by being reported, or by a supervisor who
    withdraws it because the finding was a mistake; it is never deleted.
    """

    __tablename__ = "report_tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_pk: Mapped[int] = mapped_column(ForeignKey("visit_findings.id"), unique=True)
    household_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), index=True)
    region_code: Mapped[str] = mapped_column(String(REGION_LENGTH), index=True)
    rule: Mapped[str] = mapped_column(String(CODE_LENGTH))
    legal_basis: Mapped[str] = mapped_column(String(CODE_LENGTH))
    recipient: Mapped[str] = mapped_column(String(CODE_LENGTH))
    due_at: Mapped[dt.datetime]
    state: Mapped[TaskState] = mapped_column(code_type(TaskState, "state"))
    step: Mapped[int]
    escalated_at: Mapped[dt.datetime | None]
    reported_at: Mapped[dt.datetime | None]
    reported_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    opened_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    opened_at: Mapped[dt.datetime]
    finding: Mapped[VisitFinding] = relationship()
    events: Mapped[list[TaskEvent]] = relationship(order_by="TaskEvent.id", cascade="all, delete-orphan")

    @property
    def ended(self) -> bool:
        """Whether nothing is left to do."""
        return self.reported_at is not None or self.withdrawn_at is not None


class TaskEvent(Base):
    """Something that happened to a report task: by a person, or by time where ``account_id`` is null.

    ``to_whom`` is the code of who was told.
    """

    __tablename__ = "task_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("report_tasks.id", ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime]
    kind: Mapped[EventKind] = mapped_column(code_type(EventKind, "kind"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    to_whom: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
