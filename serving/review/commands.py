"""``mopai review``: set up, accounts, lists in, facts out, and the pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.cli.console import UserError, print_json
from features.cli.console import home as default_home
from serving.review.load_command import EXAMPLE, DefinitionNamed, load_list
from serving.review.user_commands import DatabaseUrl, Home, Json, open_database, users

if TYPE_CHECKING:
    from features.definition import Definition

review = typer.Typer(no_args_is_help=True, help="The review application: accounts, visit lists, pages.")
review.add_typer(users, name="user")
review.command("load-list", epilog=EXAMPLE)(load_list)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(review, name="review")


@review.command("init", epilog="Example: mopai review init")
def init(*, home: Home = None, database: DatabaseUrl = None, json: Json = False) -> None:
    """Make the review database, or bring it up to date if there is one."""
    _upgrade(home, database, json=json)


@review.command("upgrade", epilog="Example: mopai review upgrade --database postgresql+psycopg://mopai@localhost/mopai")
def upgrade(*, home: Home = None, database: DatabaseUrl = None, json: Json = False) -> None:
    """Bring the review database to the tables of this version."""
    _upgrade(home, database, json=json)


@review.command("export", epilog="Example: mopai review export --ledger ledger")
def export(
    *,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="Ledger folder.", show_default="MOPAI_HOME/ledger")
    ] = None,
    definition: DefinitionNamed = None,
    home: Home = None,
    database: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Bring what people did into the ledger. Run it daily; running it again changes nothing."""
    from datetime import UTC, datetime

    from serving.review.exchange.runs import run_export

    folder = ledger or (home or default_home()) / "ledger"
    report = run_export(
        open_database(home, database),
        folder,
        _definition(folder, definition),
        datetime.now(UTC),
        home or default_home(),
    )
    parts = {"exported": report.exported, "waiting": report.waiting, "refused": report.refused}
    if json:
        print_json({name: dict(counts) for name, counts in parts.items()})
    else:
        for name, counts in parts.items():
            said = ", ".join(f"{table} {count}" for table, count in sorted(counts.items()))
            typer.echo(f"{name}: {said or 'nothing'}")
    if report.refused:
        raise UserError(
            f"{sum(report.refused.values())} rows were not taken by the ledger",
            "bring the ledger's households and children up to date, then export again",
        )


@review.command("serve", epilog="Example: mopai review serve --port 3001")
def serve(  # noqa: PLR0913 - each is an option that a person types
    *,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 3001,
    provider: Annotated[
        Path | None, typer.Option("--provider", help="Settings (TOML) of an OpenID Connect provider to sign in with.")
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="Ledger folder.", show_default="MOPAI_HOME/ledger")
    ] = None,
    scores: Annotated[Path | None, typer.Option("--scores", help="Folder of mopai score, for reasons.")] = None,
    scoring: Annotated[str, typer.Option("--scoring", help="Address of the scoring service.")] = "",
    tracking: Annotated[str, typer.Option("--tracking", help="Address of MLflow's page, for model owners.")] = "",
    definition: DefinitionNamed = None,
    home: Home = None,
    database: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Serve the pages. Ends with Ctrl+C."""
    from serving.review.desk import Folders
    from serving.review.launch import ReviewLaunch, open_desk
    from serving.review.launch import serve as run
    from serving.review.store.database import database_url

    kept = home or default_home()
    _require_definition(definition)
    folders = Folders(kept, ledger or kept / "ledger", scores, definition)
    launch = ReviewLaunch(database_url(kept, database), host, port, provider, folders, scoring, tracking)
    desk = open_desk(launch)
    print_json({"address": launch.address}) if json else typer.echo(f"地址 address: {launch.address}")
    run(launch, desk)


def _upgrade(home: Path | None, database: str | None, *, json: bool) -> None:
    from serving.review.store.migrate import upgrade as bring_up

    revision = bring_up(open_database(home, database, current=False))
    print_json({"revision": revision}) if json else typer.echo(f"review database: revision {revision}")


def _require_definition(name: str | None) -> None:
    """Say at once that a definition is not there; a page would only say that the facts are not at hand."""
    if name is not None:
        from features.definition import load_definition

        load_definition(name)


def _definition(ledger: Path, name: str | None) -> Definition:
    from features.definition import load_definition
    from features.ledger.store import LedgerStore

    return load_definition(name or LedgerStore.open(ledger).definition_name)
