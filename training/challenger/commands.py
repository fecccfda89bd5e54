"""``mopai compare``: what changes when a challenger takes the place of the release."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from training.challenger.compare import Comparison
    from training.stability.resample import Interval

_EPILOG = "Example: mopai compare 3f2a --as-of 2018-06-30 --region 520003"


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(name="compare", epilog=_EPILOG)(compare)


def compare(  # noqa: PLR0913 - each is an option that a person types
    challenger: Annotated[str, typer.Argument(help="A model id, or a beginning that only one has.")],
    as_of: Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day of the list to compare.")],
    *,
    release: Annotated[
        str | None, typer.Option("--release", help="Model to compare with; the one in use if left out.")
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="Ledger folder.", show_default="MOPAI_HOME/ledger")
    ] = None,
    region: Annotated[str, typer.Option("--region", help="Region code or its beginning; empty: all of it.")] = "",
    definition: Annotated[
        str, typer.Option("--definition", help="Ledger definition: a name that ships, or a folder.")
    ] = "left_behind",
    home: Annotated[
        Path | None, typer.Option("--home", help="Where models and runs are kept; MOPAI_HOME or ./.mopai if left out.")
    ] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; all cores if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Compare a challenger with the release: on the test dates both have, and on the list of one day."""
    from features.cli import console
    from features.definition import load_definition
    from training.challenger.compare import CompareRequest
    from training.challenger.compare import compare as run

    kept = home or console.home()
    request = CompareRequest(
        challenger, release, ledger or kept / "ledger", region, as_of.date(), kept, load_definition(definition), workers
    )
    with console.progress_bar("Comparing", quiet=as_json) as progress:
        found = run(request, progress)
    if as_json:
        console.print_json(found.to_json())
    else:
        show(found)


def show(found: Comparison) -> None:
    """Print a comparison for people on standard output."""
    from rich.console import Console

    console = Console()
    if found.simulated:
        console.print("[bold]Simulated ledger: these figures say nothing about real children.[/bold]")
    console.print(_of_windows(found), highlight=False)
    change = found.change
    console.print(
        f"list of {found.as_of}, region {found.region or 'all'}: {change.k:,} of {change.cohort:,} children; "
        f"{change.stays:,} stay ({change.overlap:.1%}), {change.enters:,} enter, {change.enters:,} leave; "
        f"{change.households:,} households stay; rank correlation "
        f"{'not estimable' if change.rank_correlation is None else format(change.rank_correlation, '.3f')}",
        highlight=False,
    )
    console.print(_groups(found))
    console.print(f"who they are (pseudonyms; keep it where the ledger is): {found.moves}", highlight=False)


def _of_windows(found: Comparison) -> str:
    windows = found.windows
    if windows is None:
        return f"same windows: not estimable: {found.no_windows}"
    if not windows.dates:
        return "same windows: not estimable: no test date is shared; the next month's challenger shares some"
    return (
        f"same windows, {len(windows.dates)} dates {windows.dates[0]} to {windows.dates[-1]}, {windows.rows:,} rows: "
        f"precision at k challenger {_interval(windows.challenger)}, release {_interval(windows.release)}, "
        f"difference {_interval(windows.difference)}"
    )


def _interval(one: Interval) -> str:
    if one.value is None:
        return "not estimable"
    if one.lower is None or one.upper is None:
        return f"{one.value:.3f} (interval not estimable)"
    return f"{one.value:.3f} ({one.lower:.3f} to {one.upper:.3f})"


def _groups(found: Comparison) -> Table:
    from rich.table import Table

    table = Table("group", "member", title="Who enters and who leaves", title_justify="left")
    for name in ("cohort", "stays", "enters", "leaves"):
        table.add_column(name, justify="right")
    for group, members in found.change.groups.items():
        for member, moves in members.items():
            counts = (moves.cohort, moves.stays, moves.enters, moves.leaves)
            table.add_row(group, member, *(f"{count:,}" for count in counts))
    return table
