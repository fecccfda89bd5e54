"""``mopai ledger summary``: the county summary of the investigation, written from the ledger or checked."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.cli.console import UserError, home, print_json, progress_bar
from features.cli.language import LanguageOption, language_of

if TYPE_CHECKING:
    import polars as pl

    from features.definition import Definition, Language
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
    language: LanguageOption = None,
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
    speaking = language_of(language)
    folder = ledger or home() / "ledger"
    if check is not None:
        _check(check, wanted, load_definition(definition), folder, day, None if json else speaking)
        return
    if day is None or out is None or (county is None) == (not every):
        raise UserError("nothing to do", "give --as-of DATE, --out FILE.xlsx, and either --county CODE or --all")
    _write(wanted, load_definition(definition), folder, day, county, out=out, language=None if json else speaking)


def _write(
    layout: Layout,
    definition: Definition,
    ledger: Path,
    day: date,
    county: str | None,
    *,
    out: Path,
    language: Language | None,
) -> None:
    from features.ledger.store import LedgerStore
    from features.summary import words
    from features.summary.count import REGISTERED, require_identities, summarise
    from features.summary.write import write_summary

    with progress_bar("counting", quiet=language is None) as progress:
        made = summarise(LedgerStore.open(ledger), definition, layout, day, county=county, progress=progress)
    require_identities(made)
    write_summary(made, out)
    if language is None:
        print_json({"out": str(out), "as_of": day, "simulated": made.simulated, "rows": made.frame.to_dicts()})
        return
    total = made.frame.row(-1, named=True)
    children = f"{total[REGISTERED]:,}"
    typer.echo(words.PLACES.text(language).format(places=made.frame.height - 1, children=children, day=day))
    typer.echo(words.COUNTED.text(language).format(counted=f"{total['1']:,}", last=layout.numbers[-1]))
    if made.left_out:
        typer.echo(words.LEFT_OUT.text(language).format(left_out=f"{made.left_out:,}"))
    typer.echo(words.WRITTEN.text(language).format(path=out))


def _check(
    path: Path, layout: Layout, definition: Definition, ledger: Path, day: date | None, language: Language | None
) -> None:
    from features.summary.check import check_summary, read_summary

    sent = read_summary(path, layout)
    ours = [] if day is None else _ours(sent, layout, definition, ledger, day)
    faults = check_summary(sent, layout, ours)
    if language is None:
        print_json({"file": str(path), "rows": len(sent.rows), "compared": bool(ours), "faults": faults.to_dicts()})
    else:
        _print(sent, faults, language, compared=bool(ours))
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


def _print(sent: SentSummary, faults: pl.DataFrame, language: Language, *, compared: bool) -> None:
    from features.summary import words

    against = words.AGAINST.text(language) if compared else ""
    checked = words.CHECKED.text(language)
    typer.echo(checked.format(sheet=sent.sheet, rows=len(sent.rows), against=against))
    for fault in faults.iter_rows(named=True):
        place = f" ({fault['place']})" if fault["place"] else ""
        said = words.FAULTS[fault["rule"]].text(language).format(seen=fault["seen"], wanted=fault["wanted"])
        typer.echo(f"  {fault['cell']}{place}: {said}")
    ending = words.NO_FAULTS if faults.is_empty() else words.FAULTS_FOUND
    typer.echo(ending.text(language).format(count=faults.height))
