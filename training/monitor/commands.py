"""``mopai monitor``: what has changed since the model was made, and whose scores are suspended for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from training.monitor.run import MonitorRequest

_EPILOG = (
    "Example: mopai monitor --as-of 2026-06-30   and, once the cause is mended: "
    'mopai monitor --lift 520003 --reason "records were sent again" --name "Li Hua"'
)


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(name="monitor", epilog=_EPILOG)(monitor)


def monitor(  # noqa: PLR0913 - each is an option that a person types
    *,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day to speak for: only what was known then counts."),
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="Ledger folder.", show_default="MOPAI_HOME/ledger")
    ] = None,
    region: Annotated[
        str, typer.Option("--region", help="Region code or its beginning; empty: the whole ledger.")
    ] = "",
    scores: Annotated[
        list[Path] | None,
        typer.Option("--scores", help="A folder of scores as it was used (again for more); else scored here."),
    ] = None,
    limits: Annotated[
        Path | None, typer.Option("--limits", help="File of limits to use instead of the product's.")
    ] = None,
    suspending: Annotated[
        bool, typer.Option("--suspend/--no-suspend", help="Whether a hard alarm suspends the scores of its county.")
    ] = True,
    page: Annotated[Path | None, typer.Option("--page", help="Also write the report as a self-contained page.")] = None,
    lift: Annotated[str, typer.Option("--lift", help="Only end the suspension of this county.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why it is lifted; kept for ever.")] = "",
    name: Annotated[str, typer.Option("--name", help="Who lifts it; kept for ever.")] = "",
    definition: Annotated[
        str, typer.Option("--definition", help="Ledger definition: a name that ships, or a folder.")
    ] = "left_behind",
    home: Annotated[
        Path | None, typer.Option("--home", help="Where models and runs are kept; MOPAI_HOME or ./.mopai if left out.")
    ] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; all cores if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Compare a region with what the release was made on; a hard alarm suspends the scores of its county."""
    from features.cli import console
    from features.cli.console import UserError
    from features.definition import load_definition
    from training.monitor.limits import LIMITS, load_limits
    from training.monitor.run import MonitorRequest

    place = home or console.home()
    if lift:
        _lift(place, lift, reason, name, as_json=as_json)
        return
    if as_of is None:
        raise UserError("no day to speak for", "give --as-of, such as --as-of 2026-06-30")
    request = MonitorRequest(
        ledger=ledger or place / "ledger",
        home=place,
        as_of=as_of.date(),
        definition=load_definition(definition),
        limits=load_limits(limits or LIMITS),
        region=region,
        scores=tuple(scores or ()),
        suspending=suspending,
        workers=workers,
    )
    _watch(request, page, as_json=as_json)


def _watch(request: MonitorRequest, page: Path | None, *, as_json: bool) -> None:
    from features.cli.console import print_json, progress_bar
    from training.monitor.names import Words
    from training.monitor.run import monitor as run

    with progress_bar("Counties", quiet=as_json) as progress:
        report = run(request, progress)
    if page is not None:
        from training.monitor.page import monitor_page, write_page

        write_page(page, monitor_page(report, request.definition))
    if as_json:
        print_json(report.content())
        return
    from rich.console import Console

    from training.monitor.terminal import print_report

    print_report(report, Words.of(request.definition), Console())


def _lift(home: Path, county: str, reason: str, name: str, *, as_json: bool) -> None:
    from features.cli.console import print_json
    from training.monitor.suspend import Lift, lift

    ended = lift(home, Lift(county, name, reason))
    if as_json:
        print_json({"lifted": county, "since": ended.since, "reason": reason, "name": name})
    else:
        typer.echo(f"{county}: 评分恢复 scores are used again (suspended since {ended.since})")
