"""What people did reaches the ledger once, whatever happens in between."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from features.definition import load_definition
from features.known import latest_rows
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from models.release.regions import county_sha256
from serving.review.access.viewer import Viewer
from serving.review.exchange.export import export_outbox
from serving.review.exchange.facts import Fact, queue_fact, take_back_facts
from serving.review.overrule import overrule_settings
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.decisions import Rating
from serving.review.store.lists import ListItem, Status
from serving.review.store.trail import OutboxRow
from serving.review.work.changes import Change, change_status
from serving.review.work.overruling import Overruling, overrule
from serving.review.work.ratings import rate
from tests.serving.review.making import NOW, VILLAGE, account, loaded, place, sheet

TODAY = date(2018, 7, 5)
COUNTY = VILLAGE[:6]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger of three households of one village, known since June."""
    source = tmp_path / "sent" / COUNTY
    source.mkdir(parents=True)
    numbers = [f"H001001-{number:03}" for number in (1, 2, 3)]
    households = {"household_id": numbers, "region_code": VILLAGE, **_said("h", len(numbers))}
    pl.DataFrame(households).write_csv(source / "households.csv")
    assert import_folder(source.parent, tmp_path / "ledger", load_definition(), workers=1).faults.is_empty()
    return tmp_path / "ledger"


@pytest.fixture
def worker(database: Database) -> Viewer:
    """A caseworker with a list of the three."""
    loaded(database, sheet(place(1), place(2), place(3, rating_asked=True)))
    with database.writing() as session:
        return account(session)


def _said(prefix: str, count: int) -> dict[str, object]:
    return {
        "row_id": [f"{prefix}{number}" for number in range(count)], "valid_from": "2018-06-01",
        "recorded_on": "2018-06-01", "source": "form", "definition_version": "2016.1",
    }  # fmt: skip


def settle(database: Database, viewer: Viewer, number: int, status: Status, now: datetime = NOW) -> None:
    with database.writing() as session:
        item = session.scalars(select(ListItem).where(ListItem.household_id == f"H001001-{number:03}")).one()
        reason = "nobody_home" if status is Status.NOT_MET else None
        change_status(session, viewer, Change(item.id, item.version, status, TODAY, reason), now)


def visits(ledger: Path) -> pl.DataFrame:
    """The visits that stand in the ledger, as read later."""
    rows = LedgerStore.open(ledger).read(COUNTY).tables["visits"]
    taken = rows["retracts"].drop_nulls().implode()
    return rows.filter(pl.col("retracts").is_null() & ~pl.col("row_id").is_in(taken)).sort("household_id")


def test_visits_and_lines_of_the_list_arrive(database: Database, worker: Viewer, ledger: Path) -> None:
    settle(database, worker, 1, Status.DONE)
    settle(database, worker, 2, Status.NOT_MET)
    report = export_outbox(database, ledger, load_definition(), NOW)
    assert (report.exported, report.waiting, report.refused) == ({"visits": 2, "assignments": 2}, {}, {})
    assert visits(ledger).select("household_id", "met", "purpose", "visited_on", "source").rows() == [
        ("H001001-001", True, "listed", TODAY, "review"), ("H001001-002", False, "listed", TODAY, "review")
    ]  # fmt: skip
    lines = LedgerStore.open(ledger).read(COUNTY).tables["assignments"]
    assert set(lines["visit_id"]) == set(visits(ledger)["visit_id"])


def test_twice_is_once(database: Database, worker: Viewer, ledger: Path) -> None:
    settle(database, worker, 1, Status.DONE)
    export_outbox(database, ledger, load_definition(), NOW)
    content = LedgerStore.open(ledger).content_hash()
    again = export_outbox(database, ledger, load_definition(), NOW)
    assert (again.exported, again.refused) == ({}, {})
    assert LedgerStore.open(ledger).content_hash() == content


def test_marks_that_were_lost_double_nothing(database: Database, worker: Viewer, ledger: Path) -> None:
    """As if the process had died between the import and its marks."""
    settle(database, worker, 1, Status.DONE)
    export_outbox(database, ledger, load_definition(), NOW)
    content = LedgerStore.open(ledger).content_hash()
    with database.writing() as session:
        for row in session.scalars(select(OutboxRow)):
            row.exported_at = None
    assert export_outbox(database, ledger, load_definition(), NOW).exported == {"visits": 1, "assignments": 1}
    assert LedgerStore.open(ledger).content_hash() == content


def test_a_mistake_taken_back_before_or_after_the_export(database: Database, worker: Viewer, ledger: Path) -> None:
    for number, exported_between in ((1, True), (2, False)):
        settle(database, worker, number, Status.DONE)
        if exported_between:
            export_outbox(database, ledger, load_definition(), NOW)
        settle(database, worker, number, Status.OPEN, NOW + timedelta(days=1))
    assert export_outbox(database, ledger, load_definition(), NOW).refused == {}
    assert visits(ledger).is_empty()


