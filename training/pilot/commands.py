"""``mopai pilot``: visits drawn at random in a county, what they found, and the calibration they carry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.region.commands import AsOf, DefinitionName, Home, Json, Ledger

County = Annotated[str, typer.Option("--region", help="Code of the county.")]

_DRAW = "Example: mopai pilot draw --region 520126 --as-of 2026-06-30 --half-width 0.05 --out pilot"
_EVALUATE = "Example: mopai pilot evaluate --region 520126 --as-of 2026-10-31 --out report"
_ADOPT = 'Example: mopai pilot adopt --region 520126 --name "Li Hua"'


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    pilot = typer.Typer(
        no_args_is_help=True, help="A random sample of visits in a county, and what it says of chances."
    )
    pilot.command(epilog=_DRAW)(draw)
    pilot.command(epilog=_EVALUATE)(evaluate)
    pilot.command(epilog=_ADOPT)(adopt)
    app.add_typer(pilot, name="pilot")


def draw(  # noqa: PLR0913 - each is an option that a person types
    region: County,
    as_of: AsOf,
    out: Annotated[Path, typer.Option("--out", help="Folder for the assignments to import and the visit lists.")],
    *,
    half_width: Annotated[
        float, typer.Option("--half-width", help="Half of the interval wanted for the share with a new need.")
    ] = 0.05,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the lot; another one draws another pilot.")] = 1,
    ledger: Ledger = None,
    definition: DefinitionName = "left_behind",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Draw visits by lot among the households without a duty; those with one are visited anyway."""
    from features.cli import console
    from features.definition import load_definition
    from training.pilot.draw import DrawRequest, draw_pilot

    place = home or console.home()
    request = DrawRequest(
        ledger or place / "ledger", place, region, as_of.date(), half_width, out, load_definition(definition), seed
    )
    made = draw_pilot(request)
    size = made.size
    if as_json:
        console.print_json(
            {
                "list_id": made.list_id,
                "households": size.households,
                "frame": size.frame,
                "duties": made.duties,
                "children_needed": size.needed,
                "design_effect": size.design_effect,
                "prevalence": size.prevalence,
                "half_width": size.half_width,
                "half_width_log_odds": size.half_width_log_odds,
                "assignments": str(made.folder),
                "workbook": str(made.workbook),
                "csv": str(made.csv),
            }
        )
        return
    typer.echo(f"{made.list_id}: 抽签 by lot {size.households:,} / {size.frame:,}   应办 due {made.duties:,}")
    typer.echo(
        f"需见到 children to see {size.needed:,}   设计效应 design effect {size.design_effect:.2f}   "
        f"截距 intercept ±{size.half_width_log_odds:.2f}"
    )
    typer.echo(f"{made.workbook}\n{made.csv}")
    typer.echo(f"下一步 next: mopai ledger import {made.folder}")


def evaluate(  # noqa: PLR0913 - each is an option that a person types
    region: County,
    as_of: AsOf,
    *,
    list_id: Annotated[str, typer.Option("--list", help="The pilot's list; the newest if left out.")] = "",
    ledger: Ledger = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the report, HTML and JSON.")] = None,
    plan: Annotated[
        str, typer.Option("--plan", help="Screening plan: its label rule says what a need is.")
    ] = "default",
    definition: DefinitionName = "left_behind",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Recalibrate on the outcomes of a pilot and show chances before and after; nothing is adopted."""
    from features.cli import console
    from features.definition import load_definition
    from training.pilot.evaluate import EvaluateRequest, evaluate_pilot
    from training.pilot.sections import pilot_report, result_words
    from training.plan_loader import load_plan
    from training.region.page import write_report

    place = home or console.home()
    request = EvaluateRequest(
        ledger or place / "ledger", place, region, as_of.date(), load_definition(definition), load_plan(plan), list_id
    )
    found = evaluate_pilot(request)
    page = None if out is None else write_report(out, pilot_report(found))[0]
    if as_json:
        console.print_json(found.kept() | {"counts": dict(found.counts), "page": None if page is None else str(page)})
        return
    for words in result_words(found):
        typer.echo(f"{words.zh}\n{words.en}")
    if page is not None:
        typer.echo(str(page))


def adopt(
    region: County,
    name: Annotated[str, typer.Option("--name", help="Who adopts it; registered with: mopai models key.")],
    *,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Let the county's chances come from its pilot, until the release changes. Order and score stay as they are."""
    from features.cli import console
    from training.pilot.adopt import adopt_pilot

    kept = adopt_pilot(home or console.home(), region, name)
    if as_json:
        console.print_json(kept.to_json())
    else:
        curve = kept.calibration
        typer.echo(f"{region}: 本地校准已启用 own calibration in use (slope {curve.slope:.3f}, {curve.intercept:+.3f})")
