"""Exports as they are made: each is written down, so that people see when the last one was and what became of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.cli.console import UserError
from features.definition import Definition
from serving.review.exchange.export import ExportReport, export_outbox
from serving.review.store.database import Database
from serving.review.store.trail import ExportRun


def run_export(
    database: Database, ledger: Path, definition: Definition, now: datetime, home: Path | None = None
) -> ExportReport:
    """Export what waits and write down that it was done; running it again changes nothing in the ledger.

    Raises:
        UserError: as ``export_outbox``; that is written down too.
    """
    try:
        report = export_outbox(database, ledger, definition, now, home)
    except UserError:
        note_failure(database, "ledger", now)
        raise
    counts = (sum(part.values()) for part in (report.exported, report.waiting, report.refused))
    exported, waiting, refused = counts
    with database.writing() as session:
        session.add(ExportRun(at=now, exported=exported, waiting=waiting, refused=refused))
    return report


def note_failure(database: Database, fault: str, now: datetime) -> None:
    """Write down that an export was not made: ``ledger`` (it could not be written) or ``failed``."""
    with database.writing() as session:
        session.add(ExportRun(at=now, exported=0, waiting=0, refused=0, fault=fault))


def last_run(session: Session, *, good: bool = False) -> ExportRun | None:
    """The last export that was tried, or with ``good`` the last that was made."""
    query = select(ExportRun).order_by(ExportRun.id.desc()).limit(1)
    return session.scalar(query.where(ExportRun.fault.is_(None)) if good else query)
