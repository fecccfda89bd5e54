"""The demonstration's office: made-up names, accounts, and work that is there when its reader comes."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from features.cli.app import build
from features.cli.console import UserError
from features.definition.structure import CHILD
from features.identity.definition import load_identity
from features.identity.vault import Vault
from features.ledger.store import LedgerStore
from serving.batch.folder import ScoreFolder
from serving.demo_people import name_people
from serving.demo_review import ACCOUNTS, PASSWORD, first_township, people_the_office
from serving.demo_work import Told
from serving.review.access.passwords import weakness
from serving.review.access.sign_in import Admitted, Attempt, Checked, check_password, sign_in
from serving.review.access.viewer import Viewer
from serving.review.cases.persons import persons_of
from serving.review.desk import Desk, Folders
from serving.review.store.accounts import Account, Role
from serving.review.store.database import Database, database_url
from serving.review.store.decisions import Correction, CorrectionState, Override, OwnRating
from serving.review.store.lists import ListItem, Status
from serving.review.store.visits import ReportTask, VisitRecord
from serving.review.work.my_list import Wanted, my_list
from tests.conftest import SMALL_PROVINCE

AFTER = SMALL_PROVINCE.last_day + timedelta(days=20)
NOW = datetime(AFTER.year, AFTER.month, AFTER.day, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def office(
    ledger: Path, released_home: Path, scored: ScoreFolder, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Told]:
    """A home in which everything of the demonstration was done, in the largest county of the province."""
    home = tmp_path_factory.mktemp("office")
    shutil.copytree(released_home, home, dirs_exist_ok=True)
    shutil.copytree(ledger, home / "ledger")
    county = scored.counties()[0]
    assert name_people(home, home / "ledger", county) > 0
    township = first_township(scored.folder, county)
    commands = (
        ["review", "init"],
        ["review", "load-list", "--place", township, "--period", f"{AFTER:%Y-%m}", "--scores", str(scored.folder)],
    )
    for command in commands:
        done = CliRunner().invoke(build(), [*command, "--home", str(home)])
        assert done.exit_code == 0, done.output
    return home, people_the_office(home, scored.folder, township, NOW)


@pytest.fixture
def database(office: tuple[Path, Told]) -> Database:
    return Database.open(database_url(office[0], None), pooled=False)


def test_there_is_work_that_waits(office: tuple[Path, Told], database: Database) -> None:
    told = office[1]
    assert told == Told(visits=4, tasks=1, overrides_waiting=1, corrections_waiting=1)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(VisitRecord)) == told.visits
        assert session.scalar(select(func.count()).where(ReportTask.reported_at.is_(None))) == told.tasks
        assert session.scalar(select(func.count()).where(Override.answered_at.is_(None))) == told.overrides_waiting
        assert session.scalar(select(func.count()).where(Override.answered_at.is_not(None))) == 1
        waiting = select(func.count()).where(Correction.state == CorrectionState.WAITING)
        assert session.scalar(waiting) == told.corrections_waiting
        assert session.scalar(select(func.count()).select_from(OwnRating)) == 1


def test_everybody_signs_in_with_what_is_printed_and_is_led_by_the_hand(database: Database) -> None:
    assert {account.role for account in ACCOUNTS} == set(Role)
    with database.writing() as session:
        for account in ACCOUNTS:
            assert weakness(PASSWORD, account.name) is None
            attempt = Attempt(account.name, PASSWORD, "127.0.0.1", "a phone")
            checked = check_password(database.reading, attempt, NOW)
            assert isinstance(checked, Checked)
            admitted = sign_in(session, attempt, checked, NOW)
            assert isinstance(admitted, Admitted), account.name
            assert not admitted.must_change
            kept = session.scalar(select(Account).where(Account.name == account.name))
            assert kept is not None
            assert kept.introduced_at is None


def test_the_caseworkers_list_names_families_and_shows_every_kind_of_place(
    office: tuple[Path, Told], database: Database
) -> None:
    home = office[0]
    desk = Desk(database, folders=Folders(home, home / "ledger"))
    with database.reading() as session:
        viewer = Viewer.of(session.scalars(select(Account).where(Account.role == Role.CASEWORKER)).one())
        items = my_list(session, viewer, Wanted(count=1000), "list", NOW).items
        assert {item.region_code for item in items} == set(viewer.regions)
        assert {item.assigned_to for item in items if item.status is Status.OPEN} == {viewer.account_id}
        assert any(item.is_duty for item in items)
        assert any(item.band and not item.rating_asked for item in items)
        named = persons_of(session, desk, viewer, [item.household_id for item in items])
        assert len(named) == len(items)
        assert all(one.guardian and all(one.children.values()) for one in named.values())
        assert session.scalar(select(func.count()).where(ListItem.region_code == viewer.regions[0]))


def test_every_child_of_the_county_has_a_name_in_the_encrypted_table(office: tuple[Path, Told]) -> None:
    home = office[0]
    store = LedgerStore.open(home / "ledger")
    county = store.counties()[0]
    children = store.read(county, ["children"]).tables["children"][CHILD].unique()
    persons = Vault.open(home, load_identity()).persons(children)
    assert persons.height == children.len()
    assert persons["name"].null_count() == 0
    assert persons["id_number"].null_count() == persons.height, "no ID number is made up"
    assert all(
        name.encode() not in (home / "identities" / "persons.vault").read_bytes() for name in persons["name"][:5]
    )


def test_real_families_get_no_made_up_names(office: tuple[Path, Told], tmp_path: Path) -> None:
    shutil.copytree(office[0] / "ledger", tmp_path / "ledger")
    manifest = tmp_path / "ledger" / "manifest.json"
    manifest.write_text(re.sub(r'"simulated_rows": ?\d+', '"simulated_rows": 0', manifest.read_text()))
    assert not LedgerStore.open(tmp_path / "ledger").simulated
    with pytest.raises(UserError, match="not simulated"):
        name_people(tmp_path, tmp_path / "ledger", LedgerStore.open(tmp_path / "ledger").counties()[0])
    assert not (tmp_path / "identities").exists()


def test_without_a_list_it_is_said(tmp_path: Path) -> None:
    assert CliRunner().invoke(build(), ["review", "init", "--home", str(tmp_path)]).exit_code == 0
    with pytest.raises(UserError, match="has no list"):
        people_the_office(tmp_path, tmp_path / "scores", "520121100", NOW)


def test_the_largest_township_is_taken(scored: ScoreFolder) -> None:
    county = scored.counties()[0]
    townships = scored.read(county)["region_code"].str.slice(0, 9)
    assert townships.filter(townships == first_township(scored.folder, county)).len() == (
        townships.value_counts()["count"].max()
    )
    assert isinstance(townships, pl.Series)
