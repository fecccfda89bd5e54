"""Starting the review application as a server."""

from __future__ import annotations

import asyncio
import gc
import socket
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from features.cli.console import UserError
from serving.review.access.provider import Provider
from serving.review.cases.at_hand import counties_at_hand
from serving.review.desk import Desk, Folders
from serving.review.exchange.daily import daily_export
from serving.review.store.database import Database
from serving.review.store.migrate import require_newest
from serving.review.web.app import application


@dataclass(frozen=True, slots=True)
class ReviewLaunch:
    """Where to listen and what to work with; see ``Desk``. ``provider`` is the settings file of a provider."""

    url: str
    host: str
    port: int
    provider: Path | None = None
    folders: Folders = field(default_factory=Folders)
    scoring: str = ""
    tracking: str = ""

    @property
    def address(self) -> str:
        """Where the application answers."""
        return f"http://{self.host}:{self.port}"


def open_desk(launch: ReviewLaunch) -> Desk:
    """The database and the provider, checked before anybody is let in.

    Raises:
        UserError: the database is not set up or of another version, or the provider's settings cannot be read.
    """
    database = Database.open(launch.url)
    require_newest(database)
    provider = None if launch.provider is None else Provider.read(launch.provider)
    return Desk(database, provider, launch.folders, launch.scoring, launch.tracking)


def serve(launch: ReviewLaunch, desk: Desk) -> None:
    """Serve until a signal ends it; then wait for open requests, and close the database.

    Beside it what people did is exported once a day, and the counties of their work are kept at hand.

    Raises:
        UserError: nobody can listen there.
    """
    try:
        listening = socket.create_server((launch.host, launch.port))
    except OSError as error:
        raise UserError(
            f"{launch.address}: cannot be served ({error.strerror})", "give another --port or --host"
        ) from error
    config = uvicorn.Config(
        application(desk), log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=10
    )
    # What is loaded by now stays: no page waits while it is searched for what could be thrown away.
    gc.freeze()
    with listening, daily_export(desk), counties_at_hand(desk):
        asyncio.run(uvicorn.Server(config).serve([listening]))
    desk.database.engine.dispose()
