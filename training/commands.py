"""``mopai train``: learn from a ledger and register a challenger; the audit of one joins it here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.audit.commands import register as register_audit
from training.auditor.commands import register as register_auditor
from training.card_commands import register as register_card
from training.challenger.commands import register as register_compare
from training.monitor.commands import register as register_monitor
from training.pilot.commands import register as register_pilot
from training.region.commands import register as register_region
from training.retrain.commands import register as register_retrain

if TYPE_CHECKING:
    from rich.table import Table

    from training.evaluation import Estimate
    from training.run import TrainingResult

_EPILOG = "Example: mopai train --plan demo"


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command(name="train", epilog=_EPILOG)(train)
    register_audit(app)
    register_compare(app)
    register_card(app)
    register_auditor(app)
    register_monitor(app)
    register_retrain(app)
    register_region(app)
    register_pilot(app)


def train(
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
            ledger or console.home() / "ledger",
            load_plan(plan),
            home or console.home(),
            load_definition(definition),
            progress,
            accept_suspicious=accept_suspicious,
            workers=workers,
        )
    show(result, as_json=as_json)


def _content(result: TrainingResult) -> dict[str, object]:
    from dataclasses import asdict

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
        "domains": [asdict(one) for one in result.domains],
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
    console.print("Rankings at the same k; no label: the share of the first k where nobody looked")
    for table in list(_tables(result)):
        console.print(table)
    console.print(_domain_table(result))
    for window, (first, last) in result.dates.items():
        console.print(f"{window}: as-of dates {first} to {last}", highlight=False)
    for one in result.suspicions:
        console.print(f"[yellow]too good to be true, accepted:[/yellow] {one}", highlight=False)
    following = f"mopai audit --model {result.model_id}, then mopai models promote {result.model_id}"
    console.print(f"Challenger [bold]{result.model_id}[/bold]; next: {following}", soft_wrap=True)


def _tables(result: TrainingResult) -> Iterator[Table]:
    """One table per estimate, narrow enough for a terminal of 80 columns."""
    from rich.table import Table

    for one in result.estimates:
        table = Table(title=_title(one), title_justify="left", title_style="bold")
        for name in ("ranking", "AUC", "precision", "recall", "lift", "no label", "model adds"):
            table.add_column(name, justify="left" if name == "ranking" else "right", no_wrap=True)
        for ranking in one.rankings:
            at_k = ranking.at_k
            figures = (ranking.auc, at_k.precision, at_k.recall, at_k.lift, at_k.null_share)
            gain = None if ranking is one.rankings[0] else one.gain(ranking.name)
            table.add_row(ranking.name.replace("_", " "), *(_figure(value) for value in (*figures, gain)))
        yield table


def _domain_table(result: TrainingResult) -> Table:
    from rich.table import Table

    table = Table(title="need by support domain, test window", title_justify="left", title_style="bold")
    for name in ("domain", "new needs", "base rate", "AUC", "likely", "of these"):
        table.add_column(name, justify="left" if name == "domain" else "right", no_wrap=True)
    for one in result.domains:
        area = _figure(one.auc) if one.fitted else "too few labels"
        worth = (_figure(one.base_rate), area, _figure(one.likely_share), _figure(one.likely_rate))
        table.add_row(one.domain, f"{one.positives:,}", *worth)
    return table


def _title(one: Estimate) -> str:
    name = f"{one.name}, {one.window} window".replace("_", " ")
    return f"{name}: {_figure(one.labelled_share)} of rows labelled, base rate {_figure(one.base_rate)}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
