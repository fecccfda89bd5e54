"""Reaching the database: SQLite by default, PostgreSQL for teams, with the same rules for transactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

import serving.review.store.tables  # noqa: F401 - foreign keys need every table known before the first query
from features.cli.console import UserError
from serving.review.settings import settings
from serving.review.store.accesses import take_noted, write_noted

FOLDER = "review"
FILE = "review.db"
_WRITES = "review_writes"
# A server of PostgreSQL may have been started anew since a connection was last used.
_POOL: Mapping[str, Any] = {"pool_pre_ping": True}


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. Reads and writes are separate: a write takes SQLite's lock from its start, a read never."""

    engine: Engine

    @classmethod
    def open(cls, url: str, *, pooled: bool = True) -> Database:
        """Open by URL; nothing is read yet. Without ``pooled``, as a command wants it, no connection stays open.

        Raises:
            UserError: the URL is none, or its driver is not installed.
        """
        try:
            parsed = make_url(url)
            sqlite = parsed.get_backend_name() == "sqlite"
            engine = create_engine(parsed, **(_POOL if pooled else {"poolclass": NullPool}))
        except (ArgumentError, ModuleNotFoundError) as error:
            raise UserError(
                "--database: not a database that can be opened",
                "give sqlite:///FILE, or postgresql+psycopg://USER@HOST/NAME (extra 'postgresql')",
            ) from error
        if sqlite:
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        return cls(engine)

    @property
    def writer(self) -> Engine:
        """The engine whose transactions take the right to write as they begin."""
        return self.engine.execution_options(**{_WRITES: True})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that changes nothing, save that what it read of children is logged before it ends.

        The log is a short write of its own over the same connection, so that readers never wait for each other.
        """
        with self.engine.connect() as connection:
            with Session(connection) as session:
                yield session
                noted = take_noted(session)
            if noted:
                connection.execution_options(**{_WRITES: True})
                with Session(connection) as session, session.begin():
                    write_noted(session, noted)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed whole when the block ends well."""
        with Session(self.writer) as session, session.begin():
            yield session
            write_noted(session, take_noted(session))


def database_url(home: Path, given: str | None) -> str:
    """The URL of the database: as given, or the file in a home."""
    return given or f"sqlite:///{(home / FOLDER / FILE).absolute()}"


@contextmanager
def reachable() -> Iterator[None]:
    """Say in a person's words that the database cannot be reached or has no tables yet."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        raise UserError(
            "the review database cannot be used: not reachable, or not set up",
            "check --database and that its server runs; where there is none yet: mopai review init",
        ) from error
    except DatabaseError as error:
        raise UserError("the review database is damaged, or no database", "restore it from the last copy") from error


def _set_up_sqlite(connection: Any, _: Any) -> None:  # noqa: ANN401 - the driver's own connection
    # Python's sqlite3 would begin transactions by itself, and too late; see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        f"busy_timeout={settings().busy_milliseconds}",
        "synchronous=FULL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A write that began as a read fails at once when another wrote in between; this one waits for its turn instead.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
