"""``mopai serve``: the scoring service and the review application, two processes that begin and end together."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from features.cli.console import home as default_home
from features.cli.console import print_json

if TYPE_CHECKING:
    from serving.service.launch import Launch

_EXAMPLE = "Example: mopai serve --scores scores --port 3000 --review-port 3001"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("serve", epilog=_EXAMPLE)(serve)


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    """What the command line says of the review application; see ``mopai review serve``."""

    host: str
    port: int
    ledger: Path | None
    database: str | None
    provider: Path | None
    tracking: str

    @property
    def address(self) -> str:
        """Where the pages answer."""
        return f"http://{self.host}:{self.port}"

    def command(self, launch: Launch, scoring: str) -> list[str]:
        """The command that serves the pages; the database's URL goes by the environment, it may hold a password."""
        given = {
            "--home": launch.home.absolute(), "--ledger": self.ledger, "--scores": launch.scores,
            "--provider": self.provider, "--scoring": scoring, "--tracking": self.tracking,
            "--definition": launch.definition,
        }  # fmt: skip
        options = [str(part) for pair in given.items() if pair[1] for part in pair]
        served = ["review", "serve", "--host", self.host, "--port", str(self.port)]
        return [sys.executable, "-m", "features.cli.app", *served, *options]

    def environment(self) -> dict[str, str]:
        """The environment of the review application."""
        named = {} if self.database is None else {"MOPAI_REVIEW_DATABASE": self.database}
        return {**os.environ, **named}


def serve(  # noqa: PLR0913 - each is an option that a person types
    *,
    scores: Annotated[
        Path | None, typer.Option("--scores", help="Folder of mopai score: for the pages and for village totals.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that answer for scores.")] = 1,
    host: Annotated[str, typer.Option("--host", help="Address the scoring service listens on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the scoring service.")] = 3000,
    review_host: Annotated[
        str, typer.Option("--review-host", help="Address the review application listens on.")
    ] = "127.0.0.1",
    review_port: Annotated[
        int, typer.Option("--review-port", min=1, max=65535, help="Port of the review application.")
    ] = 3001,
    only: Annotated[
        Literal["scoring", "review"] | None, typer.Option("--only", help="Start one of the two processes alone.")
    ] = None,
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder with the releases; default MOPAI_HOME or ./.mopai.")
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="File of key hashes; made with a key if there is none.")
    ] = None,
    definition: Annotated[
        str | None, typer.Option("--definition", help="Ledger definition (name or folder) to answer for.")
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="Ledger folder.", show_default="MOPAI_HOME/ledger")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            "--database", envvar="MOPAI_REVIEW_DATABASE", help="Review database; default review/review.db of the home."
        ),
    ] = None,
    provider: Annotated[
        Path | None, typer.Option("--provider", help="Settings (TOML) of an OpenID Connect provider to sign in with.")
    ] = None,
    tracking: Annotated[str, typer.Option("--tracking", help="Address of MLflow's page, for model owners.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print addresses and key file as one JSON object.")] = False,
) -> None:
    """Serve the pages people work with, and the scores behind them. Both end with Ctrl+C, and neither runs on alone.

    The scoring service has a home of its own: links to releases, checks of regions and monitoring, and nothing of who a
    child is or what is in the review database. Give it a user of its own (--only scoring) where the operating system
    is to hold that border too. Its requests need a key (Authorization: Bearer KEY), which the first start makes.

    The review application's database is made if there is none.
    """
    from serving.processes import serve_both, serve_review, serve_scoring
    from serving.service.launch import Launch

    launch = Launch(home or default_home(), host, port, workers, key_file, scores, definition, ledger)
    review = ReviewOptions(review_host, review_port, ledger, database, provider, tracking)
    say = _json if json else _say
    if only == "scoring":
        serve_scoring(launch, say)
    elif only == "review":
        serve_review(launch, review, say)
    else:
        serve_both(launch, review, say)


def _json(told: dict[str, object]) -> None:
    """Addresses and files for a program; the key itself lies in its file."""
    print_json({name: value for name, value in told.items() if name != "key"})


def _say(told: dict[str, object]) -> None:
    """What a person needs to begin."""
    words = {
        "review": "审核应用 pages",
        "address": "评分服务 scoring service",
        "key": "密钥 API key",
        "owner_key": "密钥文件 key file",
        "accounts": "账号 accounts",
    }
    for name, label in words.items():
        if told.get(name):
            typer.echo(f"{label}: {told[name]}")
