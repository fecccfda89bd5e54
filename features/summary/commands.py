"""``mopai ledger summary``: the county summary of the investigation, written from the ledger or checked."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.cli.console import UserError, home, print_json, progress_bar

if TYPE_CHECKING:
    import polars as pl

    from features.definition import Definition
    from features.summary.check import SentSummary
    from features.summary.count import Summary
    from features.summary.layout import Layout

EXIT_FAULTS = 1


def add_to(ledger_app: typer.Typer) -> None:
    """Add the command to ``mopai ledger``."""
    ledger_app.command(
        "summary", epilog="Example: mopai ledger summary --county 520121 --as-of 2016-07-31 --out summary.xlsx"
    )(summary)


def summary(  # noqa: PLR0913 - each is an option that a person types
    *,
    county: Annotated[str | None, typer.Option(help="One county by township.", show_default="all, by county")] = None,
    every: Annotated[bool, typer.Option("--all", help="All counties of the ledger, one row each.")] = False,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day whose knowledge counts.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the summary to this XLSX file.")] = None,
    check: Annotated[Path | None, typer.Option(help="Check this summary instead of writing one.")] = None,
    layout: Annotated[str, typer.Option(help="Layout: annex3, annex3_health, or a TOML file.")] = "annex3",
    definition: Annotated[
        str, typer.Option("--definition", help="Ledger definition: a name or a folder.")
    ] = "left_behind",
    ledger: Annotated[Path | None, typer.Option(help="Ledger folder.", show_default="MOPAI_HOME/ledger")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")] = False,
) -> None:
    """Write the county summary (Annex 3) from the ledger, or with --check say what is wrong with one that was sent.

    A child with a fact that is not known is counted apart: so the identities of the summary hold and no fact is made
    up. With --check and --as-of the counts are compared with the ledger too. Exit code 1: there are faults.
    """
    from features.definition import load_definition
    from features.summary.layout import load_layout

    wanted = load_layout(layout, definition)
    day = as_of.date() if as_of is not None else None
    folder = ledger or home() / "ledger"
    if check is not None:
        _check(check, wanted, load_definition(definition), folder, day, json=json)
        return
    if day is None or out is None or (county is None) == (not every):
        raise UserError("nothing to do", "give --as-of DATE, --out FILE.xlsx, and either --county CODE or --all")
    _write(wanted, load_definition(definition), folder, day, county, out, json=json)


def _write(
    layout: Layout, definition: Definition, ledger: Path, day: date, county: str | None, out: Path, *, json: bool
) -> None:
    from features.ledger.store import LedgerStore
    from features.summary.count import PLACE, REGISTERED, summarise
    from features.summary.write import write_summary

    with progress_bar("counting", quiet=json) as progress:
        made = summarise(LedgerStore.open(ledger), definition, layout, day, county=county, progress=progress)
    _require_identities(made)
    write_summary(made, out)
    total = made.frame.row(-1, named=True)
    if json:
        said = {"out": str(out), "as_of": day, "simulated": made.simulated, "rows": made.frame.to_dicts()}
        print_json(said)
        return
    typer.echo(f"{made.frame.height - 1} places, {total[REGISTERED]:,} children on file on {day}")
    typer.echo(f"{total['1']:,} counted in columns 1 to {layout.numbers[-1]}; the identities hold in every row")
    if made.left_out:
        typer.echo(f"{made.left_out:,} left out because a fact is not known; see the sheet 'left out' of {out}")
    else:
        typer.echo(f"written: {out} ({made.frame[PLACE].len()} rows)")


def _require_identities(made: Summary) -> None:
    """The counts keep the identities by construction; whether they do is looked at all the same before they leave."""
    for row in made.frame.iter_rows(named=True):
        for first, other in made.layout.equations():
            ours, theirs = (sum(row[str(number)] for number in part) for part in (first, other))
            if ours != theirs:
                raise UserError(f"the layout breaks its own identity {first} = {other}", "correct the layout")


def _check(path: Path, layout: Layout, definition: Definition, ledger: Path, day: date | None, *, json: bool) -> None:
    from features.summary.check import check_summary, read_summary

    sent = read_summary(path, layout)
    ours = [] if day is None else _ours(sent, layout, definition, ledger, day)
    faults = check_summary(sent, layout, ours)
    if json:
        print_json({"file": str(path), "rows": len(sent.rows), "compared": bool(ours), "faults": faults.to_dicts()})
    else:
        _print(sent, faults, compared=bool(ours))
    if not faults.is_empty():
        raise typer.Exit(EXIT_FAULTS)


def _ours(sent: SentSummary, layout: Layout, definition: Definition, ledger: Path, day: date) -> list[Summary]:
    """The ledger's own counts of the counties and townships a summary names."""
    from features.definition.structure import COUNTY_DIGITS
    from features.ledger.store import LedgerStore
    from features.summary.count import summarise

    store = LedgerStore.open(ledger)
    codes = {row.place for row in sent.rows if row.place.isdigit()}
    townships = {code[:COUNTY_DIGITS] for code in codes if len(code) > COUNTY_DIGITS} & set(store.counties())
    found = [summarise(store, definition, layout, day, county=county) for county in sorted(townships)]
    if any(len(code) == COUNTY_DIGITS for code in codes):
        found.append(summarise(store, definition, layout, day))
    return found


def _print(sent: SentSummary, faults: pl.DataFrame, *, compared: bool) -> None:
    against = " and against the ledger" if compared else ""
    typer.echo(f"sheet '{sent.sheet}': {len(sent.rows)} rows checked by the identities{against}")
    for fault in faults.iter_rows(named=True):
        place = f" ({fault['place']})" if fault["place"] else ""
        typer.echo(f"  {fault['cell']}{place}: {fault['rule']}: {fault['seen']}, wanted {fault['wanted']}")
    typer.echo("no faults" if faults.is_empty() else f"{faults.height} faults")
