"""``mopai retrain``: the monthly command, safe to run again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from training.retrain.run import Retrained

_EPILOG = "Example: mopai retrain --ledger ledger --plan default"


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(name="retrain", epilog=_EPILOG)(retrain)


def retrain(
    *,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="Ledger folder.", show_default="MOPAI_HOME/ledger")
    ] = None,
    plan: Annotated[str, typer.Option("--plan", help="Screening plan: a name that ships, or a file.")] = "default",
    definition: Annotated[
        str, typer.Option("--definition", help="Ledger definition: a name that ships, or a folder.")
    ] = "left_behind",
    home: Annotated[
        Path | None, typer.Option("--home", help="Where models and runs are kept; MOPAI_HOME or ./.mopai if left out.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Make this section of the audit alone (again for more).")
    ] = None,
    accept_suspicious: Annotated[
        str, typer.Option("--accept-suspicious", help="Why figures that look too good may stand; recorded.")
    ] = "",
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; all cores if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Train, audit and compare with the release if data, plan, definition or code changed. Nothing is promoted."""
    from features.cli import console
    from features.definition import load_definition
    from training.plan_loader import load_plan
    from training.retrain.run import RetrainRequest
    from training.retrain.run import retrain as run

    place = home or console.home()
    request = RetrainRequest(
        ledger=ledger or place / "ledger",
        home=place,
        plan=load_plan(plan),
        definition=load_definition(definition),
        only=tuple(only or ()),
        accept_suspicious=accept_suspicious,
        workers=workers,
    )
    with console.progress_bar("Retraining", quiet=as_json) as progress:
        made = run(request, progress)
    show(made, as_json=as_json)


def show(made: Retrained, *, as_json: bool = False) -> None:
    """Print what a retraining did: for people, or as one JSON object."""
    from features.cli.console import print_json

    if as_json:
        print_json(
            {
                "model_id": made.model_id,
                "nothing_new": made.nothing_new,
                "steps": list(made.steps),
                "changed": list(made.changed),
                "released": made.released or None,
            }
        )
        return
    if made.nothing_new:
        typer.echo(f"nothing new: {made.model_id} was made of the same data, plan, definition and code")
        return
    if made.changed:
        typer.echo(f"changed: {', '.join(made.changed)}")
    typer.echo(f"done: {', '.join(made.steps)}; challenger {made.model_id}")
    typer.echo(f"in use: {made.released or 'nothing yet'}; nothing was promoted")
