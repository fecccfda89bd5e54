"""``mopai review load-list``: lists from the ledger into the review database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.cli.console import UserError, print_json
from features.cli.console import home as default_home
from serving.review.user_commands import DatabaseUrl, Home, Json, open_database

if TYPE_CHECKING:
    from serving.lists.run import ListRequest
    from serving.review.exchange.load import Sheet

DefinitionNamed = Annotated[
    str | None, typer.Option("--definition", help="Ledger definition (name or folder) if it is not shipped.")
]
EXAMPLE = "Example: mopai review load-list --place 520003 --period 2018-07 --scores scores"


def load_list(  # noqa: PLR0913 - each is an option that a person types
    period: Annotated[str, typer.Option("--period", help="Month of the visits, such as 2018-07.")],
    place: Annotated[
        str, typer.Option("--place", help="Code of a county (a list for each of its townships), township or village.")
    ],
    *,
    scores: Annotated[
        Path | None,
        typer.Option("--scores", help="Folder of scores.", show_default="MOPAI_HOME/scores if there is one"),
    ] = None,
    no_model: Annotated[bool, typer.Option("--no-model", help="Make the lists without machine learning.")] = False,
    visits: Annotated[
        int | None, typer.Option("--visits", min=0, help="Household visits of each list; default: the policy's.")
    ] = None,
    policy: Annotated[Path | None, typer.Option("--policy", help="Policy file instead of the dated ones.")] = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="Ledger folder.", show_default="MOPAI_HOME/ledger")
    ] = None,
    definition: DefinitionNamed = None,
    home: Home = None,
    database: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Put the lists of a place into the review database, drawing and recording those that are not drawn yet.

    Running it again changes nothing. The next month's list brings over what the last one left to do.
    """
    from models.policy.lists.period import Period
    from serving.lists.run import ListRequest
    from serving.review.cases.vault_persons import store_persons
    from serving.review.desk import Folders
    from serving.review.exchange.load import load_sheet

    kept, opened, now = home or default_home(), open_database(home, database), datetime.now(UTC)
    request = ListRequest(
        ledger or kept / "ledger", place, Period.parse(period), kept, _folder(kept, scores, no_model=no_model),
        visits=visits, policy=policy, definition=definition,
    )  # fmt: skip
    sheets = _sheets(request)
    if not sheets:
        raise UserError(
            f"{place}: nobody is on file there in {request.period.name}, so no list was made",
            "see which days the ledger speaks of with: mopai ledger show",
        )
    with opened.writing() as session:
        loaded = {sheet.list_id: load_sheet(session, sheet, now) for sheet in sheets}
        for sheet in sheets:
            store_persons(session, Folders(kept, request.ledger, definition=definition), sheet.places, now)
    if json:
        print_json({"lists": [_content(sheet, new=loaded[sheet.list_id]) for sheet in sheets]})
        return
    for sheet in sheets:
        state = "loaded" if loaded[sheet.list_id] else "there already, unchanged"
        typer.echo(f"{sheet.list_id}: {_listed(sheet)} households, {state}{_without_model(sheet, kept)}")


def _folder(home: Path, scores: Path | None, *, no_model: bool) -> Path | None:
    """The folder of scores: as given, or that of the home; None for a list without machine learning."""
    if no_model and scores is not None:
        raise UserError("--no-model and --scores exclude each other", "leave one of them out")
    usual = home / "scores"
    return None if no_model else scores or (usual if usual.is_dir() else None)


def _without_model(sheet: Sheet, home: Path) -> str:
    """That a list asks no model, which nobody who forgot the scores would see otherwise until the month is drawn."""
    return "" if sheet.model_id else f"; made without a model (scores come from --scores or {home / 'scores'})"


def _sheets(request: ListRequest) -> Sequence[Sheet]:
    from serving.batch.folder import ScoreFolder
    from serving.lists.manifest import write_manifest
    from serving.lists.run import make_lists
    from serving.review.exchange.from_list import sheet_of

    folder = None if request.scores is None else ScoreFolder.open(request.scores)
    made = make_lists(request)
    for one in made:
        write_manifest(one, request.home)
    return [sheet_of(one, folder) for one in made]


def _listed(sheet: Sheet) -> int:
    return sum(place.listed for place in sheet.places)


def _content(sheet: Sheet, *, new: bool) -> dict[str, object]:
    return {
        "list_id": sheet.list_id,
        "place": sheet.region_code,
        "loaded": new,
        "households": _listed(sheet),
        "below_the_cut": len(sheet.places) - _listed(sheet),
        "random_places": sheet.terms.random,
        "overloaded": sheet.terms.overloaded,
    }
