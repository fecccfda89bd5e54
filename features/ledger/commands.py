"""``mopai ledger``: check what a sender sent, import it, show what is held, and map foreign files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.cli.console import UserError, home, print_json, progress_bar
from features.cli.language import LanguageOption, language_of
from features.summary.commands import add_to as add_summary
from features.workbook.commands import WorkbookOptions, take_workbooks
from features.workbook.commands import add_to as add_columns
from features.workbook.names import holds_workbooks
from features.workbook.template_command import add_to as add_template

if TYPE_CHECKING:
    from features.definition import Definition
    from features.ledger.faults import Faults

EXIT_FAULTS = 1
EXIT_PARTLY_IMPORTED = 3

Source = Annotated[
    Path,
    typer.Argument(help="Folder of COUNTY/TABLE.csv or .parquet; with --county, tables or one file; or workbooks."),
]
County = Annotated[str | None, typer.Option(help="County code, six digits, when the source has no county folders.")]
TableName = Annotated[str | None, typer.Option("--table", help="Table of a single file; default: the file's name.")]
DefinitionName = Annotated[str, typer.Option("--definition", help="Ledger definition: a name or a folder.")]
Ledger = Annotated[Path | None, typer.Option(help="Ledger folder.", show_default="MOPAI_HOME/ledger")]
FaultsFile = Annotated[Path | None, typer.Option("--faults", help="Write every fault to this CSV file.")]
Sender = Annotated[str | None, typer.Option(help="Who sent the workbooks: the name its columns were confirmed under.")]
RecordedOn = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Day the form was filled in, for workbooks without a column for it."),
]
Report = Annotated[Path | None, typer.Option(help="Write a marked copy and a page for each workbook to this folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")]

ledger_app = typer.Typer(no_args_is_help=True, help="Check, import and show the ledger of households and visits.")

add_columns(ledger_app)
add_template(ledger_app)
add_summary(ledger_app)


def register(app: typer.Typer) -> None:
    """Add ``mopai ledger`` to the command line."""
    app.add_typer(ledger_app, name="ledger")


@ledger_app.command("check", epilog="Example: mopai ledger check from-county --faults faults.csv")
def check(  # noqa: PLR0913 - each is an option that a person types
    source: Source,
    *,
    county: County = None,
    table: TableName = None,
    definition: DefinitionName = "left_behind",
    ledger: Ledger = None,
    rejects: Annotated[Path | None, typer.Option(help="Write faulty rows to this new folder.")] = None,
    faults: FaultsFile = None,
    sender: Sender = None,
    recorded_on: RecordedOn = None,
    report: Report = None,
    language: LanguageOption = None,
    json: Json = False,
) -> None:
    """Say what is wrong with a sender's files, without importing them.

    Exit code 0: nothing is wrong. 1: there are faults, or the source cannot be read.
    """
    from features.definition import load_definition
    from features.ledger import listing
    from features.ledger.check import check_folder

    if holds_workbooks(source):
        _require_no(faults, table)
        day = recorded_on.date() if recorded_on else None
        options = WorkbookOptions(source, county, sender, definition, ledger, day, report, rejects, language, json)
        raise typer.Exit(0 if take_workbooks(options, imports=False) else EXIT_FAULTS)
    known = load_definition(definition)
    with progress_bar("checking counties", quiet=json) as progress:
        found = check_folder(
            source, known, county=county, table=table,
            ledger=ledger or home() / "ledger", rejects=rejects, progress=progress,
        )  # fmt: skip
    _write_faults(found.faults, known, faults)
    if json:
        print_json(listing.report_json(found))
    else:
        listing.print_report(found, known, language_of(language), faults)
    if not found.good:
        raise typer.Exit(EXIT_FAULTS)


@ledger_app.command("import", epilog="Example: mopai ledger import from-county --rejects to-correct")
def import_(  # noqa: PLR0913 - each is an option that a person types
    source: Source,
    *,
    county: County = None,
    table: TableName = None,
    definition: DefinitionName = "left_behind",
    ledger: Ledger = None,
    rejects: Annotated[
        Path | None, typer.Option(help="New folder for faulty rows.", show_default="the next MOPAI_HOME/rejects/NUMBER")
    ] = None,
    faults: FaultsFile = None,
    sender: Sender = None,
    recorded_on: RecordedOn = None,
    report: Report = None,
    language: LanguageOption = None,
    json: Json = False,
) -> None:
    """Import all good rows that the ledger does not hold yet, in one step.

    Faulty rows go to the rejects folder with the reason; correct them there and import that folder.
    Exit code 0: every row is in the ledger. 3: good rows are, others were rejected or files refused.
    1: nothing was imported.
    """
    from features.definition import load_definition
    from features.ledger import listing
    from features.ledger.importer import import_folder

    if holds_workbooks(source):
        _require_no(faults, table)
        day = recorded_on.date() if recorded_on else None
        options = WorkbookOptions(source, county, sender, definition, ledger, day, report, rejects, language, json)
        codes = {True: 0, None: EXIT_PARTLY_IMPORTED, False: EXIT_FAULTS}
        raise typer.Exit(codes[take_workbooks(options, imports=True)])
    known = load_definition(definition)
    with progress_bar("importing counties", quiet=json) as progress:
        found = import_folder(
            source, ledger or home() / "ledger", known, county=county, table=table,
            rejects=rejects or _next_folder(home() / "rejects"), progress=progress,
        )  # fmt: skip
    _write_faults(found.faults, known, faults)
    if json:
        print_json(listing.report_json(found))
    else:
        listing.print_report(found, known, language_of(language), faults)
        if found.rejects is not None:
            said = listing.CORRECT.text(language_of(language))
            typer.echo(f"{said} mopai ledger import {found.rejects}")
    if not found.faults.is_empty():
        raise typer.Exit(EXIT_PARTLY_IMPORTED if found.total.accepted + found.total.repeated else EXIT_FAULTS)


@ledger_app.command(epilog="Example: mopai ledger show --child c0001 --as-of 2019-06-30")
def show(
    *,
    ledger: Ledger = None,
    child: Annotated[str | None, typer.Option(help="Show the rows of this child and its household.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only what was known on this day.", show_default="all"),
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Compare every file with the manifest first.")] = False,
    json: Json = False,
) -> None:
    """Show the counties a ledger holds, or with --child every row that speaks of one child, with its record number."""
    from features.ledger import listing
    from features.ledger.history import child_history
    from features.ledger.store import LedgerStore
    from features.ledger.store import verify as verify_store

    store = LedgerStore.open(ledger or home() / "ledger")
    if verify:
        verify_store(store)
    if child is not None:
        history = child_history(store, child, as_of.date() if as_of else None)
        if json:
            print_json(
                {"child_id": child, "simulated": store.simulated, "rows": {n: f.to_dicts() for n, f in history.items()}}
            )
        else:
            listing.print_history(history)
    elif json:
        print_json(listing.store_json(store))
    else:
        listing.print_store(store)


@ledger_app.command("map", epilog="Example: mopai ledger map visits.parquet --mapping city.toml --out city-ledger")
def map_(
    source: Annotated[Path, typer.Argument(help="One CSV or Parquet file in the sender's own columns.")],
    *,
    mapping: Annotated[Path, typer.Option(help="TOML file that says how their columns become ours.")],
    out: Annotated[Path, typer.Option(help="New folder for COUNTY/TABLE.parquet, ready to check and import.")],
    definition: DefinitionName = "left_behind",
    json: Json = False,
) -> None:
    """Turn a sender's own file into ledger tables, as a mapping says."""
    from features.definition import load_definition
    from features.ledger.mapping import load_mapping, map_source

    rows = map_source(source, load_mapping(mapping, load_definition(definition)), out)
    if json:
        print_json({"out": str(out), "rows": rows})
    else:
        for table, count in rows.items():
            typer.echo(f"{count:>9,}  {table}")
        typer.echo(f"next: mopai ledger check {out} --definition {definition}")


def _require_no(faults: Path | None, table: str | None) -> None:
    """Options that mean nothing where the source is workbooks."""
    if faults is not None or table is not None:
        raise UserError("--faults and --table are for CSV and Parquet", "use --report FOLDER for workbooks")


def _next_folder(parent: Path) -> Path:
    """The first numbered folder that does not exist."""
    number = 1
    while (parent / f"{number:03d}").exists():
        number += 1
    return parent / f"{number:03d}"


def _write_faults(faults: Faults, definition: Definition, path: Path | None) -> None:
    if path is not None:
        from features.ledger.said import with_words
        from features.workbook.safe_text import write_csv

        write_csv(with_words(faults, definition), path)
