"""The export once a day, by whichever worker of the server comes first; no page waits for it or fails by it.

Report tasks that are due are escalated each time it looks, and forms kept too long are forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from filelock import FileLock, Timeout

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.manifest import MANIFEST
from features.ledger.store import LedgerStore
from serving.review.desk import Desk
from serving.review.exchange.runs import last_run, note_failure, run_export
from serving.review.exchange.settings import Daily, exchange_settings
from serving.review.settings import settings
from serving.review.store.database import Database
from serving.review.work.kept_forms import forget_forms
from serving.review.work.tasks import escalate_due

logger = logging.getLogger("mopai.review")
LOCK = "review-export.lock"


@contextmanager
def daily_export(desk: Desk, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[None]:
    """Export day by day while the block runs; without a home and a ledger there is nothing to do."""
    if desk.folders.home is None or desk.folders.ledger is None:
        yield
        return
    rule, over = exchange_settings().daily, Event()
    worker = Thread(target=_work, args=(desk, desk.folders.home, desk.folders.ledger, clock, over), daemon=True)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join(rule.stop_seconds)


def export_if_due(database: Database, home: Path, ledger: Path, now: datetime, definition: str | None = None) -> bool:
    """Export unless that was done for today, is being done by another worker, or failed a moment ago.

    ``definition``: name or folder of the ledger's definition, where it is not one that ships.
    """
    if not (ledger / MANIFEST).exists() or not _due(database, now):
        return False
    try:
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / LOCK, timeout=0):
            # Another worker may have been at it until now.
            if not _due(database, now):
                return False
            _export(database, home, ledger, now, definition)
    except Timeout:
        return False
    return True


def is_due(rule: Daily, tried: datetime | None, made: datetime | None, now: datetime) -> bool:
    """Whether an export is due.

    Args:
        rule: the hour of the day, and the waits.
        tried: when the last one was tried, made or not.
        made: when the last one was made.
        now: this moment.
    """
    if tried is not None and tried != made and now - tried < timedelta(minutes=rule.retry_minutes):
        return False
    return made is None or now - made > timedelta(hours=rule.hours_at_most) or made < _last_hour(rule, now)


def _last_hour(rule: Daily, now: datetime) -> datetime:
    """The last moment at which the clock of the place of work struck the hour."""
    local = now.astimezone(settings().time_zone)
    struck = local.replace(hour=rule.hour, minute=0, second=0, microsecond=0)
    return struck if struck <= local else struck - timedelta(days=1)


def _work(desk: Desk, home: Path, ledger: Path, clock: Callable[[], datetime], over: Event) -> None:
    rule, database = exchange_settings().daily, desk.database
    while not over.is_set():
        try:
            now = clock()
            with database.writing() as session:
                escalate_due(session, now)
                forget_forms(session, now)
            export_if_due(database, home, ledger, now, desk.folders.definition)
        except Exception as error:  # noqa: BLE001 - whatever it is, the pages go on; its text may hold values
            logger.error("the daily export failed: %s", type(error).__name__)  # noqa: TRY400 - a traceback holds values
        over.wait(rule.look_seconds)


def _due(database: Database, now: datetime) -> bool:
    with database.reading() as session:
        tried, made = last_run(session), last_run(session, good=True)
        moments = (tried.at if tried else None, made.at if made else None)
    return is_due(exchange_settings().daily, *moments, now)


def _export(database: Database, home: Path, ledger: Path, now: datetime, named: str | None) -> None:
    try:
        definition = load_definition(named or LedgerStore.open(ledger).definition_name)
        report = run_export(database, ledger, definition, now, home)
    except UserError as error:
        logger.error("the daily export was not made: %s", type(error).__name__)  # noqa: TRY400 - its text names paths
    except Exception:
        note_failure(database, "failed", now)
        raise
    else:
        logger.info("exported %d rows, %d wait", sum(report.exported.values()), sum(report.waiting.values()))
