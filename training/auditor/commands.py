"""``mopai audit-folder``: everything an outside auditor needs to check a model, and nothing personal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.card_commands import Contact, Criteria, DefinitionName, Home, Json, Model, On, day


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(name="audit-folder", epilog="Example: mopai audit-folder 3f2a --out for-the-auditor")(audit_folder)


def audit_folder(
    model: Model,
    out: Annotated[Path, typer.Option("--out", help="Folder to write; an earlier one of this kind is replaced.")],
    *,
    criteria: Criteria = "default",
    contact: Contact = "",
    on: On = None,
    definition: DefinitionName = "left_behind",
    home: Home = None,
    json: Json = False,
) -> None:
    """Write card, audit, plan, definition, criteria, approvals, bundle and a checker into one folder for an auditor."""
    from features.cli import console
    from features.definition import load_definition
    from features.definition.loader import DEFINITIONS
    from models.release.gate.criteria import criteria_file, load_criteria
    from training.auditor.write import AuditorRequest, write_auditor_folder
    from training.card_sources import CardRequest

    place = home or console.home()
    card = CardRequest(place, model, load_definition(definition), load_criteria(criteria), day(on), contact)
    folder = Path(definition) if Path(definition).is_dir() else DEFINITIONS / definition
    written = write_auditor_folder(AuditorRequest(card, folder, criteria_file(criteria), out))
    files = sorted(path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file())
    if json:
        console.print_json({"folder": str(written), "files": files})
        return
    typer.echo(f"{written}: {len(files)} files; check them with: python {written / 'verify.py'}")
