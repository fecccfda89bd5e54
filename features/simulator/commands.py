"""The command ``mopai simulate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLE = "Example: mopai simulate --children 30000 --counties 6 --seed 1 --out simulated"


def register(app: typer.Typer) -> None:
    """Add ``simulate`` to the command line."""
    app.command("simulate", epilog=EXAMPLE)(simulate_command)


def simulate_command(  # noqa: PLR0913, PLR0917 - a command's options are its arguments
    out: Annotated[Path, typer.Option(help="Folder to write to: new or empty.")],
    children: Annotated[int, typer.Option(help="Children in the whole province.")] = 30_000,
    counties: Annotated[int, typer.Option(help="Counties of the province.")] = 6,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    months: Annotated[int, typer.Option(help="Months to simulate.")] = 30,
    scenario: Annotated[str, typer.Option(help="Which world, e.g. default, no-signal, policy-break.")] = "default",
    end: Annotated[str, typer.Option(help="A day of the last month, as YYYY-MM-DD.")] = "2026-06-30",
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 takes one per core.")] = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a simulation already in --out.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Simulate a province of households, visits and findings (not real people) to try the product on.

    True need is written apart, to OUT/truth, where no other command reads it.
    """
    from features.cli.console import print_json, progress_bar
    from features.simulator.plan import SimulationPlan, parse_day
    from features.simulator.run import simulate

    plan = SimulationPlan(children, counties, seed, months, scenario, parse_day(end))
    with progress_bar("模拟 simulating", quiet=json) as progress:
        summary = simulate(plan, out, progress, workers=workers or None, overwrite=overwrite)
    if json:
        print_json(summary.to_json())
        return
    typer.echo("这是模拟数据，不涉及任何真实儿童。 These data are simulated: no real child is in them.")
    typer.echo(f"{out}: {plan.children} children, {len(summary.counties)} counties, {plan.start} .. {plan.last_day}")
    for table, rows in summary.rows.items():
        typer.echo(f"  {table:12} {rows:>12,}")
