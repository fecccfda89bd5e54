"""``mopai region``: is the release fit for a region, who answers for it if not, and how far the work has come."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from training.region.check import Checked

Ledger = Annotated[Path | None, typer.Option("--ledger", help="Ledger folder.", show_default="MOPAI_HOME/ledger")]
Home = Annotated[
    Path | None, typer.Option("--home", help="Where models and runs are kept; MOPAI_HOME or ./.mopai if left out.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
AsOf = Annotated[
    datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day to speak for: only what was known then counts.")
]
DefinitionName = Annotated[str, typer.Option("--definition", help="Ledger definition: a name that ships, or a folder.")]

_CHECK = "Example: mopai region check --region 520126 --as-of 2026-06-30 --out report"
_ACCEPT = 'Example: mopai region accept --county 520126 --name "Li Hua" --reason "the missing columns come in July"'
_STATUS = "Example: mopai region status --region 52 --scores scores --plan counties.csv --out status.html"


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    region = typer.Typer(no_args_is_help=True, help="Is the model fit for a region, and how far is the work there?")
    region.command(epilog=_CHECK)(check)
    region.command(epilog=_ACCEPT)(accept)
    region.command(epilog=_STATUS)(status)
    app.add_typer(region, name="region")


def check(  # noqa: PLR0913 - each is an option that a person types
    as_of: AsOf,
    *,
    region: Annotated[
        str, typer.Option("--region", help="Region code or its beginning; empty: the whole ledger.")
    ] = "",
    ledger: Ledger = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for a report per county, HTML and JSON.")] = None,
    criteria: Annotated[
        Path | None, typer.Option("--criteria", help="File of criteria to use instead of the product's.")
    ] = None,
    definition: DefinitionName = "left_behind",
    home: Home = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; all cores if left out.")] = None,
    as_json: Json = False,
) -> None:
    """Check, before any list, whether the release in use is fit for the counties of a region."""
    from features.cli import console
    from features.definition import load_definition
    from training.region.check import CheckRequest, check_region
    from training.region.criteria import CRITERIA

    place = home or console.home()
    request = CheckRequest(
        ledger=ledger or place / "ledger",
        home=place,
        region=region,
        as_of=as_of.date(),
        definition=load_definition(definition),
        out=out,
        criteria=criteria or CRITERIA,
        workers=workers,
    )
    with console.progress_bar("Counties", quiet=as_json) as progress:
        done = check_region(request, progress)
    if as_json:
        console.print_json({"counties": [_checked_json(one) for one in done]})
        return
    for one in done:
        _show(one)


def accept(
    *,
    county: Annotated[str, typer.Option("--county", help="Code of the county that the release does not fit.")],
    name: Annotated[str, typer.Option("--name", help="Who answers for it; registered with: mopai models key.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is scored all the same; kept for ever.")],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Let a county be scored although the release does not fit it, by name and with a reason."""
    from features.cli import console
    from training.region.accept import Accept
    from training.region.accept import accept as run

    verdict = run(home or console.home(), Accept(county, name, reason))
    if as_json:
        console.print_json(verdict.to_json())
    else:
        typer.echo(f"{county}: 责任已登记，可以评分 accepted, its children are scored")


def status(
    *,
    region: Annotated[str, typer.Option("--region", help="Region code or its beginning; empty: everything.")] = "",
    ledger: Ledger = None,
    scores: Annotated[list[Path] | None, typer.Option("--scores", help="A folder of scores (again for more).")] = None,
    plan: Annotated[
        Path | None,
        typer.Option("--plan", help="CSV of the counties to investigate: county and, if known, children."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Also write the status as a self-contained page.")] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """How far each county is: investigated, imported, checked, scored, listed, visited; rolled up to the country."""
    from features.cli import console
    from models.release.region_status import StatusRequest, region_status
    from training.region.plan import read_plan
    from training.region.status_report import print_status, write_status

    place = home or console.home()
    request = StatusRequest(
        ledger or place / "ledger", place, region, tuple(scores or ()), read_plan(plan) if plan else {}
    )
    found = region_status(request)
    if out is not None:
        write_status(out, found)
    if as_json:
        console.print_json(found.content())
        return
    print_status(found)
    if out is not None:
        typer.echo(str(out))


def _checked_json(one: Checked) -> dict[str, object]:
    look = one.judged.look
    return one.verdict.to_json() | {
        "outside_share": look.outside_share,
        "inputs_changed": one.judged.changed,
        "inputs_tested": one.judged.tested,
        "page": None if one.page is None else str(one.page),
    }


_NOT_SCORED = """\
  不评分，只按应办走访和抽签排序；抽样走访后可知模型在本县准不准：
  nobody is scored, the order is by visits due and by lot; what a sample of visits tells of the model here:"""


def _show(one: Checked) -> None:
    from training.region.verdict import FIT_WORDS

    fit, look = FIT_WORDS[one.verdict.fit], one.judged.look
    typer.echo(f"{look.county}: {fit.zh} {fit.en}   ({look.children:,} 儿童 children)")
    for reason in one.verdict.reasons:
        typer.echo(f"  - {reason.words.zh}\n    {reason.words.en}")
    if one.verdict.accepted is not None:
        typer.echo(f"  已由责任人接受 accepted by {one.verdict.accepted.name}: {one.verdict.accepted.reason}")
    if one.verdict.fit == "not_fit" and one.verdict.accepted is None:
        typer.echo(f"{_NOT_SCORED}\n  mopai pilot draw --region {look.county} --as-of {look.as_of} --out pilot")
    if one.page is not None:
        typer.echo(f"  {one.page}")
