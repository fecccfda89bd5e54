"""``mopai receive``: from what a newly investigated county sent to its ranked list, by the commands people run."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from features.cli.console import HOME_VARIABLE, UserError, home
from features.definition import Label
from features.workbook.names import holds_workbooks

# Rows or counties are missing from the result; the command itself said which.
_PARTLY = 3
_SHOWN = 8

_TITLES: Mapping[str, Label] = {
    "import": Label(
        "导入：逐行检查，合格入账，其余退回", "Import: every row is checked, good ones go in, the rest come back"
    ),
    "check": Label("检查模型是否适合该县", "Check whether the release is fit for the county"),
    "score": Label("排序：应办走访在前，附理由", "Rank: visits due first, with reasons"),
}


def register_receive(app: typer.Typer) -> None:
    """Add ``mopai receive`` to the command line."""
    app.command("receive", epilog="Example: mopai receive baiyun.xlsx --county 520113 --sender baiyun --out baiyun")(
        receive
    )


def receive(
    source: Annotated[Path, typer.Argument(help="A workbook, a folder of workbooks, or ledger tables of the county.")],
    *,
    county: Annotated[str, typer.Option(help="County code, six digits.")],
    out: Annotated[Path, typer.Option(help="New folder for the report, the rows to correct, the scores and the page.")],
    sender: Annotated[str | None, typer.Option(help="Name the sender's columns were confirmed under.")] = None,
    recorded_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day the forms were filled in, if they do not say it.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day the list speaks for.", show_default="the day of the forms"),
    ] = None,
) -> None:
    """Take a county in: import what it sent, check whether the model is fit for it, and rank its children.

    Runs ``mopai ledger import``, ``mopai region check`` and ``mopai score`` one after another and shows each line, so
    that any step can be done again by itself. Exit code 0: everything is in. 3: some rows came back to be corrected
    (the others are ranked). Another: the step that failed says why.
    """
    if out.exists() and any(out.iterdir()):
        raise UserError(f"{out}: not empty", "give --out a new folder")
    day = _day(as_of or recorded_on)
    given = {"--sender": sender, "--recorded-on": recorded_on and recorded_on.date().isoformat()}
    options = [part for name, value in given.items() if value for part in (name, value)]
    answer = ["--report", str(out / "report")] if holds_workbooks(source) else []
    place = ("--region", county, "--as-of", day)
    code = _step("import", "ledger", "import", str(source), "--county", county, *options, *answer,
                 "--rejects", str(out / "rejects"))  # fmt: skip
    _step("check", "region", "check", *place, "--out", str(out / "fit"))
    page = out / "list.html"
    code = max(
        code, _step("score", "score", *place, "--out", str(out / "scores"), "--page", str(page), "--top", str(_SHOWN))
    )
    typer.echo(
        f"\n网页 page: {page}\n下一步 next: mopai list --scores {out / 'scores'} --county {county} --period YYYY-MM"
    )
    if code:
        raise typer.Exit(code)


def _day(given: datetime | None) -> str:
    if given is None:
        raise UserError("which day does the list speak for?", "give --as-of YYYY-MM-DD, or --recorded-on")
    return given.date().isoformat()


def _step(name: str, *arguments: str) -> int:
    """Run one command as a person would; returns 0 or 3, and ends with its own exit code when it failed."""
    title, number = _TITLES[name], list(_TITLES).index(name) + 1
    typer.echo(f"\n[{number}/{len(_TITLES)}] {title.zh}\n      {title.en}\n$ {shlex.join(['mopai', *arguments])}")
    done = subprocess.run(
        [sys.executable, "-m", "features.cli.app", *arguments],
        env={**os.environ, HOME_VARIABLE: str(home())},
        check=False,
    )
    if done.returncode not in (0, _PARTLY):
        raise typer.Exit(done.returncode)
    return done.returncode
