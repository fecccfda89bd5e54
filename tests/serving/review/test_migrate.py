"""The migrations make exactly the tables the code speaks of, forth and back, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

from features.cli.console import UserError
from serving.review.store.database import Database
from serving.review.store.migrate import current, downgrade, newest, require_newest, upgrade
from serving.review.store.tables import METADATA


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA) == []
    assert current(database) == newest()
    require_newest(database)


def test_every_constraint_of_the_models_stands_in_the_database_by_name(database: Database) -> None:
    found = inspect(database.engine)
    for table in METADATA.tables.values():
        wanted = {str(check.name) for check in table.constraints if isinstance(check, CheckConstraint)}
        assert {check["name"] for check in found.get_check_constraints(table.name)} == wanted, table.name
        assert found.get_pk_constraint(table.name)["name"] == f"pk_{table.name}"
        assert all(key["name"] for key in found.get_foreign_keys(table.name))


def test_down_takes_everything_away_and_up_brings_it_back(database: Database) -> None:
    downgrade(database, "base")
    assert set(inspect(database.engine).get_table_names()) == {"alembic_version"}
    upgrade(database)
    assert set(METADATA.tables) <= set(inspect(database.engine).get_table_names())


def test_a_database_of_another_version_is_refused(database: Database) -> None:
    downgrade(database, "r0002")
    with pytest.raises(UserError, match="r0002") as refused:
        require_newest(database)
    assert "mopai review upgrade" in refused.value.hint


def test_a_database_of_a_later_version_is_not_sent_to_an_upgrade(database: Database) -> None:
    with database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    for asked in (require_newest, upgrade):
        with pytest.raises(UserError, match="r9999, which this version does not know") as refused:
            asked(database)
        assert "newer Mopai" in refused.value.hint


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "review.db").write_text("not a database" * 100)
    with pytest.raises(UserError, match="damaged"):
        require_newest(Database.open(f"sqlite:///{tmp_path / 'review.db'}"))


def test_a_database_never_set_up_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not set up"):
        require_newest(Database.open(f"sqlite:///{tmp_path / 'new.db'}"))


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "anywhere.db"
    path.touch(0o644)
    database = Database.open(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect():
        files = {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()}
    assert files == dict.fromkeys(("anywhere.db", "anywhere.db-wal", "anywhere.db-shm"), "0o600")


def test_a_failed_step_leaves_the_database_as_it_was(database: Database) -> None:
    """A table in the way of the second step: the first is not kept either."""
    downgrade(database, "base")
    with database.writing() as session:
        session.execute(text("CREATE TABLE overrides (id integer)"))
    with pytest.raises(UserError):
        upgrade(database)
    assert current(database) is None
    assert "accounts" not in inspect(database.engine).get_table_names()
