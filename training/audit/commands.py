"""``mopai audit``: what a person should know of a model before it is promoted, as one page and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from training.audit.run import Audit

_EPILOG = "Example: mopai audit --model 3f2a"


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(name="audit", epilog=_EPILOG)(audit)


def audit(
    *,
    model: Annotated[str, typer.Option("--model", help="A model id, or a beginning that only one has.")],
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", help="The ledger it was trained on.", show_default="MOPAI_HOME/ledger"),
    ] = None,
    home: Annotated[
        Path | None, typer.Option("--home", help="Where models and runs are kept; MOPAI_HOME or ./.mopai if left out.")
    ] = None,
    definition: Annotated[
        str, typer.Option("--definition", help="Ledger definition: a name that ships, or a folder.")
    ] = "left_behind",
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Make this section alone (again for more); kept apart from the whole audit."),
    ] = None,
    stands: Annotated[
        bool, typer.Option("--stands", help="With --only: let the part stand as the audit that promotion reads.")
    ] = False,
    mlflow: Annotated[bool, typer.Option("--mlflow/--no-mlflow", help="Log the audit to the model's run.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures and findings as JSON.")] = False,
) -> None:
    """Audit a model: what it adds and for whom, at the list's length, written as audit.html and audit.json."""
    from features.cli import console
    from features.definition import load_definition
    from models.release.current import ReleaseStore
    from training.audit.run import AuditRequest, run_audit

    place = home or console.home()
    request = AuditRequest(
        ledger=ledger or console.home() / "ledger",
        home=place,
        model_id=ReleaseStore(place).resolve(model),
        definition=load_definition(definition),
        only=tuple(only or ()),
        stands=stands,
        track=mlflow,
    )
    with console.progress_bar("Audit", quiet=as_json) as progress:
        made = run_audit(request, progress)
    show(made, as_json=as_json)


def show(made: Audit, *, as_json: bool = False) -> None:
    """Print what an audit found on standard output: for people, or as one JSON object."""
    from rich.console import Console

    from features.cli.console import print_json

    report = made.report
    if as_json:
        print_json(
            {
                "model_id": report.model_id,
                "simulated": report.simulated,
                "page": str(made.page),
                "data": str(made.data),
                "run_id": made.run_id,
                "figures": report.figures,
                "findings": {one.key: [finding.en for finding in one.findings] for one in report.sections},
            }
        )
        return
    console = Console()
    if report.simulated:
        console.print("[bold]Simulated ledger: these figures say nothing about real children.[/bold]")
    for section in report.sections:
        console.print(f"[bold]{section.title.en}[/bold]")
        for finding in section.findings:
            console.print(f"  {finding.en}", highlight=False, markup=False)
    console.print(f"Page {made.page}\nData {made.data}", highlight=False, markup=False)
    console.print(f"MLflow run {made.run_id}" if made.run_id else "Not logged to MLflow", highlight=False)
