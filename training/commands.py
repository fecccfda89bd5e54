"""``mopai train``: learn from a ledger and register a challenger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from training.run import TrainingResult

_EPILOG = "Example: mopai train --ledger .mopai/ledger --plan demo"


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(name="train", epilog=_EPILOG)(train)


def train(
    ledger: Annotated[Path, typer.Option("--ledger", help="Folder of the ledger store.")],
    *,
    plan: Annotated[str, typer.Option("--plan", help="Screening plan: a name that ships, or a file.")] = "default",
    definition: Annotated[
        str, typer.Option("--definition", help="Ledger definition: a name that ships, or a folder.")
    ] = "left_behind",
    home: Annotated[
        Path | None, typer.Option("--home", help="Where models and runs are kept; MOPAI_HOME or ./.mopai if left out.")
    ] = None,
    accept_suspicious: Annotated[
        str, typer.Option("--accept-suspicious", help="Why figures that look too good may stand; recorded.")
    ] = "",
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; all cores if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Train a model, validate it forward in time, and register it as a challenger. It is not promoted."""
    from features.cli import console
    from features.definition import load_definition
    from training.plan_loader import load_plan
    from training.run import train as run

    with console.progress_bar("Training", quiet=as_json) as progress:
        result = run(
            ledger,
            load_plan(plan),
            home or console.home(),
            load_definition(definition),
            progress,
            accept_suspicious=accept_suspicious,
            workers=workers,
        )
    show(result, as_json=as_json)


def _content(result: TrainingResult) -> dict[str, object]:
    from training.report import estimate_rows

    return {
        "model_id": result.model_id,
        "bundle": str(result.bundle),
        "run_id": result.run_id,
        "simulated": result.simulated,
        "windows": result.dates,
        "labels": result.labels,
        "suspicions": [str(one) for one in result.suspicions],
        "estimates": estimate_rows(result.estimates),
    }


def show(result: TrainingResult, *, as_json: bool = False) -> None:
    """Print what a run made on standard output: for people, or as one JSON object."""
    from rich.console import Console

    from features.cli.console import print_json

    if as_json:
        print_json(_content(result))
        return
    console = Console()
    if result.simulated:
        console.print("[bold]Simulated ledger: these figures say nothing about real children.[/bold]")
    console.print(_table(result))
    for window, (first, last) in result.dates.items():
        console.print(f"{window}: as-of dates {first} to {last}", highlight=False)
    for one in result.suspicions:
        console.print(f"[yellow]too good to be true, accepted:[/yellow] {one}", highlight=False)
    console.print(f"Challenger [bold]{result.model_id}[/bold]; next: mopai models promote {result.model_id}")


def _table(result: TrainingResult) -> Table:
    from rich.table import Table

    from training.report import estimate_rows

    table = Table(title="Estimates; precision, recall and lift at k of each as-of date")
    for name in ("estimate", "ranking", "labelled", "base rate", "AUC", "precision", "recall", "lift", "model adds"):
        table.add_column(name, justify="left" if name in ("estimate", "ranking") else "right")
    shown = ("labelled_share", "base_rate", "auc", "precision", "recall", "lift", "gain")
    for row in estimate_rows(result.estimates):
        first = row["ranking"] == "model"
        title = f"{row['estimate']}, {row['window']}".replace("_", " ") if first else ""
        figures = ["-" if row[name] is None else f"{row[name]:.3f}" for name in shown]
        table.add_row(title, str(row["ranking"]).replace("_", " "), *figures, end_section=False)
    return table
