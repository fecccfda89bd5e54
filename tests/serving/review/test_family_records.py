"""What is known of a household: the ledger's rows, those that wait for it, and nothing that lies elsewhere."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import update

from features.definition import load_definition
from features.definition.structure import ASSESSMENTS, CHILD, CHILDREN, FINDINGS, HOUSEHOLD, VISIT, VISITS
from features.ledger.importer import import_folder
from serving.review.access.viewer import Viewer
from serving.review.cases.members import Member, members
from serving.review.cases.records import Records, records
from serving.review.desk import Desk, Folders
from serving.review.exchange.export import export_outbox
from serving.review.exchange.facts import Fact, Value, queue_fact, take_back_facts
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.trail import OutboxRow
from serving.review.work.ask_scoring import Corrected, request_of
from serving.review.work.states import Subject
from serving.service.read_rows import RowReader
from serving.service.row_models import request_tables
from tests.serving.review.families import ELDEST, FIRST, GONE, LONE, MIDDLE, SECOND, THIRD, YOUNGEST
from tests.serving.review.making import (
    COUNTY,
    FAR_VILLAGE,
    NEXT_VILLAGE,
    NOW,
    TOWNSHIP,
    VILLAGE,
    account,
    loaded,
    place,
    sheet,
)

TODAY = date(2018, 7, 5)


@pytest.fixture
def desk(database: Database, home: Path) -> Desk:
    return Desk(database, folders=Folders(home, home / "ledger", home / "scores"))


@pytest.fixture
def worker(database: Database) -> Viewer:
    with database.writing() as session:
        return account(session)


def read(
    desk: Desk, viewer: Viewer, household: str = FIRST, region: str = VILLAGE, today: date = TODAY
) -> Records | None:
    with desk.database.reading() as session:
        return records(session, desk, viewer, household, region, today)


def held(desk: Desk, viewer: Viewer, household: str = FIRST, today: date = TODAY) -> Records:
    found = read(desk, viewer, household, today=today)
    assert found is not None
    return found


def test_children_are_those_who_live_there_now(desk: Desk, worker: Viewer) -> None:
    found = held(desk, worker)
    assert set(found.children) == {ELDEST, MIDDLE, YOUNGEST, GONE}
    assert found.children[ELDEST]["official_level"] == "red"
    assert [row["official_level"] for row in found.states[ELDEST]] == ["yellow", "red"]
    assert found.home["dwelling"] == "poor"
    assert found.newest == date(2018, 6, 25)
    assert set(held(desk, worker, SECOND).children) == {LONE}


def test_what_was_taken_back_or_is_not_true_yet_is_not_known(desk: Desk, worker: Viewer) -> None:
    found = held(desk, worker)
    assert {row[VISIT] for row in found.events[VISITS]} == {"V1", "V2"}
    assert {row["finding_id"]: row["status"] for row in found.events[FINDINGS]}["F4"] == "closed"
    assert read(desk, worker, today=date(2018, 6, 24)) is None, "nothing had been recorded by then"


@pytest.fixture(scope="module")
def given(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger after later rows gave a finding and a visit to the second household, and a child moved there."""
    folder = tmp_path_factory.mktemp("given")
    shutil.copytree(home / "ledger", folder / "ledger")
    found = {"finding_id": "F2", "visit_id": "V2", "household_id": SECOND, "domain": "living", "severity": 3}
    about = {"finding_id": "F5", "household_id": FIRST, "child_id": YOUNGEST, "domain": "medical", "severity": 2}
    common = {"status": "open", "opens": "2018-04-02"}
    rows: dict[str, list[dict[str, Any]]] = {
        "visits": [
            {
                "visit_id": "V2",
                "household_id": SECOND,
                "visited_on": "2018-05-07",
                "purpose": "report",
                "met": False,
                "valid_from": "2018-05-07",
            }
        ],
        "findings": [found | common, found | about | common],
        "children": [
            {"child_id": YOUNGEST, "household_id": SECOND, "birth_date": "2018-01-20", "file_status": "active"}
        ],
    }
    sent = folder / "sent" / COUNTY
    sent.mkdir(parents=True)
    book = {"valid_from": "2018-06-20", "recorded_on": "2018-06-26", "source": "form", "definition_version": "2016.1"}
    for name, some in rows.items():
        booked = [book | row | {"row_id": f"later-{name}-{at}", "retracts": None} for at, row in enumerate(some)]
        pl.DataFrame(booked, infer_schema_length=None).write_csv(sent / f"{name}.csv")
    report = import_folder(folder / "sent", folder / "ledger", load_definition(), workers=1)
    assert report.faults.is_empty(), report.faults
    return folder / "ledger"


