"""``mopai review user``: accounts from the command line of the machine that holds the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.cli.console import UserError, print_json
from features.cli.console import home as default_home

if TYPE_CHECKING:
    from serving.review.store.database import Database


class RoleName(StrEnum):
    """The roles as typed on the command line; a test holds them equal to those of the database."""

    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    MODEL_OWNER = "model_owner"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder that holds everything a run writes; default MOPAI_HOME or ./.mopai."),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database",
        envvar="MOPAI_REVIEW_DATABASE",
        help="Database URL; default the SQLite file review/review.db of the home. postgresql+psycopg:// for teams.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Name = Annotated[str, typer.Argument(help="Name of the account.")]

users = typer.Typer(no_args_is_help=True, help="Accounts of the review application.")


def open_database(home: Path | None, url: str | None, *, current: bool = True) -> Database:
    """The review database; with ``current`` one whose tables are of this version.

    Raises:
        UserError: it cannot be opened, or its tables are of another version.
    """
    from serving.review.store.database import FOLDER, Database, database_url
    from serving.review.store.migrate import require_newest

    kept = home or default_home()
    if url is None:
        try:
            (kept / FOLDER).mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise UserError(f"{kept}: cannot be written ({error.strerror})", "give another --home") from error
    database = Database.open(database_url(kept, url), pooled=False)
    if current:
        require_newest(database)
    return database


@users.command(
    "add", epilog="Example: mopai review user add wang --person 王小明 --role caseworker --region 520101001001"
)
def add(  # noqa: PLR0913 - each is an option that a person types
    name: Name,
    *,
    role: Annotated[RoleName, typer.Option("--role", help="What the account is for.")],
    region: Annotated[
        list[str] | None,
        typer.Option("--region", help="Village, township or county code, or 'all'; needed, may be repeated."),
    ] = None,
    person: Annotated[
        str, typer.Option("--person", help="Name of the person as pages show it; default the name.")
    ] = "",
    email: Annotated[str | None, typer.Option("--email", help="Address by which a provider knows the person.")] = None,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Only a provider of identities lets the person in.")
    ] = False,
    home: Home = None,
    database: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Make an account; its first password is printed once and must be changed at the first sign-in."""
    from serving.review.access.accounts import OPERATOR, NewAccount, add_account, first_password
    from serving.review.store.accounts import Role

    regions = tuple("" if code == "all" else code for code in region or ())
    password = None if no_password else first_password()
    with open_database(home, database).writing() as session:
        new = NewAccount(name, person or name, Role(role.value), regions, email)
        add_account(session, OPERATOR, new, password, datetime.now(UTC))
    _show(name, password, json=json)


@users.command("password", epilog="Example: mopai review user password wang")
def password(name: Name, *, home: Home = None, database: DatabaseUrl = None, json: Json = False) -> None:
    """Give an account a new first password; its sessions end."""
    from serving.review.access.accounts import OPERATOR, first_password, set_password

    made = first_password()
    with _found(name), open_database(home, database).writing() as session:
        locked = set_password(session, OPERATOR, name, made, datetime.now(UTC)).locked_at is not None
    _show(name, made, json=json)
    if locked and not json:
        typer.echo(f"  the account is locked: nobody gets in before: mopai review user lock {name} --undo")


@users.command("lock", epilog="Example: mopai review user lock wang; mopai review user lock wang --undo")
def lock(
    name: Name,
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Open the account again.")] = False,
    home: Home = None,
    database: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Lock an account, which ends its sessions; with --undo open it again."""
    from serving.review.access.accounts import OPERATOR, set_locked

    with _found(name), open_database(home, database).writing() as session:
        set_locked(session, OPERATOR, name, datetime.now(UTC), locked=not undo)
    state = "active" if undo else "locked"
    print_json({"name": name, "state": state}) if json else typer.echo(f"{name}: {state}")


@users.command("list", epilog="Example: mopai review user list --json")
def show(*, home: Home = None, database: DatabaseUrl = None, json: Json = False) -> None:
    """Show every account with its role and regions."""
    from serving.review.access.accounts import OPERATOR, accounts_of

    with open_database(home, database).reading() as session:
        found = [
            {
                "name": one.name,
                "role": one.role.value,
                "regions": [region.region_code or "all" for region in one.regions],
                "state": "locked" if one.locked_at else "active",
            }
            for one in accounts_of(session, OPERATOR)
        ]
    if json:
        print_json({"accounts": found})
        return
    for one in found:
        typer.echo(f"{one['name']}  {one['role']}  {' '.join(one['regions'])}  {one['state']}")
    if not found:
        typer.echo("no account yet; make one with: mopai review user add")


def _show(name: str, made: str | None, *, json: bool) -> None:
    if json:
        print_json({"name": name, "first_password": made})
    elif made is None:
        typer.echo(f"账号 account: {name}")
    else:
        typer.echo(
            f"账号 account: {name}\n首个密码 first password: {made}\n"
            "  shown once; it must be changed at the first sign-in"
        )


@contextmanager
def _found(name: str) -> Iterator[None]:
    """Say of an account that is not there that it is not."""
    from serving.review.access.viewer import NotFoundError

    try:
        yield
    except NotFoundError as error:
        raise UserError(f"no account '{name}'", "see them with: mopai review user list") from error
