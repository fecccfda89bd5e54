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


class VisitRecord(Base):
    """A visit or an attempt. ``taken_back_at`` is set when it was recorded by mistake."""

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
    next_on: Mapped[dt.date | None]
    recorded_at: Mapped[dt.datetime]
    taken_back_at: Mapped[dt.datetime | None]
    seen: Mapped[list[ChildSeen]] = relationship(cascade="all, delete-orphan")
    findings: Mapped[list[VisitFinding]] = relationship(cascade="all, delete-orphan")


class ChildSeen(Base):
    """A child on a visit: seen or not, and the domains that were looked at."""

    __tablename__ = "children_seen"

    visit_pk: Mapped[int] = mapped_column(ForeignKey("visit_records.id", ondelete="CASCADE"), primary_key=True)
    child_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), primary_key=True)
    seen: Mapped[bool]
    domains: Mapped[list[str]] = mapped_column(JSON)


class VisitFinding(Base):
    """A need that a visit found; without a child it is the household's."""

    __tablename__ = "visit_findings"
    __table_args__ = (CheckConstraint("severity BETWEEN 0 AND 3", name="severity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), unique=True)
    visit_pk: Mapped[int] = mapped_column(ForeignKey("visit_records.id", ondelete="CASCADE"), index=True)
    child_id: Mapped[str | None] = mapped_column(String(NUMBER_LENGTH))
    domain: Mapped[str] = mapped_column(String(CODE_LENGTH))
    severity: Mapped[int]
    action: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    due_on: Mapped[dt.date | None]


class ReportTask(Base):
    """A report that the law demands after a red finding: to whom, by when, and who hears of it if it is late."""

    __tablename__ = "report_tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_pk: Mapped[int] = mapped_column(ForeignKey("visit_findings.id"), unique=True)
    household_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), index=True)
    region_code: Mapped[str] = mapped_column(String(REGION_LENGTH), index=True)
    legal_basis: Mapped[str] = mapped_column(String(CODE_LENGTH))
    recipient: Mapped[str] = mapped_column(String(CODE_LENGTH))
    due_at: Mapped[dt.datetime]
    state: Mapped[TaskState] = mapped_column(code_type(TaskState, "state"))
    escalated_at: Mapped[dt.datetime | None]
    reported_at: Mapped[dt.datetime | None]
    reported_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    opened_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    opened_at: Mapped[dt.datetime]
