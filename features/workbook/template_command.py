"""``mopai ledger template``: the workbook a township fills in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from features.cli.console import print_json


class TemplateLanguage(StrEnum):
    """Languages of headings and drop-downs."""

    zh = "zh"
    en = "en"
    both = "both"


def add_to(ledger_app: typer.Typer) -> None:
    """Add the command to ``mopai ledger``."""
    ledger_app.command("template", epilog="Example: mopai ledger template --out register.xlsx")(template)


def template(
    *,
    out: Annotated[Path, typer.Option(help="XLSX file to write.")],
    language: Annotated[
        TemplateLanguage, typer.Option(help="Language of headings and drop-downs; both: Chinese drop-downs.")
    ] = TemplateLanguage.both,
    definition: Annotated[
        str, typer.Option("--definition", help="Ledger definition: a name or a folder.")
    ] = "left_behind",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there already.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")
    ] = False,
) -> None:
    """Write an empty workbook to fill in: one row a child, with drop-downs, notes and an example.

    What is filled in is read by 'mopai ledger check' and 'mopai ledger import' without a mapping.
    """
    from features.definition import load_definition
    from features.identity.definition import load_identity
    from features.workbook.template import write_template

    write_template(out, load_definition(definition), load_identity(definition), language.value, overwrite=overwrite)
    if json:
        print_json({"out": str(out), "language": language.value, "definition": definition})
    else:
        typer.echo(f"{out} written; filled in, check it with: mopai ledger check {out} --county CODE")