def _numbers(found: Records, table: str, column: str) -> set[str]:
    return {row[column] for row in found.events[table]}


def test_what_a_later_row_gives_to_another_household_is_shown_there_alone(
    desk: Desk, worker: Viewer, given: Path
) -> None:
    moved = replace(desk, folders=Folders(ledger=given))
    first, second = held(moved, worker), held(moved, worker, SECOND)
    assert _numbers(first, FINDINGS, "finding_id") == {"F1", "F3", "F4"}
    assert _numbers(second, FINDINGS, "finding_id") == {"F2", "F5"}, "a child's finding goes where the child lives"
    assert _numbers(first, VISITS, VISIT) == {"V1"}
    assert _numbers(second, VISITS, VISIT) == {"V2"}
    assert {row[VISIT] for row in first.events[ASSESSMENTS]} == {"V1"}
    assert second.events[ASSESSMENTS] == ()
    before = held(moved, worker, today=date(2018, 6, 25))
    assert _numbers(before, FINDINGS, "finding_id") == {"F1", "F2", "F3", "F4"}, "as known on that day"
    assert _numbers(before, VISITS, VISIT) == {"V1", "V2"}


def test_a_row_that_waits_gives_a_finding_to_another_household(desk: Desk, database: Database, worker: Viewer) -> None:
    columns: dict[str, Value] = {
        VISIT: "V1", HOUSEHOLD: SECOND, CHILD: None, "domain": "living", "severity": 3, "status": "open",
        "opens": date(2018, 4, 2),
    }  # fmt: skip
    with database.writing() as session:
        queue_fact(session, Fact(FINDINGS, VILLAGE, {"finding_id": "F2"}, columns, date(2018, 7, 4)), NOW)
    assert "F2" not in _numbers(held(desk, worker), FINDINGS, "finding_id")
    assert _numbers(held(desk, worker, SECOND), FINDINGS, "finding_id") == {"F2"}
    assert len([row for row in held(desk, worker, SECOND).rows[FINDINGS] if row["finding_id"] == "F2"]) == 2


@pytest.mark.parametrize("household", [FIRST, SECOND])
def test_what_is_sent_for_a_score_names_nothing_that_is_not_sent(
    desk: Desk, worker: Viewer, given: Path, household: str
) -> None:
    found = held(replace(desk, folders=Folders(ledger=given)), worker, household)
    nobody = Subject(found.definition.tables[CHILDREN], "", VILLAGE)
    sent = request_of(found, VILLAGE, date(2018, 6, 30), Corrected(nobody, ()), "en")
    tables = {name: sent[name] for name in request_tables(found.definition)}
    assert all(tables.values())
    read = RowReader.of(found.definition).read(tables)
    assert (read.invalid, read.unattributed) == ({}, ())


@pytest.mark.parametrize(
    ("household", "region"),
    [("H-nobody", VILLAGE), (FIRST, FAR_VILLAGE), (FIRST, NEXT_VILLAGE), (THIRD, VILLAGE)],
    ids=["unknown", "no such county", "not the viewer's", "moved out of the viewer's village"],
)
def test_what_is_not_known_or_not_the_viewers_is_nothing(
    desk: Desk, worker: Viewer, household: str, region: str
) -> None:
    assert read(desk, worker, household, region) is None


