"""What a family is told: everything held of it, needs that are open, whom to ask."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from serving.review.access.viewer import Viewer
from serving.review.desk import Desk, Folders
from serving.review.store.database import Database
from serving.review.store.lists import ListItem
from serving.review.work.refusals import refuse
from serving.review.work.sheet import FamilySheet, contact_of, family_sheet
from tests.serving.review.families import ELDEST, MIDDLE, YOUNGEST
from tests.serving.review.making import COUNTY, NOW, TOWNSHIP, VILLAGE, account, item_id, loaded, place, sheet

CONTACTS = f"""
[contacts."{COUNTY}"]
zh = "县民政局"
en = "County office"
phone = "0851-1"

[contacts."{TOWNSHIP}"]
zh = "乡镇"
en = "Township office"
phone = "0851-2"
"""


@pytest.fixture
def desk(database: Database, home: Path, tmp_path: Path) -> Desk:
    shutil.copytree(home / "ledger", tmp_path / "ledger")
    loaded(database, sheet(place(1, driver_child_id=ELDEST)))
    return Desk(database, folders=Folders(tmp_path, tmp_path / "ledger"))


@pytest.fixture
def worker(desk: Desk) -> Viewer:
    with desk.database.writing() as session:
        return account(session)


def told(desk: Desk, worker: Viewer) -> FamilySheet:
    with desk.database.reading() as session:
        item = session.get_one(ListItem, item_id(session, 1))
        return family_sheet(session, desk, worker, item, NOW)


def test_everything_held_is_told(desk: Desk, worker: Viewer) -> None:
    found = told(desk, worker)
    assert found.held is not None
    assert [held.subject.number for held in found.held[1:]] == [ELDEST, MIDDLE, YOUNGEST]
    dwelling = found.held[0].fact("dwelling")
    assert dwelling is not None
    assert (dwelling.value, dwelling.since) == ("poor", date(2018, 5, 1))
    # One met, one not met, one taken back.
    assert (found.visits, found.last_visit) == (1, date(2018, 4, 2))
    assert [(need.domain.en, need.severity.en) for need in found.needs] == [
        ("basic living", "severe"), ("medical care", "moderate"), ("education", "moderate")
    ]  # fmt: skip
    assert found.refused == {}


def test_a_refusal_is_told(desk: Desk, worker: Viewer) -> None:
    with desk.database.writing() as session:
        refuse(session, desk, worker, item_id(session, 1), [MIDDLE], NOW)
    assert told(desk, worker).refused == {MIDDLE: date(2018, 7, 5)}


def test_without_a_ledger_the_rest_is_told(desk: Desk, worker: Viewer) -> None:
    found = told(Desk(desk.database), worker)
    assert (found.held, found.definition, found.contact, found.visits) == (None, None, None, 0)


def test_whom_to_ask_is_the_office_nearest_by(tmp_path: Path) -> None:
    assert contact_of(None, VILLAGE) is None
    assert contact_of(tmp_path, VILLAGE) is None
    file = tmp_path / "contacts.toml"
    file.write_text(CONTACTS, encoding="utf-8")
    near, county = contact_of(tmp_path, VILLAGE), contact_of(tmp_path, f"{COUNTY}999001")
    assert near is not None
    assert county is not None
    assert (near.office.en, near.phone, county.office.zh) == ("Township office", "0851-2", "县民政局")
    assert contact_of(tmp_path, "999999001001") is None


def test_a_file_that_cannot_be_read_leaves_a_line_to_fill_in(tmp_path: Path) -> None:
    (tmp_path / "contacts.toml").write_text("[contacts", encoding="utf-8")
    assert contact_of(tmp_path, VILLAGE) is None
