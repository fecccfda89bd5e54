"""``mopai card``: the whole card of a model, as it stands on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

Model = Annotated[str, typer.Argument(metavar="MODEL_ID", help="A model id, or a beginning that only one has.")]
Criteria = Annotated[str, typer.Option("--criteria", help="Criteria it is held against: a name that ships, or a file.")]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day it speaks for; today if left out.")
]
Contact = Annotated[str, typer.Option("--contact", help="Whom to ask about the model.")]
DefinitionName = Annotated[str, typer.Option("--definition", help="Ledger definition: a name that ships, or a folder.")]
Home = Annotated[
    Path | None, typer.Option("--home", help="Where models and runs are kept; MOPAI_HOME or ./.mopai if left out.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(name="card", epilog="Example: mopai card 3f2a --out card.md --contact 'Model office, 0851-...'")(card)


def card(
    model: Model,
    out: Annotated[Path, typer.Option("--out", help="File to write, Markdown with YAML front matter.")],
    *,
    criteria: Criteria = "default",
    contact: Contact = "",
    on: On = None,
    definition: DefinitionName = "left_behind",
    home: Home = None,
    json: Json = False,
) -> None:
    """Write the card of a model: purpose, what it is not for, windows, figures with intervals, groups, approvals."""
    from features.cli import console
    from features.definition import load_definition
    from models.release.files import write_file
    from models.release.gate.criteria import load_criteria
    from training.card_sources import CardRequest, card_sources
    from training.full_card import full_card

    place, rule = home or console.home(), load_criteria(criteria)
    request = CardRequest(place, model, load_definition(definition), rule, day(on), contact)
    sources = card_sources(request)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_file(out, full_card(sources).encode())
    out.chmod(0o644)
    if json:
        met = not sources.verdict.failed
        console.print_json({"model_id": sources.verdict.model_id, "card": str(out), "criteria_met": met})
        return
    typer.echo(str(out))


def day(on: datetime | None) -> date:
    """The day named, or today."""
    return (on or datetime.now(UTC)).date()