def test_a_household_is_found_where_it_moved_to(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        boss = account(session, Role.SUPERVISOR, TOWNSHIP)
    found = read(desk, boss, THIRD)
    assert found is not None
    assert found.home["region_code"] == NEXT_VILLAGE


@pytest.mark.parametrize("role", [Role.MODEL_OWNER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_read_families_gets_nothing(desk: Desk, database: Database, role: Role) -> None:
    with database.writing() as session:
        viewer = account(session, role)
        assert records(session, desk, viewer, FIRST, VILLAGE, TODAY) is None
        assert members(session, desk, viewer, FIRST, VILLAGE, TODAY) == ()


def _visit(number: str, **other: str) -> Fact:
    columns: dict[str, Value] = {
        HOUSEHOLD: FIRST,
        "visited_on": date(2018, 7, 4),
        "purpose": "listed",
        "met": True,
        **other,
    }
    return Fact(VISITS, VILLAGE, {VISIT: number}, columns, date(2018, 7, 4))


def test_facts_that_wait_for_the_ledger_are_known_at_once(desk: Desk, database: Database, worker: Viewer) -> None:
    with database.writing() as session:
        queue_fact(session, _visit("V9"), NOW)
        seen: dict[str, Value] = {"seen": True, "domains_assessed": "medical;living"}
        queue_fact(session, Fact(ASSESSMENTS, VILLAGE, {VISIT: "V9", CHILD: ELDEST}, seen, date(2018, 7, 4)), NOW)
        queue_fact(session, _visit("V8", household_id=SECOND), NOW)
        queue_fact(session, replace(_visit("V7"), table="overrides"), NOW)
    found = held(desk, worker)
    assert {row[VISIT]: row["visited_on"] for row in found.events[VISITS]}["V9"] == date(2018, 7, 4)
    assert {row["domains_assessed"] for row in found.events[ASSESSMENTS] if row[VISIT] == "V9"} == {";living;medical;"}
    with database.writing() as session:
        take_back_facts(session, VISITS, "V9", NOW)
    assert "V9" not in {row[VISIT] for row in held(desk, worker).events[VISITS]}


def test_a_row_that_is_exported_counts_once(desk: Desk, database: Database, worker: Viewer, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    assert desk.folders.ledger is not None
    shutil.copytree(desk.folders.ledger, ledger)
    own = replace(desk, folders=Folders(ledger=ledger))
    with database.writing() as session:
        queue_fact(session, _visit("V9"), NOW)
    before = held(own, worker).events[VISITS]
    assert export_outbox(database, ledger, load_definition(), NOW).exported == {VISITS: 1}
    assert {row[VISIT] for row in held(own, worker).events[VISITS]} == {row[VISIT] for row in before}
    with database.writing() as session:  # as if the export had not yet come to marking it
        session.execute(update(OutboxRow).values(exported_at=None))
    assert len(held(own, worker).rows[VISITS]) == len(held(replace(own), worker).rows[VISITS]) == 5


def test_members_the_eldest_first_by_name(desk: Desk, worker: Viewer, database: Database) -> None:
    with database.reading() as session:
        found = members(session, desk, worker, FIRST, VILLAGE, TODAY)
    assert found == (
        Member(ELDEST, "", date(2005, 7, 6)),
        Member(MIDDLE, "", date(2008, 1, 31)),
        Member(YOUNGEST, "", date(2018, 1, 20)),
    ), "whose file is closed is not asked after"


def test_without_a_ledger_members_are_those_the_lists_name(database: Database, worker: Viewer) -> None:
    loaded(database, sheet(place(1), place(2, driver_child_id=None)))
    with database.reading() as session:
        desk = Desk(database)
        assert members(session, desk, worker, FIRST, VILLAGE, TODAY) == (Member(ELDEST, "", None),)
        assert members(session, desk, worker, SECOND, VILLAGE, TODAY) == ()


def test_a_damaged_or_missing_ledger_is_as_none(desk: Desk, worker: Viewer, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    assert desk.folders.ledger is not None
    shutil.copytree(desk.folders.ledger, ledger)
    for file in ledger.rglob("children.parquet"):
        file.write_bytes(b"PAR1 no more")
    assert read(replace(desk, folders=Folders(ledger=ledger)), worker) is None
    (ledger / "manifest.json").write_text("{}")
    assert read(replace(desk, folders=Folders(ledger=ledger)), worker) is None
    assert read(replace(desk, folders=Folders(ledger=tmp_path / "none")), worker) is None