def test_said_three_times_in_a_day_the_last_stands(database: Database, worker: Viewer, ledger: Path) -> None:
    for status in (Status.DONE, Status.NOT_MET, Status.DONE):
        settle(database, worker, 1, status)
    assert export_outbox(database, ledger, load_definition(), NOW).refused == {}
    assert visits(ledger)["met"].to_list() == [True]
    lines = LedgerStore.open(ledger).read(COUNTY).tables["assignments"]
    standing = lines.filter(pl.col("retracts").is_null() & ~pl.col("row_id").is_in(lines["retracts"].implode()))
    assert latest_rows(standing, ["list_id", "household_id"]).to_native()["visit_id"].to_list() == [
        visits(ledger)["visit_id"][0]
    ]


def test_what_the_ledger_refuses_is_named_and_tried_again(database: Database, worker: Viewer, ledger: Path) -> None:
    unknown = Fact(
        "visits", VILLAGE, {"visit_id": "v1"},
        {"household_id": "H-unknown", "visited_on": TODAY, "purpose": "listed", "met": True}, TODAY,
    )  # fmt: skip
    with database.writing() as session:
        queue_fact(session, unknown, NOW)
    settle(database, worker, 1, Status.DONE)
    report = export_outbox(database, ledger, load_definition(), NOW)
    assert report.exported == {"visits": 1, "assignments": 1}
    assert list(report.refused) == ["visits: reference"]
    with database.reading() as session:
        kept = session.scalars(select(OutboxRow).where(OutboxRow.exported_at.is_(None))).one()
        assert (kept.content["visit_id"], kept.fault) == ("v1", "reference")
    assert export_outbox(database, ledger, load_definition(), NOW).refused == report.refused


def test_a_refused_row_that_is_taken_back_is_over(database: Database, worker: Viewer, ledger: Path) -> None:
    """Nothing of it is in the ledger, so there is nothing to take back there, today or any other day."""
    columns = {"household_id": "H-unknown", "visited_on": TODAY, "purpose": "listed", "met": True}
    with database.writing() as session:
        queue_fact(session, Fact("visits", VILLAGE, {"visit_id": "v1"}, columns, TODAY), NOW)
    settle(database, worker, 1, Status.DONE)
    assert export_outbox(database, ledger, load_definition(), NOW).refused == {"visits: reference": 1}
    with database.writing() as session:
        take_back_facts(session, "visits", "v1", NOW + timedelta(days=1))
    report = export_outbox(database, ledger, load_definition(), NOW + timedelta(days=1))
    assert (report.exported, report.refused) == ({}, {})
    with database.reading() as session:
        assert all(row.exported_at for row in session.scalars(select(OutboxRow)))
    assert visits(ledger)["household_id"].to_list() == ["H001001-001"]


def test_tables_and_counties_the_ledger_has_not_wait(database: Database, worker: Viewer, ledger: Path) -> None:
    assert worker
    with database.writing() as session:
        queue_fact(session, Fact("wishes", VILLAGE, {"wish_id": "w1"}, {}, TODAY), NOW)
        queue_fact(session, Fact("visits", "990101001001", {"visit_id": "v9"}, {}, TODAY), NOW)
    report = export_outbox(database, ledger, load_definition(), NOW)
    assert (report.exported, report.waiting) == ({}, {"wishes": 1, "visits": 1})


def decide(database: Database, worker: Viewer) -> None:
    """A rating of the third place, and an override that is answered the day after."""
    override = {
        "list_id": "L2018-07", "household_id": "H001001-002", "by_id": "account-1", "wanted": "go_first",
        "reason": "knows_family", "band": "in_turn", "model_id": "m1", "place_was": 7,
        "made_on": TODAY, "answered": False, "withdrawn": False,
    }  # fmt: skip
    key = {"override_id": "review-1"}
    with database.writing() as session:
        item = session.scalars(select(ListItem).where(ListItem.rating_asked)).one()
        rate(session, worker, item.id, Rating.SOON, NOW)
        queue_fact(session, Fact("overrides", VILLAGE, key, override, TODAY), NOW)
    answered = override | {"answered": True}
    with database.writing() as session:
        queue_fact(session, Fact("overrides", VILLAGE, key, answered, TODAY), NOW + timedelta(days=1))


