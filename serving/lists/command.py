"""``mopai list``."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from features.cli.console import UserError, print_json
from features.cli.console import home as default_home

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.policy.lists.assignments import Move
    from serving.lists.run import ListRequest, MadeList

_EXAMPLE = "Example: mopai list --ledger ledger --scores scores --township 520003001 --period 2018-07 --out list.xlsx"
_SUFFIXES = (".xlsx", ".html", ".csv")


def register_list(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("list", epilog=_EXAMPLE)(make_list)


def make_list(  # noqa: PLR0913 - each is an option that a person types
    period: Annotated[str, typer.Option("--period", help="Month of the visits, such as 2026-07.")],
    *,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="Ledger folder.", show_default="MOPAI_HOME/ledger")
    ] = None,
    scores: Annotated[
        Path | None, typer.Option("--scores", help="Folder of scores; without it the list needs no model.")
    ] = None,
    county: Annotated[str | None, typer.Option("--county", help="6 digits: a list for each of its townships.")] = None,
    township: Annotated[str | None, typer.Option("--township", help="9 digits: the pool of a township.")] = None,
    village: Annotated[str | None, typer.Option("--village", help="12 digits: the list of its director.")] = None,
    kind: Annotated[
        Literal["pool", "director"] | None, typer.Option("--kind", help="Default: director for a village, else pool.")
    ] = None,
    capacity: Annotated[
        int | None, typer.Option("--capacity", min=0, help="Household visits; default: the policy's.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day to speak for, if there are no scores."),
    ] = None,
    language: Annotated[Literal["zh", "en"], typer.Option("--language", help="Language of the list.")] = "zh",
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the list to a file: .xlsx, .html or .csv.", dir_okay=False)
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option("--add", help="HOUSEHOLD=REASON: put it on the list by hand.")
    ] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", help="HOUSEHOLD=REASON: take it off by hand.")] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="Day of the move by hand; default: that after --as-of."),
    ] = None,
    revise: Annotated[
        str | None, typer.Option("--revise", help="Draw a list anew that stands already, and log this reason.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show counts alone; record nothing and name nobody.")
    ] = False,
    policy: Annotated[Path | None, typer.Option("--policy", help="Policy file instead of the dated ones.")] = None,
    equal_recall: Annotated[
        Path | None,
        typer.Option("--equal-recall", help="Cut-offs of an audit, for a policy that asks for them."),
    ] = None,
    definition: Annotated[str | None, typer.Option("--definition", help="Ledger definition (name or folder).")] = None,
    home: Annotated[Path | None, typer.Option("--home", help="Home folder; default MOPAI_HOME or ./.mopai.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Draw this month's visits, record the whole frame, then show the list: duties first, then score, then the lot."""
    from models.policy.lists.period import Period
    from serving.lists.run import ListRequest, make_lists

    kept = home or default_home()
    scope = _scope(county, township, village)
    day = None if as_of is None else as_of.date()
    if out is not None and out.suffix.lower() not in _SUFFIXES:
        raise UserError(f"{out}: a list is written as {', '.join(_SUFFIXES)}", "end the name with one of these")
    request = ListRequest(
        ledger=ledger or kept / "ledger",
        scope=scope,
        period=Period.parse(period),
        home=kept,
        scores=scores,
        as_of=day,
        visits=capacity,
        kind=kind or ("director" if village else "pool"),
        policy=policy,
        definition=definition,
        equal_recall=equal_recall,
        moves=_moves(add, remove, on.date() if on else None),
        revise=revise,
        preview=preview,
    )
    _show(make_lists(request), request, language, out, json=json)


def _scope(county: str | None, township: str | None, village: str | None) -> str:
    given = [code for code in (county, township, village) if code is not None]
    if len(given) != 1:
        raise UserError("which place is the list for?", "give one of --county, --township and --village")
    digits = {6: county, 9: township, 12: village}
    if digits.get(len(given[0])) is None:
        raise UserError(f"place '{given[0]}'", "a county has 6 digits, a township 9, a village 12")
    return given[0]


def _moves(add: Sequence[str] | None, remove: Sequence[str] | None, on: date | None) -> tuple[Move, ...]:
    return tuple([_move(text, "add", on) for text in add or ()] + [_move(text, "remove", on) for text in remove or ()])


def _move(text: str, direction: Literal["add", "remove"], on: date | None) -> Move:
    from models.policy.lists.assignments import Move

    household, equals, reason = text.rpartition("=")
    if not equals or not household or not reason:
        raise UserError(f"--{direction} '{text}'", "wanted HOUSEHOLD=REASON, such as H0001=away")
    return Move(household, direction, reason, on)


def _show(
    made: Sequence[MadeList], request: ListRequest, language: Literal["zh", "en"], out: Path | None, *, json: bool
) -> None:
    from serving.lists.manifest import list_manifest, write_manifest
    from serving.lists.view import view_of

    kept = [write_manifest(one, request.home) for one in made if one.standing is not None]
    views = [view_of(one, language) for one in made]
    files = [] if out is None else _write(made, out, language)
    if json:
        lists = [list_manifest(one) | {"visits": [dict(row.cells) | {"kind": row.kind} for row in view.rows]}
                 for one, view in zip(made, views, strict=True)]  # fmt: skip
        print_json({"lists": lists, "files": [str(path) for path in files], "kept": [str(path) for path in kept]})
        return
    from rich.console import Console

    from serving.lists.terminal import print_list

    for view in views:
        print_list(view, Console())
    for path in files:
        typer.echo(str(path))


def _write(made: Sequence[MadeList], out: Path, language: Literal["zh", "en"]) -> list[Path]:
    """Write the lists: a page holds all of them, a workbook or CSV file one each, named by its place."""
    from serving.lists.page import render_lists
    from serving.lists.sheet import write_table, write_workbook
    from serving.lists.view import view_of

    if any(one.standing is None for one in made):
        raise UserError("a preview is not written to a file", "leave --preview or --out out")
    views = [view_of(one, language) for one in made]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix.lower() == ".html":
            out.write_text(render_lists(views), encoding="utf-8")
            return [out]
        paths = [out] if len(made) == 1 else [out.with_stem(f"{out.stem}-{one.pool.scope}") for one in made]
        for path, one, view in zip(paths, made, views, strict=True):
            if path.suffix.lower() == ".csv":
                write_table(view, path)
            else:
                write_workbook(view, path, one.pool.as_of)
    except OSError as error:
        raise UserError(
            f"{out}: cannot be written ({error.strerror})", "give --out a file that may be written"
        ) from error
    return paths
