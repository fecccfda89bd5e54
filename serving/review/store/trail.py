"""Tables of what was read and written, and of the facts that wait for the ledger."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from serving.review.store.base import CODE_LENGTH, NUMBER_LENGTH, REGION_LENGTH, Base


class AccessEntry(Base):
    """Somebody read or changed data of children: who, when, for what purpose, which kind of record. No values."""

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(String(CODE_LENGTH))
    action: Mapped[str] = mapped_column(String(CODE_LENGTH))
    records: Mapped[list[AccessRecord]] = relationship(cascade="all, delete-orphan")


class AccessRecord(Base):
    """A household that an access touched, by its pseudonym."""

    __tablename__ = "access_records"
    __table_args__ = (Index("ix_access_records_household_id", "household_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("access_log.id", ondelete="CASCADE"), primary_key=True)
    household_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), primary_key=True)
    region_code: Mapped[str] = mapped_column(String(REGION_LENGTH))


class OutboxRow(Base):
    """One row for the ledger, written in the transaction of the change it tells of.

    ``content`` holds the columns of the ledger's table; ``moment_key`` names key and day, of which the ledger takes one
    standing row. ``fault`` says why the ledger did not take the row.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("ledger_table", "row_id"),
        Index("ix_outbox_exported_at", "exported_at"),
        Index("ix_outbox_moment_key", "moment_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    county: Mapped[str] = mapped_column(String(6))
    table: Mapped[str] = mapped_column("ledger_table", String(CODE_LENGTH))
    row_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH))
    moment_key: Mapped[str] = mapped_column(String(255))
    valid_from: Mapped[dt.date]
    recorded_on: Mapped[dt.date] = mapped_column(index=True)
    retracts: Mapped[str | None] = mapped_column(String(NUMBER_LENGTH))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    written_at: Mapped[dt.datetime]
    exported_at: Mapped[dt.datetime | None]
    fault: Mapped[str | None] = mapped_column(String(NUMBER_LENGTH))


class ExportRun(Base):
    """An export into the ledger: when, rows it took, left waiting and refused; ``fault`` if it was not made."""

    __tablename__ = "exports"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    exported: Mapped[int]
    waiting: Mapped[int]
    refused: Mapped[int]
    fault: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