def test_what_people_decided_arrives_and_outdates_nothing(database: Database, worker: Viewer, ledger: Path) -> None:
    definition, before = load_definition(), LedgerStore.open(ledger)
    assert {name: rows.height for name, rows in before.read_decisions(COUNTY, definition).items()} == {
        "ratings": 0, "overrides": 0
    }  # fmt: skip
    decide(database, worker)
    report = export_outbox(database, ledger, definition, NOW)
    assert (report.exported, report.waiting, report.refused) == ({"ratings": 1, "overrides": 2}, {}, {})
    store = LedgerStore.open(ledger)
    held = store.read_decisions(COUNTY, definition)
    assert held["ratings"].select("rater_id", "rating", "band", "band_seen", "asked", "model_id").rows() == [
        (f"account-{worker.account_id}", "soon", "go_first", False, True, "m1")
    ]
    last = latest_rows(held["overrides"], ["override_id"]).to_native()
    assert last.select("reason", "answered").rows() == [("knows_family", True)]
    assert store.content_hash() == before.content_hash()
    assert county_sha256(store, COUNTY) == county_sha256(before, COUNTY)
    assert set(store.read(COUNTY).tables) == set(definition.tables)
    store.require(definition)


def test_a_rating_after_the_visit_is_not_told_as_one_that_was_asked_for(
    database: Database, worker: Viewer, ledger: Path
) -> None:
    """Who has been there knows: nothing was foretold, and agreement with the score would be made of it."""
    settle(database, worker, 3, Status.DONE)
    with database.writing() as session:
        item = session.scalars(select(ListItem).where(ListItem.rating_asked)).one()
        kept = rate(session, worker, item.id, Rating.GO_FIRST, NOW)
        assert (kept.seen_before["status"], kept.seen_before["place"]) == ("done", 3)
        assert "band" not in kept.seen_before
    assert export_outbox(database, ledger, load_definition(), NOW).refused == {}
    held = LedgerStore.open(ledger).read_decisions(COUNTY, load_definition())["ratings"]
    assert held.select("asked", "band_seen").rows() == [(False, False)]


def test_an_override_as_people_make_it_is_taken_whatever_its_reason(
    database: Database, worker: Viewer, ledger: Path
) -> None:
    definition = load_definition()
    assert list(definition.codes["override_reason"]) == list(overrule_settings().reasons)
    with database.writing() as session:
        item = session.scalars(select(ListItem).where(ListItem.household_id == "H001001-001")).one()
        overrule(session, worker, Overruling(item.id, Rating.IN_TURN, "season", "不写进台账"), NOW)
    report = export_outbox(database, ledger, definition, NOW)
    assert (report.exported["overrides"], report.waiting, report.refused) == (1, {}, {})
    held = LedgerStore.open(ledger).read_decisions(COUNTY, definition)["overrides"]
    assert held.select("wanted", "reason", "model_id", "answered").rows() == [("in_turn", "season", "m1", False)]
    assert "不写进台账" not in str(held.rows())


def test_decisions_sent_again_are_once(database: Database, worker: Viewer, ledger: Path) -> None:
    definition = load_definition()
    decide(database, worker)
    export_outbox(database, ledger, definition, NOW)
    manifest = LedgerStore.open(ledger).manifest
    with database.writing() as session:
        for row in session.scalars(select(OutboxRow)):
            row.exported_at = None
    assert export_outbox(database, ledger, definition, NOW).exported == {"ratings": 1, "overrides": 2}
    assert LedgerStore.open(ledger).manifest == manifest


@pytest.mark.slow
def test_killed_at_any_moment_it_ends_the_same(
    database: Database, database_url: str, worker: Viewer, ledger: Path, tmp_path: Path
) -> None:
    settle(database, worker, 1, Status.DONE)
    settle(database, worker, 2, Status.NOT_MET)
    decide(database, worker)
    whole = tmp_path / "whole"
    shutil.copytree(ledger, whole)
    command = [sys.executable, "-m", "features.cli.app", "review", "export", "--database", database_url, "--json"]
    for wait in (0.8, 1.2, 1.6, 2.0, 2.4):
        running = subprocess.Popen([*command, "--ledger", str(ledger)], stderr=subprocess.DEVNULL, env={**os.environ})
        time.sleep(wait)
        running.send_signal(signal.SIGKILL)
        running.wait(30)
    export_outbox(database, ledger, load_definition(), NOW)
    assert visits(ledger)["met"].to_list() == [True, False]
    with database.writing() as session:
        assert all(row.exported_at for row in session.scalars(select(OutboxRow)))
        for row in session.scalars(select(OutboxRow)):
            row.exported_at = None
    export_outbox(database, whole, load_definition(), NOW)
    one, other = LedgerStore.open(ledger), LedgerStore.open(whole)
    assert one.content_hash() == other.content_hash()
    decided = [store.read_decisions(COUNTY, load_definition()) for store in (one, other)]
    assert [rows.height for rows in decided[0].values()] == [1, 2]
    assert all(rows.equals(decided[1][name]) for name, rows in decided[0].items())


def test_a_supervisor_s_visit_counts_as_a_visit(database: Database, worker: Viewer, ledger: Path) -> None:
    with database.writing() as session:
        supervisor = account(session, Role.SUPERVISOR)
    assert worker
    settle(database, supervisor, 3, Status.DONE)
    export_outbox(database, ledger, load_definition(), NOW)
    assert visits(ledger)["visitor_id"].to_list() == [f"account-{supervisor.account_id}"]
