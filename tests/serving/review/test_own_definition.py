"""A region's own ledger definition, which ships with nothing: lists in, pages, facts out."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from features.cli.console import UserError
from features.definition import load_definition
from features.definition.loader import DEFINITIONS
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from serving.review.cases.dossier import dossier
from serving.review.cases.records import records
from serving.review.desk import Desk, Folders
from serving.review.exchange.daily import export_if_due
from serving.review.store.database import Database
from serving.review.store.lists import ListItem, Status
from serving.review.work.changes import Change, change_status
from serving.review.work.visit_scene import definition_of
from tests.serving.review.making import FAR_VILLAGE, VILLAGE, account
from tests.serving.review.server import running
from tests.serving.review.test_commands import mopai, mopai_json
from tests.serving.review.visiting import COUNTY, HOME, ledger_in

NAME = "own_region"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a ledger of a definition of its own, which lies beside it."""
    home = tmp_path_factory.mktemp("own")
    shutil.copytree(DEFINITIONS / "left_behind", home / NAME)
    head = home / NAME / "ledger.toml"
    head.write_text(head.read_text(encoding="utf-8").replace('name = "left_behind"', f'name = "{NAME}"', 1), "utf-8")
    shutil.rmtree(ledger_in(home))
    report = import_folder(home / "sent", home / "ledger", load_definition(home / NAME), workers=1)
    assert report.faults.is_empty()
    assert LedgerStore.open(home / "ledger").definition_name == NAME
    return home


@pytest.fixture
def ledger(own: Path, tmp_path: Path) -> Path:
    """A ledger that the test may write to."""
    shutil.copytree(own / "ledger", tmp_path / "ledger")
    return tmp_path / "ledger"


def options(own: Path, ledger: Path, url: str) -> list[str]:
    return ["--home", str(ledger.parent), "--ledger", str(ledger), "--database", url, "--definition", str(own / NAME)]


def load(own: Path, ledger: Path, url: str) -> None:
    made = mopai_json(
        "load-list", "--place", COUNTY, "--period", "2018-07", "--no-model", *options(own, ledger, url)
    )  # fmt: skip
    assert [one["loaded"] for one in made["lists"]] == [True]


def visited(database: Database, on_list_of: str = HOME) -> None:
    with database.writing() as session:
        worker = account(session)
        item = session.scalars(select(ListItem).where(ListItem.household_id == on_list_of)).one()
        change = Change(item.id, item.version, Status.DONE, item.visit_list.as_of, None, None)
        change_status(session, worker, change, datetime.now(UTC))


def test_lists_families_and_facts_are_of_the_region_s_own_definition(
    own: Path, ledger: Path, database: Database, database_url: str
) -> None:
    load(own, ledger, database_url)
    visited(database)
    desk = Desk(database, folders=Folders(ledger.parent, ledger, definition=str(own / NAME)))
    assert definition_of(desk, VILLAGE).name == NAME
    assert definition_of(desk, FAR_VILLAGE).name == NAME, "also of a county whose ledger is not here"
    with database.writing() as session:
        worker = account(session, name="reader")
        told = dossier(session, desk, worker, HOME, VILLAGE, "en", datetime.now(UTC))
        assert told is not None
        assert told.children[0].groups[0].heading == "On record", "as its own household.toml has it"
        nameless = Desk(database, folders=Folders(ledger.parent, ledger))
        assert records(session, nameless, worker, HOME, VILLAGE, datetime.now(UTC).date()) is None
    answer = mopai_json("export", *options(own, ledger, database_url))
    assert answer["exported"]["visits"] == 1
    assert answer["refused"] == {}


def test_the_daily_export_knows_it_too(own: Path, ledger: Path, database: Database, database_url: str) -> None:
    load(own, ledger, database_url)
    visited(database)
    assert export_if_due(database, ledger.parent, ledger, datetime.now(UTC), str(own / NAME))
    rows = LedgerStore.open(ledger).read(COUNTY).tables["visits"]
    assert rows.height == 2


def test_a_definition_that_is_not_there_is_said_before_anybody_is_let_in(
    own: Path, ledger: Path, database_url: str
) -> None:
    at = options(own, ledger, database_url)
    with pytest.raises(UserError, match="no definition"):
        mopai("serve", *at[:-1], str(own / "none"))


@pytest.mark.slow
def test_the_pages_are_served_in_it(own: Path, ledger: Path, database: Database, database_url: str) -> None:
    load(own, ledger, database_url)
    with database.writing() as session:
        account(session, name="wang")
        item = session.scalars(select(ListItem.id).where(ListItem.household_id == HOME)).one()
    folders = ["--home", str(ledger.parent), "--ledger", str(ledger), "--definition", str(own / NAME)]
    with running(database_url, ledger.parent, *folders) as server:
        browser = server.browser()
        browser.sign_in("wang")
        assert "On record" in browser.get(f"/list/{item}")
        assert "medical" in browser.get(f"/list/{item}/visit")
