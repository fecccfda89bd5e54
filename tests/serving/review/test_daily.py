"""The daily export: when it is due, once among several workers, and never in the way of the pages."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from filelock import FileLock
from sqlalchemy import select

from features.definition import load_definition
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from serving.review.desk import Desk, Folders
from serving.review.exchange.daily import LOCK, daily_export, export_if_due, is_due
from serving.review.exchange.facts import Fact, queue_fact
from serving.review.exchange.runs import last_run
from serving.review.exchange.settings import exchange_settings
from serving.review.store.database import Database
from serving.review.store.trail import ExportRun, OutboxRow
from tests.serving.review.making import NOW, VILLAGE

RULE = exchange_settings().daily
COUNTY = VILLAGE[:6]
TODAY = date(2018, 7, 5)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    source = tmp_path / "sent" / COUNTY
    source.mkdir(parents=True)
    home = {
        "household_id": ["H1"], "region_code": VILLAGE, "row_id": "h1", "valid_from": "2018-06-01",
        "recorded_on": "2018-06-01", "source": "form", "definition_version": "2016.1",
    }  # fmt: skip
    pl.DataFrame(home).write_csv(source / "households.csv")
    assert import_folder(source.parent, tmp_path / "ledger", load_definition(), workers=1).faults.is_empty()
    return tmp_path / "ledger"


def visited(database: Database, number: str = "v1") -> None:
    columns = {"household_id": "H1", "visited_on": TODAY, "purpose": "listed", "met": True}
    with database.writing() as session:
        queue_fact(session, Fact("visits", VILLAGE, {"visit_id": number}, columns, TODAY), NOW)


def runs(database: Database) -> list[tuple[datetime, int, str | None]]:
    with database.reading() as session:
        return [(run.at, run.exported, run.fault) for run in session.scalars(select(ExportRun).order_by(ExportRun.id))]


def at(hour: int, minute: int = 0, day: int = 5) -> datetime:
    """A moment by the clock of the place of work, eight hours before Greenwich."""
    return datetime(2018, 7, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("tried", "made", "now", "due"),
    [
        (None, None, at(15), True),
        (at(2), at(2), at(15), False),
        (at(1, 59), at(1, 59), at(2), True),
        (at(2, day=4), at(2, day=4), at(1, 59), False),
        (at(23, day=3), at(23, day=3), at(1), True),
        (at(14, 50), at(2, day=3), at(15), False),
        (at(14, 29), at(2, day=3), at(15), True),
        (at(14, 50), None, at(15), False),
    ],
)
def test_it_is_due_at_its_hour_after_a_day_off_and_again_after_a_failure(
    tried: datetime | None, made: datetime | None, now: datetime, *, due: bool
) -> None:
    assert (RULE.hour, RULE.hours_at_most, RULE.retry_minutes) == (2, 24, 30)
    assert is_due(RULE, tried, made, now) is due


def test_a_day_has_one_export(database: Database, ledger: Path, tmp_path: Path) -> None:
    visited(database)
    assert export_if_due(database, tmp_path, ledger, at(3))
    assert not export_if_due(database, tmp_path, ledger, at(4))
    visited(database, "v2")
    assert export_if_due(database, tmp_path, ledger, at(3, day=6))
    assert runs(database) == [(at(3), 1, None), (at(3, day=6), 1, None)]
    assert LedgerStore.open(ledger).read(COUNTY).tables["visits"].height == 2


def test_several_workers_export_once(database: Database, ledger: Path, tmp_path: Path) -> None:
    visited(database)
    done: list[bool] = []
    workers = [
        threading.Thread(target=lambda: done.append(export_if_due(database, tmp_path, ledger, at(3)))) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(done) == [False, False, False, True]
    assert runs(database) == [(at(3), 1, None)]


def test_while_another_worker_exports_nothing_is_waited_for(database: Database, ledger: Path, tmp_path: Path) -> None:
    with FileLock(tmp_path / LOCK):
        assert not export_if_due(database, tmp_path, ledger, at(3))
    assert runs(database) == []


def test_without_a_ledger_there_is_nothing_to_do(database: Database, tmp_path: Path) -> None:
    assert not export_if_due(database, tmp_path, tmp_path / "none", at(3))
    with daily_export(Desk(database)):
        pass
    assert runs(database) == []


def test_an_export_that_cannot_be_made_is_written_down_and_tried_again(
    database: Database, ledger: Path, tmp_path: Path
) -> None:
    visited(database)
    manifest = ledger / "manifest.json"
    whole = manifest.read_text()
    manifest.write_text(whole.replace('"definition_version": "2016.1"', '"definition_version": "1999.1"', 1))
    assert export_if_due(database, tmp_path, ledger, at(3))
    assert not export_if_due(database, tmp_path, ledger, at(3, 10))
    manifest.write_text(whole)
    assert export_if_due(database, tmp_path, ledger, at(3, 40))
    assert runs(database) == [(at(3), 0, "ledger"), (at(3, 40), 1, None)]
    with database.reading() as session:
        last, good = last_run(session), last_run(session, good=True)
        assert last is not None
        assert good is not None
        assert last.id == good.id


def test_a_server_goes_on_whatever_the_export_meets(
    database: Database, ledger: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A row without its day: nobody foresaw it. It is logged by its kind alone and written down."""
    with database.writing() as session:
        session.add(
            OutboxRow(
                county=COUNTY, table="visits", row_id="r1", moment_key="m", valid_from=TODAY, recorded_on=TODAY,
                content=["王小明"], written_at=NOW,
            )
        )  # fmt: skip
    caplog.set_level(logging.ERROR, "mopai.review")
    with daily_export(Desk(database, folders=Folders(tmp_path, ledger)), lambda: at(3)):
        wait_for(lambda: bool(caplog.records))
    assert runs(database) == [(at(3), 0, "failed")]
    assert [record.getMessage() for record in caplog.records] == ["the daily export failed: AttributeError"]


def test_a_server_exports_when_it_starts(database: Database, ledger: Path, tmp_path: Path) -> None:
    visited(database)
    with daily_export(Desk(database, folders=Folders(tmp_path / "home", ledger)), lambda: at(15)):
        wait_for(lambda: bool(runs(database)))
    assert runs(database) == [(at(15), 1, None)]


def wait_for(met: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not met() and time.monotonic() < until:
        time.sleep(0.02)
