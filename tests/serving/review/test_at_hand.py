"""Counties read ahead: whose, that their pages read nothing more, that starting waits for none."""

from __future__ import annotations

import os
import shutil
import threading
from datetime import timedelta
from pathlib import Path

import polars as pl
from sqlalchemy import func, select

from features.definition import load_definition
from features.ledger.importer import import_folder
from features.ledger.manifest import MANIFEST
from serving.review.access.sessions import open_session
from serving.review.access.viewer import Viewer
from serving.review.cases.at_hand import counties_at_hand, counties_of_work, read_counties
from serving.review.cases.dossier import dossier
from serving.review.desk import Desk, Folders
from serving.review.store.accounts import Account, Role
from serving.review.store.database import Database
from serving.review.store.trail import AccessEntry
from tests.serving.review.families import FIRST
from tests.serving.review.making import COUNTY, FAR_COUNTY, FAR_VILLAGE, NOW, VILLAGE, account


def copied(home: Path, to: Path, *, whole: bool = True) -> Folders:
    """Ledger and scores in a folder of their own; not ``whole``: the files of the ledger's rows are empty."""
    for name in ("ledger", "scores"):
        shutil.copytree(home / name, to / name)
    if not whole:
        for file in (to / "ledger").rglob("*.parquet"):
            file.write_bytes(b"")
    return Folders(home, to / "ledger", to / "scores")


def test_a_household_s_first_page_reads_no_file(database: Database, home: Path, tmp_path: Path) -> None:
    """They are gone by then, and nobody looked at anybody before."""
    with database.writing() as session:
        viewer = account(session)
    desk = Desk(database, folders=copied(home, tmp_path))
    read_counties(desk)
    for file in tmp_path.glob("[ls]*/**/*.parquet"):
        file.unlink()
    with database.reading() as session:
        told = dossier(session, desk, viewer, FIRST, VILLAGE, "en", NOW)
        assert session.scalar(select(func.count()).select_from(AccessEntry)) == 0
    assert told is not None
    assert told.scored_on is not None


def test_what_an_import_brings_shows_at_once(database: Database, home: Path, tmp_path: Path) -> None:
    with database.writing() as session:
        viewer = account(session)
    desk = Desk(database, folders=copied(home, tmp_path))
    read_counties(desk)
    sent = tmp_path / "sent" / COUNTY
    sent.mkdir(parents=True)
    row = {
        "household_id": FIRST, "region_code": VILLAGE, "dwelling": "dangerous", "row_id": "later", "source": "form",
        "valid_from": "2018-07-01", "recorded_on": "2018-07-02", "definition_version": "2016.1",
    }  # fmt: skip
    pl.DataFrame(row).write_csv(sent / "households.csv")
    before = told_home(database, desk, viewer)
    assert import_folder(sent.parent, tmp_path / "ledger", load_definition(), workers=1).faults.is_empty()
    assert told_home(database, desk, viewer) != before


def told_home(database: Database, desk: Desk, viewer: Viewer) -> object:
    """What the household's page tells of its home."""
    with database.reading() as session:
        told = dossier(session, desk, viewer, FIRST, VILLAGE, "en", NOW)
    assert told is not None
    return told.home


def test_the_counties_of_those_who_work_the_latest_used_first(database: Database) -> None:
    with database.writing() as session:
        account(session, Role.SUPERVISOR, COUNTY, name="early")
        late = account(session, Role.CASEWORKER, FAR_VILLAGE, name="late")
        account(session, Role.AUDITOR, "530101", name="auditor")
        gone = account(session, Role.CASEWORKER, "540101001001", name="gone")
        session.get_one(Account, gone.account_id).locked_at = NOW
        account(session, Role.CASEWORKER, "550101001001", name="never")
        for viewer, ago in (("early", 60), (late.name, 5)):
            person = session.scalars(select(Account).where(Account.name == viewer)).one()
            open_session(session, person, "", NOW - timedelta(minutes=ago))
    assert counties_of_work(database) == [FAR_COUNTY, COUNTY, "550101"]


def test_a_ledger_that_does_not_answer_keeps_no_server_from_starting(database: Database, tmp_path: Path) -> None:
    """Its manifest is a pipe nobody writes to yet: who reads it waits."""
    with database.writing() as session:
        account(session)
    (tmp_path / "ledger").mkdir()
    pipe = tmp_path / "ledger" / MANIFEST
    os.mkfifo(pipe)
    before = set(threading.enumerate())
    with counties_at_hand(Desk(database, folders=Folders(tmp_path, tmp_path / "ledger", None))):
        (reader,) = set(threading.enumerate()) - before
        assert reader.is_alive()
        with pipe.open("w") as end:  # opens once the other end is being read
            end.write("{}")
    reader.join(30)
    assert not reader.is_alive()


def test_a_damaged_county_is_left_to_its_pages(database: Database, home: Path, tmp_path: Path) -> None:
    with database.writing() as session:
        account(session)
    read_counties(Desk(database, folders=copied(home, tmp_path, whole=False)))


def test_without_a_ledger_nothing_is_started(database: Database) -> None:
    before = threading.active_count()
    with counties_at_hand(Desk(database)):
        assert threading.active_count() == before
