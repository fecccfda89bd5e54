"""Refusals of the model: stored, told to the ledger, honoured on lists at once, and taken back."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from features.definition import load_definition
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from features.state import child_state
from serving.review.access.viewer import NotFoundError, Viewer
from serving.review.cases.records import records
from serving.review.desk import Desk, Folders
from serving.review.exchange.export import export_outbox
from serving.review.exchange.load import load_sheet
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.decisions import Refusal
from serving.review.store.lists import ListItem
from serving.review.store.trail import AccessEntry
from serving.review.work.corrections import Asked, correct
from serving.review.work.refusals import (
    RefusalFaultError,
    is_refused,
    refuse,
    refused_children,
    refused_since,
    withdraw,
)
from tests.serving.review.families import ELDEST, FIRST, LONE, MIDDLE
from tests.serving.review.making import COUNTY, FAR_VILLAGE, NOW, VILLAGE, account, item_id, loaded, place, sheet

TODAY = date(2018, 7, 5)


@pytest.fixture
def desk(database: Database, home: Path, tmp_path: Path) -> Desk:
    """The database with a list whose first place the eldest gives, and a ledger of its own."""
    shutil.copytree(home / "ledger", tmp_path / "ledger")
    loaded(
        database,
        sheet(
            place(1, driver_child_id=ELDEST, rating_asked=True, probability=0.4),
            place(2, driver_child_id=LONE, probability=0.2),
        ),
    )
    return Desk(database, folders=Folders(home, tmp_path / "ledger"))


@pytest.fixture
def worker(desk: Desk) -> Viewer:
    with desk.database.writing() as session:
        return account(session)


def refuse_for(desk: Desk, viewer: Viewer, children: Sequence[str], days: int = 0) -> None:
    with desk.database.writing() as session:
        refuse(session, desk, viewer, item_id(session, 1), children, NOW + timedelta(days=days))


def take_back(desk: Desk, viewer: Viewer, child: str, days: int = 0) -> None:
    with desk.database.writing() as session:
        withdraw(session, desk, viewer, item_id(session, 1), child, NOW + timedelta(days=days))


def refused_on(desk: Desk, child: str, days: int = 0) -> date | None:
    """What scores and lists read from the ledger, once everything was exported."""
    ledger, definition = desk.folders.ledger, load_definition()
    assert ledger is not None
    assert export_outbox(desk.database, ledger, definition, NOW).refused == {}
    tables = LedgerStore.open(ledger).read(COUNTY).tables
    state: pl.DataFrame = child_state(tables, definition, TODAY + timedelta(days=days), county=COUNTY)
    row = state.filter(pl.col("child_id") == child).to_dicts()[0]
    assert row["file_status"] == "active"
    day: date | None = row["model_refused_on"]
    return day


def shown(desk: Desk, number: int) -> tuple[str | None, int | None, bool, set[str]]:
    with desk.database.reading() as session:
        item = session.get_one(ListItem, item_id(session, number))
        return item.band, item.rank, item.rating_asked, set(item.shown)


def test_a_refusal_is_kept_told_and_honoured_at_once(desk: Desk, worker: Viewer) -> None:
    other = shown(desk, 2)
    with desk.database.reading() as session:
        version = session.get_one(ListItem, item_id(session, 1)).version
    refuse_for(desk, worker, [ELDEST])
    assert shown(desk, 1) == (None, None, False, {"duty"})
    assert shown(desk, 2) == other
    with desk.database.reading() as session:
        assert is_refused(session, ELDEST)
        assert not is_refused(session, MIDDLE)
        assert refused_children(session, worker, [FIRST]) == {ELDEST}
        assert session.get_one(ListItem, item_id(session, 1)).version == version
        noted = select(AccessEntry).where(AccessEntry.purpose == "refusal", AccessEntry.action == "write")
        assert len(session.scalars(noted).all()) == 1
        # Nor does what the supervisor expects of the list count a chance the model gave the child.
        chances = [session.get_one(ListItem, item_id(session, number)).probability for number in (1, 2)]
        assert chances == [None, 0.2]
    assert refused_on(desk, ELDEST) == TODAY
    assert refused_on(desk, MIDDLE) is None


def test_a_list_loaded_later_says_nothing_either(desk: Desk, worker: Viewer) -> None:
    refuse_for(desk, worker, [ELDEST])
    later = sheet(
        place(1, driver_child_id=ELDEST), list_id="L2018-08", period_from=date(2018, 8, 1), period_to=date(2018, 8, 31)
    )
    with desk.database.writing() as session:
        load_sheet(session, later, NOW)
    with desk.database.reading() as session:
        items = session.scalars(select(ListItem).where(ListItem.driver_child_id == ELDEST)).all()
        assert [(item.band, item.rank) for item in items] == [(None, None), (None, None)]


@pytest.mark.parametrize("exported_between", [False, True])
@pytest.mark.parametrize("days", [0, 3])
def test_taken_back(desk: Desk, worker: Viewer, days: int, *, exported_between: bool) -> None:
    refuse_for(desk, worker, [ELDEST])
    if exported_between:
        assert refused_on(desk, ELDEST) == TODAY
    take_back(desk, worker, ELDEST, days)
    assert refused_on(desk, ELDEST, days) is None
    with desk.database.reading() as session:
        assert not is_refused(session, ELDEST)
        (kept,) = session.scalars(select(Refusal)).all()
        assert (kept.refused_on, kept.withdrawn_on) == (TODAY, TODAY + timedelta(days=days))
    if days:
        assert refused_on(desk, ELDEST) == TODAY


def test_a_correction_of_the_same_day_loses_no_refusal(desk: Desk, worker: Viewer) -> None:
    refuse_for(desk, worker, [ELDEST])
    with desk.database.writing() as session:
        asked = Asked(item_id(session, 1), ELDEST, "boarding", "", "true", TODAY.isoformat())
        correct(session, desk, worker, asked, NOW)
    assert refused_on(desk, ELDEST) == TODAY
    take_back(desk, worker, ELDEST)
    assert refused_on(desk, ELDEST) is None
    ledger = desk.folders.ledger
    assert ledger is not None
    state = child_state(LedgerStore.open(ledger).read(COUNTY).tables, load_definition(), TODAY, county=COUNTY)
    assert state.filter(pl.col("child_id") == ELDEST)["boarding"].to_list() == [True]


def test_a_refusal_that_a_form_brought_is_taken_back_too(desk: Desk, worker: Viewer, tmp_path: Path) -> None:
    source = tmp_path / "sent" / COUNTY
    source.mkdir(parents=True)
    row = {
        "row_id": "form-1", "child_id": MIDDLE, "household_id": FIRST, "birth_date": "2008-01-31", "health": "ill",
        "file_status": "active", "model_refused_on": "2018-03-01", "valid_from": "2018-03-01",
        "recorded_on": "2018-06-26", "source": "form", "definition_version": "2016.1",
    }  # fmt: skip
    pl.DataFrame([row]).write_csv(source / "children.csv")
    assert desk.folders.ledger is not None
    assert import_folder(source.parent, desk.folders.ledger, load_definition(), workers=1).faults.is_empty()
    with desk.database.reading() as session:
        found = records(session, desk, worker, FIRST, VILLAGE, TODAY)
        assert found is not None
        assert refused_since(session, worker, found, FIRST) == {MIDDLE: date(2018, 3, 1)}
    refuse_for(desk, worker, [MIDDLE])
    with desk.database.reading() as session:
        assert session.scalars(select(Refusal)).all() == []
    take_back(desk, worker, MIDDLE)
    assert refused_on(desk, MIDDLE) is None
    state = child_state(
        LedgerStore.open(desk.folders.ledger).read(COUNTY).tables, load_definition(), TODAY, county=COUNTY
    )
    assert state.filter(pl.col("child_id") == MIDDLE)["health"].to_list() == ["ill"]


def test_what_cannot_be_refused(database: Database, desk: Desk, worker: Viewer) -> None:
    with pytest.raises(RefusalFaultError):
        refuse_for(desk, worker, [])
    with pytest.raises(RefusalFaultError):
        refuse_for(Desk(database), worker, [ELDEST])
    with pytest.raises(NotFoundError):
        refuse_for(desk, worker, [ELDEST, LONE])
    with pytest.raises(NotFoundError):
        take_back(desk, worker, LONE)
    with desk.database.writing() as session:
        far, auditor = account(session, Role.CASEWORKER, FAR_VILLAGE), account(session, Role.AUDITOR)
    for viewer in (far, auditor):
        with pytest.raises(NotFoundError):
            refuse_for(desk, viewer, [ELDEST])
    refuse_for(desk, worker, [ELDEST])
    with desk.database.reading() as session:
        assert refused_children(session, far, [FIRST]) == frozenset()
