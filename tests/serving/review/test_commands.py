"""The commands a person types: set up, accounts, lists in, facts out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from features.cli.app import build
from features.cli.console import UserError
from features.ledger.store import LedgerStore
from serving.batch.folder import ScoreFolder
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.lists import ListItem, Stratum, VisitList
from serving.review.store.migrate import newest
from serving.review.user_commands import RoleName
from tests.serving.review.making import VILLAGE


def mopai(*arguments: str) -> str:
    """Run a command; a UserError comes through as itself."""
    result = CliRunner().invoke(build(), ["review", *arguments])
    if isinstance(result.exception, UserError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def mopai_json(*arguments: str) -> Any:
    return json.loads(mopai(*arguments, "--json"))


def test_from_nothing_to_accounts(database_url: str) -> None:
    at = ("--database", database_url)
    assert mopai_json("init", *at) == {"revision": newest()}
    assert f"revision {newest()}" in mopai("upgrade", *at)
    assert "no account yet" in mopai("user", "list", *at)
    made = mopai_json("user", "add", "wang", "--role", "caseworker", "--region", VILLAGE, *at)
    assert made["name"] == "wang"
    assert len(made["first_password"]) == 14
    assert made["first_password"] != mopai_json("user", "password", "wang", *at)["first_password"]
    assert (
        mopai("user", "add", "boss", "--role", "administrator", "--region", "all", "--no-password", *at).count("\n")
        == 1
    )
    assert mopai("user", "lock", "wang", *at) == "wang: locked\n"
    assert mopai("user", "list", *at).splitlines() == [
        "boss  administrator  all  active", f"wang  caseworker  {VILLAGE}  locked"
    ]  # fmt: skip
    assert "the account is locked" in mopai("user", "password", "wang", *at)
    assert mopai_json("user", "lock", "wang", "--undo", *at) == {"name": "wang", "state": "active"}
    assert mopai_json("user", "list", *at)["accounts"][1]["state"] == "active"


def test_what_cannot_be_done_says_what_to_do() -> None:
    with pytest.raises(UserError, match="not set up") as refused:
        mopai("user", "list")
    assert "mopai review init" in refused.value.hint
    mopai("init")
    for arguments in (("user", "lock", "nobody"), ("user", "password", "nobody")):
        with pytest.raises(UserError, match="no account 'nobody'"):
            mopai(*arguments)
    with pytest.raises(UserError, match="regions of a caseworker"):
        mopai("user", "add", "x", "--role", "caseworker", "--region", "52")
    for role in ("administrator", "auditor"):
        with pytest.raises(UserError, match=f"regions of an {role} have 'all' or 6 digits") as refused:
            mopai("user", "add", "x", "--role", role)
        assert "--region all" in refused.value.hint
    with pytest.raises(UserError, match="regions of a caseworker") as refused:
        mopai("user", "add", "x", "--role", "caseworker")
    assert "all" not in refused.value.hint
    with pytest.raises(UserError, match="not a database"):
        mopai("user", "list", "--database", "nonsense")
    with pytest.raises(UserError, match="cannot be used"):
        mopai("init", "--database", "sqlite:////nowhere/at/all.db")


def test_the_roles_typed_are_those_of_the_database() -> None:
    assert [role.value for role in RoleName] == [role.value for role in Role]


def test_a_list_of_the_scored_province_is_loaded_once(
    tmp_path: Path, ledger: Path, released_home: Path, scored: ScoreFolder, database_url: str
) -> None:
    own = tmp_path / "ledger"
    shutil.copytree(ledger, own)
    assert released_home
    township = scored.read(scored.counties()[0])["region_code"].drop_nulls().sort()[0][:9]
    month = f"{scored.manifest.as_of:%Y-%m}"
    after = f"{int(month[:4]) + (month[5:] == '12')}-{int(month[5:]) % 12 + 1:02}"
    options = ("--place", township, "--period", after, "--scores", str(scored.folder), "--ledger", str(own))
    at = ("--database", database_url)
    first = mopai_json("load-list", *options, *at)["lists"]
    assert [one["loaded"] for one in first] == [True]
    assert "there already, unchanged" in mopai("load-list", *options, *at)
    opened = Database.open(database_url)
    with opened.reading() as session:
        kept = session.scalars(select(VisitList)).one()
        items = session.scalars(select(ListItem).order_by(ListItem.place)).all()
        assert (kept.list_id, kept.region_code, kept.simulated) == (first[0]["list_id"], township, True)
        assert [item.place for item in items] == list(range(1, len(items) + 1))
        assert all(item.shown["duty"]["zh"] for item in items if item.is_duty)
        assert all(item.band is None and not item.rating_asked for item in items if item.is_duty)
        scored_items = [item for item in items if item.stratum is Stratum.SCORE and item.band]
        assert all(item.shown["up"] or item.shown["down"] for item in scored_items)
        frame = LedgerStore.open(own).read(township[:6]).tables["assignments"]
        assert {item.household_id for item in items} <= set(frame["household_id"])
    opened.engine.dispose()


def test_a_list_without_a_model_says_so_and_one_of_nobody_is_none(tmp_path: Path, ledger: Path) -> None:
    own = shutil.copytree(ledger, tmp_path / "ledger")
    county = LedgerStore.open(own).counties()[0]
    mopai("init")
    options = ("--place", county, "--ledger", str(own))
    said = mopai("load-list", *options, "--period", "2026-05").splitlines()
    assert said
    assert all("; made without a model (scores come from --scores" in line for line in said)
    with pytest.raises(UserError, match=f"{county}: nobody is on file there in 2019-01"):
        mopai("load-list", *options, "--period", "2019-01")


def test_an_export_by_command(tmp_path: Path, ledger: Path) -> None:
    mopai("init")
    assert mopai("export", "--ledger", str(ledger)) == "exported: nothing\nwaiting: nothing\nrefused: nothing\n"
    assert mopai_json("export", "--ledger", str(ledger)) == {"exported": {}, "waiting": {}, "refused": {}}
    with pytest.raises(UserError, match="no ledger there"):
        mopai("export", "--ledger", str(tmp_path / "none"))
