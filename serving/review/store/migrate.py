"""Bringing a database to the tables of this version, with the migrations that come with the package."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from features.cli.console import UserError
from serving.review.store.database import Database, reachable

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> str:
    """Bring a database to a revision, one transaction for all steps. Returns the revision it has then."""
    _let_nobody_else_read(database)
    _refuse_newer(current(database))
    with reachable(), database.writer.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return current(database) or ""


def downgrade(database: Database, revision: str) -> None:
    """Take a database back to a revision; ``base`` takes every table away."""
    with reachable(), database.writer.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def current(database: Database) -> str | None:
    """The revision a database has; None before the first."""
    with reachable(), database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision of this version of the package."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def require_newest(database: Database) -> None:
    """Refuse to work on tables of another version.

    Raises:
        UserError: the database was never set up, or is older or newer than this version.
    """
    have = current(database)
    if have is None:
        raise UserError("the review database is not set up", "set it up with: mopai review init")
    _refuse_newer(have)
    if have != newest():
        raise UserError(
            f"the review database has the tables of revision {have}, this version needs {newest()}",
            "make a copy of it, then run: mopai review upgrade",
        )


def _refuse_newer(have: str | None) -> None:
    """Refuse tables that a later version of this package made: no migration of this one leads away from them."""
    known = {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}
    if have is not None and have not in known:
        raise UserError(
            f"the review database has the tables of revision {have}, which this version does not know",
            "it was made by a newer Mopai: install that version, or restore the copy made before the upgrade",
        )


def _let_nobody_else_read(database: Database) -> None:
    """A file of SQLite is its owner's alone wherever it lies; the files SQLite lays beside it get the same rights."""
    url = database.engine.url
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith((":", "file:")):
        return
    path = Path(url.database)
    # Where it cannot be written, opening it says so.
    with suppress(OSError):
        path.touch(mode=0o600)
        for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            if file.exists():
                file.chmod(0o600)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
